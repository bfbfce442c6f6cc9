//! The structural schemas of the Kubernetes types that a custom resource exposes, and the schema of dsoi's own output.
//!
//! Out: schemas without references, ready for a `CustomResourceDefinition`, with a limit on everything that a
//! user can make grow. `schema/k8s.json` is written by a test of the runtime from k8s-openapi's own types;
//! `schema/dsoi.json` holds the types that the runtime adds.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Map, Value, json};

static DEFINITIONS: LazyLock<BTreeMap<String, Value>> = LazyLock::new(|| {
    let mut all: BTreeMap<String, Value> = serde_json::from_str(include_str!("schema/k8s.json"))
        .expect("the committed schema is JSON");
    let own: BTreeMap<String, Value> = serde_json::from_str(include_str!("schema/dsoi.json"))
        .expect("the committed schema is JSON");
    all.extend(own);
    all
});

/// Longest text, and most entries of a list or map, where nothing says otherwise (SE-14).
pub const MAX_TEXT: u64 = 32_768;
pub const MAX_ENTRIES: u64 = 256;

/// The schema of what dsoi prints with `--output json`, every command's `data` included: tests hold all of it against this.
pub fn output() -> Value {
    serde_json::from_str(include_str!("schema/output.json")).expect("the committed schema is JSON")
}

/// The definition of a type by its short name, references kept; `None` where there is no such type.
pub fn definition(name: &str) -> Option<&'static Value> {
    DEFINITIONS.get(name)
}

/// Module and type of a definition in Rust, such as `api::core::v1`; `None` for the runtime's own types.
pub fn module(name: &str) -> Option<&'static str> {
    definition(name)?.get("module")?.as_str()
}

/// The whole schema of a type, references resolved and limits set.
pub fn expand(name: &str) -> Value {
    definition(name).map_or_else(|| json!({"type": "object"}), resolve)
}

fn resolve(schema: &Value) -> Value {
    let Some(object) = schema.as_object() else {
        return schema.clone();
    };
    if let Some(name) = object.get("$ref").and_then(Value::as_str) {
        return expand(name);
    }
    let mut out = Map::new();
    for (key, value) in object {
        let value = match key.as_str() {
            "module" => continue,
            "properties" => {
                let fields = value.as_object().into_iter().flatten();
                Value::Object(
                    fields
                        .map(|(name, field)| (name.clone(), resolve(field)))
                        .collect(),
                )
            }
            "items" | "additionalProperties" => resolve(value),
            _ => value.clone(),
        };
        out.insert(key.clone(), value);
    }
    limit(&mut out);
    Value::Object(out)
}

/// Sets the limits that a schema lacks.
pub fn limit(schema: &mut Map<String, Value>) {
    let (key, max) = match schema.get("type").and_then(Value::as_str) {
        Some("string") if !schema.contains_key("enum") => ("maxLength", MAX_TEXT),
        Some("array") => ("maxItems", MAX_ENTRIES),
        Some("object") if schema.contains_key("additionalProperties") => {
            ("maxProperties", MAX_ENTRIES)
        }
        _ => return,
    };
    schema.entry(key).or_insert_with(|| max.into());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_leads_to_a_definition() {
        fn walk(value: &Value) {
            match value {
                Value::Object(map) => {
                    if let Some(name) = map.get("$ref").and_then(Value::as_str) {
                        assert!(definition(name).is_some(), "{name}");
                    }
                    map.values().for_each(walk);
                }
                Value::Array(items) => items.iter().for_each(walk),
                _ => {}
            }
        }
        DEFINITIONS.values().for_each(walk);
    }

    #[test]
    fn every_list_of_a_schema_is_bounded() {
        fn walk(value: &Value) {
            let Some(map) = value.as_object() else { return };
            if map.get("type").and_then(Value::as_str) == Some("array") {
                assert!(map.contains_key("maxItems"), "{value}");
            }
            map.values().for_each(walk);
        }
        walk(&expand("PodSpec"));
    }
}
