//! Names that cannot be wrong: each newtype is made by its checked constructor alone.

use std::fmt;

/// Why a text is not the name that it should be; completes the sentence "`x` is not a … : ".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadName(pub &'static str);

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Takes `text` if it is such a name.
            pub fn new(text: impl Into<String>) -> Result<Self, BadName> {
                let text = text.into();
                let check: fn(&str) -> Result<(), BadName> = $check;
                check(&text).map(|()| Self(text))
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}

name!(
    /// An RFC 1123 label: at most 63 of `a-z`, `0-9`, `-`, a letter or digit at both ends.
    DnsLabel,
    dns_label
);
name!(
    /// An RFC 1123 subdomain: labels joined by dots, at most 253 characters.
    DnsSubdomain,
    dns_subdomain
);
name!(
    /// The name of a node type, as custom resources have it: at most 63 letters, digits and `-`, a letter first.
    NodeTypeName,
    node_type_name
);
name!(
    /// The name of a JSON field: printable ASCII without quotes or backslash, at most 63 characters.
    WireName,
    wire_name
);
name!(
    /// An identifier in generated Rust for a field, function or module: `snake_case`, raw (`r#type`) where it is a keyword.
    RustIdent,
    rust_ident
);
name!(
    /// An identifier in generated Rust for a type or variant: upper camel case, never a keyword.
    TypeIdent,
    type_ident
);
name!(
    /// The kind of an API: upper camel case, at most 63 characters.
    KindName,
    kind_name
);
name!(
    /// The name of the generated crate, which is its binary's and its chart's name, and the field manager's.
    CrateName,
    crate_name
);
name!(
    /// An image reference: not empty, no blanks.
    ImageName,
    image_name
);
name!(
    /// The key of a label or annotation: `[prefix/]name`.
    LabelKey,
    label_key
);
name!(
    /// The name of an environment variable as Kubernetes takes it and as `$(NAME)` can use it.
    EnvName,
    env_name
);
name!(
    /// A key of a `ConfigMap`: letters, digits, `-`, `_`, `.`, at most 253 characters.
    ConfigKey,
    config_key
);
name!(
    /// The name of a container port (IANA service name): at most 15 of `a-z`, `0-9`, `-`, at least one letter.
    PortName,
    port_name
);
name!(
    /// An absolute path in a container, normalised: no `.`, `..`, empty segment or `:`.
    AbsolutePath,
    absolute_path
);

impl AbsolutePath {
    /// The directory of the file at this path: `/` for a file in the root.
    pub fn directory(&self) -> &str {
        match self.0.rsplit_once('/') {
            Some(("", _)) | None => "/",
            Some((directory, _)) => directory,
        }
    }

    /// The last segment.
    pub fn file_name(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(_, name)| name)
    }
}

fn ok_if(holds: bool, rule: &'static str) -> Result<(), BadName> {
    if holds { Ok(()) } else { Err(BadName(rule)) }
}

fn is_label(text: &str, dash: impl Fn(char) -> bool) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    !text.is_empty()
        && text.chars().all(|c| inner(c) || dash(c))
        && text.starts_with(inner)
        && text.ends_with(inner)
}

fn dns_label(text: &str) -> Result<(), BadName> {
    ok_if(
        text.len() <= 63 && is_label(text, |c| c == '-'),
        "a DNS label has at most 63 lower-case letters, digits and `-`, with a letter or digit at both ends",
    )
}

fn dns_subdomain(text: &str) -> Result<(), BadName> {
    ok_if(
        text.len() <= 253 && text.split('.').all(|part| is_label(part, |c| c == '-')),
        "a DNS name has at most 253 lower-case letters, digits, `-` and `.`, with a letter or digit at both ends of each part",
    )
}

fn node_type_name(text: &str) -> Result<(), BadName> {
    ok_if(
        text.len() <= 63
            && text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.ends_with(|c: char| c.is_ascii_alphanumeric())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'),
        "a node type has at most 63 letters, digits and `-`, and starts with a letter",
    )
}

fn wire_name(text: &str) -> Result<(), BadName> {
    ok_if(
        !text.is_empty()
            && text.len() <= 63
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "._-$@/#".contains(c)),
        "a field name has at most 63 letters, digits, `.`, `_` and `-`",
    )
}

/// Keywords of every edition that `r#` makes usable as identifiers.
pub(crate) const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// Words that not even `r#` makes an identifier.
pub(crate) const RESERVED: &[&str] = &["self", "Self", "super", "crate", "_"];

fn rust_ident(text: &str) -> Result<(), BadName> {
    let bare = text.strip_prefix("r#").unwrap_or(text);
    let shape = bare.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && bare
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    ok_if(
        shape
            && !RESERVED.contains(&bare)
            && KEYWORDS.contains(&bare) == (bare.len() != text.len()),
        "a Rust identifier is snake_case, and raw only where it is a keyword",
    )
}

