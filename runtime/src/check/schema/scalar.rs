//! Texts and numbers against a schema.

use regex::Regex;
use serde_json::Value;

use super::super::hint;
use super::{At, Walk};

impl Walk {
    pub(super) fn words(&mut self, value: &Value, schema: &Value, at: &At) {
        let Some(words) = schema.get("enum").and_then(Value::as_array) else {
            return;
        };
        if words.contains(value) {
            return;
        }
        let known = || words.iter().filter_map(Value::as_str);
        let shown = value.as_str().unwrap_or_default();
        let list: Vec<String> = known().map(|word| format!("`{word}`")).collect();
        let help = match hint(shown, known()) {
            hint if hint.is_empty() => format!("; it must be one of {}", list.join(", ")),
            hint => hint,
        };
        self.problems.add(
            at.path.clone(),
            format!(
                "`{}` is none of the allowed words{help}",
                shown.escape_debug()
            ),
        );
        self.substitute(schema, at);
    }

    pub(super) fn text(&mut self, text: &str, schema: &Value, at: &At) {
        let length = text.chars().count();
        self.bounds(length, schema, ["minLength", "maxLength"], "characters", at);
        let Some(pattern) = schema.get("pattern").and_then(Value::as_str) else {
            return;
        };
        let compiled = self
            .patterns
            .entry(pattern.to_owned())
            .or_insert_with(|| Regex::new(pattern).ok());
        // A pattern that cannot be read here is left to the server.
        if compiled.as_ref().is_some_and(|known| !known.is_match(text)) {
            let shown: String = text.chars().take(60).collect();
            self.problems.add(
                at.path.clone(),
                format!("`{}` {}", shown.escape_debug(), meaning(pattern)),
            );
        }
    }

    pub(super) fn number(&mut self, value: &Value, schema: &Value, at: &At) {
        let (Some(number), as_float) = (value.as_i64(), value.as_f64()) else {
            return;
        };
        if schema.get("format").and_then(Value::as_str) == Some("int32")
            && i32::try_from(number).is_err()
        {
            self.problems.add(
                at.path.clone(),
                format!("is {number}, which is no 32-bit number"),
            );
            self.substitute(schema, at);
            return;
        }
        let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
        let shown = |key: &str| schema.get(key).map(Value::to_string).unwrap_or_default();
        if bound("minimum").is_some_and(|min| as_float.is_some_and(|number| number < min)) {
            let least = shown("minimum");
            self.problems.add(
                at.path.clone(),
                format!("is {number}; it must be at least {least}"),
            );
        }
        if bound("maximum").is_some_and(|max| as_float.is_some_and(|number| number > max)) {
            let most = shown("maximum");
            self.problems.add(
                at.path.clone(),
                format!("is {number}; it must be at most {most}"),
            );
        }
    }

    pub(super) fn bounds(
        &mut self,
        length: usize,
        schema: &Value,
        [min, max]: [&str; 2],
        what: &str,
        at: &At,
    ) {
        let bound = |key: &str| {
            let bound = schema.get(key).and_then(Value::as_u64)?;
            usize::try_from(bound).ok()
        };
        if let Some(least) = bound(min).filter(|least| length < *least) {
            self.problems.add(
                at.path.clone(),
                format!("has {length} {what}; it must have at least {least}"),
            );
        }
        if let Some(most) = bound(max).filter(|most| length > *most) {
            self.problems.add(
                at.path.clone(),
                format!("has {length} {what}; it may have at most {most}"),
            );
        }
    }
}

/// What a pattern of ours, or of Kubernetes, asks for; any other speaks for itself.
fn meaning(pattern: &str) -> String {
    const QUANTITY: &str = r"^(\+|-)?(([0-9]+(";
    if pattern.starts_with(QUANTITY) {
        "is no quantity: write a number and a unit, as `500m`, `2` or `4Gi`".to_owned()
    } else if pattern.starts_with("^([0-9]+(ms|") {
        "is no duration: write numbers and units, as `10m`, `90s` or `1h30m`".to_owned()
    } else if pattern.starts_with("^([0-9]{1,9}h)?") {
        "is no duration: write whole hours, minutes and seconds, as `10m`, `90s` or `1h30m`"
            .to_owned()
    } else if pattern == "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$" {
        "must consist of lower-case letters, digits and `-`, and start and end with a letter or digit"
            .to_owned()
    } else {
        format!("does not match `{pattern}`")
    }
}
