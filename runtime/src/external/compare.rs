//! Whether an application has what a resource asks for. Pure.
//!
//! In: what is asked for, and what the application answers. Out: the differences. What the
//! application has beside it is its own (DR-15, NC-17): a map may have more keys; a list is a value,
//! and has to be there as a whole, each entry compared in the same way.

use serde_json::Value;

/// More of them say nothing more.
const MOST: usize = 50;
/// Of a value.
const SHOWN: usize = 60;

/// What is asked for and is not there; empty where everything is.
pub(super) fn differences(asked: &Value, has: &Value) -> String {
    let mut found = Vec::new();
    walk("", asked, Some(has), &mut found);
    found.join("; ")
}

fn walk(path: &str, asked: &Value, has: Option<&Value>, found: &mut Vec<String>) {
    if found.len() >= MOST {
        return;
    }
    match (asked, has) {
        // To ask for nothing is to be content with it.
        (Value::Null, None) => {}
        (Value::Object(asked), Some(Value::Object(has))) => {
            for (key, asked) in asked {
                let path = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                walk(&path, asked, has.get(key), found);
            }
        }
        (Value::Array(asked), Some(Value::Array(has))) if asked.len() == has.len() => {
            for (index, (asked, has)) in asked.iter().zip(has).enumerate() {
                walk(&format!("{path}[{index}]"), asked, Some(has), found);
            }
        }
        (asked, Some(has)) if same(asked, has) => {}
        (asked, has) => {
            let place = if path.is_empty() { "it" } else { path };
            let has = has.map_or_else(|| "nothing".to_owned(), shown);
            found.push(format!("{place} is {has}, not {}", shown(asked)));
        }
    }
}

/// `1` and `1.0` are one number.
fn same(asked: &Value, has: &Value) -> bool {
    match (asked, has) {
        (Value::Number(asked), Value::Number(has)) if asked != has => {
            let whole = asked.as_i64().is_some() && has.as_i64().is_some()
                || asked.as_u64().is_some() && has.as_u64().is_some();
            // Of whole numbers no digit may be lost on the way.
            !whole && asked.as_f64() == has.as_f64()
        }
        _ => asked == has,
    }
}

fn shown(value: &Value) -> String {
    let text = match value {
        Value::Array(list) => format!("a list of {}", list.len()),
        Value::Object(_) => "a map".to_owned(),
        other => other.to_string(),
    };
    if text.chars().count() > SHOWN {
        text.chars().take(SHOWN).chain(['…']).collect()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_an_application_has_beside_it_is_its_own() {
        // DR-15, NC-17: a superset is in sync.
        for (asked, has) in [
            (json!({"a": 1}), json!({"a": 1, "b": 2})),
            (json!({"a": {"b": 1}}), json!({"a": {"b": 1, "c": 2}})),
            (json!({"a": [{"b": 1}]}), json!({"a": [{"b": 1, "id": 7}]})),
            (json!({"a": 1}), json!({"a": 1.0})),
            (json!({"a": null}), json!({})),
            (json!({"a": null}), json!({"a": null})),
            (json!({}), json!({"x": 1})),
            (json!([1, "x"]), json!([1, "x"])),
        ] {
            assert_eq!(differences(&asked, &has), "", "{asked} in {has}");
        }
    }

    #[test]
    fn what_is_asked_for_and_not_there_is_named() {
        for (asked, has, said) in [
            (json!({"a": 1}), json!({}), "a is nothing, not 1"),
            (json!({"a": 1}), json!({"a": 2}), "a is 2, not 1"),
            (json!({"a": 1}), json!({"a": "1"}), "a is \"1\", not 1"),
            (json!({"a": {"b": 1}}), json!({"a": 3}), "a is 3, not a map"),
            (
                json!({"a": [1, 2]}),
                json!({"a": [1]}),
                "a is a list of 1, not a list of 2",
            ),
            (
                json!({"a": [1, 2]}),
                json!({"a": [2, 1]}),
                "a[0] is 2, not 1; a[1] is 1, not 2",
            ),
            (json!({"a": null}), json!({"a": 1}), "a is 1, not null"),
            (
                json!({"a": false}),
                json!({"a": null}),
                "a is null, not false",
            ),
            (json!({"a": 1}), json!([]), "it is a list of 0, not a map"),
            (
                json!({"a": 9_007_199_254_740_993_i64}),
                json!({"a": 9_007_199_254_740_992_i64}),
                "a is 9007199254740992, not 9007199254740993",
            ),
        ] {
            assert_eq!(differences(&asked, &has), said, "{asked} in {has}");
        }
    }

    #[test]
    fn a_message_stays_short_whatever_the_values_are() {
        let asked: Value = (0..1000)
            .map(|index| (index.to_string(), json!("x".repeat(1000))))
            .collect::<serde_json::Map<_, _>>()
            .into();
        let said = differences(&asked, &json!({}));
        assert!(said.len() < 8192, "{}", said.len());
    }
}