fn type_ident(text: &str) -> Result<(), BadName> {
    ok_if(
        text.starts_with(|c: char| c.is_ascii_uppercase())
            && text.chars().all(|c| c.is_ascii_alphanumeric())
            && !RESERVED.contains(&text),
        "a Rust type is written in upper camel case",
    )
}

fn kind_name(text: &str) -> Result<(), BadName> {
    ok_if(
        text.len() <= 63 && type_ident(text).is_ok(),
        "a kind is written in upper camel case, with letters and digits only, at most 63",
    )
}

fn crate_name(text: &str) -> Result<(), BadName> {
    ok_if(
        text.len() <= 63
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && is_label(text, |c| c == '-')
            && !KEYWORDS.contains(&text)
            && !["test", "core", "std", "alloc", "proc-macro"].contains(&text),
        "an operator's name is a DNS label that starts with a letter and can name a crate",
    )
}

fn image_name(text: &str) -> Result<(), BadName> {
    ok_if(
        !text.is_empty()
            && text
                .chars()
                .all(|c| c.is_ascii_graphic() && !"\"'\\`".contains(c)),
        "an image is a reference such as ghcr.io/example/app:1.0",
    )
}

fn label_key(text: &str) -> Result<(), BadName> {
    let (prefix, name) = text
        .rsplit_once('/')
        .map_or((None, text), |(prefix, name)| (Some(prefix), name));
    let ends = |c: char| c.is_ascii_alphanumeric();
    ok_if(
        prefix.is_none_or(|prefix| dns_subdomain(prefix).is_ok())
            && !name.is_empty()
            && name.len() <= 63
            && name.starts_with(ends)
            && name.ends_with(ends)
            && name.chars().all(|c| ends(c) || "-_.".contains(c)),
        "a key is [prefix/]name: the prefix a DNS name, the name at most 63 letters, digits, `-`, `_` and `.`",
    )
}

fn env_name(text: &str) -> Result<(), BadName> {
    ok_if(
        !text.is_empty()
            && !text.starts_with(|c: char| c.is_ascii_digit())
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c)),
        "a variable's name has letters, digits, `_`, `-` and `.`, and starts with no digit",
    )
}

fn config_key(text: &str) -> Result<(), BadName> {
    ok_if(
        !text.is_empty()
            && text.len() <= 253
            && text != "."
            && !text.starts_with("..")
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)),
        "a key of a ConfigMap has at most 253 letters, digits, `-`, `_` and `.`",
    )
}

fn port_name(text: &str) -> Result<(), BadName> {
    ok_if(
        text.len() <= 15
            && is_label(text, |c| c == '-')
            && !text.contains("--")
            && text.contains(|c: char| c.is_ascii_lowercase()),
        "a port's name has at most 15 lower-case letters, digits and `-`, and at least one letter",
    )
}

fn absolute_path(text: &str) -> Result<(), BadName> {
    let Some(rest) = text.strip_prefix('/') else {
        return Err(BadName("a path in a container starts with `/`"));
    };
    ok_if(
        !rest.split('/').any(|part| part == "." || part == ".."),
        "a path in a container is the straight one: no part of it is `.` or `..`",
    )?;
    ok_if(
        !rest.split('/').any(str::is_empty),
        "a path in a container has a name between every two `/`, and none at its end",
    )?;
    ok_if(
        !text.contains(|c: char| c == ':' || c.is_control()),
        "a path in a container has no `:` and no control character",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_lower_case_and_short() {
        assert!(DnsLabel::new("a-1").is_ok());
        for bad in ["", "-a", "a-", "A", "a.b", "a_b", &"a".repeat(64)] {
            assert!(DnsLabel::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_keyword_is_raw_and_nothing_else_is() {
        assert!(RustIdent::new("r#type").is_ok());
        assert!(RustIdent::new("java_opts").is_ok());
        for bad in ["type", "r#name", "self", "r#self", "1a", "Name", ""] {
            assert!(RustIdent::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_path_is_normal_and_knows_its_parts() {
        let path = AbsolutePath::new("/etc/tally/app.yaml").unwrap();
        assert_eq!(
            (path.directory(), path.file_name()),
            ("/etc/tally", "app.yaml")
        );
        assert_eq!(AbsolutePath::new("/app").unwrap().directory(), "/");
        for bad in ["etc", "/", "/a/", "/a//b", "/a/../b", "/a:b", ""] {
            assert!(AbsolutePath::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_label_key_may_have_a_dns_prefix() {
        assert!(LabelKey::new("pinot.datainfra.io/reconcile").is_ok());
        assert!(LabelKey::new("nodeType").is_ok());
        for bad in ["", "/a", "A_b/c", "a/", "a/b/c"] {
            assert!(LabelKey::new(bad).is_err(), "{bad}");
        }
    }
}
