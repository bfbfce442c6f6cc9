//! Names of an input → names that a manifest may have.

use heck::{ToLowerCamelCase, ToUpperCamelCase};

use crate::check::is_taken_kind;
use crate::model::{CrateName, KindName};

/// How long a name that is made may be: it is part of longer ones.
const LENGTH: usize = 40;

/// A DNS label that starts with a letter; empty where the text has no letter or digit.
pub(super) fn label(text: &str) -> String {
    let mut label = String::new();
    for c in text.chars() {
        if label.len() >= LENGTH {
            break;
        }
        if c.is_ascii_alphanumeric() {
            label.push(c.to_ascii_lowercase());
        } else if !label.is_empty() && !label.ends_with('-') {
            label.push('-');
        }
    }
    let label = label.trim_end_matches('-');
    if label.starts_with(|c: char| c.is_ascii_digit()) {
        return format!("n{label}");
    }
    label.to_owned()
}

/// The same, or another word where nothing is left of the text.
pub(super) fn label_or(text: &str, otherwise: &str) -> String {
    let label = label(text);
    if label.is_empty() {
        otherwise.to_owned()
    } else {
        label
    }
}

/// A field of the custom resource, as `clientPassword`.
pub(super) fn field(text: &str) -> String {
    let name = label(text).to_lower_camel_case();
    if name.is_empty() {
        "value".to_owned()
    } else {
        name
    }
}

/// The kind for an application's name.
pub(super) fn kind(text: &str) -> String {
    let name = label_or(text, "app").to_upper_camel_case();
    let kind = if is_taken_kind(&name) {
        format!("{name}App")
    } else {
        name
    };
    if KindName::new(kind.as_str()).is_ok() {
        kind
    } else {
        "App".to_owned()
    }
}

/// The operator of an application.
pub(super) fn operator(text: &str) -> String {
    let name = label_or(text, "app");
    let name = if name.ends_with("-operator") || name == "operator" {
        name
    } else {
        format!("{name}-operator")
    };
    if CrateName::new(name.as_str()).is_ok() {
        name
    } else {
        "app-operator".to_owned()
    }
}

/// The name, or with a number behind it where there is one of it already.
pub(super) fn unique(name: &str, taken: impl Fn(&str) -> bool) -> String {
    if !taken(name) {
        return name.to_owned();
    }
    let mut number = 2_usize;
    loop {
        let numbered = format!("{name}-{number}");
        if !taken(&numbered) {
            return numbered;
        }
        number += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_makes_a_name() {
        for (text, expected) in [
            ("Kafka_Broker", "kafka-broker"),
            ("2nd.store", "n2nd-store"),
            ("--", ""),
            ("größe", "gr-e"),
        ] {
            assert_eq!(label(text), expected);
        }
        assert_eq!(field("client-passwords"), "clientPasswords");
        assert_eq!(kind("click-house"), "ClickHouse");
        assert_eq!(kind("deployment"), "DeploymentApp");
        assert_eq!(operator("kafka"), "kafka-operator");
        assert_eq!(operator("\u{202e}"), "app-operator");
        assert_eq!(unique("a", |name| name == "a" || name == "a-2"), "a-3");
    }
}
