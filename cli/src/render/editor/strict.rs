//! From the schema of a definition to a strict JSON schema.
//!
//! The API server drops what a definition does not know, and most often says so only in a warning; here it is refused, so
//! that a typing mistake shows. Kubernetes' own keys have no meaning in an editor and are put in JSON schema's words or left out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::schema::{MAX_ENTRIES, MAX_TEXT};

/// Shorter schemas than this are written again where they are needed again.
const SHARED: usize = 300;

/// The same schema, closed, in the words of draft 07.
pub(super) fn strict(schema: &Value) -> Value {
    let Some(known) = schema.as_object() else {
        return schema.clone();
    };
    let mut out = Map::new();
    for (key, value) in known {
        let value = match key.as_str() {
            "properties" => Value::Object(
                value
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(|(name, field)| (name.clone(), strict(field)))
                    .collect(),
            ),
            "items" | "additionalProperties" => strict(value),
            // What the API server fills in need not be written.
            "required" => match needed(known) {
                Some(needed) => needed,
                None => continue,
            },
            "pattern" if !value.as_str().is_some_and(is_understood) => continue,
            // Nobody meets these while typing, and they are a third of the text.
            "maxLength" if *value == MAX_TEXT => continue,
            "maxItems" | "maxProperties" if *value == MAX_ENTRIES => continue,
            "nullable" => continue,
            key if key.starts_with("x-kubernetes-") => continue,
            _ => value.clone(),
        };
        out.insert(key.clone(), value);
    }
    let is = |key: &str| known.get(key).and_then(Value::as_bool) == Some(true);
    if is("x-kubernetes-int-or-string") {
        out.remove("anyOf");
        out.insert("type".to_owned(), json!(["integer", "string"]));
    }
    if known.get("x-kubernetes-list-type").and_then(Value::as_str) == Some("set") {
        out.insert("uniqueItems".to_owned(), true.into());
    }
    let open =
        is("x-kubernetes-preserve-unknown-fields") || out.contains_key("additionalProperties");
    if known.get("type").and_then(Value::as_str) == Some("object") && !open {
        out.insert("additionalProperties".to_owned(), false.into());
    }
    if is("nullable") {
        with_null(&mut out);
    }
    Value::Object(out)
}

/// The required fields that no default stands for.
fn needed(schema: &Map<String, Value>) -> Option<Value> {
    let filled_in = |name: &Value| {
        let name = name.as_str().unwrap_or_default();
        schema["properties"][name].get("default").is_some()
    };
    let names = schema["required"].as_array()?;
    let needed: Vec<&Value> = names.iter().filter(|name| !filled_in(name)).collect();
    (!needed.is_empty()).then(|| json!(needed))
}

fn with_null(schema: &mut Map<String, Value>) {
    match schema.get_mut("type") {
        Some(Value::Array(types)) => types.push("null".into()),
        Some(ty) => *ty = json!([ty, "null"]),
        None => {}
    }
    if let Some(Value::Array(words)) = schema.get_mut("enum") {
        words.push(Value::Null);
    }
}

/// Whether an expression means the same to an editor: the API server's are Go's, and an editor's are JavaScript's. One that
/// uses what only Go knows is left to the API server.
fn is_understood(pattern: &str) -> bool {
    let mut rest = pattern.chars();
    while let Some(first) = rest.next() {
        let behind = rest.as_str();
        let of_go = match first {
            // What is escaped opens nothing.
            '\\' => rest.next().is_some_and(|class| "AzQECpPa".contains(class)),
            '(' => behind.starts_with('?') && !behind.starts_with("?:"),
            '[' => behind.starts_with(':'),
            _ => false,
        };
        if of_go {
            return false;
        }
    }
    true
}

/// The same schema with what it says more than once under `definitions`: Kubernetes' types come up again and again.
pub(super) fn shared(schema: &Value) -> Value {
    let mut counts = BTreeMap::new();
    count(schema, &mut counts);
    let again: BTreeSet<String> = counts
        .into_iter()
        .filter(|(_, count)| *count > 1)
        .map(|(text, _)| text)
        .collect();
    let mut shared = Shared {
        again,
        names: BTreeMap::new(),
        definitions: BTreeMap::new(),
    };
    let mut root = shared.below(schema, "");
    if !shared.definitions.is_empty() {
        root["definitions"] = json!(shared.definitions);
    }
    root
}

fn count(schema: &Value, counts: &mut BTreeMap<String, usize>) {
    for (_, child) in children(schema) {
        let text = child.to_string();
        if text.len() >= SHARED {
            let count = counts.entry(text).or_default();
            *count += 1;
            // What is in a shared one is written once with it.
            if *count > 1 {
                continue;
            }
        }
        count(child, counts);
    }
}

