//! Limits that a field has here and had not: noted, for a value beyond them is refused.

use super::super::super::lost::Weight;
use super::super::super::yaml::Yaml;
use super::{Fields, Ty};

/// What is limited, and how to widen it.
const TEXT: (&str, &str) = (
    "a text here has at most 262144 characters, and had no limit",
    "`max` of the field",
);
const ITEMS: (&str, &str) = (
    "a list here has at most 256 entries, and had no limit",
    "`max` of the field",
);
const KEYED: (&str, &str) = (
    "a list with a key here has at most 64 entries and its keys 253 characters, and had no limit",
    "`max` of the field",
);
const MAP: (&str, &str) = (
    "a mapping here has at most 256 entries, and had no limit",
    "`max` of a field `map<T>`",
);
const TREE: (&str, &str) = (
    "a mapping here has at most 256 entries, and a field of this type no other limit",
    "",
);
const KUBERNETES: (&str, &str) = (
    "Kubernetes' own types have limits here: at most 256 entries of each list or mapping, and 32768 characters of a text",
    "",
);
const TIME: (&str, &str) = (
    "a time here has at most 32 characters, and may be in days",
    "",
);

impl Fields<'_> {
    /// Notes the limits that the type of a field has and its schema had not.
    pub(super) fn narrowed(&mut self, ty: &Ty, schema: &Yaml, path: &str) {
        let lacks = |key: &str| schema.get(key).and_then(Yaml::int).is_none();
        let keyed = ["x-kubernetes-list-type"];
        let (is_narrower, (why, instead)) = match ty {
            Ty::Text => (lacks("maxLength") && lacks("enum"), TEXT),
            Ty::Rows if schema.text_at(&keyed) == Some("map") => (lacks("maxItems"), KEYED),
            Ty::Rows | Ty::List(_) => (lacks("maxItems"), ITEMS),
            Ty::Map(_) => (lacks("maxProperties"), MAP),
            Ty::Tree => {
                let max = schema.get("maxProperties").and_then(Yaml::int);
                (max.is_none_or(|max| max > 256), TREE)
            }
            Ty::Kubernetes(_) => (true, KUBERNETES),
            Ty::Duration => (true, TIME),
            Ty::Words(_) | Ty::Int | Ty::Bool | Ty::Quantity | Ty::Object => return,
        };
        if is_narrower {
            self.losses.add(Weight::Changed, path, why, instead);
        }
        let (inner, key) = match ty {
            Ty::List(item) => (item, "items"),
            Ty::Map(value) => (value, "additionalProperties"),
            _ => return,
        };
        self.each(inner, schema.get(key).unwrap_or(&Yaml::Null), path);
    }

    /// The same of what a list or mapping has: no field of a manifest says a limit of these.
    fn each(&mut self, ty: &Ty, schema: &Yaml, path: &str) {
        let path = format!("{path}[]");
        let most = |key: &str| schema.get(key).and_then(Yaml::int).unwrap_or(i64::MAX);
        let (is_narrower, why) = match ty {
            Ty::Text => (most("maxLength") > 262_144, TEXT.0),
            Ty::Rows | Ty::List(_) => (most("maxItems") > 256, ITEMS.0),
            Ty::Map(_) | Ty::Tree => (most("maxProperties") > 256, MAP.0),
            Ty::Kubernetes(_) => (true, KUBERNETES.0),
            _ => (false, ""),
        };
        if is_narrower {
            self.losses.add(Weight::Changed, path.as_str(), why, "");
        }
        match ty {
            Ty::List(item) => self.each(item, schema.get("items").unwrap_or(&Yaml::Null), &path),
            Ty::Map(value) => {
                let values = schema.get("additionalProperties");
                self.each(value, values.unwrap_or(&Yaml::Null), &path);
            }
            _ => {}
        }
    }
}
