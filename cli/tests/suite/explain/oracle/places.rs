//! Places in documents: where two of them differ, and whether a place is one that a claim is about.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

/// One step into a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Key(String),
    /// An entry of a list: its number, and its name if it has one.
    Entry(usize, Option<String>),
}

/// Where something stands in a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place(pub(super) Vec<Step>);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if key.contains(['.', '/']) => write!(f, "[\"{key}\"]")?,
                Step::Key(key) if index == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Entry(number, None) => write!(f, "[{number}]")?,
                Step::Entry(number, Some(name)) => write!(f, "[{number}={name}]")?,
            }
        }
        Ok(())
    }
}

/// All leaves in which two documents differ; an entry of a list that has come or gone is one place. Digests of what is shown
/// beside them are left out.
pub(super) fn differences(old: &Value, new: &Value) -> BTreeSet<Place> {
    let mut out = BTreeSet::new();
    walk(&mut Vec::new(), Some(old), Some(new), &mut out);
    out
}

fn walk(at: &mut Vec<Step>, old: Option<&Value>, new: Option<&Value>, out: &mut BTreeSet<Place>) {
    if old == new || matches!(at.last(), Some(Step::Key(key)) if is_digest(key)) {
        return;
    }
    let is_object = |value: Option<&Value>| value.is_none_or(Value::is_object);
    let is_list = |value: Option<&Value>| value.is_none_or(Value::is_array);
    let is_one = matches!(at.last(), Some(Step::Entry(..))) && (old.is_none() || new.is_none());
    let mut into = |step: Step, old: Option<&Value>, new: Option<&Value>| {
        at.push(step);
        walk(at, old, new, out);
        at.pop();
    };
    let empty = |value: Option<&Value>| {
        value.is_none_or(|value| {
            value.as_array().is_some_and(Vec::is_empty)
                || value.as_object().is_some_and(serde_json::Map::is_empty)
        })
    };
    if is_one || empty(old) && empty(new) {
        out.insert(Place(at.clone()));
    } else if is_object(old) && is_object(new) {
        let keys = [old, new].into_iter().flatten().flat_map(|value| {
            let object = value.as_object();
            object.into_iter().flat_map(|object| object.keys())
        });
        let keys: BTreeSet<&String> = keys.collect();
        for key in keys {
            let get = |value: Option<&'_ Value>| value.and_then(|value| value.get(key)).cloned();
            into(Step::Key(key.clone()), get(old).as_ref(), get(new).as_ref());
        }
    } else if is_list(old) && is_list(new) {
        let entries =
            |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
        let (old, new) = (entries(old), entries(new));
        let all = || old.iter().chain(&new);
        let named = all().all(|entry| name(entry).is_some());
        if named {
            let find = |list: &[Value], known: &str| {
                let place = list.iter().position(|entry| name(entry) == Some(known));
                place.map(|place| (place, list[place].clone()))
            };
            let names: BTreeSet<&str> = all().filter_map(name).collect();
            for known in names {
                let (was, is) = (find(&old, known), find(&new, known));
                let number = is.as_ref().or(was.as_ref()).unwrap().0;
                let step = Step::Entry(number, Some(known.to_owned()));
                let value =
                    |found: &Option<(usize, Value)>| found.as_ref().map(|(_, value)| value.clone());
                into(step, value(&was).as_ref(), value(&is).as_ref());
            }
        } else {
            for number in 0..old.len().max(new.len()) {
                into(Step::Entry(number, None), old.get(number), new.get(number));
            }
        }
    } else {
        out.insert(Place(at.clone()));
    }
}

fn name(entry: &Value) -> Option<&str> {
    entry.get("name")?.as_str()
}

/// Annotations that say again what is said elsewhere.
fn is_digest(key: &str) -> bool {
    key.starts_with("dsoi.dev/")
}

/// A path of a claim, such as `spec.template.spec.containers[0].env["A"]`.
#[derive(Clone, Debug)]
pub(super) struct Pattern(Vec<Part>);

#[derive(Clone, Debug)]
enum Part {
    Key(String),
    Number(usize),
    Any,
}

impl Pattern {
    pub(super) fn new(path: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = path;
        while !rest.is_empty() {
            if let Some(inner) = rest.strip_prefix('[') {
                let quoted = inner.strip_prefix('"');
                let (text, end) = match quoted {
                    Some(text) => text.split_once("\"]").unwrap(),
                    None => inner.split_once(']').unwrap(),
                };
                parts.push(match (quoted, text.parse()) {
                    (Some(_), _) => Part::Key(text.to_owned()),
                    (None, Ok(number)) => Part::Number(number),
                    (None, Err(_)) => Part::Any,
                });
                rest = end;
            } else {
                rest = rest.trim_start_matches('.');
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                let (text, behind) = rest.split_at(end);
                parts.push(Part::Key(text.to_owned()));
                rest = behind;
            }
        }
        Self(parts)
    }

    /// Whether the place is what the claim is about, or a part of it; or an entry that is there for the sake of it.
    pub(super) fn covers(&self, place: &Place) -> bool {
        let is_entry = matches!(place.0.last(), Some(Step::Entry(..)));
        (is_entry || self.0.len() <= place.0.len()) && self.agrees(place)
    }

    /// Whether one of the two is a part of the other.
    fn agrees(&self, place: &Place) -> bool {
        self.0.iter().zip(&place.0).all(|pair| match pair {
            (Part::Any, _) => true,
            (Part::Key(key), Step::Key(known)) => key == known,
            (Part::Key(key), Step::Entry(_, known)) => known.as_ref() == Some(key),
            (Part::Number(number), Step::Entry(known, _)) => number == known,
            (Part::Number(_), Step::Key(_)) => false,
        })
    }
}
