//! Least and most: of numbers, lengths and counts.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::{Class, Found, Subject};

/// What a bound keeps from going below or above it; what is so anyway where there is none.
enum Side {
    Least(Option<u64>),
    Most,
}

const BOUNDS: &[(&str, Side)] = &[
    ("minimum", Side::Least(None)),
    ("minLength", Side::Least(Some(0))),
    ("minItems", Side::Least(Some(0))),
    ("minProperties", Side::Least(Some(0))),
    ("maximum", Side::Most),
    ("maxLength", Side::Most),
    ("maxItems", Side::Most),
    ("maxProperties", Side::Most),
];
/// These only go or stay.
const FLAGS: &[&str] = &[
    "exclusiveMinimum",
    "exclusiveMaximum",
    "uniqueItems",
    "multipleOf",
];

pub(super) fn is_one(key: &str) -> bool {
    BOUNDS.iter().any(|(name, _)| *name == key) || FLAGS.contains(&key)
}

impl Found {
    pub(super) fn bounds(&mut self, path: &str, old: &Value, new: &Value) {
        for (key, side) in BOUNDS {
            let (was, is) = (number(old, key), number(new, key));
            if was == is {
                continue;
            }
            let is_wider = match (side, was, is) {
                (_, _, None) => true,
                (Side::Least(anyway), None, Some(is)) => {
                    anyway.is_some_and(|least| is.as_u64().is_some_and(|is| is <= least))
                }
                (Side::Most, None, Some(_)) => false,
                (Side::Least(_), Some(was), Some(is)) => {
                    compare(is, was).is_some_and(Ordering::is_le)
                }
                (Side::Most, Some(was), Some(is)) => compare(is, was).is_some_and(Ordering::is_ge),
            };
            self.bound(
                path,
                key,
                is_wider,
                was.map(ToString::to_string),
                is.map(ToString::to_string),
            );
        }
        for key in FLAGS {
            let set = |schema: &Value| {
                let value = schema.get(key).filter(|value| **value != false);
                value.map(ToString::to_string)
            };
            let (was, is) = (set(old), set(new));
            if was != is {
                self.bound(path, key, is.is_none(), was, is);
            }
        }
    }

    fn bound(
        &mut self,
        path: &str,
        key: &str,
        wider: bool,
        was: Option<String>,
        is: Option<String>,
    ) {
        let class = if wider { Class::Safe } else { Class::Breaking };
        let text = |value: Option<String>| value.map(|value| format!("{key} {value}"));
        self.say(class, Subject::Bound, path, text(was), text(is));
    }
}

fn number<'s>(schema: &'s Value, key: &str) -> Option<&'s Number> {
    schema.get(key).and_then(Value::as_number)
}

/// Whole numbers as such, since 64 bits do not fit into a float.
fn compare(a: &Number, b: &Number) -> Option<Ordering> {
    match (a.as_i64(), b.as_i64()) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
    }
}
