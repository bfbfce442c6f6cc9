//! What Kubernetes says of its types: the committed schemas, read once.
//!
//! In: a type's short name. Out: its fields and their shapes. Knows nothing of manifests.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

/// A type of Kubernetes.
#[derive(Debug)]
pub(super) struct Definition {
    /// By name in JSON; empty for types that are no structs.
    pub(super) fields: BTreeMap<String, Shape>,
    pub(super) required: Vec<String>,
}

/// What a place in a Kubernetes object takes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    Struct(String),
    String {
        words: Vec<String>,
    },
    Int {
        bits: u8,
    },
    Bool,
    List(Box<Shape>),
    Map(Box<Shape>),
    IntOrString,
    Quantity,
    /// Any JSON.
    Any,
}

static TYPES: LazyLock<BTreeMap<String, Definition>> = LazyLock::new(|| {
    let schemas: BTreeMap<String, Value> = serde_json::from_str(include_str!("../schema/k8s.json"))
        .expect("the committed schemas are a JSON object");
    schemas
        .into_iter()
        .map(|(name, schema)| (name, definition(&schema)))
        .collect()
});

/// The type of that name.
pub(super) fn definition_of(name: &str) -> Option<&'static Definition> {
    TYPES.get(name)
}

/// Whether there is such a type.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    TYPES.keys().map(String::as_str)
}

/// What a place of that type takes.
pub(super) fn shape_of(name: &str) -> Shape {
    match name {
        "IntOrString" => Shape::IntOrString,
        "Quantity" => Shape::Quantity,
        "Time" | "MicroTime" => Shape::String { words: Vec::new() },
        "FieldsV1" => Shape::Any,
        _ => Shape::Struct(name.to_owned()),
    }
}

fn definition(schema: &Value) -> Definition {
    let fields = schema.get("properties").and_then(Value::as_object);
    let required = schema.get("required").and_then(Value::as_array);
    Definition {
        fields: fields
            .into_iter()
            .flatten()
            .map(|(name, schema)| (name.clone(), shape(schema)))
            .collect(),
        required: words(required),
    }
}

fn shape(schema: &Value) -> Shape {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        return shape_of(name);
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("string") => Shape::String {
            words: words(schema.get("enum").and_then(Value::as_array)),
        },
        Some("integer") => Shape::Int {
            bits: if schema.get("format").and_then(Value::as_str) == Some("int32") {
                32
            } else {
                64
            },
        },
        Some("boolean") => Shape::Bool,
        Some("array") => Shape::List(Box::new(schema.get("items").map_or(Shape::Any, shape))),
        Some("object") => Shape::Map(Box::new(
            schema.get("additionalProperties").map_or(Shape::Any, shape),
        )),
        _ => Shape::Any,
    }
}

fn words(list: Option<&Vec<Value>>) -> Vec<String> {
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::ident;

    #[test]
    fn every_reference_of_the_schemas_exists() {
        fn names(shape: &Shape) -> Option<&str> {
            match shape {
                Shape::Struct(name) => Some(name),
                Shape::List(inner) | Shape::Map(inner) => names(inner),
                _ => None,
            }
        }
        for (owner, definition) in &*TYPES {
            for (field, shape) in &definition.fields {
                if let Some(name) = names(shape) {
                    assert!(
                        definition_of(name).is_some(),
                        "{owner}.{field} refers to {name}"
                    );
                }
                assert!(ident::k8s_field(field).is_some(), "{owner}.{field}");
            }
        }
    }

    #[test]
    fn a_probe_is_known_by_its_fields() {
        let probe = definition_of("Probe").unwrap();
        assert_eq!(
            probe.fields["httpGet"],
            Shape::Struct("HTTPGetAction".to_owned())
        );
        assert_eq!(
            definition_of("HTTPGetAction").unwrap().fields["port"],
            Shape::IntOrString
        );
        assert_eq!(definition_of("HTTPGetAction").unwrap().required, ["port"]);
    }
}
