//! The status of a cluster: an output, written once per pass and only when it differs (NC-24).
//!
//! Nothing is ever decided from it; wiping it changes nothing but the status (D6).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::WorkloadKind;

pub use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

/// The condition types of a cluster.
pub mod condition {
    /// The custom resource is legal and its change was taken up.
    pub const ACCEPTED: &str = "Accepted";
    /// Something is on its way to its desired state.
    pub const PROGRESSING: &str = "Progressing";
    /// Every node runs what is desired.
    pub const READY: &str = "Ready";
    /// Something needs a person.
    pub const DEGRADED: &str = "Degraded";
    /// The operator leaves the cluster alone, as its annotation asks.
    pub const PAUSED: &str = "Paused";
    /// The cluster has no pods, as its specification asks.
    pub const STOPPED: &str = "Stopped";
}

/// Status of a cluster's custom resource.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterStatus {
    /// The generation that this status speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// Per node type, in the manifest's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub node_types: Vec<NodeTypeStatus>,
    /// Per node, in the resource's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<NodeStatus>,
    /// The upgrade under way, or the last one; none before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<RolloutStatus>,
    /// Fields of an older API: kept as they are, never written.
    #[serde(flatten)]
    pub legacy: BTreeMap<String, Value>,
}

impl ClusterStatus {
    /// The condition of this type, if it was ever set.
    pub fn condition(&self, type_: &str) -> Option<&Condition> {
        self.conditions.iter().find(|known| known.type_ == type_)
    }
}

/// Where a node, or all nodes of a type, are.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(from = "String")]
pub enum NodePhase {
    /// Not there yet, or waiting for its turn.
    #[default]
    Pending,
    /// Moving to what is desired; also what a later version may write, so that a downgrade reads it.
    Progressing,
    /// Every replica runs what is desired.
    Ready,
    /// A replica cannot run.
    Failed,
}

impl From<String> for NodePhase {
    fn from(text: String) -> Self {
        match text.as_str() {
            "Pending" => Self::Pending,
            "Ready" => Self::Ready,
            "Failed" => Self::Failed,
            _ => Self::Progressing,
        }
    }
}

/// All nodes of one type together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeTypeStatus {
    pub name: String,
    /// How many nodes the resource has of it.
    pub nodes: i32,
    /// How many of them are ready.
    pub ready: i32,
    pub phase: NodePhase,
}

/// One node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeStatus {
    pub name: String,
    pub node_type: String,
    pub kind: WorkloadKind,
    /// The workload's name.
    pub workload: String,
    /// Replicas that are asked for, that are ready, and that run the present template.
    pub replicas: i32,
    pub ready: i32,
    pub updated: i32,
    pub phase: NodePhase,
}

/// How an upgrade stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String")]
pub enum RolloutPhase {
    /// Under way; also what a later version may write, so that a downgrade reads it.
    #[default]
    Progressing,
    /// A node cannot run, and nothing after it moves (DS-21).
    Halted,
    /// A node type goes back to what it ran before (DS-25).
    RollingBack,
    /// A node type runs what it ran before, until the resource changes.
    RolledBack,
    /// Every node runs what is desired.
    Complete,
}

impl From<String> for RolloutPhase {
    fn from(text: String) -> Self {
        match text.as_str() {
            "Halted" => Self::Halted,
            "RollingBack" => Self::RollingBack,
            "RolledBack" => Self::RolledBack,
            "Complete" => Self::Complete,
            _ => Self::Progressing,
        }
    }
}

/// One upgrade: its times, and where it is (DS-24).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RolloutStatus {
    pub phase: RolloutPhase,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Time>,
    /// From the start to the end, such as `3m12s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took: Option<String>,
    /// The turn that is under way: a node type, or a node where the cluster orders by node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node_type: Option<String>,
    /// What has to happen before the upgrade goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_for: Option<String>,
    /// Since when it waits for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_since: Option<Time>,
    /// What runs in place of what is desired, after a rollback (DS-28).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rolled_back_to: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_legacy_field_survives_decode_and_encode() {
        let text = serde_json::json!({"observedGeneration": 3, "statefulSets": "a,b"});
        let status: ClusterStatus = serde_json::from_value(text.clone()).unwrap();
        assert_eq!(status.observed_generation, Some(3));
        assert_eq!(serde_json::to_value(status).unwrap(), text);
    }

    #[test]
    fn a_phase_of_a_later_version_does_not_stop_the_operator() {
        // RL-38: a downgrade reads what the newer operator wrote.
        for phase in ["Pending", "Progressing", "Ready", "Failed"] {
            let read: NodePhase = serde_json::from_value(phase.into()).unwrap();
            assert_eq!(serde_json::to_value(read).unwrap(), phase);
        }
        let status: ClusterStatus = serde_json::from_value(serde_json::json!({
            "nodeTypes": [{"name": "a", "nodes": 1, "ready": 0, "phase": "Dancing"}],
        }))
        .unwrap();
        assert_eq!(status.node_types[0].phase, NodePhase::Progressing);
        let rollout = serde_json::json!({"phase": "Dancing", "later": 1});
        let rollout: RolloutStatus = serde_json::from_value(rollout).unwrap();
        assert_eq!(rollout.phase, RolloutPhase::Progressing);
    }
}
