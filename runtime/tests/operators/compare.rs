//! Compares what an operator made with what it should have made.
//!
//! Expected is contained in live: of maps the entries that are expected, of lists every item in its
//! place, of everything else the value.

use serde_json::Value;

/// Where `live` is not what is expected; empty if it is.
pub(crate) fn differences(expected: &Value, live: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("", expected, live, &mut found);
    found
}

fn compare(path: &str, expected: &Value, live: &Value, found: &mut Vec<String>) {
    match (expected, live) {
        (Value::Object(expected), Value::Object(live)) => {
            for (key, value) in expected {
                let path = format!("{path}.{key}");
                match live.get(key) {
                    Some(live) => compare(&path, value, live, found),
                    None => found.push(format!("{path} is missing, should be {value}")),
                }
            }
        }
        (Value::Array(expected), Value::Array(live)) if expected.len() == live.len() => {
            for (index, (expected, live)) in expected.iter().zip(live).enumerate() {
                compare(&format!("{path}[{index}]"), expected, live, found);
            }
        }
        _ if expected == live => {}
        _ => found.push(format!("{path} should be {expected}, is {live}")),
    }
}

#[test]
fn a_map_may_hold_more_and_a_list_may_not() {
    use serde_json::json;
    let live = json!({ "a": 1, "list": [{ "x": 1, "y": 2 }], "more": true });
    assert!(differences(&json!({ "a": 1, "list": [{ "x": 1 }] }), &live).is_empty());
    assert_eq!(
        differences(&json!({ "b": 1, "list": [{ "x": 2 }], "a": "1" }), &live),
        [
            ".a should be \"1\", is 1",
            ".b is missing, should be 1",
            ".list[0].x should be 2, is 1",
        ]
    );
    assert_eq!(differences(&json!({ "list": [] }), &live).len(), 1);
}
