//! What stands at a path of the manifest at hand.

use serde_json::{Value as Json, json};

use crate::manifest::{Node, Source, Span, Value};

/// Lines that are shown of one entry.
const SHOWN: usize = 12;

/// An entry of the manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The path that leads to it.
    pub(super) path: String,
    /// Key and value.
    pub(super) span: Span,
}

/// The entries that a path is about: the one itself, and what lies under it for every node type or by `like`.
pub(super) fn entries(root: &Node, path: &str) -> Vec<Entry> {
    let mut found: Vec<Entry> = at(root, path).into_iter().collect();
    let inner = path.strip_prefix("cluster.nodeTypes.");
    let Some((mut name, rest)) = inner.and_then(|inner| inner.split_once('.')) else {
        return found;
    };
    let names = ["everyNodeType".to_owned()];
    // A chain of copies is never longer than there are node types, and `check` refuses circles.
    for _ in 0..64 {
        let Some(like) = text_at(root, &format!("cluster.nodeTypes.{name}.like")) else {
            break;
        };
        name = like;
        found.extend(at(root, &format!("cluster.nodeTypes.{name}.{rest}")));
    }
    for above in names {
        found.extend(at(root, &format!("cluster.{above}.{rest}")));
    }
    found
}

/// The entry at a path.
fn at(root: &Node, path: &str) -> Option<Entry> {
    let mut node = root;
    let mut span = root.span;
    for step in path.split('.') {
        match &node.value {
            Value::Map(_) => {
                let pair = node.pair(step)?;
                span = pair.span();
                node = &pair.value;
            }
            Value::List(items) => {
                node = items.get(step.parse::<usize>().ok()?)?;
                span = node.span;
            }
            Value::Scalar(_) => return None,
        }
    }
    Some(Entry {
        path: path.to_owned(),
        span,
    })
}

fn text_at<'a>(root: &'a Node, path: &str) -> Option<&'a str> {
    let mut node = root;
    for step in path.split('.') {
        node = node.get(step)?;
    }
    Some(node.as_scalar()?.text.as_str())
}

/// The entries as they are written.
pub(super) fn text(source: &Source, entries: &[Entry]) -> String {
    let mut text = String::new();
    for (index, entry) in entries.iter().enumerate() {
        let (first, last) = lines(source, entry.span);
        let also = match index {
            0 => "Written",
            _ => "Under it",
        };
        text.push_str(&format!(
            "\n{also}: {} at {}:{first}\n",
            entry.path,
            source.name()
        ));
        for line in first..=last.min(first + SHOWN - 1) {
            let shown = source.slice(source.line_span(line));
            text.push_str(&format!("  {line} | {shown}\n"));
        }
        if last >= first + SHOWN {
            text.push_str(&format!("  and {} more lines\n", last + 1 - first - SHOWN));
        }
    }
    text
}

/// The same for programs.
pub(super) fn data(source: &Source, entries: &[Entry]) -> Json {
    entries
        .iter()
        .map(|entry| {
            let (first, last) = lines(source, entry.span);
            json!({ "path": entry.path, "file": source.name(), "line": first, "lastLine": last, "text": source.slice(entry.span) })
        })
        .collect()
}

fn lines(source: &Source, span: Span) -> (usize, usize) {
    let written = source.slice(span).trim_end();
    let first = source.line(span.start);
    (
        first,
        source.line(
            (span.start + written.len())
                .saturating_sub(1)
                .max(span.start),
        ),
    )
}
