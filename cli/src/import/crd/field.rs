//! Schemas of a definition → fields of a manifest.

mod kubernetes;
mod limits;
mod rules;
mod said;
mod ty;
mod word;

use super::super::draft::{Draft, Part};
use super::super::lost::{Losses, Weight};
use super::super::yaml::Yaml;
use kubernetes::kubernetes;
pub(super) use ty::Ty;
use word::Of;

/// The most fields that are carried over.
const MAX_FIELDS: usize = 2_000;
/// Deeper objects are taken as they are.
const MAX_DEPTH: usize = 6;
/// How many characters of a description are kept.
const DOC: usize = 400;

/// Makes fields, and counts them.
pub(super) struct Fields<'l> {
    pub(super) losses: &'l mut Losses,
    made: usize,
}

impl<'l> Fields<'l> {
    pub(super) fn new(losses: &'l mut Losses) -> Self {
        Self { losses, made: 0 }
    }

    /// The fields of an object's schema, but for some.
    pub(super) fn of(
        &mut self,
        schema: &Yaml,
        path: &str,
        but: &[&str],
        depth: usize,
    ) -> Vec<Part> {
        let required = schema.items_at(&["required"]);
        let mut parts = Vec::new();
        for (name, schema) in schema.entries_at(&["properties"]) {
            if but.contains(&name.as_str()) {
                continue;
            }
            let path = format!("{path}.{name}");
            self.made += 1;
            if self.made > MAX_FIELDS {
                self.losses.add(
                    Weight::LeftOut,
                    path,
                    "a manifest has so many fields already",
                    "",
                );
                continue;
            }
            let needed = required.iter().any(|one| one.text() == Some(name));
            parts.extend(self.field(name, schema, &path, needed, depth));
        }
        parts
    }

    fn field(
        &mut self,
        name: &str,
        schema: &Yaml,
        path: &str,
        needed: bool,
        depth: usize,
    ) -> Option<Part> {
        let (kept, change) = rules::change(schema).unzip();
        let schema = kept.as_ref().unwrap_or(schema);
        let default = schema.get("default");
        let nullable = schema.get("nullable") == Some(&Yaml::Bool(true));
        let optional = (!needed || nullable) && default.is_none();
        let mut long = Vec::new();
        let ty = self.ty(name, schema, path, depth, &mut long)?;
        self.narrowed(&ty, schema, path);
        if let Some(change) = change {
            long.push(Part::new(change, Draft::Bool(true)));
            self.changes(change, optional, path);
        }
        let of_items = || schema.text_at(&["items", "description"]);
        let doc = schema.text_at(&["description"]).or_else(of_items).map(doc);
        if let Some(doc) = doc.filter(|doc| !doc.is_empty()) {
            long.push(Part::new("doc", Draft::text(doc)));
        }
        if let Some(default) = default {
            let default = match default {
                // Of a field that took numbers too.
                Yaml::Int(number) if ty == Ty::Text => Draft::text(number.to_string()),
                other => Draft::from(other),
            };
            long.push(Part::new("default", default));
        }
        let value = if long.is_empty() {
            let word = if optional { "optional " } else { "" };
            Draft::Code(format!("{word}{ty}"))
        } else {
            let mut parts = Vec::new();
            if ty != Ty::Object {
                parts.push(Part::new("type", Draft::Code(ty.to_string())));
            }
            if optional {
                parts.push(Part::new("optional", Draft::Bool(true)));
            }
            parts.extend(long);
            Draft::Map(parts)
        };
        Some(Part::new(name, value).from(path))
    }

    /// The type of a field. What else the long form says goes to `long`, and what it cannot say is noted.
    fn ty(
        &mut self,
        name: &str,
        schema: &Yaml,
        path: &str,
        depth: usize,
        long: &mut Vec<Part>,
    ) -> Option<Ty> {
        if let Some(ty) = kubernetes(name, schema) {
            let item = schema.get("items").unwrap_or(schema);
            self.narrower(&ty, item, path);
            self.bounds(&ty, schema, path, long);
            self.unsaid(schema, path, &[ty.says()]);
            if schema.get("items").is_some() {
                self.unsaid_of_each(item, path, &[Ty::Object.says()]);
            }
            return Some(ty);
        }
        if let Some(ty) = self.word(schema, path, Of::Field) {
            self.bounds(&ty, schema, path, long);
            return Some(ty);
        }
        let is_object = schema.text_at(&["type"]) == Some("object");
        let items = schema.get("items").filter(|_| !is_object);
        let object = items.unwrap_or(schema);
        if object.get("properties").is_none() {
            self.losses.add(
                Weight::LeftOut,
                path,
                "no type of a manifest is like it, so the field is gone",
                "`dsoi explain types` lists them",
            );
            return None;
        }
        let tree = match items {
            Some(_) => Ty::List(Box::new(Ty::Tree)),
            None => Ty::Tree,
        };
        if depth >= MAX_DEPTH {
            self.losses.add(
                Weight::Changed,
                path,
                "nested deep: its fields are taken as they come, and the API server no longer looks at them",
                "",
            );
            self.unsaid(schema, path, &[tree.says(), Ty::Object.says()]);
            return Some(tree);
        }
        let fields = self.of(object, path, &[], depth + 1);
        let ty = match (items, fields.is_empty()) {
            (_, true) => tree,
            (None, false) => Ty::Object,
            (Some(_), false) => Ty::Rows,
        };
        self.bounds(&ty, schema, path, long);
        self.unsaid(schema, path, &[ty.says()]);
        if items.is_some() {
            self.unsaid_of_each(object, path, &[Ty::Object.says()]);
        }
        if ty == Ty::Rows
            && let Some(key) = self.list_key(schema, path)
        {
            long.push(Part::new("key", Draft::text(key)));
        }
        if !fields.is_empty() {
            long.push(Part::new("fields", Draft::Map(fields)));
        }
        Some(ty)
    }

    /// `min` and `max`, and the pattern of a text.
    fn bounds(&mut self, ty: &Ty, schema: &Yaml, path: &str, long: &mut Vec<Part>) {
        for key in ty.says() {
            let Some(value) = schema.get(key) else {
                continue;
            };
            let bound = match *key {
                "minimum" | "minLength" | "minItems" | "minProperties" => "min",
                "maximum" | "maxLength" | "maxItems" | "maxProperties" => "max",
                "pattern" if *ty == Ty::Text => "pattern",
                _ => continue,
            };
            let value = match (bound, value) {
                ("pattern", Yaml::Text(pattern)) => Some(Draft::text(pattern.as_str())),
                ("pattern", _) => None,
                (_, value) => value.int().map(Draft::Int),
            };
            match value {
                Some(value) => long.push(Part::new(bound, value)),
                None => self.losses.add(
                    Weight::Changed,
                    format!("{path}, {key}"),
                    "not a value that a field of a manifest can have, so more is allowed than before",
                    "`cluster.rules`, in CEL over the whole resource",
                ),
            }
        }
    }
}

/// A description in one paragraph.
fn doc(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    match text.char_indices().nth(DOC) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or("")),
        None => text,
    }
}
