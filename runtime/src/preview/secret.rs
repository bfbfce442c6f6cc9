//! Which values are not shown: those that may be secret.
//!
//! No child is a Secret, and what refers to one is no secret itself. But nobody can keep a person from writing a password into a
//! variable or a URL, and a preview is what people paste. Rather too much is hidden than too little.

use serde_json::Value;

use super::fields::below;

/// What is shown instead.
const HIDDEN: &str = "(hidden)";

const WORDS: &[&str] = &[
    "accesskey",
    "apikey",
    "credential",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "secret",
    "token",
];

/// The value at a path, without the texts in it that may be secret.
pub(super) fn hide(path: &str, value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            // A variable is called what its value is.
            let name = map.get("name").and_then(Value::as_str);
            let is_variable = map.contains_key("value");
            let fields = map.iter().map(|(key, value)| {
                let at = match name.filter(|_| is_variable && key == "value") {
                    Some(name) => format!("{path}[{name}].value"),
                    None => below(path, key),
                };
                (key.clone(), hide(&at, value))
            });
            Value::Object(fields.collect())
        }
        Value::Array(items) => items.iter().map(|item| hide(path, item)).collect(),
        Value::String(text) if is_secret(path, text) => HIDDEN.into(),
        other => other.clone(),
    }
}

fn is_secret(path: &str, text: &str) -> bool {
    let key = squeezed(key(path));
    // It refers to one.
    let refers = key == "secretname";
    let named = !refers && WORDS.iter().any(|word| key.contains(word));
    // An argument such as `--password=x`.
    let said = squeezed(text);
    let assigned = WORDS.iter().any(|word| {
        let mut rests = said.split(word).skip(1);
        rests.any(|rest| rest.starts_with(['=', ':']))
    });
    named || assigned || text.contains("PRIVATE KEY") || has_userinfo(text)
}

/// What a value is called: its key, or the variable that it is the value of.
fn key(path: &str) -> &str {
    let path = path.strip_suffix(".value").unwrap_or(path);
    let start = if path.ends_with(']') {
        path.rfind('[')
    } else {
        path.rfind('.')
    };
    path.get(start.unwrap_or_default()..).unwrap_or(path)
}

/// Without what words are parted and quoted by.
fn squeezed(text: &str) -> String {
    let kept = text
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, '=' | ':'));
    kept.flat_map(char::to_lowercase).collect()
}

/// `scheme://user:password@host`
fn has_userinfo(text: &str) -> bool {
    text.split("://").skip(1).any(|rest| {
        let authority = rest.split(['/', '?', '#', ' ']).next().unwrap_or_default();
        let user = authority.rsplit_once('@').map(|(user, _)| user);
        user.is_some_and(|user| user.contains(':'))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_may_be_secret_is_not_shown_and_what_refers_to_a_secret_is() {
        for (path, value) in [
            ("spec.containers[a].env[DB_PASSWORD].value", json!("x")),
            ("spec.containers[a].args[3]", json!("--api-key=x")),
            ("spec.containers[a].env[URL].value", json!("pg://u:p@db/x")),
            (
                "metadata.annotations[\"example.com/access-key\"]",
                json!("x"),
            ),
        ] {
            assert_eq!(hide(path, &value), json!(HIDDEN), "{path}");
        }
        for (path, value) in [
            ("spec.containers[a].env[URL].value", json!("pg://db:5432/x")),
            (
                "spec.containers[a].env[P].valueFrom.secretKeyRef.name",
                json!("db"),
            ),
            ("spec.volumes[tls].secret.secretName", json!("tls")),
            ("spec.containers[a].image", json!("example/token-server:2")),
        ] {
            assert_eq!(hide(path, &value), value, "{path}");
        }
        let container = json!({"name": "a", "env": [{"name": "TOKEN", "value": "x"}]});
        let shown = hide("spec.containers[a]", &container);
        assert_eq!(shown["env"][0]["value"], json!(HIDDEN));
    }
}
