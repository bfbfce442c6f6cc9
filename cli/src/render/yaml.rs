//! YAML as a tree, and its text.
//!
//! Every scalar goes through one encoder, so a text of the manifest cannot become structure (SE-25). A small
//! subtree stands on one line in flow style, and so does what is nested deep: there, indentation would be most
//! of a line. A schema of Kubernetes' own types is then short enough to read and to apply.

use serde_json::Value;

/// Widest text of a subtree in flow style, without what stands before it on its line.
const WIDTH: usize = 110;
/// From this column on a subtree is in flow style however wide it is. A field of a k8s config group starts at
/// column 20 of a definition: two levels of it stay open.
const DEEP: usize = 26;

/// A document, its mappings in the order in which they are written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Yaml {
    Null,
    Bool(bool),
    Int(i64),
    Float(String),
    Str(String),
    Seq(Vec<Yaml>),
    Map(Vec<(String, Yaml)>),
}

impl Yaml {
    /// A text.
    pub(super) fn str(text: impl Into<String>) -> Self {
        Self::Str(text.into())
    }

    /// A mapping.
    pub(super) fn map<K: Into<String>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Map(
            entries
                .into_iter()
                .map(|(key, value)| (key.into(), value))
                .collect(),
        )
    }

    /// A sequence of texts.
    pub(super) fn texts<T: Into<String>>(items: impl IntoIterator<Item = T>) -> Self {
        Self::Seq(
            items
                .into_iter()
                .map(|item| Self::Str(item.into()))
                .collect(),
        )
    }

    /// The document as text, in block style with small subtrees in flow style.
    pub(super) fn print(&self) -> String {
        let mut out = String::new();
        block(self, 0, &mut out);
        out
    }

    /// The document as text with nothing in flow style but empty collections.
    pub(super) fn print_open(&self) -> String {
        let mut out = String::new();
        open(self, 0, &mut out);
        out
    }
}

impl From<&Value> for Yaml {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => number
                .as_i64()
                .map_or_else(|| Self::Float(number.to_string()), Self::Int),
            Value::String(text) => Self::Str(text.clone()),
            Value::Array(items) => Self::Seq(items.iter().map(Self::from).collect()),
            Value::Object(map) => Self::map(map.iter().map(|(key, value)| (key, value.into()))),
        }
    }
}

/// A scalar that cannot be read as anything but this text.
pub(super) fn scalar(text: &str) -> String {
    let mut out = String::new();
    push_scalar(text, &mut out);
    out
}

fn push_scalar(text: &str, out: &mut String) {
    const WORDS: &[&str] = &[
        "true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan", "inf",
    ];
    let is_word = || WORDS.iter().any(|word| word.eq_ignore_ascii_case(text));
    let begins = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'/' | b'$');
    let goes_on = |byte: u8| byte.is_ascii_alphanumeric() || b"_./-$()".contains(&byte);
    let plain = text.as_bytes().first().is_some_and(begins) && text.bytes().all(goes_on);
    if plain && (text.len() > 5 || !is_word()) {
        out.push_str(text);
    } else {
        out.push_str(&quoted(text));
    }
}

