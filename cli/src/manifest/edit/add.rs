//! A node type more.

use super::edits::{Edits, before, indent, last_line};
use crate::manifest::source::{Source, Span};
use crate::manifest::{Manifest, WorkloadKind};

/// A node type to add.
#[derive(Clone, Debug, Default)]
pub struct NewNodeType {
    /// Letters, digits and hyphens, a letter first.
    pub name: String,
    /// The node type that it copies.
    pub like: Option<String>,
    pub kinds: Vec<WorkloadKind>,
    /// Name and number.
    pub ports: Vec<(String, u16)>,
}

impl NewNodeType {
    /// Its keys, in the order in which manifests have them.
    fn entries(&self) -> Vec<String> {
        let mut entries = Vec::new();
        if let Some(like) = &self.like {
            entries.push(format!("like: {like}"));
        }
        if !self.kinds.is_empty() {
            let kinds: Vec<&str> = self
                .kinds
                .iter()
                .map(|kind| match kind {
                    WorkloadKind::StatefulSet => "StatefulSet",
                    WorkloadKind::Deployment => "Deployment",
                })
                .collect();
            entries.push(format!("kinds: [{}]", kinds.join(", ")));
        }
        if !self.ports.is_empty() {
            let ports: Vec<String> = self
                .ports
                .iter()
                .map(|(name, port)| format!("{name}: {port}"))
                .collect();
            entries.push(format!("ports: {{{}}}", ports.join(", ")));
        }
        entries
    }
}

/// Adds a node type behind the last one, and to the default order where there is one.
pub fn add_node_type(manifest: &Manifest, new: &NewNodeType) -> Edits {
    let source = &manifest.source;
    let line_end = if source.text().contains("\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    let mut edits = Edits::default();
    if let Some(last) = manifest.cluster.node_types.last() {
        let entries = new.entries();
        let name = &new.name;
        let (at, text) = match indent(source, last.name.span) {
            Some(indent) => {
                let mut lines = vec![format!("{indent}{name}:")];
                if entries.is_empty() {
                    lines = vec![format!("{indent}{name}: {{}}")];
                }
                lines.extend(entries.iter().map(|entry| format!("{indent}  {entry}")));
                below(source, last.span, indent.len(), &lines, line_end)
            }
            None => (
                last.span.end,
                format!(", {name}: {{{}}}", entries.join(", ")),
            ),
        };
        edits.insert(at, text);
    }
    let order = manifest
        .cluster
        .order
        .default
        .as_deref()
        .unwrap_or_default();
    if let Some(last) = order.last() {
        let before = before(source, last.span);
        let (at, text) = if before.trim() == "-" {
            let lines = [format!("{before}{}", new.name)];
            below(source, last.span, before.len(), &lines, line_end)
        } else {
            (last.span.end, format!(", {}", new.name))
        };
        edits.insert(at, text);
    }
    edits
}

/// Lines below an entry and the comments that are indented deeper than it.
fn below(
    source: &Source,
    entry: Span,
    indent: usize,
    lines: &[String],
    line_end: &str,
) -> (usize, String) {
    let line = last_line(source, entry, indent);
    let rest = source.text().get(source.line_span(line).end..);
    let at =
        source.line_span(line).end + rest.and_then(|rest| rest.find('\n')).map_or(0, |at| at + 1);
    let ends_with_a_line = at > 0 && source.text().as_bytes().get(at - 1) == Some(&b'\n');
    let mut text = lines.join(line_end);
    if ends_with_a_line {
        text.push_str(line_end);
    } else {
        text.insert_str(0, line_end);
    }
    (at.max(source.line_span(line).end), text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::parse;

    const HEAD: &str = "apiVersion: dsoi.dev/v1alpha1\noperator: {name: a}\napi: {group: a.b, version: v1}\ncluster:\n  kind: A\n";

    fn added(text: &str) -> String {
        let text = format!("{HEAD}{text}");
        let source = Source::new("dsoi.yaml", text.into_bytes()).unwrap();
        let new = NewNodeType {
            name: "cache".to_owned(),
            like: Some("store".to_owned()),
            kinds: vec![WorkloadKind::StatefulSet],
            ports: vec![("http".to_owned(), 8080)],
        };
        let text = add_node_type(&parse(&source).unwrap(), &new).apply(source.text());
        let source = Source::new("dsoi.yaml", text.clone().into_bytes()).unwrap();
        let read = parse(&source).unwrap_or_else(|_| panic!("{text}"));
        let names = read.cluster.node_types.iter();
        let names: Vec<_> = names
            .map(|node_type| node_type.name.value.as_str())
            .collect();
        assert_eq!(names, ["store", "cache"], "{text}");
        text.strip_prefix(HEAD).unwrap().to_owned()
    }

    #[test]
    fn comments_and_what_follows_stay_in_their_places() {
        let text = "  nodeTypes:\n    store:      # keeps data\n      args: [a] # last\n      # its own\n    # the end\n  image: x:1\n";
        assert_eq!(
            added(text),
            "  nodeTypes:\n    store:      # keeps data\n      args: [a] # last\n      # its own\n    cache:\n      like: store\n      kinds: [StatefulSet]\n      ports: {http: 8080}\n    # the end\n  image: x:1\n"
        );
    }

    #[test]
    fn the_order_is_extended_as_it_is_written() {
        let body = "  nodeTypes:\n    store: {args: [a]}\n";
        assert_eq!(
            added(&format!("  order: {{default: [store ]}}\n{body}")),
            format!(
                "  order: {{default: [store, cache ]}}\n{body}    cache:\n      like: store\n      kinds: [StatefulSet]\n      ports: {{http: 8080}}\n"
            )
        );
        assert!(
            added(&format!(
                "  order:\n    default:\n    - store   # first\n{body}"
            ))
            .starts_with(
                "  order:\n    default:\n    - store   # first\n    - cache\n  nodeTypes:\n"
            )
        );
    }

    #[test]
    fn an_order_with_wide_dashes_is_one_too() {
        let text =
            "  order:\n    default:\n      -   store\n  nodeTypes:\n    store: {args: [a]}\n";
        assert!(added(text).contains("      -   store\n      -   cache\n"));
    }

    #[test]
    fn every_way_to_write_node_types_can_be_added_to() {
        assert_eq!(
            added("  nodeTypes: {store: {args: [a]}, }\n"),
            "  nodeTypes: {store: {args: [a]}, cache: {like: store, kinds: [StatefulSet], ports: {http: 8080}}, }\n"
        );
        let tail =
            "    cache:\n      like: store\n      kinds: [StatefulSet]\n      ports: {http: 8080}";
        assert_eq!(
            added("  nodeTypes:\n    store: {args: [a]}"),
            format!("  nodeTypes:\n    store: {{args: [a]}}\n{tail}")
        );
        let block = "  nodeTypes:\n    store:\n      args:\n      - a\n      - |\n        b\n\n  image: x:1\n";
        assert!(
            added(block).contains(&format!("        b\n{tail}\n\n  image")),
            "{}",
            added(block)
        );
    }

    #[test]
    fn line_ends_are_kept() {
        let text = "  nodeTypes:\r\n    store: {args: [a]}\r\n  image: x:1\r\n";
        assert!(added(text).ends_with("    cache:\r\n      like: store\r\n      kinds: [StatefulSet]\r\n      ports: {http: 8080}\r\n  image: x:1\r\n"));
    }
}
