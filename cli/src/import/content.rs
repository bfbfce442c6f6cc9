//! The text of a configuration file → what `content` of a manifest says of it.
//!
//! A tree where the file is one, says nothing in comments, and its scalars mean the same to every reader; else the text as it
//! is. A tree is easier to change: values of the custom resource can be layered over it.

use std::borrow::Cow;

use super::draft::{Draft, Part};
use super::lost::{Losses, Weight};
use super::yaml::{self, Yaml};

/// The largest file that is carried over, in bytes; a manifest has at most one MiB.
pub(super) const MAX: usize = 64 << 10;

/// The text with the line ends of Unix: a file of a manifest has no others, and its operator refuses a line with a break in it.
pub(super) fn unix<'t>(text: &'t str, from: &str, losses: &mut Losses) -> Cow<'t, str> {
    if !text.contains('\r') {
        return Cow::Borrowed(text);
    }
    losses.add(
        Weight::Changed,
        from,
        "it has the line ends of Unix now",
        "",
    );
    Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// The keys of a file beside `path`: `content`, and `format` where the name of the file says another one.
pub(super) fn parts(file_name: &str, text: &str) -> Vec<Part> {
    let extension = file_name.rsplit_once('.').map_or("", |(_, end)| end);
    let (structured, tree) = match extension {
        "yaml" | "yml" => (true, yaml_tree(text)),
        "json" => (true, json_tree(text)),
        "properties" => (true, properties(text)),
        _ => (false, None),
    };
    if let Some(tree) = tree {
        return vec![Part::new("content", tree)];
    }
    let mut parts = Vec::new();
    if structured {
        parts.push(Part::new("format", Draft::text("text")));
    }
    parts.push(Part::new("content", Draft::text(text)));
    parts
}

fn yaml_tree(text: &str) -> Option<Draft> {
    // Comments would be lost, and who wrote them meant them.
    if text.contains('#') {
        return None;
    }
    tree(text)
}

fn json_tree(text: &str) -> Option<Draft> {
    // Whatever is JSON is YAML, and the order of keys stays.
    serde_json::from_str::<serde::de::IgnoredAny>(text).ok()?;
    tree(text)
}

fn tree(text: &str) -> Option<Draft> {
    let documents = yaml::read(text).ok()?;
    let [document] = documents.as_slice() else {
        return None;
    };
    let Yaml::Map(entries) = &document.root else {
        return None;
    };
    // Anchors and doubled keys would be gone.
    let copies = text.contains('&') || text.contains('*') || !document.odd.is_empty();
    let sound = !entries.is_empty() && !copies && is_safe(&document.root);
    sound.then(|| Draft::from(&document.root))
}

/// Whether every reader takes each scalar for the same, and each key can be written in a manifest.
fn is_safe(value: &Yaml) -> bool {
    const WORDS: &[&str] = &["yes", "no", "on", "off", "y", "n"];
    match value {
        Yaml::Null | Yaml::Bool(_) | Yaml::Int(_) => true,
        // `1e3` and `1.50` would be written otherwise.
        Yaml::Number(text) => text
            .parse::<f64>()
            .is_ok_and(|number| number.to_string() == *text),
        Yaml::Text(text) => !WORDS.contains(&text.to_ascii_lowercase().as_str()),
        Yaml::List(items) => items.iter().all(is_safe),
        Yaml::Map(entries) => entries
            .iter()
            .all(|(key, value)| is_key(key) && is_safe(value)),
    }
}

fn is_key(key: &str) -> bool {
    !key.starts_with('$') && !key.contains("${") && key != "<<"
}

/// `key=value` lines, nothing escaped or doubled.
fn properties(text: &str) -> Option<Draft> {
    let mut parts: Vec<Part> = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let (key, value) = line.split_once('=')?;
        let (key, value) = (key.trim_end(), value.trim_start());
        let plain = !line.starts_with(['#', '!'])
            && line.is_ascii()
            && !line.contains('\\')
            && !key.is_empty()
            && !key.contains([' ', ':'])
            && is_key(key);
        if !plain || parts.iter().any(|part| part.key == key) {
            return None;
        }
        parts.push(Part::new(key, Draft::text(value)));
    }
    (!parts.is_empty()).then_some(Draft::Map(parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(file_name: &str, text: &str) -> Vec<String> {
        parts(file_name, text)
            .into_iter()
            .map(|part| format!("{} {}", part.key, !part.value.parts().is_empty()))
            .collect()
    }

    #[test]
    fn line_ends_are_those_of_unix() {
        let mut losses = Losses::default();
        assert_eq!(unix("a\r\nb\rc\n", "x", &mut losses), "a\nb\nc\n");
        assert!(!losses.is_empty());
    }

    #[test]
    fn a_file_is_a_tree_only_where_nothing_is_lost() {
        for (name, text) in [
            ("a.yaml", "a: {b: [1, true, 1.5, x]}\n"),
            ("a.json", "{\"a\": null}"),
            ("a.properties", "a.b = c\n\nd=\n"),
        ] {
            assert_eq!(keys(name, text), ["content true"], "{text}");
        }
        for (name, text) in [
            ("a.yaml", "a: 1 # one\n"),
            ("a.yaml", "a: yes\n"),
            ("a.yaml", "a: &x 1\nb: *x\n"),
            ("a.yaml", "a: 1e3\n"),
            ("a.yaml", "a: 0755\n"),
            ("a.yaml", "a: 1\n---\nb: 1\n"),
            ("a.yaml", "$if: 1\n"),
            ("a.yaml", "{{ broken"),
            ("a.json", "a: 1"),
            ("a.properties", "# why\na=b\n"),
            ("a.properties", "a=b\na=c\n"),
        ] {
            assert_eq!(
                keys(name, text),
                ["format false", "content false"],
                "{text}"
            );
        }
        assert_eq!(keys("a.conf", "a: 1"), ["content false"]);
    }
}
