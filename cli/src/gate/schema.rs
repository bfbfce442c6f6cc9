//! Two structural schemas of an API to what became narrower, what wider, and what means something else (NC-6).
//!
//! Whatever is legal by the old schema is legal by the new one unless a change is [`Class::Breaking`]; `tests/random.rs` tries.

mod bound;
mod change;
mod object;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde_json::Value;

pub use self::change::{Change, Subject};
use super::{Class, rule};

/// Compares two schemas, at this path in a resource; empty for the whole. Out: the changes in the order of their paths.
pub fn schemas(path: &str, old: &Value, new: &Value) -> Vec<Change> {
    let mut found = Found::default();
    found.schema(path, old, new);
    found.list.sort();
    found.list
}

/// What was found so far.
#[derive(Default)]
pub(super) struct Found {
    pub(super) list: Vec<Change>,
}

/// What of a schema is not compared by its own rule is only compared as a whole. These have one.
const KNOWN: &[&str] = &[
    "type",
    "format",
    "enum",
    "pattern",
    "nullable",
    "default",
    "description",
    "title",
    "example",
    "externalDocs",
    "properties",
    "additionalProperties",
    "required",
    "items",
    "anyOf",
    "x-kubernetes-validations",
    "x-kubernetes-int-or-string",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-list-type",
    "x-kubernetes-list-map-keys",
];
/// What says nothing to a machine.
const TEXTS: &[&str] = &["description", "title", "example", "externalDocs"];

impl Found {
    pub(super) fn say(
        &mut self,
        class: Class,
        subject: Subject,
        path: &str,
        was: Option<String>,
        is: Option<String>,
    ) {
        self.list.push(Change {
            kind: String::new(),
            path: path.to_owned(),
            subject,
            class,
            was,
            is,
        });
    }

    fn schema(&mut self, path: &str, old: &Value, new: &Value) {
        if old == new {
            return;
        }
        if TEXTS.iter().any(|key| old.get(key) != new.get(key)) {
            self.say(Class::Safe, Subject::Text, path, None, None);
        }
        self.filled(path, old, new);
        let (before, after) = (types(old), types(new));
        let wider = match (&before, &after) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(before), Some(after)) => before
                .iter()
                .all(|ty| after.contains(ty) || (*ty == "integer" && after.contains("number"))),
        };
        if before != after {
            let class = if wider { Class::Safe } else { Class::Breaking };
            self.say(
                class,
                Subject::Type,
                path,
                Some(shape(old)),
                Some(shape(new)),
            );
        }
        if !wider {
            // Nothing else of the two can be compared.
            return;
        }
        self.values(path, old, new);
        self.bounds(path, old, new);
        self.words(path, old, new);
        self.rules(path, old, new);
        self.rest(path, old, new);
        self.fields(path, old, new);
        self.items(path, old, new);
    }

    /// A default is filled in where a resource has nothing: also into what was stored before there was one.
    fn filled(&mut self, path: &str, old: &Value, new: &Value) {
        let (was, is) = (default(old), default(new));
        if was != is {
            let text = |value: Option<&Value>| value.map(ToString::to_string);
            self.say(Class::Rolling, Subject::Default, path, text(was), text(is));
        }
    }

    fn values(&mut self, path: &str, old: &Value, new: &Value) {
        let (was, is) = (old["enum"].as_array(), new["enum"].as_array());
        let (class, was, is) = match (was, is) {
            (None, None) => return,
            (None, Some(is)) => (Class::Breaking, None, Some(listed(is))),
            (Some(was), None) => (Class::Safe, Some(listed(was)), None),
            (Some(was), Some(is)) => {
                let only = |these: &[Value], those: &[Value]| -> Vec<Value> {
                    let left = these.iter().filter(|value| !those.contains(value));
                    left.cloned().collect()
                };
                let (gone, come) = (only(was, is), only(is, was));
                let named = |values: &[Value]| (!values.is_empty()).then(|| listed(values));
                if gone.is_empty() && come.is_empty() {
                    return;
                }
                let class = if gone.is_empty() {
                    Class::Safe
                } else {
                    Class::Breaking
                };
                (class, named(&gone), named(&come))
            }
        };
        self.say(class, Subject::Values, path, was, is);
    }

    /// Patterns and formats: which of two takes more cannot be told, but for a few formats.
    fn words(&mut self, path: &str, old: &Value, new: &Value) {
        for (key, subject) in [("pattern", Subject::Pattern), ("format", Subject::Format)] {
            let (was, is) = (old[key].as_str(), new[key].as_str());
            let class = match (was, is) {
                (was, is) if was == is => continue,
                // A whole number has 64 bits, and any number is a double, unless something else is said.
                (_, None)
                | (Some("int32") | None, Some("int64"))
                | (Some("float") | None, Some("double")) => Class::Safe,
                _ => Class::Breaking,
            };
            let text = |word: Option<&str>| word.map(ToOwned::to_owned);
            self.say(class, subject, path, text(was), text(is));
        }
        let (was, is) = (old["nullable"] == true, new["nullable"] == true);
        if was != is {
            let class = if was { Class::Breaking } else { Class::Safe };
            let text = |may: bool| Some(if may { "may be null" } else { "never null" }.to_owned());
            self.say(class, Subject::Null, path, text(was), text(is));
        }
    }

    fn rules(&mut self, path: &str, old: &Value, new: &Value) {
        let (before, after) = (rules(old, old), rules(new, old));
        let gone: Vec<_> = before.difference(&after).collect();
        let come: Vec<_> = after.difference(&before).collect();
        let mut replaced = BTreeSet::new();
        for rule in come {
            let stricter = gone
                .iter()
                .find(|old| old.0 == rule.0 && rule::is_wider(&old.1, &rule.1));
            let alike = || gone.iter().find(|old| stem(&old.1) == stem(&rule.1));
            let was = stricter.copied().or_else(|| alike().copied());
            let class = if stricter.is_some() || rule::is_about_nothing_yet(&rule.1, old) {
                Class::Safe
            } else {
                Class::Breaking
            };
            let is = Some(rule.1.clone());
            self.say(class, Subject::Rule, path, was.map(|was| was.1.clone()), is);
            replaced.extend(was);
        }
        for rule in gone.into_iter().filter(|rule| !replaced.contains(*rule)) {
            self.say(Class::Safe, Subject::Rule, path, Some(rule.1.clone()), None);
        }
    }

    /// Everything else, as a whole: it may only go.
    fn rest(&mut self, path: &str, old: &Value, new: &Value) {
        let keys = |schema: &Value| -> BTreeSet<String> {
            let keys = schema.as_object().into_iter().flatten();
            keys.map(|(key, _)| key.clone()).collect()
        };
        for key in keys(old).union(&keys(new)) {
            let is_known = KNOWN.contains(&key.as_str()) || bound::is_one(key);
            // What is a number or a text says so in this form.
            let is_known = is_known && (key != "anyOf" || is_int_or_string(new));
            let (was, is) = (old.get(key), new.get(key));
            if is_known || was == is {
                continue;
            }
            let class = if is.is_none() && !key.starts_with("x-") {
                Class::Safe
            } else {
                Class::Breaking
            };
            let text = |value: Option<&Value>| value.map(|value| format!("{key}: {value}"));
            self.say(class, Subject::Other, path, text(was), text(is));
        }
    }

    fn items(&mut self, path: &str, old: &Value, new: &Value) {
        let (was, is) = (topology(old), topology(new));
        if was != is {
            self.say(Class::Breaking, Subject::List, path, Some(was), Some(is));
        }
        let below = format!("{path}[]");
        let known = self.list.len();
        match (old.get("items"), new.get("items")) {
            (Some(old), Some(new)) => self.schema(&below, old, new),
            (None, Some(new)) => self.schema(&below, &Value::Null, new),
            (_, None) => {}
        }
        let is_set = new["x-kubernetes-list-type"] == "set" || new["uniqueItems"] == true;
        let mut found = self.list.iter().skip(known);
        if is_set && found.any(|change| change.subject == Subject::Default) {
            // Two items may be one after it.
            self.say(Class::Breaking, Subject::Default, &below, None, None);
        }
    }
}

