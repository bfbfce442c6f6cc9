//! Fields: those that a schema names, and all others.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Class, Found, Subject, default, shape};

/// What becomes of a field that a schema does not name.
#[derive(Clone, Copy)]
enum Others<'s> {
    /// It is dropped.
    None,
    /// It stays as it is.
    Any,
    /// It is a value of this schema.
    Of(&'s Value),
}

impl<'s> Others<'s> {
    fn of(schema: &'s Value) -> Self {
        let keeps = schema["x-kubernetes-preserve-unknown-fields"] == true;
        match schema.get("additionalProperties") {
            Some(Value::Bool(true)) => Self::Any,
            Some(schema @ Value::Object(_)) => Self::Of(schema),
            _ if keeps => Self::Any,
            // A schema that does not speak of objects refuses none.
            _ if schema.get("type").is_none() && schema.get("properties").is_none() => Self::Any,
            _ => Self::None,
        }
    }

    fn word(&self) -> String {
        match self {
            Self::None => "other fields are dropped".to_owned(),
            Self::Any => "any other field is kept".to_owned(),
            Self::Of(schema) => format!("any other field of {} is kept", shape(schema)),
        }
    }
}

impl Found {
    pub(super) fn fields(&mut self, path: &str, old: &Value, new: &Value) {
        // Of anything that is no object there are none.
        let is_object = |schema: &Value| schema["type"].as_str().is_none_or(|ty| ty == "object");
        if !is_object(old) || !is_object(new) {
            return;
        }
        let empty = Map::new();
        let before = old["properties"].as_object().unwrap_or(&empty);
        let after = new["properties"].as_object().unwrap_or(&empty);
        let (others_before, others_after) = (Others::of(old), Others::of(new));
        for (name, old) in before {
            let below = join(path, name);
            match (after.get(name), others_after) {
                (Some(new), _) | (None, Others::Of(new)) => self.schema(&below, old, new),
                (None, Others::Any) => {
                    self.say(Class::Safe, Subject::Field, &below, Some(shape(old)), None);
                }
                (None, Others::None) => {
                    self.say(
                        Class::Breaking,
                        Subject::Field,
                        &below,
                        Some(shape(old)),
                        None,
                    );
                }
            }
        }
        let needed = required(new);
        for (name, new) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
            let below = join(path, name);
            match others_before {
                Others::Of(old) => self.schema(&below, old, new),
                Others::Any => self.schema(&below, &Value::Null, new),
                Others::None if needed.contains(name.as_str()) && default(new).is_none() => {}
                Others::None => {
                    self.say(Class::Safe, Subject::Field, &below, None, Some(shape(new)));
                }
            }
        }
        // What is filled in counts, and there may be room for what a resource has and no more.
        let filled = after.iter().filter(|(name, new)| {
            default(new).is_some() && before.get(*name).is_none_or(|old| default(old).is_none())
        });
        if let (Some((name, new)), true) = (
            filled.into_iter().next(),
            new.get("maxProperties").is_some(),
        ) {
            let is = default(new).map(ToString::to_string);
            self.say(
                Class::Breaking,
                Subject::Default,
                &join(path, name),
                None,
                is,
            );
        }
        self.required(path, (before, &required(old)), (after, &needed));
        self.others(path, &others_before, &others_after);
    }

    fn required(
        &mut self,
        path: &str,
        (before, were): (&Map<String, Value>, &BTreeSet<&str>),
        (after, are): (&Map<String, Value>, &BTreeSet<&str>),
    ) {
        for name in are.difference(were) {
            // A default is filled in before anything is asked for.
            let filled = after
                .get(*name)
                .is_some_and(|schema| default(schema).is_some());
            if !filled {
                let was = before.get(*name).map(|_| "optional".to_owned());
                let is = Some("required".to_owned());
                self.say(
                    Class::Breaking,
                    Subject::Required,
                    &join(path, name),
                    was,
                    is,
                );
            }
        }
        for name in were
            .difference(are)
            .filter(|name| after.contains_key(**name))
        {
            let (was, is) = (Some("required".to_owned()), Some("optional".to_owned()));
            self.say(Class::Safe, Subject::Required, &join(path, name), was, is);
        }
    }

    fn others(&mut self, path: &str, before: &Others<'_>, after: &Others<'_>) {
        let class = match (before, after) {
            (Others::None, Others::None) | (Others::Any, Others::Any) => return,
            (Others::Of(old), Others::Of(new)) => {
                return self.schema(&format!("{path}.*"), old, new);
            }
            (Others::Any, Others::Of(new)) => {
                return self.schema(&format!("{path}.*"), &Value::Null, new);
            }
            (Others::None, _) | (_, Others::Any) => Class::Safe,
            (_, Others::None) => Class::Breaking,
        };
        let (was, is) = (Some(before.word()), Some(after.word()));
        self.say(class, Subject::Unknown, path, was, is);
    }
}

fn required(schema: &Value) -> BTreeSet<&str> {
    let names = schema["required"].as_array().into_iter().flatten();
    names.filter_map(Value::as_str).collect()
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}
