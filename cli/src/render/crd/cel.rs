//! Rules of a definition, and texts and paths in them.

use serde_json::{Value, json};

pub(super) fn rule(rule: &str, message: &str) -> Value {
    json!({"rule": rule, "message": message})
}

pub(super) fn with_rules(mut schema: Value, rules: Vec<Value>) -> Value {
    if rules.is_empty() {
        return schema;
    }
    match schema
        .get_mut("x-kubernetes-validations")
        .and_then(Value::as_array_mut)
    {
        Some(known) => known.extend(rules),
        None => schema["x-kubernetes-validations"] = Value::Array(rules),
    }
    schema
}

/// The field in CEL, escaped as the API server escapes names that are no identifiers.
pub(crate) fn access(wire: &str) -> String {
    const WORDS: &[&str] = &[
        "true",
        "false",
        "null",
        "in",
        "as",
        "break",
        "const",
        "continue",
        "else",
        "for",
        "function",
        "if",
        "import",
        "let",
        "loop",
        "package",
        "namespace",
        "return",
        "var",
        "void",
        "while",
    ];
    if WORDS.contains(&wire) {
        return format!(".__{wire}__");
    }
    let escaped = wire
        .replace("__", "__underscores__")
        .replace('.', "__dot__")
        .replace('-', "__dash__")
        .replace('/', "__slash__");
    format!(".{escaped}")
}

/// A text in CEL.
pub(crate) fn cel(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}
