//! `cluster.order`: what seeds `deploymentOrder` (MF-13).

use super::keys::{Section, Shape, Word, key, words};
use super::reader::Reader;
use super::source::Spanned;

/// The section `cluster.order`.
#[derive(Debug, Clone, Default)]
pub struct Order {
    pub by: Option<Spanned<OrderBy>>,
    /// Node types; else the order in which they are written.
    pub default: Option<Vec<Spanned<String>>>,
    pub missing: Option<Spanned<MissingOrder>>,
}

/// What an order lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderBy {
    NodeType,
    Node,
}

/// What becomes of a node type that a custom resource's order leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingOrder {
    Append,
    Refuse,
}

impl Word for OrderBy {
    const WORDS: &'static [(&'static str, Self)] =
        &[("nodeType", Self::NodeType), ("node", Self::Node)];
}

impl Word for MissingOrder {
    const WORDS: &'static [(&'static str, Self)] =
        &[("append", Self::Append), ("refuse", Self::Refuse)];
}

pub(super) static SECTION: Section = Section {
    path: "cluster.order",
    doc: "The order in which an upgrade goes through a cluster, where the custom resource gives none.",
    keys: &[
        key(
            "by",
            Shape::Word(words::<OrderBy>),
            "What the order lists; `nodeType` unless given.",
        ),
        key(
            "default",
            Shape::Texts,
            "Node types in their order; as written under `nodeTypes` unless given.",
        ),
        key(
            "missing",
            Shape::Word(words::<MissingOrder>),
            "What becomes of a node type that a custom resource's order leaves out: it comes last, or the custom resource is refused.",
        ),
    ],
};

pub(super) fn read(reader: &mut Reader<'_, '_>) -> Order {
    Order {
        by: reader.word("by"),
        default: reader.texts("default"),
        missing: reader.word("missing"),
    }
}
