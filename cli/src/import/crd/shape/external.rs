//! What a cluster depends on, and what tells the items of such a list apart.

use super::super::super::draft::{Draft, Part};
use super::super::super::lost::Weight;
use super::super::super::yaml::Yaml;
use super::super::field::{Fields, Ty};
use super::Shape;

impl<'y> Shape<'y> {
    /// `cluster.external`.
    pub(super) fn external(&self, fields: &mut Fields<'_>) -> Vec<Part> {
        let schema = self.spec.at(&["properties", "external"]);
        let schema = schema.unwrap_or(&Yaml::Null);
        let required = schema.items_at(&["required"]);
        fields.unsaid(schema, "external", &[Ty::Object.says()]);
        let mut parts = Vec::new();
        for (name, one) in schema.entries_at(&["properties"]) {
            let path = format!("external.{name}");
            let object = one.get("items").unwrap_or(one);
            let Some(spec) = object.at(&["properties", "spec"]) else {
                fields.losses.add(
                    Weight::LeftOut,
                    path,
                    "what a cluster depends on has its fields under `spec`, and this has none there",
                    "`cluster.external`",
                );
                continue;
            };
            let inner = spec.get("items").unwrap_or(spec);
            unsaid(one, &path, fields);
            unsaid(spec, &format!("{path}.spec"), fields);
            for (other, _) in object.entries_at(&["properties"]) {
                if other != "spec" {
                    fields.losses.add(
                        Weight::LeftOut,
                        format!("{path}.{other}"),
                        "what a cluster depends on has its fields under `spec`, and nothing beside it",
                        "a field of `cluster.external`",
                    );
                }
            }
            let mut made = Vec::new();
            let mut remark = None;
            if spec.get("items").is_some() || one.get("items").is_some() {
                let list = if spec.get("items").is_some() {
                    spec
                } else {
                    one
                };
                let stated = list.items_at(&["x-kubernetes-list-map-keys"]).iter();
                let known = |key: &&str| inner.at(&["properties", key]).is_some();
                let stated: Vec<&str> = stated.filter_map(Yaml::text).filter(known).collect();
                let key = match stated.as_slice() {
                    [one] => Some(*one),
                    [] => {
                        remark = Some("the key of the list is a guess: the definition states none");
                        self.likely_key(inner)
                    }
                    several => {
                        remark = Some("the definition states more than this key");
                        let of_type = several.iter().find(|key| self.is_type(key));
                        fields.list_key(list, &path);
                        of_type.or(several.first()).copied()
                    }
                };
                made.push(Part::new("type", Draft::text("list")));
                made.extend(key.map(|key| Part::new("key", Draft::text(key))));
            }
            let inner = fields.of(inner, &path, &[], 0);
            if inner.is_empty() {
                fields.losses.add(
                    Weight::LeftOut,
                    path,
                    "it has no fields that a manifest can say",
                    "",
                );
                continue;
            }
            if !required.iter().any(|one| one.text() == Some(name)) {
                made.push(Part::new("optional", Draft::Bool(true)));
            }
            made.push(Part::new("fields", Draft::Map(inner)));
            let mut part = Part::new(name.as_str(), Draft::Map(made)).from(path);
            if let Some(remark) = remark {
                part = part.comment(remark);
            }
            parts.push(part);
        }
        parts
    }

    /// The key of a list for which none is stated: what tells node types apart, else what every item must have.
    fn likely_key(&self, item: &'y Yaml) -> Option<&'y str> {
        let required = item.items_at(&["required"]).iter();
        let required: Vec<&str> = required.filter_map(Yaml::text).collect();
        let of_type = required.iter().find(|key| self.is_type(key));
        let first = item.entries_at(&["properties"]).first();
        of_type
            .or(required.first())
            .copied()
            .or(first.map(|(key, _)| key.as_str()))
    }

    /// Whether a field is called like that by which nodes name their type.
    fn is_type(&self, field: &str) -> bool {
        field == "nodeType" || self.node_type == Some(field)
    }
}

/// Notes what a schema says beyond its fields, and that of its items.
fn unsaid(schema: &Yaml, path: &str, fields: &mut Fields<'_>) {
    const KEYS: &[&str] = &["items", "x-kubernetes-list-map-keys"];
    fields.unsaid(schema, path, &[Ty::Object.says(), KEYS]);
    if let Some(items) = schema.get("items") {
        fields.unsaid_of_each(items, path, &[Ty::Object.says()]);
    }
}
