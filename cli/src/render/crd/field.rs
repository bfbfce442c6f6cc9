//! Fields that the manifest declares, and structs of them.

use serde_json::{Map, Value, json};

use super::cel::{access, rule, with_rules};
use super::{MAX_GROUPS, MAX_OWN_TEXT, list_map, node_type_enum};
use crate::model::{Change, Cluster, Field, Literal, StructType, Type};
use crate::schema;

/// A field of a layer: nothing is required of it, and nothing is filled in that would hide the layer below.
pub(in crate::render) fn layer(field: &Field) -> Field {
    Field {
        optional: true,
        default: None,
        ..field.clone()
    }
}

/// A struct of fields under construction.
#[derive(Default)]
pub(super) struct Object {
    properties: Map<String, Value>,
    required: Vec<String>,
    rules: Vec<Value>,
}

impl Object {
    pub(super) fn add(&mut self, name: &str, required: bool, schema: Value) {
        self.properties.insert(name.to_owned(), schema);
        if required {
            self.required.push(name.to_owned());
        }
    }

    pub(super) fn field(&mut self, cluster: &Cluster, field: &Field) {
        if field.optional && field.change != Change::Free {
            // The field's own rule does not run while there is no field: leaving it out and writing it anew would get around it.
            let known = access(field.wire.as_str());
            self.rules.push(rule(
                &format!("!has(oldSelf{known}) || has(self{known})"),
                &format!("`{}` cannot be removed once it is set", field.wire),
            ));
        }
        self.add(
            field.wire.as_str(),
            field.required(),
            field_schema(cluster, field),
        );
    }

    pub(super) fn finish(mut self) -> Value {
        self.required.sort();
        let mut out = json!({"type": "object"});
        // What the macro is given, it copies.
        out["properties"] = Value::Object(self.properties);
        if !self.required.is_empty() {
            out["required"] = json!(self.required);
        }
        with_rules(out, self.rules)
    }
}

pub(super) fn structure(cluster: &Cluster, ty: &StructType) -> Value {
    let mut object = Object::default();
    for field in &ty.fields {
        object.field(cluster, field);
    }
    object.finish()
}

pub(super) fn field_schema(cluster: &Cluster, field: &Field) -> Value {
    let mut out = type_schema(cluster, &field.ty);
    if field.any_case
        && let Type::Enum(ty) = &field.ty
    {
        let words = ty.values.iter().flat_map(|value| any_case(&value.wire));
        out["enum"] = json!(words.collect::<Vec<_>>());
    }
    if let Some(pattern) = &field.pattern {
        out["pattern"] = pattern.as_str().into();
    }
    let (min, max) = match out.get("type").and_then(Value::as_str) {
        Some("string") => ("minLength", "maxLength"),
        Some("array") => ("minItems", "maxItems"),
        Some("object") => ("minProperties", "maxProperties"),
        _ => ("minimum", "maximum"),
    };
    if let Some(value) = field.min {
        out[min] = value.into();
    }
    if let Some(value) = field.max {
        out[max] = value.into();
    }
    if let Some(default) = &field.default {
        out["default"] = literal(default);
    }
    if let Some(doc) = &field.doc {
        out["description"] = doc.as_str().into();
    }
    match field.change {
        Change::Free => out,
        Change::Immutable => with_rules(
            out,
            vec![rule(
                "self == oldSelf",
                &format!("`{}` cannot change", field.wire),
            )],
        ),
        Change::GrowOnly => with_rules(
            out,
            vec![rule(
                "self >= oldSelf",
                &format!("`{}` cannot shrink", field.wire),
            )],
        ),
    }
}

/// The spellings that an enum without regard to case takes.
pub(in crate::render) fn any_case(word: &str) -> Vec<String> {
    let lower = word.to_lowercase();
    let upper = word.to_uppercase();
    let mut first = lower.clone();
    if let Some(head) = first.get_mut(..1) {
        head.make_ascii_uppercase();
    }
    let mut others = vec![lower, upper, first];
    others.sort();
    others.dedup();
    others.retain(|other| other != word);
    // The manifest's own is the first: it is what is shown where one of them has to be.
    others.insert(0, word.to_owned());
    others
}

fn type_schema(cluster: &Cluster, ty: &Type) -> Value {
    match ty {
        Type::String | Type::Json(_) => json!({"type": "string", "maxLength": MAX_OWN_TEXT}),
        Type::Int => json!({"type": "integer", "format": "int64"}),
        Type::Bool => json!({"type": "boolean"}),
        Type::Port => {
            json!({"type": "integer", "format": "int32", "minimum": 1, "maximum": 65_535})
        }
        Type::Quantity => schema::expand("Quantity"),
        Type::Duration => {
            json!({"type": "string", "maxLength": 32, "pattern": "^([0-9]+(ms|s|m|h|d))+$"})
        }
        Type::Tree => json!({
            "type": "object",
            "maxProperties": schema::MAX_ENTRIES,
            "x-kubernetes-preserve-unknown-fields": true,
        }),
        Type::SecretKey => schema::expand("SecretKeyRef"),
        Type::SecretRef => schema::expand("SecretRef"),
        Type::NodeType => node_type_enum(cluster),
        Type::K8s(ty) => schema::expand(ty.as_str()),
        Type::List(item) => {
            let mut list = json!({"type": "array", "maxItems": schema::MAX_ENTRIES});
            list["items"] = type_schema(cluster, item);
            list
        }
        Type::KeyedList { item, key } => {
            list_map(structure(cluster, item), &[key.as_str()], MAX_GROUPS, "")
        }
        Type::Map(value) => json!({
            "type": "object",
            "maxProperties": schema::MAX_ENTRIES,
            "additionalProperties": type_schema(cluster, value),
        }),
        Type::Enum(ty) => {
            let words: Vec<&str> = ty.values.iter().map(|value| value.wire.as_str()).collect();
            json!({"type": "string", "enum": words})
        }
        Type::Struct(ty) => structure(cluster, ty),
        // Only expressions are of these types.
        Type::Node | Type::Pod => json!({"type": "object"}),
    }
}

/// A constant as JSON.
pub(in crate::render) fn literal(value: &Literal) -> Value {
    match value {
        Literal::Null => Value::Null,
        Literal::Bool(value) => (*value).into(),
        Literal::Int(value) => (*value).into(),
        Literal::Float(text) => serde_json::from_str(text).unwrap_or_else(|_| text.as_str().into()),
        Literal::String(text) => text.as_str().into(),
        Literal::List(items) => items.iter().map(literal).collect(),
        Literal::Map(entries) => entries
            .iter()
            .map(|(key, value)| (key.clone(), literal(value)))
            .collect::<Map<_, _>>()
            .into(),
    }
}
