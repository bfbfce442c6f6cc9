//! The status of a cluster: an output, written once per pass and only when it differs (NC-24).
//!
//! Nothing is ever decided from it; wiping it changes nothing but the status (D6).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::WorkloadKind;

pub use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;

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
pub enum NodePhase {
    /// Not there yet, or waiting for its turn.
    #[default]
    Pending,
    /// Moving to what is desired.
    Progressing,
    /// Every replica runs what is desired.
    Ready,
    /// A replica cannot run.
    Failed,
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
}