/// A text in double quotes, with what does not print escaped.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            // Debug escapes exactly what does not print, or prints as something else.
            c if c.is_ascii() && !c.is_ascii_control() => out.push(c),
            c if c.escape_debug().count() > 1 => {
                let code = u32::from(c);
                if code > 0xffff {
                    out.push_str(&format!("\\U{code:08x}"));
                } else {
                    out.push_str(&format!("\\u{code:04x}"));
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn flow(value: &Yaml) -> String {
    let mut out = String::new();
    write_flow(value, usize::MAX, &mut out);
    out
}

/// Writes a value in flow style; gives up, and says so, where the text gets longer than `most` characters: most values that are
/// asked about do not fit, and each would be written again for each one that it is in.
fn write_flow(value: &Yaml, most: usize, out: &mut String) -> bool {
    let mut between = "";
    match value {
        Yaml::Null => out.push_str("null"),
        Yaml::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Yaml::Int(value) => out.push_str(&value.to_string()),
        Yaml::Float(text) => out.push_str(text),
        Yaml::Str(text) => push_scalar(text, out),
        Yaml::Seq(items) => {
            out.push('[');
            for item in items {
                out.push_str(between);
                between = ", ";
                if !write_flow(item, most, out) {
                    return false;
                }
            }
            out.push(']');
        }
        Yaml::Map(entries) => {
            out.push('{');
            for (key, value) in entries {
                out.push_str(between);
                between = ", ";
                push_scalar(key, out);
                out.push_str(": ");
                if !write_flow(value, most, out) {
                    return false;
                }
            }
            out.push('}');
        }
    }
    out.len() <= most || out.chars().count() <= most
}

fn is_scalar(value: &Yaml) -> bool {
    match value {
        Yaml::Seq(items) => items.is_empty(),
        Yaml::Map(entries) => entries.is_empty(),
        _ => true,
    }
}

/// The value on one line, if it is small enough or deep enough there.
fn inline(value: &Yaml, indent: usize, before: usize) -> Option<String> {
    let most = if is_scalar(value) || indent >= DEEP {
        usize::MAX
    } else {
        WIDTH.checked_sub(before)?
    };
    let mut text = String::new();
    write_flow(value, most, &mut text).then_some(text)
}

fn block(value: &Yaml, indent: usize, out: &mut String) {
    let pad = " ".repeat(indent);
    match value {
        Yaml::Map(entries) if !entries.is_empty() => {
            for (key, value) in entries {
                let key = scalar(key);
                // The outermost keys of a document stay open: they are what a reader looks for.
                if let Some(text) =
                    inline(value, indent, key.len() + 2).filter(|_| indent > 0 || is_scalar(value))
                {
                    out.push_str(&format!("{pad}{key}: {text}\n"));
                } else {
                    out.push_str(&format!("{pad}{key}:\n"));
                    let deeper = if matches!(value, Yaml::Seq(_)) {
                        indent
                    } else {
                        indent + 2
                    };
                    block(value, deeper, out);
                }
            }
        }
        Yaml::Seq(items) if !items.is_empty() => {
            for item in items {
                sequence_item(item, indent, out, block, true);
            }
        }
        _ => out.push_str(&format!("{pad}{}\n", flow(value))),
    }
}

fn open(value: &Yaml, indent: usize, out: &mut String) {
    let pad = " ".repeat(indent);
    match value {
        Yaml::Map(entries) if !entries.is_empty() => {
            for (key, value) in entries {
                let key = scalar(key);
                if let Some(lines) = lines(value) {
                    out.push_str(&format!("{pad}{key}: |-\n"));
                    out.extend(lines.iter().map(|line| format!("{pad}  {line}\n")));
                } else if is_scalar(value) {
                    out.push_str(&format!("{pad}{key}: {}\n", flow(value)));
                } else {
                    out.push_str(&format!("{pad}{key}:\n"));
                    let deeper = if matches!(value, Yaml::Seq(_)) {
                        indent
                    } else {
                        indent + 2
                    };
                    open(value, deeper, out);
                }
            }
        }
        Yaml::Seq(items) if !items.is_empty() => {
            for item in items {
                sequence_item(item, indent, out, open, false);
            }
        }
        _ => out.push_str(&format!("{pad}{}\n", flow(value))),
    }
}

/// The lines of a text that a block can show as they are.
fn lines(value: &Yaml) -> Option<Vec<&str>> {
    let Yaml::Str(text) = value else { return None };
    let lines: Vec<&str> = text.split('\n').collect();
    let shown = |line: &&str| {
        let ends = line.ends_with(' ');
        !line.is_empty() && !ends && line.chars().all(|c| c.is_ascii_graphic() || c == ' ')
    };
    let begins = lines.first().is_some_and(|first| !first.starts_with(' '));
    (lines.len() > 1 && begins && lines.iter().all(shown)).then_some(lines)
}

fn sequence_item(
    item: &Yaml,
    indent: usize,
    out: &mut String,
    write: fn(&Yaml, usize, &mut String),
    small: bool,
) {
    let pad = " ".repeat(indent);
    let text = if small {
        inline(item, indent, 2)
    } else {
        is_scalar(item).then(|| flow(item))
    };
    if let Some(text) = text {
        out.push_str(&format!("{pad}- {text}\n"));
        return;
    }
    let mut nested = String::new();
    write(item, indent + 2, &mut nested);
    out.push_str(&format!("{pad}- {}", nested.trim_start_matches(' ')));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_looks_like_something_else_is_quoted() {
        for text in [
            "yes", "1.10", "", "a: b", "# x", "- a", "null", "a\nb", "0x10", "\u{202e}", "*a",
        ] {
            let yaml = format!("v: {}", scalar(text));
            let read: std::collections::BTreeMap<String, String> =
                serde_saphyr::from_str(&yaml).unwrap();
            assert_eq!(read["v"], text, "{yaml}");
        }
    }

    #[test]
    fn what_is_printed_is_read_back() {
        let value = serde_json::json!({
            "a": [{"b": [1, 2], "c": {"d": "x".repeat(120)}}, [["y".repeat(120)]]],
            "e": {}, "f": [], "g": true,
        });
        for text in [Yaml::from(&value).print(), Yaml::from(&value).print_open()] {
            let read: Value = serde_saphyr::from_str(&text).unwrap();
            assert_eq!(read, value, "{text}");
        }
    }
}
