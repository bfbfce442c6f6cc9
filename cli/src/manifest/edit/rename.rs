//! A node type under another name.

use super::cut::cut;
use super::edits::{Edits, indent};
use super::tree::{items, places};
use super::uses::uses;
use crate::diagnostic::Problems;
use crate::manifest::source::{Source, Span};
use crate::manifest::tree::{self, Node, Pair, Value};

/// Why a node type cannot be renamed in a manifest's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unrenamable {
    /// There is none of that name.
    Unknown,
    /// There is one of the new name, or one that a custom resource may call so.
    Taken,
    /// It is named here in a way that is not understood well enough.
    Form(Span),
}

/// How a node type comes to its new name.
#[derive(Clone, Debug)]
pub struct Renaming {
    pub edits: Edits,
    /// Places that name it and were left: whether they mean it is for their author to say.
    pub perhaps: Vec<Span>,
    /// What its children know it by; the new name, if nothing else is said.
    pub type_name: Option<String>,
}

/// Renames a node type wherever the manifest names it. With `alias`, custom resources may still say the old name, and its
/// children are known by it.
///
/// The manifest is one that was read without a mistake of shape.
///
/// # Errors
/// As [`Unrenamable`] says.
pub fn rename_node_type(
    source: &Source,
    old: &str,
    new: &str,
    alias: bool,
) -> Result<Renaming, Unrenamable> {
    let nowhere = Unrenamable::Form(Span::default());
    let (root, _) = tree::read(source, &mut Problems::new()).ok_or(nowhere)?;
    let cluster = root.get("cluster").ok_or(Unrenamable::Unknown)?;
    let types = cluster.get("nodeTypes").ok_or(Unrenamable::Unknown)?;
    let types = types.pairs();
    let found = types.iter().find(|pair| pair.key.text == old);
    let found = found.ok_or(Unrenamable::Unknown)?;
    for other in types {
        let aliases = other.value.get("aliases").map(items);
        let mut aliases = aliases.unwrap_or_default().iter();
        let is_called = aliases.any(|item| item.as_scalar().is_some_and(|item| item.text == new));
        if other.key.text == new || (is_called && other.key.text != old) {
            return Err(Unrenamable::Taken);
        }
    }
    let mut edits = Edits::default();
    edits.replace(found.key.place(0, found.key.text.len()), new);
    let known = found.value.get("typeName").and_then(Node::as_scalar);
    let known = known.map(|known| known.text.clone());
    let uses = uses(source, &root, old);
    let compared = uses.compared.iter().filter(|_| !alias && known.is_none());
    for span in uses.certain.iter().chain(compared) {
        if source.slice(*span) != old {
            return Err(Unrenamable::Form(*span));
        }
        edits.replace(*span, new);
    }
    let named = names(source, found, old, new, alias, &mut edits);
    named.ok_or(Unrenamable::Form(found.key.span))?;
    let mut perhaps = uses.perhaps;
    perhaps.sort();
    Ok(Renaming {
        edits,
        perhaps,
        type_name: known.or_else(|| alias.then(|| old.to_owned())),
    })
}

/// Writes what else it is called, and what its children know it by.
fn names(
    source: &Source,
    node_type: &Pair,
    old: &str,
    new: &str,
    alias: bool,
    edits: &mut Edits,
) -> Option<()> {
    let body = &node_type.value;
    let aliases = body.get("aliases");
    let mut entries = Vec::new();
    let others = aliases.map(items).unwrap_or_default().iter();
    let others = others
        .filter_map(Node::as_scalar)
        .map(|item| item.text.as_str());
    let mut wanted: Vec<&str> = others.clone().filter(|name| *name != new).collect();
    if alias {
        wanted.push(old);
    }
    let list = format!("[{}]", wanted.join(", "));
    match aliases {
        Some(_) if others.eq(wanted.iter().copied()) => {}
        Some(_) if wanted.is_empty() => without(source, body, "aliases", edits)?,
        Some(aliases) => edits.replace(trimmed(source, from_dash(source, aliases.span)), list),
        None if wanted.is_empty() => {}
        None => entries.push(format!("aliases: {list}")),
    }
    match body.get("typeName").and_then(Node::as_scalar) {
        Some(known) if known.text == new => without(source, body, "typeName", edits)?,
        None if alias => entries.push(format!("typeName: {old}")),
        Some(_) | None => {}
    }
    if !entries.is_empty() {
        add(source, node_type, &entries, edits)?;
    }
    Some(())
}

/// Takes a key out of a node type that has others, or leaves an empty one.
fn without(source: &Source, body: &Node, key: &str, edits: &mut Edits) -> Option<()> {
    let keys = body.pairs();
    let index = keys.iter().position(|pair| pair.key.text == key)?;
    if keys.len() > 1 {
        return cut(source, &places(body), index, edits);
    }
    edits.replace(trimmed(source, body.span), "{}");
    Some(())
}

/// A list in lines begins with its first item: with the dash in front of that.
fn from_dash(source: &Source, span: Span) -> Span {
    let front = source.text().get(..span.start).unwrap_or_default();
    let start = front.trim_end().strip_suffix('-').map(str::len);
    let is_flow = source.slice(span).starts_with('[');
    Span::new(start.filter(|_| !is_flow).unwrap_or(span.start), span.end)
}

/// A block of text ends where the next line starts: without that.
fn trimmed(source: &Source, span: Span) -> Span {
    let text = source.slice(span);
    Span::new(span.start, span.start + text.trim_end().len())
}

