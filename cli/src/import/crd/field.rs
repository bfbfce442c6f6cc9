//! Schemas of a definition → fields of a manifest.

mod kubernetes;
mod said;

use super::super::draft::{Draft, Part};
use super::super::lost::{Losses, Weight};
use super::super::yaml::Yaml;
use kubernetes::kubernetes;

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
        self.unsaid(schema, path);
        let default = schema.get("default");
        let nullable = schema.get("nullable") == Some(&Yaml::Bool(true));
        let optional = (!needed || nullable) && default.is_none();
        let mut long = Vec::new();
        let ty = self.ty(name, schema, path, depth, &mut long)?;
        let doc = schema.text_at(&["description"]).map(doc);
        if let Some(doc) = doc.filter(|doc| !doc.is_empty()) {
            long.push(Part::new("doc", Draft::text(doc)));
        }
        if let Some(default) = default {
            long.push(Part::new("default", Draft::from(default)));
        }
        let is_object = long.iter().any(|part| part.key == "fields");
        let value = if long.is_empty() {
            let word = if optional { "optional " } else { "" };
            Draft::Code(format!("{word}{ty}"))
        } else {
            let mut parts = Vec::new();
            if !(is_object && ty.is_empty()) {
                parts.push(Part::new("type", Draft::Code(ty)));
            }
            if optional {
                parts.push(Part::new("optional", Draft::Bool(true)));
            }
            parts.extend(long);
            Draft::Map(parts)
        };
        Some(Part::new(name, value).from(path))
    }

    /// The type of a field; empty of an object whose fields are known. What else the long form says goes to `long`.
    fn ty(
        &mut self,
        name: &str,
        schema: &Yaml,
        path: &str,
        depth: usize,
        long: &mut Vec<Part>,
    ) -> Option<String> {
        if let Some(ty) = kubernetes(name, schema) {
            return Some(ty);
        }
        if let Some(word) = self.word(schema, path) {
            bounds(schema, long);
            if let Some(pattern) = schema.text_at(&["pattern"]).filter(|_| word == "string") {
                long.push(Part::new("pattern", Draft::text(pattern)));
            }
            return Some(word);
        }
        let items = schema.get("items");
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
        if depth >= MAX_DEPTH {
            self.losses.add(
                Weight::Changed,
                path,
                "nested deep: its fields are taken as they come, and the API server no longer looks at them",
                "",
            );
            return Some(
                if items.is_some() {
                    "list<tree>"
                } else {
                    "tree"
                }
                .to_owned(),
            );
        }
        let fields = self.of(object, path, &[], depth + 1);
        if fields.is_empty() {
            return Some(
                if items.is_some() {
                    "list<tree>"
                } else {
                    "tree"
                }
                .to_owned(),
            );
        }
        if items.is_none() {
            long.push(Part::new("fields", Draft::Map(fields)));
            return Some(String::new());
        }
        bounds(schema, long);
        if let Some(key) = self.list_key(schema, path) {
            long.push(Part::new("key", Draft::text(key)));
        }
        long.push(Part::new("fields", Draft::Map(fields)));
        Some("list".to_owned())
    }

    /// A type of one word.
    fn word(&mut self, schema: &Yaml, path: &str) -> Option<String> {
        let set = |key: &str| schema.get(key) == Some(&Yaml::Bool(true));
        if set("x-kubernetes-int-or-string") {
            let pattern = schema.text_at(&["pattern"]).unwrap_or_default();
            if pattern.contains("Ki") || pattern.contains("KMGTPE") {
                return Some("quantity".to_owned());
            }
            self.losses.add(
                Weight::Changed,
                path,
                "a text now, and a number is refused",
                "",
            );
            return Some("string".to_owned());
        }
        match schema.text_at(&["type"]) {
            Some("string") => {
                let words: Vec<&str> = schema
                    .items_at(&["enum"])
                    .iter()
                    .filter_map(Yaml::text)
                    .collect();
                let plain = |word: &&str| {
                    !word.is_empty()
                        && word
                            .chars()
                            .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
                };
                if words.len() > 1 && words.iter().all(plain) {
                    return Some(words.join(" | "));
                }
                if schema.get("enum").is_some() {
                    self.losses.add(
                        Weight::Changed,
                        format!("{path}, its words"),
                        "any text is allowed now",
                        "`pattern`",
                    );
                }
                Some("string".to_owned())
            }
            Some("integer") => Some("int".to_owned()),
            Some("boolean") => Some("bool".to_owned()),
            Some("array") => {
                let items = schema.get("items")?;
                if items.get("properties").is_some() {
                    return None;
                }
                self.unsaid_of_each(items, path);
                Some(format!("list<{}>", self.word(items, path)?))
            }
            Some("object") | None => {
                if let Some(values) = schema.get("additionalProperties") {
                    let inner = if values.get("properties").is_some() {
                        self.losses.add(
                            Weight::Changed,
                            format!("{path}, the fields of each"),
                            "they are taken as they come, and the API server no longer looks at them",
                            "",
                        );
                        Some("tree".to_owned())
                    } else {
                        self.unsaid_of_each(values, path);
                        self.word(values, path)
                    };
                    return Some(format!(
                        "map<{}>",
                        inner.unwrap_or_else(|| "tree".to_owned())
                    ));
                }
                let open = set("x-kubernetes-preserve-unknown-fields");
                let bare = schema.get("properties").is_none();
                let object = schema.text_at(&["type"]).is_some();
                (bare && (open || object)).then(|| "tree".to_owned())
            }
            _ => None,
        }
    }
}

fn bounds(schema: &Yaml, long: &mut Vec<Part>) {
    for (key, bound) in [
        ("minimum", "min"),
        ("maximum", "max"),
        ("minLength", "min"),
        ("maxLength", "max"),
        ("minItems", "min"),
        ("maxItems", "max"),
    ] {
        let number = schema.get(key).and_then(Yaml::int);
        long.extend(number.map(|number| Part::new(bound, Draft::Int(number))));
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
