//! What releases promised, held against what an update writes (NC-6).
//!
//! The newest release of a definition is held against it whole. An older one adds what the newest does not know: a field that
//! a release took away, and that would come back as something else, under resources that were stored before.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Class;
use super::definition::{definitions, name, same};
use super::schema::{Change, Subject};

/// A definition of a release whose file is not what the release wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forgotten {
    /// The file.
    pub path: String,
    /// Or it was edited.
    pub is_gone: bool,
}

/// A change that breaks what a release promised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    pub change: Change,
    /// The file of the release, where it is not the newest.
    pub older: Option<String>,
}

/// What of `now` breaks the newest releases, and the older ones, each by its file.
pub(super) fn broken(newest: &[Value], older: &[(String, Value)], now: &[Value]) -> Vec<Broken> {
    let breaking = |change: &Change| change.class == Class::Breaking;
    let key = |change: &Change| (change.kind.clone(), change.path.clone(), change.subject);
    let mut told: BTreeSet<(String, String, Subject)> = BTreeSet::new();
    let mut found = Vec::new();
    for change in definitions(newest, now).into_iter().filter(breaking) {
        told.insert(key(&change));
        found.push(Broken {
            change,
            older: None,
        });
    }
    let of = |these: &'_ [Value], old: &Value| -> Option<Value> {
        let mut alike = these.iter().filter(|new| name(new) == name(old));
        alike.next().cloned()
    };
    for (file, old) in older {
        // That it is gone was said, and accepted, when it went.
        let Some(new) = of(now, old) else {
            continue;
        };
        let since = of(newest, old).map(|newest| same(old, &newest));
        let accepted: BTreeSet<_> = since.iter().flatten().map(key).collect();
        for change in same(old, &new).into_iter().filter(breaking) {
            if !accepted.contains(&key(&change)) && told.insert(key(&change)) {
                found.push(Broken {
                    change,
                    older: Some(file.clone()),
                });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn crd(fields: &Value) -> Value {
        json!({
            "metadata": {"name": "tallies.example.com"},
            "spec": {"group": "example.com", "scope": "Namespaced", "names": {"kind": "Tally", "plural": "tallies"}, "versions": [{
                "name": "v1", "served": true, "storage": true,
                "schema": {"openAPIV3Schema": {"type": "object", "properties": fields}},
            }]},
        })
    }

    fn told(newest: &Value, older: &[&Value], now: &Value) -> Vec<String> {
        let older: Vec<_> = (1..)
            .zip(older)
            .map(|(at, fields)| (at.to_string(), crd(fields)))
            .collect();
        let found = broken(&[crd(newest)], &older, &[crd(now)]);
        let line = |broken: &Broken| {
            let file = broken.older.as_deref().unwrap_or("newest");
            format!("{file} {} {}", broken.change.path, broken.change.what())
        };
        found.iter().map(line).collect()
    }

    // NC-6
    #[test]
    fn what_was_accepted_is_not_asked_again_and_what_comes_back_as_something_else_is() {
        let text = json!({"type": "string"});
        let first = json!({"a": text, "b": text});
        let second = json!({"b": text});
        assert_eq!(told(&second, &[&first], &second), Vec::<String>::new());
        // What stored resources of the first release have there is a text.
        let again = json!({"a": {"type": "integer"}, "b": text});
        assert_eq!(
            told(&second, &[&first, &first], &again),
            ["1 a the type was string, is integer"]
        );
        assert_eq!(told(&second, &[&first], &first), Vec::<String>::new());
    }

    #[test]
    fn a_change_that_the_newest_release_knows_is_told_once() {
        let words = |words: &[&str]| json!({"a": {"type": "string", "enum": words}});
        let (first, second) = (words(&["x", "y", "z"]), words(&["x", "y"]));
        assert_eq!(
            told(&second, &[&first, &second], &words(&["x"])),
            ["newest a loses y"]
        );
    }
}
