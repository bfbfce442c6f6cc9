//! `cluster.order`: what seeds `deploymentOrder` (MF-13).

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
