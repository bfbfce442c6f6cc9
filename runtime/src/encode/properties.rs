//! Java properties: `key=value`, with everything escaped that a reader would take otherwise.

use std::fmt::Write;

use serde_json::Value;

use super::Encoded;

/// Nested maps become dotted keys; a list has no form in a properties file.
pub(super) fn encode(tree: &Value) -> Encoded {
    let mut out = Encoded::default();
    lines("", tree, &mut out);
    out
}

fn lines(key: &str, value: &Value, out: &mut Encoded) {
    let text = match value {
        Value::Object(map) => {
            for (name, value) in map {
                let nested = if key.is_empty() {
                    name.clone()
                } else {
                    format!("{key}.{name}")
                };
                lines(&nested, value, out);
            }
            return;
        }
        Value::Array(_) => {
            out.faults.push(format!(
                "has a list at `{key}`, which a properties file cannot hold"
            ));
            return;
        }
        Value::Null => return,
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
    };
    escape(key, true, &mut out.text);
    out.text.push('=');
    escape(&text, false, &mut out.text);
    out.text.push('\n');
}

fn escape(text: &str, key: bool, out: &mut String) {
    for (index, c) in text.chars().enumerate() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ' ' if key || index == 0 => out.push_str("\\ "),
            '=' | ':' | '#' | '!' if key || index == 0 => {
                out.push('\\');
                out.push(c);
            }
            ' '..='~' => out.push(c),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}").expect("writing to a String does not fail");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_tree_becomes_dotted_keys_in_order_and_a_list_is_refused() {
        let out = encode(&json!({"log": {"dirs": "/a b", "n": 1}, "b": true, "c:d": " =x"}));
        assert_eq!(out.text, "b=true\nc\\:d=\\ =x\nlog.dirs=/a b\nlog.n=1\n");
        assert_eq!(encode(&json!({"a": [1]})).faults.len(), 1);
    }
}
