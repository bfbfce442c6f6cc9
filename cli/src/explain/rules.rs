//! What a definition asks of a field's value, in sentences.

use serde_json::Value;

use super::walk::{Place, plain};

/// Limits, in the order in which a reader asks for them: the word of the schema, and what stands before the number.
const LIMITS: &[(&str, &str)] = &[
    ("minimum", "at least "),
    ("maximum", "at most "),
    ("minLength", "fewest characters: "),
    ("maxLength", "most characters: "),
    ("minItems", "fewest entries: "),
    ("maxItems", "most entries: "),
    ("minProperties", "fewest keys: "),
    ("maxProperties", "most keys: "),
];

/// Every rule that a value at the place has to follow.
pub(super) fn rules(place: &Place<'_>) -> Vec<String> {
    let schema = place.schema;
    let mut rules = Vec::new();
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<_> = words.iter().map(plain).collect();
        rules.push(format!("one of {}", words.join(", ")));
    }
    if let Some(pattern) = schema["pattern"].as_str() {
        rules.push(format!("matches `{pattern}`"));
    }
    for (word, before) in LIMITS {
        if let Some(limit) = schema[*word].as_i64() {
            rules.push(format!("{before}{limit}"));
        }
    }
    if schema["x-kubernetes-list-type"] == "set" {
        rules.push("no entry twice".to_owned());
    }
    for key in schema["x-kubernetes-list-map-keys"]
        .as_array()
        .into_iter()
        .flatten()
    {
        rules.push(format!("no two entries with the same `{}`", plain(key)));
    }
    rules.extend(validations(schema).map(|(message, _)| format!("refused: {message}")));
    // Rules of what is above speak of this field too.
    let mut within = String::new();
    for (path, schema, step) in place.above.iter().rev() {
        within = if within.is_empty() {
            step.clone()
        } else {
            format!("{step}.{within}")
        };
        for (message, rule) in validations(schema) {
            if speaks_of(rule, step, &within) {
                let at = if path.is_empty() { "the whole" } else { path };
                rules.push(format!("refused: {message} (a rule of {at})"));
            }
        }
    }
    rules.dedup();
    rules
}

/// The message and the text of each CEL rule.
fn validations(schema: &Value) -> impl Iterator<Item = (&str, &str)> {
    let all = schema["x-kubernetes-validations"].as_array();
    all.into_iter().flatten().filter_map(|rule| {
        let text = rule["rule"].as_str()?;
        Some((rule["message"].as_str().unwrap_or(text), text))
    })
}

/// Whether a rule of an object above names the field: its step alone for the object right above it, else the steps down to it.
fn speaks_of(rule: &str, step: &str, within: &str) -> bool {
    let is_right_above = step == within;
    let path = format!("self.{within}");
    let mut found = rule.match_indices(&path).map(|(at, _)| at + path.len());
    let ends = |at: usize| {
        rule.get(at..)
            .and_then(|rest| rest.chars().next())
            .is_none_or(|next| {
                !next.is_alphanumeric() && next != '_' && (is_right_above || next != '.')
            })
    };
    found.any(ends)
}

/// How a value may change once it is there, as far as the definition says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    Free,
    Fixed,
    Grows,
}

/// What the definition says of changes.
pub(super) fn bound(schema: &Value) -> Bound {
    let has = |text: &str| validations(schema).any(|(_, rule)| rule == text);
    if has("self == oldSelf") {
        Bound::Fixed
    } else if has("self >= oldSelf") {
        Bound::Grows
    } else {
        Bound::Free
    }
}
