//! Texts on their way to an application: JSON of a resource, and parts of an address.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::problem::Problem;

/// Reads JSON that a resource holds as text, strictly: one value, and no key twice.
///
/// # Errors
/// The text is no JSON, with the place of the first mistake.
pub fn parse_json(path: &str, text: &str) -> Result<Value, Problem> {
    serde_json::from_str::<Strict>(text)
        .map(|strict| strict.0)
        .map_err(|error| problem(path, format!("is no JSON: {error}")))
}

/// The text at a JSON pointer.
///
/// # Errors
/// There is none, or it is no text.
pub fn text_at(path: &str, value: &Value, pointer: &str) -> Result<String, Problem> {
    let shown = pointer.trim_start_matches('/').replace('/', ".");
    match value.pointer(pointer) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => Err(problem(path, format!("`{shown}` is no text"))),
        None => Err(problem(path, format!("has no `{shown}`"))),
    }
}

/// Percent-encodes a text for one segment of a path, or for one value of a query.
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// Percent-encodes a text for one segment of a path that it may not leave.
///
/// # Errors
/// The text is empty, `.` or `..`: servers take such segments for another path.
pub fn segment(path: &str, text: &str) -> Result<String, Problem> {
    if matches!(text, "" | "." | "..") {
        return Err(problem(
            path,
            format!("`{text}` cannot be a part of an address"),
        ));
    }
    Ok(encode(text))
}

/// What of a value is there: entries and items that are absent are null, and left out.
pub fn present(value: Value) -> Value {
    crate::encode::without_nulls(value)
}

fn problem(path: &str, message: String) -> Problem {
    Problem {
        path: path.to_owned(),
        message,
    }
}

/// A value in which no key comes twice.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Strict;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Strict, E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("a number is too large"))?;
        Ok(Strict(number.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }

    fn visit_unit<E>(self) -> Result<Strict, E> {
        Ok(Strict(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Strict, A::Error> {
        let mut values = Vec::new();
        while let Some(Strict(value)) = list.next_element()? {
            values.push(value);
        }
        Ok(Strict(values.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Strict, A::Error> {
        let mut values = Map::new();
        while let Some((key, Strict(value))) = map.next_entry::<String, Strict>()? {
            if values.contains_key(&key) {
                return Err(A::Error::custom(format!("the key `{key}` comes twice")));
            }
            values.insert(key, value);
        }
        Ok(Strict(values.into()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_of_a_resource_is_read_strictly() {
        let text = r#"{"a": [1, -2, 1.5, null, true, "x"], "b": {"c": 18446744073709551615}}"#;
        let value = parse_json("spec.x", text).unwrap();
        assert_eq!(value, serde_json::from_str::<Value>(text).unwrap());
        for (text, said) in [
            ("", "EOF"),
            ("{} {}", "trailing"),
            (r#"{"a": 1, "a": 2}"#, "the key `a` comes twice"),
            (r#"{"a": {"b": 1, "b": 1}}"#, "the key `b` comes twice"),
            ("{'a': 1}", "line 1 column 2"),
            (&"[".repeat(4096), "recursion limit"),
        ] {
            let problem = parse_json("spec.x", text).unwrap_err();
            assert_eq!(problem.path, "spec.x");
            assert!(problem.message.contains(said), "{}", problem.message);
        }
    }

    #[test]
    fn a_name_is_taken_from_where_the_manifest_says() {
        let value = json!({"a": {"b/c": "x"}, "n": 1});
        assert_eq!(text_at("p", &value, "/a/b~1c").unwrap(), "x");
        let no_text = text_at("p", &value, "/n").unwrap_err();
        assert_eq!(no_text.to_string(), "p: `n` is no text");
        let none = text_at("p", &value, "/tableName").unwrap_err();
        assert_eq!(none.to_string(), "p: has no `tableName`");
    }

    #[test]
    fn no_text_breaks_out_of_its_part_of_an_address() {
        // SE-11.
        assert_eq!(encode("a-b_c.d~9"), "a-b_c.d~9");
        assert_eq!(
            encode("a/../b?x=1&y#z %"),
            "a%2F..%2Fb%3Fx%3D1%26y%23z%20%25"
        );
        assert_eq!(encode("é\r\n"), "%C3%A9%0D%0A");
    }
}