/// The schemas right below one, each with the name that it goes by.
fn children(schema: &Value) -> Vec<(&str, &Value)> {
    let fields = schema["properties"].as_object().into_iter().flatten();
    let fields = fields.map(|(name, field)| (name.as_str(), field));
    let inner = ["items", "additionalProperties"].into_iter();
    let inner = inner.filter_map(|key| Some((key, schema.get(key)?)));
    fields
        .chain(inner.filter(|(_, inner)| inner.is_object()))
        .collect()
}

struct Shared {
    /// Texts of schemas that come up more than once.
    again: BTreeSet<String>,
    names: BTreeMap<String, String>,
    definitions: BTreeMap<String, Value>,
}

impl Shared {
    /// A schema whose children refer to what is shared; `name` is what it goes by.
    fn below(&mut self, schema: &Value, name: &str) -> Value {
        let mut out = schema.clone();
        if let Some(fields) = out.get_mut("properties").and_then(Value::as_object_mut) {
            for (name, field) in fields {
                *field = self.place(field, name);
            }
        }
        for key in ["items", "additionalProperties"] {
            if let Some(inner) = out.get_mut(key).filter(|inner| inner.is_object()) {
                *inner = self.place(inner, name);
            }
        }
        out
    }

    fn place(&mut self, schema: &Value, name: &str) -> Value {
        let text = schema.to_string();
        if !self.again.contains(&text) {
            return self.below(schema, name);
        }
        if let Some(name) = self.names.get(&text) {
            return reference(name);
        }
        let name = self.free(name);
        self.names.insert(text, name.clone());
        let definition = self.below(schema, &name);
        self.definitions.insert(name.clone(), definition);
        reference(&name)
    }

    /// A name that no other schema has.
    fn free(&self, wanted: &str) -> String {
        // In a reference, other characters would have to be escaped.
        let plain = |c: &char| c.is_ascii_alphanumeric();
        let wanted: String = wanted.chars().filter(plain).collect();
        let taken = |name: &str| self.names.values().any(|known| known == name);
        let mut name = wanted.clone();
        let mut number = 1_u32;
        while taken(&name) {
            number += 1;
            name = format!("{wanted}{number}");
        }
        name
    }
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/definitions/{name}")})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_drops_is_refused_and_what_it_fills_in_is_not_asked_for() {
        let schema = json!({
            "type": "object",
            "maxProperties": MAX_ENTRIES,
            "required": ["name", "protocol"],
            "x-kubernetes-validations": [{"rule": "true"}],
            "properties": {
                "name": {"type": "string", "pattern": "(?i)^a$", "maxLength": MAX_TEXT},
                "protocol": {"type": "string", "default": "TCP", "pattern": "^[A-Z]+$"},
                "port": {"x-kubernetes-int-or-string": true},
                "open": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
                "words": {"type": "object", "additionalProperties": {"type": "string", "maxLength": 9}},
                "maybe": {"type": "string", "enum": ["a"], "nullable": true},
                "set": {"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set"},
            },
        });
        let expected = json!({
            "type": "object",
            "required": ["name"],
            "additionalProperties": false,
            "properties": {
                "name": {"type": "string"},
                "protocol": {"type": "string", "default": "TCP", "pattern": "^[A-Z]+$"},
                "port": {"type": ["integer", "string"]},
                "open": {"type": "object"},
                "words": {"type": "object", "additionalProperties": {"type": "string", "maxLength": 9}},
                "maybe": {"type": ["string", "null"], "enum": ["a", null]},
                "set": {"type": "array", "items": {"type": "string"}, "uniqueItems": true},
            },
        });
        assert_eq!(strict(&schema), expected);
    }

    #[test]
    fn an_expression_that_only_go_knows_is_left_out() {
        for pattern in ["^a$", r"^\(?i\)$", "(?:a|b)", r"[\[:]", r"\d\.\\A"] {
            assert!(is_understood(pattern), "{pattern}");
        }
        for pattern in [
            "(?i)a",
            "(?P<n>a)",
            r"\Aa\z",
            r"\pL",
            "[[:alpha:]]",
            r"\Qa\E",
        ] {
            assert!(!is_understood(pattern), "{pattern}");
        }
    }

    #[test]
    fn what_comes_up_again_is_written_once() {
        let long = json!({"type": "string", "description": "x".repeat(SHARED)});
        let other = json!({"type": "string", "description": "y".repeat(SHARED)});
        let list = json!({"type": "array", "items": other});
        let schema = json!({"properties": {
            "a/b": long, "c": {"properties": {"d": long, "ab": list}}, "e": list, "f": {"type": "string"},
        }});
        let reference = |name: &str| json!({"$ref": format!("#/definitions/{name}")});
        let expected = json!({
            "definitions": {"ab": long, "ab2": list},
            "properties": {
                "a/b": reference("ab"),
                "c": {"properties": {"d": reference("ab"), "ab": reference("ab2")}},
                "e": reference("ab2"),
                "f": {"type": "string"},
            },
        });
        assert_eq!(shared(&schema), expected);
    }
}
