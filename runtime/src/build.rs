//! Stage *build*: resolved nodes become the documents of all children. Pure.
//!
//! In: [`Resolved`]. Out: [`Desired`], canonical documents that are ready to be sent, or every
//! reason why the resource cannot be built.

mod autoscaler;
mod canonical;
mod check;
mod children;
mod claim;
mod config_map;
mod container;
mod disruption_budget;
mod file;
mod finish;
mod idle;
mod ingress;
mod meta;
mod mutate;
mod network_policy;
mod pod_text;
mod probe;
mod security;

#[cfg(test)]
mod server;
mod service;
#[cfg(test)]
mod tests;
mod volumes;
mod workload;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;
use std::sync::Arc;

use serde_json::Value;

use crate::cluster::{Cluster, NodeFields, OrderBy};
use crate::kind::ObjectId;
use crate::node::Node;
use crate::problem::{Problem, Problems};
use crate::resolve::{Resolved, ResolvedNode};

pub use self::autoscaler::Autoscaler;
pub use self::children::{Child, Children};
pub use self::claim::Claim;
pub use self::config_map::{ConfigMap, ConfigMapRef};
pub use self::container::{Container, VariableSource};
pub use self::disruption_budget::DisruptionBudget;
pub use self::file::File;
pub use self::ingress::Ingress;
pub use self::network_policy::NetworkPolicy;
pub use self::pod_text::{Argument, MaybeText, PodText, join};
pub use self::probe::{ProbeExt, ProbePort};
pub use self::service::Service;
pub use self::workload::Workload;

pub(crate) use self::children::{Governed, Sizes};
pub(crate) use self::idle::unused;
pub(crate) use self::meta::{Origin, SharedOrigin};

/// All children that a custom resource asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Desired {
    /// Sorted by apply rank, kind and name.
    pub children: Vec<DesiredChild>,
    /// The order of upgrades.
    pub turns: Vec<Turn>,
    /// The resource asks for no pods (NC-25).
    pub(crate) stopped: bool,
    /// Where the resource says how much storage a claim asks for.
    pub(crate) sizes: Sizes,
    /// What the custom resource says and has no effect, each once.
    pub notes: Vec<Problem>,
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
    /// With how many replicas a workload starts whose document has none, as an autoscaler decides
    /// about them from then on.
    pub start: Option<i32>,
}

/// Builds children of the whole cluster.
pub struct Shared<'a, C: Cluster> {
    pub(crate) origin: SharedOrigin,
    cluster: PhantomData<&'a C>,
}

impl<C: Cluster> Shared<'_, C> {
    /// The custom resource's name.
    pub fn cr_name(&self) -> &str {
        &self.origin.identity.instance
    }

    /// The custom resource's namespace.
    pub fn namespace(&self) -> &str {
        &self.origin.namespace
    }
}

/// What all nodes of one build know.
pub(crate) struct Context<'a> {
    /// The config maps of the whole cluster, by the name that the manifest gives them.
    pub(crate) shared: &'a BTreeMap<String, ConfigMapRef>,
    pub(crate) cluster: &'a Origin,
    /// How the pods of each node are named.
    pub(crate) governed: &'a BTreeMap<String, Governed>,
    /// The nodes of whose pods somebody asked the names.
    pub(crate) asked: &'a RefCell<BTreeSet<String>>,
}

/// Builds all children. `operator` is the label by which the operator finds them again.
///
/// # Errors
/// Every reason why the resource cannot be built, each with its path.
pub fn build<C: Cluster>(resolved: &Resolved<'_, C>, operator: &str) -> Result<Desired, Problems> {
    let cluster = Arc::new(Origin::of_cluster(resolved, operator));
    let shared_children = resolved.cr.shared(&Shared {
        origin: Arc::clone(&cluster),
        cluster: PhantomData,
    });
    let shared: BTreeMap<_, _> = shared_children.shared.iter().cloned().collect();
    let nodes = |governed: &BTreeMap<String, Governed>| {
        let asked = RefCell::default();
        let context = Context {
            shared: &shared,
            cluster: &cluster,
            governed,
            asked: &asked,
        };
        let mut children = Children::new();
        for entry in &resolved.nodes {
            let node = Node::new(resolved, entry, &context);
            children.extend(entry.node_type.build(&node));
        }
        (children, asked.into_inner())
    };
    // A node may name the pods of another, and only that one's workload knows its Service. So the
    // nodes are described once to learn that, and again with it, if any of them asked.
    let (mut children, asked) = nodes(&BTreeMap::new());
    let mut governed = BTreeMap::new();
    if !asked.is_empty() {
        let peers = children.peers.drain(..);
        governed = peers.map(|peer| (peer.node.clone(), peer)).collect();
        children = nodes(&governed).0;
    }
    children.extend(shared_children);

    let sizes = std::mem::take(&mut children.sizes);
    let context = Context {
        shared: &shared,
        cluster: &cluster,
        governed: &governed,
        asked: &RefCell::default(),
    };
    let by_name: BTreeMap<&str, _> = resolved
        .nodes
        .iter()
        .map(|entry| (entry.spec.name(), entry))
        .collect();
    let mut problems = Problems::new();
    for entry in &resolved.nodes {
        let node = Node::new(resolved, entry, &context);
        entry.node_type.validate(&node, &mut problems);
    }
    let mutate = |name: &str, kind, document: &mut Value| {
        if let Some(entry) = by_name.get(name) {
            let node = Node::new(resolved, entry, &context);
            entry.node_type.mutate(&node, kind, document);
        }
    };
    let owner = meta::owner_reference(resolved.cr);
    let mut notes = std::mem::take(&mut children.notes);
    notes.extend(idle::notes(resolved, &asked));
    notes.sort();
    notes.dedup();
    let documents = finish::documents::<C>(children, &owner, &mutate, &mut problems);
    problems.or(Desired {
        children: documents,
        turns: turns(resolved),
        stopped: resolved.cr.stopped(),
        sizes,
        notes,
    })
}

fn turns<C: Cluster>(resolved: &Resolved<'_, C>) -> Vec<Turn> {
    let nodes = |name: &str| {
        let in_turn = |node: &ResolvedNode<'_, C>| match C::ORDER_BY {
            OrderBy::NodeType => node.node_type.name() == name,
            OrderBy::Node => node.spec.name() == name,
        };
        let nodes = resolved.nodes.iter();
        nodes
            .filter(|node| in_turn(node))
            .map(|node| node.spec.name().to_owned())
            .collect::<Vec<_>>()
    };
    let turns = resolved.order.iter().map(|name| Turn {
        name: name.clone(),
        nodes: nodes(name),
    });
    turns.filter(|turn| !turn.nodes.is_empty()).collect()
}