fn default(schema: &Value) -> Option<&Value> {
    schema.get("default").filter(|value| !value.is_null())
}

/// The JSON types that a schema takes; `None`: all.
fn types(schema: &Value) -> Option<BTreeSet<&str>> {
    if is_int_or_string(schema) {
        return Some(BTreeSet::from(["integer", "string"]));
    }
    schema["type"].as_str().map(|ty| BTreeSet::from([ty]))
}

fn is_int_or_string(schema: &Value) -> bool {
    schema["x-kubernetes-int-or-string"] == true
}

/// What a schema is, in a few words.
fn shape(schema: &Value) -> String {
    if is_int_or_string(schema) {
        return "integer or string".to_owned();
    }
    match schema["type"].as_str() {
        None => "anything".to_owned(),
        Some("array") => format!("list of {}", shape(&schema["items"])),
        Some("object") => match schema.get("additionalProperties") {
            Some(value) if value.is_object() => format!("map of {}", shape(value)),
            _ => "object".to_owned(),
        },
        Some(ty) => ty.to_owned(),
    }
}

/// How the items of a list are told apart.
fn topology(schema: &Value) -> String {
    let kind = schema["x-kubernetes-list-type"].as_str();
    let keys = schema["x-kubernetes-list-map-keys"].as_array();
    match (kind.unwrap_or("atomic"), keys) {
        ("map", Some(keys)) => format!("map by {}", listed(keys)),
        (kind, _) => kind.to_owned(),
    }
}

/// Whether the rule may read an old value that is not there, and its text.
type Rule = (bool, String);

/// The rules of a schema, as far as they are about values of `old`.
fn rules(schema: &Value, old: &Value) -> BTreeSet<Rule> {
    let rules = schema["x-kubernetes-validations"].as_array();
    let rules = rules.into_iter().flatten();
    rules
        .filter_map(|rule| {
            let text = rule::of_known(rule["rule"].as_str()?, old);
            Some((rule["optionalOldSelf"] == true, text))
        })
        .collect()
}

/// A rule without the number or list at its end: what it is about.
fn stem(rule: &str) -> &str {
    rule.trim_end_matches(|c: char| c.is_ascii_digit() || "[], -".contains(c))
}

/// Values, as a reader writes them.
pub(super) fn listed(values: &[Value]) -> String {
    let words = values.iter().map(|value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    words.collect::<Vec<_>>().join(", ")
}
