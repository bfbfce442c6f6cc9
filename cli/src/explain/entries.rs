//! The entries of a manifest, each to be left out: the text without it.

use super::variants::{Site, join};
use crate::manifest::{Node, Source, Span, Value};

/// The entries of the manifest, each to be left out.
pub(super) fn all(source: &Source, root: &Node) -> Vec<Site> {
    let mut sites = Vec::new();
    without(source, root, "", &mut sites);
    sites
}

fn without(source: &Source, node: &Node, path: &str, out: &mut Vec<Site>) {
    match &node.value {
        Value::Scalar(_) => {}
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                let at = format!("{path}[{index}]");
                out.push(left_out(source, item.span, &at));
                without(source, item, &at, out);
            }
        }
        Value::Map(pairs) => {
            for pair in pairs {
                let at = join(path, &pair.key.text);
                out.push(left_out(source, pair.span(), &at));
                without(source, &pair.value, &at, out);
            }
        }
    }
}

fn left_out(source: &Source, span: Span, path: &str) -> Site {
    let first = source.line_span(source.line(span.start));
    let shown = Span::new(span.start, span.end.min(first.end));
    Site::value(
        path,
        shown,
        vec![vec![(removal(source, span), String::new())]],
    )
}

/// What has to go with an entry: its comma, or its lines.
fn removal(source: &Source, span: Span) -> Span {
    let text = source.text();
    let written = source.slice(span).trim_end();
    let end = span.start + written.len();
    let behind = text.get(end..).unwrap_or_default();
    let blank = behind.len() - behind.trim_start().len();
    if behind.trim_start().starts_with(',') {
        return Span::new(span.start, end + blank + 1);
    }
    let before = text.get(..span.start).unwrap_or_default();
    let kept = before.trim_end();
    if kept.ends_with(',') {
        return Span::new(kept.len() - 1, end);
    }
    if kept.ends_with(['{', '[']) {
        return Span::new(span.start, end);
    }
    let line = source.line_span(source.line(span.start));
    let lead = source.slice(Span::new(line.start, span.start));
    if lead.trim_matches([' ', '-']).is_empty() {
        let last = source.line_span(source.line(end.saturating_sub(1).max(span.start)));
        let next = text.get(last.end..).and_then(|rest| rest.find('\n'));
        return Span::new(line.start, next.map_or(text.len(), |at| last.end + at + 1));
    }
    Span::new(span.start, end)
}
