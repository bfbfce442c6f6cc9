//! The tables of keys as a JSON schema (draft 07), for completion and checks in editors.
//!
//! It is looser than the readers where a schema would only get in the way: expressions are not looked into.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::fields::FIELD;
use super::keys::{Key, Section, Shape};
use super::{API_VERSION, ROOT};

/// The schema of a manifest.
pub fn json() -> Value {
    let definitions: Map<String, Value> = sections()
        .into_iter()
        .skip(1)
        .map(|section| (name(section), object(section)))
        .collect();
    let mut schema = object(&ROOT);
    if let Some(root) = schema.as_object_mut() {
        root.insert(
            "$schema".to_owned(),
            json!("http://json-schema.org/draft-07/schema#"),
        );
        root.insert(
            "title".to_owned(),
            json!(format!("dsoi manifest ({API_VERSION})")),
        );
        root.insert("definitions".to_owned(), Value::Object(definitions));
    }
    schema
}

/// Every section, the root first.
pub(super) fn sections() -> Vec<&'static Section> {
    let mut found: BTreeMap<&'static str, &'static Section> = BTreeMap::new();
    let mut open: Vec<&'static Section> = vec![&ROOT, &FIELD];
    while let Some(section) = open.pop() {
        if found.insert(section.path, section).is_none() {
            open.extend(section.keys.iter().filter_map(inner));
        }
    }
    found.remove(ROOT.path);
    std::iter::once(&ROOT).chain(found.into_values()).collect()
}

fn inner(key: &Key) -> Option<&'static Section> {
    match key.shape {
        Shape::Section(section)
        | Shape::Named(section)
        | Shape::NamedOrNone(section)
        | Shape::List(section) => Some(section),
        _ => None,
    }
}

fn name(section: &Section) -> String {
    section.path.replace('.', "_")
}

fn reference(section: &Section) -> Value {
    json!({ "$ref": format!("#/definitions/{}", name(section)) })
}

fn object(section: &Section) -> Value {
    let keys = section
        .keys
        .iter()
        .filter(|key| !matches!(key.shape, Shape::Later));
    let properties: Map<String, Value> = keys
        .map(|key| (key.name.to_owned(), property(key)))
        .collect();
    let required: Vec<&str> = section
        .keys
        .iter()
        .filter(|key| key.required)
        .map(|key| key.name)
        .collect();
    let mut object = json!({
        "type": "object",
        "description": section.doc,
        "properties": properties,
        "additionalProperties": false,
    });
    if let (false, Some(object)) = (required.is_empty(), object.as_object_mut()) {
        object.insert("required".to_owned(), json!(required));
    }
    object
}

fn property(key: &Key) -> Value {
    let schema = if key.name == "apiVersion" {
        json!({ "const": API_VERSION })
    } else {
        shape(key.shape)
    };
    // Draft 07 ignores what stands beside a reference.
    match schema {
        Value::Object(mut schema) if !schema.contains_key("$ref") => {
            schema.insert("description".to_owned(), json!(key.doc));
            Value::Object(schema)
        }
        schema => json!({ "description": key.doc, "allOf": [schema] }),
    }
}

fn shape(shape: Shape) -> Value {
    let text = json!({ "type": "string" });
    let list = |items: Value| json!({ "type": "array", "items": items });
    let map = |values: Value| json!({ "type": "object", "additionalProperties": values });
    let fields = || map(json!({ "anyOf": [text, reference(&FIELD)] }));
    match shape {
        Shape::Text | Shape::Expression | Shape::Duration | Shape::Type => text,
        Shape::Condition => json!({ "type": ["string", "boolean"] }),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::Int => json!({ "type": "integer" }),
        Shape::Octal => json!({ "type": ["integer", "string"] }),
        Shape::Word(words) => json!({ "enum": words() }),
        Shape::Texts => list(text),
        Shape::Ints => list(json!({ "type": "integer" })),
        Shape::Words(words) => list(json!({ "enum": words() })),
        Shape::Tree | Shape::Any => json!({}),
        Shape::Fields => fields(),
        Shape::Variants => map(fields()),
        Shape::AllOrTexts => json!({ "anyOf": [{ "const": "all" }, list(text)] }),
        Shape::Section(section) => reference(section),
        Shape::Named(section) => map(reference(section)),
        Shape::NamedOrNone(section) => {
            map(json!({ "anyOf": [{ "const": "none" }, reference(section)] }))
        }
        Shape::List(section) => list(reference(section)),
        Shape::TextMap | Shape::ExpressionMap => map(text),
        Shape::Later => json!(false),
    }
}
