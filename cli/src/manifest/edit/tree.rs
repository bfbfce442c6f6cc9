//! Ways through the tree of a manifest.

use crate::manifest::source::Span;
use crate::manifest::tree::{Node, Pair, Value};

pub(super) fn items(node: &Node) -> &[Node] {
    match &node.value {
        Value::List(items) => items,
        _ => &[],
    }
}

/// Where the entries of a collection stand.
pub(super) fn places(node: &Node) -> Vec<Span> {
    match &node.value {
        Value::Map(pairs) => pairs.iter().map(Pair::span).collect(),
        Value::List(items) => items.iter().map(|item| item.span).collect(),
        Value::Scalar(_) => Vec::new(),
    }
}
