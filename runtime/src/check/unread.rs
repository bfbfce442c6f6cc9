//! What a schema leaves open and a type does not: each field that was written and not read.
//!
//! In: what was written, and what the type made of it. Out: the paths of the rest. A server would drop it without a word.

use serde_json::Value;

use super::hint;
use crate::problem::Problem;

/// Names each field that was written and not read: what is not in the type is not encoded again.
pub(super) fn unread(written: &Value, read: &Value, schema: &Value) -> Vec<Problem> {
    let mut found = Vec::new();
    compare(written, read, "", schema, &mut found);
    found
}

fn compare(written: &Value, read: &Value, path: &str, schema: &Value, found: &mut Vec<Problem>) {
    match (written, read) {
        (Value::Object(written), Value::Object(read)) => {
            for (key, value) in written {
                let path = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                let known = schema.get("properties").and_then(Value::as_object);
                match read.get(key) {
                    Some(read) => {
                        let schema = known.and_then(|known| known.get(key));
                        compare(value, read, &path, schema.unwrap_or(&Value::Null), found);
                    }
                    // An optional field that is empty is not encoded.
                    None if is_empty(value) => {}
                    None => {
                        let keys = known.map(|known| known.keys()).into_iter().flatten();
                        let keys = keys.chain(read.keys()).map(String::as_str);
                        let message = format!("no such field{}", hint(key, keys));
                        found.push(Problem { path, message });
                    }
                }
            }
        }
        (Value::Array(written), Value::Array(read)) => {
            let items = schema.get("items").unwrap_or(&Value::Null);
            for (index, (written, read)) in written.iter().zip(read).enumerate() {
                compare(written, read, &format!("{path}[{index}]"), items, found);
            }
        }
        _ => {}
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}