/// Puts keys in front of those of a node type.
fn add(source: &Source, node_type: &Pair, entries: &[String], edits: &mut Edits) -> Option<()> {
    let body = &node_type.value;
    let line_end = if source.text().contains("\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    match &body.value {
        Value::Map(keys) if source.slice(body.span).starts_with('{') => {
            let entries = entries.join(", ");
            match keys.first() {
                Some(first) => edits.insert(first.key.span.start, format!("{entries}, ")),
                None => edits.insert(body.span.start + 1, entries),
            }
        }
        Value::Map(keys) => {
            let first = keys.first()?;
            let indent = indent(source, first.span())?;
            let lines: String = entries
                .iter()
                .map(|entry| format!("{entry}{line_end}{indent}"))
                .collect();
            edits.insert(first.key.span.start, lines);
        }
        // Nothing is written under its name.
        Value::Scalar(scalar) if scalar.is_null() => {
            let written = source.slice(body.span);
            let text = format!("{{{}}}", entries.join(", "));
            if written.is_empty() {
                let rest = source.text().get(node_type.key.span.end..)?;
                let colon = node_type.key.span.end + rest.find(':')? + 1;
                edits.insert(colon, format!(" {text}"));
            } else {
                edits.replace(body.span, text);
            }
        }
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renamed(text: &str, old: &str, new: &str, alias: bool) -> Result<String, Unrenamable> {
        let source = Source::new("dsoi.yaml", text.as_bytes().to_vec()).unwrap();
        let renaming = rename_node_type(&source, old, new, alias)?;
        Ok(renaming.edits.apply(text))
    }

    const TEXT: &str = "cluster:\n  order: {default: [a, \"b\"]}\n  rules: [{rule: \"self.x == 'b'\"}]\n  nodeTypes:\n    b:   # b\n      args: [\"${pods.b}\", b, pods.b, '${pods[\"b\"] ?? nodes.b}', \"$${pods.b}\"]\n      x: {$if: type.name == \"b\" && spec.b == \"b\", $for: p in pods.b, \"${pods.b.c}\": b}\n    'c': {like: b}\n";

    #[test]
    fn every_use_of_a_node_type_is_renamed_and_nothing_else() {
        let expected = TEXT
            .replace("default: [a, \"b\"]", "default: [a, \"new\"]")
            .replace("    b:   # b", "    new:   # b")
            .replace("[\"${pods.b}\", b,", "[\"${pods.new}\", b,")
            .replace(
                "'${pods[\"b\"] ?? nodes.b}'",
                "'${pods[\"new\"] ?? nodes.new}'",
            )
            .replace("type.name == \"b\"", "type.name == \"new\"")
            .replace(
                "p in pods.b, \"${pods.b.c}\"",
                "p in pods.new, \"${pods.new.c}\"",
            )
            .replace("like: b", "like: new");
        assert_eq!(renamed(TEXT, "b", "new", false).unwrap(), expected);
        assert_eq!(renamed(&expected, "new", "b", false).unwrap(), TEXT);
        let source = Source::new("dsoi.yaml", TEXT.as_bytes().to_vec()).unwrap();
        let perhaps = rename_node_type(&source, "b", "new", false)
            .unwrap()
            .perhaps;
        let perhaps: Vec<usize> = perhaps.iter().map(|span| source.line(span.start)).collect();
        assert_eq!(perhaps, [3, 7]);
    }

    #[test]
    fn running_clusters_keep_the_old_name_however_the_node_type_is_written() {
        let names = "aliases: [b], typeName: b";
        for (from, to) in [
            ("  b: {x: y}", format!("  n: {{{names}, x: y}}")),
            ("  b: { }", format!("  n: {{{names} }}")),
            ("  b:", format!("  n: {{{names}}}")),
            ("  b: ~", format!("  n: {{{names}}}")),
            (
                "  b:\r\n    # x\r\n    x: y",
                "  n:\r\n    # x\r\n    aliases: [b]\r\n    typeName: b\r\n    x: y".to_owned(),
            ),
            (
                "  b:\n    aliases:\n    - a\n    - n\n    x: y\n",
                "  n:\n    typeName: b\n    aliases:\n    [a, b]\n    x: y\n".to_owned(),
            ),
            (
                "  b: {aliases: [n], typeName: n, x: y}",
                "  n: {aliases: [b], x: y}".to_owned(),
            ),
            (
                "  b: {aliases: [a], typeName: a}",
                "  n: {aliases: [a, b], typeName: a}".to_owned(),
            ),
        ] {
            let text = |body: &str| format!("cluster:\n nodeTypes:\n{body}");
            assert_eq!(
                renamed(&text(from), "b", "n", true),
                Ok(text(&to)),
                "{from}"
            );
        }
    }

    #[test]
    fn what_cannot_be_renamed_is_said() {
        let text = "cluster:\n  nodeTypes: {a: {aliases: [x]}, b: {args: [\"${pods[\\\"b\\\"]}\", \"${pods[\\\"\\x62\\\"]}\"]}}\n";
        assert_eq!(renamed(text, "c", "n", true), Err(Unrenamable::Unknown));
        assert_eq!(renamed(text, "b", "a", true), Err(Unrenamable::Taken));
        assert_eq!(renamed(text, "b", "x", true), Err(Unrenamable::Taken));
        assert!(matches!(
            renamed(text, "b", "n", true),
            Err(Unrenamable::Form(_))
        ));
    }
}
