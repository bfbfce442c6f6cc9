//! The rules of a definition, as far as they are in the part of CEL that is read here.
//!
//! In: a resource of the right shape, with its defaults, and the schema. Out: the rules that it breaks, and those that were not
//! understood. Read are paths, literals, comparison, `in`, `!`, `&&`, `||`, `+`, `has`, `size`, texts' `startsWith`, `endsWith`
//! and `contains`, and lists' `all`, `exists`, `filter`, `map`, `size` and `sum`: all that `dsoi` writes. Rules about a change
//! (`oldSelf`) say nothing of a file.

mod eval;
mod parse;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::problem::Problem;

/// The rules that a value breaks, and the messages of those that nobody here can read.
pub(super) fn broken(value: &Value, schema: &Value) -> (Vec<Problem>, Vec<String>) {
    let mut rules = Rules::default();
    rules.value(value, schema, "");
    (rules.broken, rules.left.into_iter().collect())
}

#[derive(Default)]
struct Rules {
    broken: Vec<Problem>,
    left: BTreeSet<String>,
}

impl Rules {
    /// Recursion is bounded by the depth of the document.
    fn value(&mut self, value: &Value, schema: &Value, path: &str) {
        let rules = schema
            .get("x-kubernetes-validations")
            .and_then(Value::as_array);
        for rule in rules.into_iter().flatten() {
            self.rule(value, rule, path);
        }
        match value {
            Value::Object(map) => {
                let known = schema.get("properties");
                let other = schema.get("additionalProperties");
                for (key, value) in map {
                    let inner = known.and_then(|known| known.get(key)).or(other);
                    let dot = if path.is_empty() { "" } else { "." };
                    if let Some(inner) = inner {
                        self.value(value, inner, &format!("{path}{dot}{key}"));
                    }
                }
            }
            Value::Array(items) => {
                if let Some(inner) = schema.get("items") {
                    for (index, item) in items.iter().enumerate() {
                        self.value(item, inner, &format!("{path}[{index}]"));
                    }
                }
            }
            _ => {}
        }
    }

    fn rule(&mut self, value: &Value, rule: &Value, path: &str) {
        let text = |key: &str| rule.get(key).and_then(Value::as_str);
        let Some(source) = text("rule") else { return };
        let message = text("message").unwrap_or(source).to_owned();
        let holds = match parse::parse(source) {
            Some(rule) if rule.is_about_change() => return,
            Some(rule) => eval::holds(&rule, value),
            None => None,
        };
        match holds {
            Some(true) => {}
            Some(false) => self.broken.push(Problem {
                path: place(path, source).to_owned(),
                message,
            }),
            None => {
                self.left.insert(message);
            }
        }
    }
}

/// Where a rule points: one of the whole resource that reads nothing but its name is about that.
fn place<'a>(path: &'a str, source: &str) -> &'a str {
    let mut read = source.match_indices("self.").map(|(at, _)| at).peekable();
    let name = |at: usize| {
        let rest = source.get(at..).unwrap_or_default();
        rest.starts_with("self.metadata.name")
    };
    if path.is_empty() && read.peek().is_some() && read.all(name) {
        "metadata.name"
    } else {
        path
    }
}
