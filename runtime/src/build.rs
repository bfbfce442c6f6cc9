//! Stage *build*: resolved nodes become the documents of all children. Pure.
//!
//! In: [`Resolved`]. Out: [`Desired`], canonical documents that are ready to be sent, or every
//! reason why the resource cannot be built.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::Arc;

use serde_json::Value;

use crate::cluster::Cluster;
use crate::kind::ObjectId;
use crate::problem::Problems;
use crate::resolve::Resolved;

/// All children that a custom resource asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Desired {
    /// Sorted by apply rank and name.
    pub children: Vec<DesiredChild>,
    /// The order of upgrades.
    pub turns: Vec<Turn>,
}

/// The nodes that roll together, before those of the next turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The node type, or the node where the cluster orders by node.
    pub name: String,
    /// Names of nodes, in the resource's order.
    pub nodes: Vec<String>,
}

/// One child as it should be.
#[derive(Clone, Debug, PartialEq)]
pub struct DesiredChild {
    pub id: ObjectId,
    /// The node that it belongs to; none for what several nodes share.
    pub node: Option<String>,
    /// The node type in whose turn it is written; none for what several types share.
    pub node_type: Option<String>,
    /// Canonical: no nulls, no empty lists or maps that the API drops, merge keys written out.
    /// Everything that is sent but the annotation `dsoi.dev/applied`.
    pub document: Arc<Value>,
    /// The first 16 bytes of the document's SHA-256, in hexadecimal.
    pub hash: String,
}

/// Children that a node type or a cluster asks for.
#[derive(Debug, Default)]
pub struct Children {}

impl Children {
    pub fn new() -> Self {
        Self::default()
    }
}

/// Builds children of the whole cluster.
pub struct Shared<'a, C: Cluster> {
    cluster: PhantomData<&'a C>,
}

/// The config maps of the whole cluster, by the name that the manifest gives them.
pub(crate) type SharedMaps = BTreeMap<String, ()>;

/// Builds all children.
///
/// # Errors
/// Every reason why the resource cannot be built, each with its path.
pub fn build<C: Cluster>(
    _resolved: &Resolved<'_, C>,
    _operator: &str,
) -> Result<Desired, Problems> {
    Problems::new().or(Desired::default())
}
