//! In which fields two documents of one object differ.
//!
//! In: the documents. Out: paths with the values before and after, sorted as the documents are. Entries of a list are told apart by
//! what Kubernetes calls them, not by their place. A text of many lines and a config file are counted, not shown.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::is_bookkeeping;
use super::secret::hide;
use crate::kind::ChildKind;

/// By what entries of a list are told apart, the first that all of them have, as JSON pointers.
const KEYS: &[&str] = &[
    "/mountPath",
    "/name",
    "/metadata/name",
    "/containerPort",
    "/port",
    "/key",
    "/ip",
];

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Field {
    /// Such as `spec.template.spec.containers[store].image`.
    pub(crate) path: String,
    /// None where it was not there, or where lines are counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) to: Option<Value>,
    /// Of a text of many lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lines: Option<Lines>,
    /// Part of the values may be secret and is not shown.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) hidden: bool,
}

/// How many lines only the new and only the old text has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Lines {
    pub(crate) added: usize,
    pub(crate) removed: usize,
}

/// The fields in which two documents differ.
pub(super) fn differences(kind: ChildKind, old: &Value, new: &Value) -> Vec<Field> {
    let mut walk = Walk {
        counted: kind == ChildKind::ConfigMap,
        found: Vec::new(),
    };
    walk.value("", Some(old), Some(new));
    walk.found
}

struct Walk {
    /// `data` is config files.
    counted: bool,
    found: Vec<Field>,
}

impl Walk {
    fn value(&mut self, path: &str, old: Option<&Value>, new: Option<&Value>) {
        if old == new || is_bookkeeping(path) {
            return;
        }
        match (old, new) {
            (Some(Value::Object(old)), Some(Value::Object(new))) => self.object(path, old, new),
            // Each file of a config is counted by itself.
            (None, Some(Value::Object(new))) if self.counted => {
                self.object(path, &Map::new(), new);
            }
            (Some(Value::Object(old)), None) if self.counted => {
                self.object(path, old, &Map::new());
            }
            (Some(Value::Array(old)), Some(Value::Array(new))) => self.list(path, old, new),
            _ => self.leaf(path, old, new),
        }
    }

    fn object(&mut self, path: &str, old: &Map<String, Value>, new: &Map<String, Value>) {
        let mut keys: Vec<&String> = old.keys().chain(new.keys()).collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            self.value(&below(path, key), old.get(key), new.get(key));
        }
    }

    fn list(&mut self, path: &str, old: &[Value], new: &[Value]) {
        let named = KEYS
            .iter()
            .find_map(|pointer| Some((by(pointer, old)?, by(pointer, new)?)));
        let Some((before, after)) = named else {
            if old.len() == new.len() {
                for (index, (old, new)) in old.iter().zip(new).enumerate() {
                    self.value(&format!("{path}[{index}]"), Some(old), Some(new));
                }
            } else {
                self.leaf(
                    path,
                    Some(&Value::from(old.to_vec())),
                    Some(&Value::from(new.to_vec())),
                );
            }
            return;
        };
        let found = self.found.len();
        let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
        names.sort();
        names.dedup();
        for name in names {
            let at = format!("{path}[{name}]");
            self.value(&at, before.get(name).copied(), after.get(name).copied());
        }
        if self.found.len() == found {
            // The same entries in another order.
            let order = |list: &[Value], named: &BTreeMap<String, &Value>| {
                let name = |item| {
                    let mut names = named.iter();
                    names.find(|(_, known)| std::ptr::eq(**known, item))
                };
                let names = list.iter().filter_map(|item| Some(name(item)?.0.clone()));
                Value::from(names.collect::<Vec<_>>())
            };
            let (old, new) = (order(old, &before), order(new, &after));
            self.leaf(path, Some(&old), Some(&new));
        }
    }

    fn leaf(&mut self, path: &str, old: Option<&Value>, new: Option<&Value>) {
        let long = |value: Option<&Value>| {
            let text = value.and_then(Value::as_str);
            text.is_some_and(|text| text.trim_end().contains('\n'))
        };
        let is_file = self.counted && (path.starts_with("data.") || path.starts_with("data["));
        if is_file || long(old) || long(new) {
            self.found.push(Field {
                path: path.to_owned(),
                from: None,
                to: None,
                lines: Some(Lines::of(old, new)),
                hidden: false,
            });
            return;
        }
        let (from, to) = (
            old.map(|value| hide(path, value)),
            new.map(|value| hide(path, value)),
        );
        self.found.push(Field {
            path: path.to_owned(),
            hidden: from.as_ref() != old || to.as_ref() != new,
            from,
            to,
            lines: None,
        });
    }
}

/// The path of a key below another.
pub(super) fn below(path: &str, key: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !key.chars().all(plain) {
        format!("{path}[\"{}\"]", key.escape_debug())
    } else if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

/// The entries of a list by what each has at a pointer; none where that tells them not apart.
fn by<'a>(pointer: &str, list: &'a [Value]) -> Option<BTreeMap<String, &'a Value>> {
    let mut named = BTreeMap::new();
    for item in list {
        let name = match item.pointer(pointer)? {
            Value::String(name) => name.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        if named.insert(name, item).is_some() {
            return None;
        }
    }
    Some(named)
}

impl Lines {
    fn of(old: Option<&Value>, new: Option<&Value>) -> Self {
        let text = |value: Option<&Value>| match value {
            None => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        let mut counts: BTreeMap<String, i64> = BTreeMap::new();
        for line in text(new).lines() {
            *counts.entry(line.to_owned()).or_default() += 1;
        }
        for line in text(old).lines() {
            *counts.entry(line.to_owned()).or_default() -= 1;
        }
        let sum = |counts: &mut dyn Iterator<Item = i64>| {
            usize::try_from(counts.sum::<i64>()).unwrap_or_default()
        };
        Self {
            added: sum(&mut counts.values().copied().filter(|count| *count > 0)),
            removed: sum(&mut counts
                .values()
                .filter(|count| **count < 0)
                .map(|count| -count)),
        }
    }
}
