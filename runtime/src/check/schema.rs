//! A resource against the structural schema of its definition, as the API server does it.
//!
//! In: the value and the schema. Out: the value with the schema's defaults, every mistake of shape, and for what cannot be decoded
//! something that can. CEL rules are `rule`'s business, `metadata` has a schema of its own, and `status` is not the author's.

mod scalar;

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use serde_json::{Map, Value};

use super::hint;
use crate::problem::Problems;

/// What may stand in `metadata`.
const METADATA: &[&str] = &[
    "annotations",
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "finalizers",
    "generateName",
    "generation",
    "labels",
    "managedFields",
    "name",
    "namespace",
    "ownerReferences",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// One walk over a resource.
#[derive(Default)]
pub(super) struct Walk {
    pub(super) problems: Problems,
    /// Paths of fields that do not exist.
    pub(super) unknown: Vec<String>,
    /// Paths of required fields that were missing.
    pub(super) invented: Vec<String>,
    /// By path, for what has the wrong type: its JSON pointer, and a value of the right type.
    pub(super) substitutes: BTreeMap<String, (String, Value)>,
    patterns: BTreeMap<String, Option<Regex>>,
}

/// Where the walk is.
#[derive(Clone)]
struct At {
    path: String,
    pointer: String,
}

impl At {
    fn key(&self, key: &str) -> Self {
        let dot = if self.path.is_empty() { "" } else { "." };
        Self {
            path: format!("{}{dot}{key}", self.path),
            pointer: format!(
                "{}/{}",
                self.pointer,
                key.replace('~', "~0").replace('/', "~1")
            ),
        }
    }

    fn item(&self, index: usize) -> Self {
        Self {
            path: format!("{}[{index}]", self.path),
            pointer: format!("{}/{index}", self.pointer),
        }
    }
}

impl Walk {
    /// Walks over a whole resource.
    pub(super) fn root(&mut self, value: &Value, schema: &Value) -> Value {
        let Value::Object(written) = value else {
            return value.clone();
        };
        let at = At {
            path: String::new(),
            pointer: String::new(),
        };
        let mut own = written.clone();
        let metadata = own.remove("metadata");
        own.remove("status");
        let mut schema = schema.clone();
        for key in ["metadata", "status"] {
            if let Some(known) = schema
                .pointer_mut("/properties")
                .and_then(Value::as_object_mut)
            {
                known.remove(key);
            }
        }
        let mut out = self.value(&Value::Object(own), &schema, &at);
        let metadata = metadata.unwrap_or_default();
        self.metadata(&metadata, &at.key("metadata"));
        out["metadata"] = match metadata {
            Value::Null => Value::Object(Map::new()),
            metadata => metadata,
        };
        out
    }

    fn metadata(&mut self, metadata: &Value, at: &At) {
        for key in metadata.as_object().into_iter().flat_map(Map::keys) {
            if !METADATA.contains(&key.as_str()) {
                self.stranger(key, METADATA.iter().copied(), at);
            }
        }
        let named = ["name", "generateName"]
            .iter()
            .any(|key| metadata.get(key).is_some());
        if !named {
            self.problems
                .add(at.path.clone(), "has neither `name` nor `generateName`");
        }
    }

    fn stranger<'a>(&mut self, key: &str, known: impl IntoIterator<Item = &'a str>, at: &At) {
        let path = at.key(key).path;
        self.problems
            .add(path.clone(), format!("no such field{}", hint(key, known)));
        self.unknown.push(path);
    }

    /// Checks a value; gives it back with defaults. Recursion is bounded by the depth of the document.
    fn value(&mut self, value: &Value, schema: &Value, at: &At) -> Value {
        if value.is_null() {
            if schema.get("nullable") == Some(&Value::Bool(true)) {
                return Value::Null;
            }
            if let Some(default) = schema.get("default") {
                return default.clone();
            }
        }
        if !self.has_type(value, schema, at) {
            return value.clone();
        }
        self.words(value, schema, at);
        match value {
            Value::String(text) => self.text(text, schema, at),
            Value::Number(_) => self.number(value, schema, at),
            Value::Array(items) => return self.list(items, schema, at),
            Value::Object(map) => return self.object(map, schema, at),
            _ => {}
        }
        value.clone()
    }

    fn has_type(&mut self, value: &Value, schema: &Value, at: &At) -> bool {
        let (holds, expected) = if flag(schema, "x-kubernetes-int-or-string") {
            (value.is_i64() || value.is_string(), "a number or a text")
        } else {
            match schema.get("type").and_then(Value::as_str) {
                Some("string") => (value.is_string(), "a text"),
                Some("integer") => (value.is_i64() || value.is_u64(), "a whole number"),
                Some("number") => (value.is_number(), "a number"),
                Some("boolean") => (value.is_boolean(), "true or false"),
                Some("array") => (value.is_array(), "a list"),
                Some("object") => (value.is_object(), "a mapping"),
                _ => (true, ""),
            }
        };
        if !holds {
            let found = match value {
                Value::Null => "nothing",
                Value::Bool(_) => "true or false",
                Value::Number(number) if number.is_f64() => "a number with a point or an exponent",
                Value::Number(_) => "a number",
                Value::String(_) => "a text",
                Value::Array(_) => "a list",
                Value::Object(_) => "a mapping",
            };
            self.problems.add(
                at.path.clone(),
                format!("must be {expected} and is {found}"),
            );
            self.substitute(schema, at);
        }
        holds
    }

    fn substitute(&mut self, schema: &Value, at: &At) {
        let value = placeholder(schema);
        self.substitutes
            .insert(at.path.clone(), (at.pointer.clone(), value));
    }

    fn list(&mut self, items: &[Value], schema: &Value, at: &At) -> Value {
        self.bounds(items.len(), schema, ["minItems", "maxItems"], "entries", at);
        let inner = schema.get("items").unwrap_or(&Value::Null);
        let out: Vec<Value> = items
            .iter()
            .enumerate()
            .map(|(index, item)| self.value(item, inner, &at.item(index)))
            .collect();
        self.twice(&out, schema, at);
        Value::Array(out)
    }

    /// Lists that the server merges have no two alike.
    fn twice(&mut self, items: &[Value], schema: &Value, at: &At) {
        let keys: Vec<&str> = match schema.get("x-kubernetes-list-type").and_then(Value::as_str) {
            Some("set") => Vec::new(),
            Some("map") => schema
                .get("x-kubernetes-list-map-keys")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect(),
            _ => return,
        };
        let mut seen = BTreeSet::new();
        for (index, item) in items.iter().enumerate() {
            let parts: Vec<(&str, &Value)> = keys
                .iter()
                .map(|key| (*key, item.get(key).unwrap_or(&Value::Null)))
                .collect();
            let identity = if keys.is_empty() {
                item.to_string()
            } else {
                let parts = parts.iter().map(|(key, value)| format!("{key} {value}"));
                parts.collect::<Vec<_>>().join(", ")
            };
            if !seen.insert(identity.clone()) {
                let at = at.item(index);
                let at = match keys.as_slice() {
                    [key] if item.get(key).is_some() => at.key(key),
                    _ => at,
                };
                self.problems
                    .add(at.path, format!("{identity} is in the list already"));
            }
        }
    }

    fn object(&mut self, map: &Map<String, Value>, schema: &Value, at: &At) -> Value {
        let limits = ["minProperties", "maxProperties"];
        self.bounds(map.len(), schema, limits, "entries", at);
        let known = schema.get("properties").and_then(Value::as_object);
        let other = schema.get("additionalProperties");
        let open = flag(schema, "x-kubernetes-preserve-unknown-fields")
            || other == Some(&Value::Bool(true))
            || (known.is_none() && other.is_none());
        let mut out = Map::new();
        for (key, value) in map {
            let at_key = at.key(key);
            if let Some(schema) = known.and_then(|known| known.get(key)) {
                out.insert(key.clone(), self.value(value, schema, &at_key));
            } else if let Some(schema) = other.filter(|other| other.is_object()) {
                out.insert(key.clone(), self.value(value, schema, &at_key));
            } else if open {
                out.insert(key.clone(), value.clone());
            } else {
                let keys = known.into_iter().flat_map(Map::keys).map(String::as_str);
                self.stranger(key, keys, at);
            }
        }
        for (key, schema) in known.into_iter().flatten() {
            if let (None, Some(default)) = (out.get(key), schema.get("default")) {
                out.insert(key.clone(), default.clone());
            }
        }
        let required = schema.get("required").and_then(Value::as_array);
        for key in required.into_iter().flatten().filter_map(Value::as_str) {
            if out.contains_key(key) {
                continue;
            }
            let at = at.key(key);
            self.problems.add(at.path.clone(), "is missing");
            let schema = known.and_then(|known| known.get(key));
            out.insert(key.to_owned(), placeholder(schema.unwrap_or(&Value::Null)));
            self.invented.push(at.path);
        }
        Value::Object(out)
    }
}

/// Something of the schema's type, so that the rest of a resource can be looked at.
fn placeholder(schema: &Value) -> Value {
    if let Some(default) = schema.get("default") {
        return default.clone();
    }
    let words = schema.get("enum").and_then(Value::as_array);
    if let Some(word) = words.and_then(|words| words.first()) {
        return word.clone();
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(Value::from(0)),
        Some("boolean") => Value::Bool(false),
        Some("array") => Value::Array(Vec::new()),
        Some("object") => {
            let known = schema.get("properties").and_then(Value::as_object);
            let required = schema.get("required").and_then(Value::as_array);
            required
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(|key| {
                    let schema = known.and_then(|known| known.get(key));
                    (key.to_owned(), placeholder(schema.unwrap_or(&Value::Null)))
                })
                .collect::<Map<_, _>>()
                .into()
        }
        _ => Value::String(String::new()),
    }
}

fn flag(schema: &Value, key: &str) -> bool {
    schema.get(key) == Some(&Value::Bool(true))
}
