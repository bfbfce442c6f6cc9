//! The fields of Kubernetes' types, as the committed schemas have them.

use dsoi::schema;
use serde_json::{Value, json};

use super::Field;

/// A value of a schema that is no default.
fn value(schema: &Value, depth: usize) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap();
        return schema::definition(name).map_or(Value::Null, |schema| value(schema, depth));
    }
    if let Some(words) = schema["enum"].as_array() {
        return words.last().unwrap().clone();
    }
    if schema["x-kubernetes-int-or-string"] == json!(true) {
        return json!(7);
    }
    match schema["type"].as_str() {
        Some("boolean") => json!(true),
        Some("integer" | "number") => json!(7),
        Some("string") => json!("marker"),
        Some("array") => json!([value(&schema["items"], depth + 1)]),
        _ => {
            if schema["additionalProperties"].is_object() {
                return json!({ "marker": value(&schema["additionalProperties"], depth + 1) });
            }
            let Some(properties) = schema["properties"].as_object().filter(|_| depth < 5) else {
                return json!({ "marker": "marker" });
            };
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let is_needed = |name: &String| required.iter().any(|one| one == name);
            let first = properties.keys().next().into_iter();
            let names = properties.keys().filter(|name| is_needed(name));
            let made = first
                .chain(names)
                .map(|name| (name.clone(), value(&properties[name], depth + 1)));
            Value::Object(made.collect())
        }
    }
}

/// The fields of a type of Kubernetes at a place, each with such a value.
pub(super) fn fields(at: &str, ty: &str) -> Vec<Field> {
    let schema = schema::definition(ty).unwrap_or_else(|| panic!("{ty}"));
    let properties = schema["properties"].as_object().unwrap();
    let made = properties.iter();
    made.map(|(name, schema)| Field::new(at, name, value(schema, 0)))
        .collect()
}
