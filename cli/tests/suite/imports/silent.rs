//! Nothing is dropped silently (SE-27): whatever field an input has more than another, its manifest or the list at the end of it
//! says something else. Each field is tried by itself, beside another one that could swallow it, and beside all others.

mod compose;
mod crd;
mod helm;
mod kubernetes;

use std::collections::BTreeMap;

use dsoi::import::{Form, Hints, Input, import};
use serde_json::Value;

/// The manifest of an input, with its list.
fn imported(form: Form, documents: &Value) -> String {
    let documents = match documents {
        Value::Array(documents) => documents.as_slice(),
        one => std::slice::from_ref(one),
    };
    let text: String = documents
        .iter()
        .map(|document| format!("---\n{document}\n"))
        .collect();
    let input = Input {
        name: "in.yaml".to_owned(),
        text,
    };
    import(form, &[input], &Hints::default()).unwrap().text
}

/// A field that an input can have more.
#[derive(Debug, Clone)]
struct Field {
    /// Where it is put in, as a pointer to a mapping that the input has.
    at: String,
    name: String,
    value: Value,
}

impl Field {
    fn new(at: &str, name: &str, value: Value) -> Self {
        let (at, name) = (at.to_owned(), name.to_owned());
        Self { at, name, value }
    }

    fn place(&self) -> String {
        format!("{}/{}", self.at, self.name)
    }
}

/// The input with some fields more.
fn with<'f>(base: &Value, fields: impl IntoIterator<Item = &'f Field>) -> Value {
    let mut input = base.clone();
    for field in fields {
        let place = input.pointer_mut(&field.at);
        let place = place.unwrap_or_else(|| panic!("{}", field.at));
        place[&field.name] = field.value.clone();
    }
    input
}

/// Those that the input has not yet.
fn absent<'f>(base: &Value, fields: &'f [Field]) -> Vec<&'f Field> {
    let is_absent =
        |field: &&Field| base.pointer(&field.place()).is_none() && !field.value.is_null();
    fields.iter().filter(is_absent).collect()
}

/// The fields that change nothing where they are put in by themselves.
fn silent(form: Form, base: &Value, fields: &[Field]) -> Vec<String> {
    let before = imported(form, base);
    let is_silent = |field: &&Field| imported(form, &with(base, [*field])) == before;
    let found = absent(base, fields).into_iter().filter(is_silent);
    found.map(Field::place).collect()
}

/// The fields that change nothing where another one is: those that it swallows. `but` are not looked at.
fn swallowed(form: Form, base: &Value, fields: &[Field], but: &[String]) -> Vec<String> {
    let fields = absent(base, fields);
    let alone: BTreeMap<String, String> = fields
        .iter()
        .map(|field| (field.place(), imported(form, &with(base, [*field]))))
        .collect();
    let mut found = Vec::new();
    for (index, one) in fields.iter().enumerate() {
        for other in &fields[index + 1..] {
            let both = imported(form, &with(base, [*one, *other]));
            for (kept, gone) in [(one, other), (other, one)] {
                if both == alone[&kept.place()] && !but.contains(&gone.place()) {
                    found.push(format!("{} beside {}", gone.place(), kept.place()));
                }
            }
        }
    }
    found
}

/// The fields that change nothing where all others are.
fn hidden(form: Form, base: &Value, fields: &[Field], but: &[String]) -> Vec<String> {
    let fields = absent(base, fields);
    let all = imported(form, &with(base, fields.iter().copied()));
    let is_hidden = |left: &&Field| {
        let rest = fields.iter().filter(|field| field.place() != left.place());
        imported(form, &with(base, rest.copied())) == all
    };
    let found = fields.iter().copied().filter(is_hidden);
    let found = found.map(Field::place).filter(|place| !but.contains(place));
    found
        .map(|place| format!("{place} beside all others"))
        .collect()
}
