//! Where each node is, from its workload's status.

use serde_json::Value;

use crate::build::{Desired, DesiredChild};
use crate::cache::Workload;
use crate::kind::ChildKind;
use crate::observe::Observed;
use crate::rollout::facts::{Facts, State};
use crate::spec::{NodePhase, NodeStatus, NodeTypeStatus, WorkloadKind};

/// A node's status, and what its workload complains about.
pub(super) struct Node {
    pub(super) status: NodeStatus,
    pub(super) failure: Option<String>,
    /// What its type's hook waits for.
    pub(super) unready: Option<String>,
}

impl Node {
    /// Its name, and what a hook says of it.
    pub(super) fn told(&self) -> String {
        match &self.unready {
            Some(why) => format!("{} ({why})", self.status.name),
            None => self.status.name.clone(),
        }
    }
}

/// The nodes that have a workload, in the order of `names`.
pub(super) fn nodes(names: &[&str], desired: &Desired, observed: &Observed) -> Vec<Node> {
    let workload = |name: &str| {
        desired
            .children
            .iter()
            .find(|child| child.id.kind.is_workload() && child.node.as_deref() == Some(name))
    };
    names
        .iter()
        .filter_map(|name| Some(node(name, workload(name)?, observed)))
        .collect()
}

fn node(name: &str, wanted: &DesiredChild, observed: &Observed) -> Node {
    let known = observed.children.get(&wanted.id).map(|known| &known.child);
    let written = known.is_some_and(|child| {
        let applied = child.applied.as_ref();
        applied.is_some_and(|applied| *applied.hash == *wanted.hash)
    });
    let nothing = Workload::default();
    let live = known
        .and_then(|child| child.workload.as_deref())
        .unwrap_or(&nothing);
    let asked = wanted
        .document
        .pointer("/spec/replicas")
        .and_then(Value::as_i64)
        .and_then(|replicas| i32::try_from(replicas).ok())
        .unwrap_or(live.asked);
    let facts = Facts::of(wanted, observed);
    let phase = if facts.state == State::Absent {
        NodePhase::Pending
    } else if facts.crash.is_some() {
        NodePhase::Failed
    } else if written && live.asked == asked && facts.is_done() {
        NodePhase::Ready
    } else {
        NodePhase::Progressing
    };
    Node {
        status: NodeStatus {
            name: name.to_owned(),
            node_type: wanted.node_type.clone().unwrap_or_default(),
            kind: if wanted.id.kind == ChildKind::Deployment {
                WorkloadKind::Deployment
            } else {
                WorkloadKind::StatefulSet
            },
            workload: wanted.id.name.clone(),
            replicas: asked,
            ready: live.ready,
            updated: live.updated,
            phase,
        },
        failure: facts.crash.map(|crash| crash.to_string()),
        unready: facts.unready,
    }
}

/// All nodes of each type together, in the manifest's order; types without nodes are left out.
pub(super) fn node_types(nodes: &[Node], types: &[&str]) -> Vec<NodeTypeStatus> {
    types
        .iter()
        .filter_map(|name| {
            let phases: Vec<NodePhase> = nodes
                .iter()
                .filter(|node| node.status.node_type == **name)
                .map(|node| node.status.phase)
                .collect();
            let ready = phases.iter().filter(|phase| **phase == NodePhase::Ready);
            Some(NodeTypeStatus {
                name: (*name).to_owned(),
                nodes: count(phases.len()),
                ready: count(ready.count()),
                phase: together(&phases)?,
            })
        })
        .collect()
}

/// A failed node is what people look for; then those that are not ready.
fn together(phases: &[NodePhase]) -> Option<NodePhase> {
    [
        NodePhase::Failed,
        NodePhase::Progressing,
        NodePhase::Pending,
        NodePhase::Ready,
    ]
    .into_iter()
    .find(|phase| phases.contains(phase))
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
