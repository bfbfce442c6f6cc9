//! The spec of the custom resource.

use dsoi_runtime::prelude::*;
use serde::{Deserialize, Serialize};

use super::{TallyConfig, TallyExternal, TallyK8sConfigGroup, TallyNode};

/// A Tally cluster.
#[derive(CustomResource, Clone, Debug, PartialEq, Deserialize, Serialize)]
#[kube(group = "example.com", version = "v1alpha1", kind = "Tally", plural = "tallies", singular = "tally", namespaced, schema = "disabled", status = "ClusterStatus",
    derive = "PartialEq",
    crates(kube = "dsoi_runtime::kube", kube_core = "dsoi_runtime::kube::core", k8s_openapi = "dsoi_runtime::k8s_openapi",
        serde = "serde", serde_json = "serde_json"))]
#[serde(rename_all = "camelCase")]
pub struct TallySpec {
    /// Groups of pod settings; nodes refer to them by name.
    pub k8s_config_group: Vec<TallyK8sConfigGroup>,
    /// Groups of application settings; nodes refer to them by name.
    pub app_config_group: Vec<TallyConfig>,
    /// The nodes of the cluster.
    pub nodes: Vec<TallyNode>,
    /// In which order an upgrade rolls through the cluster.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deployment_order: Vec<String>,
    /// What the cluster depends on.
    pub external: TallyExternal,
    /// How upgrades go, where it is not as the operator was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<dsoi_runtime::spec::RolloutSpec>,
    /// Whether the cluster has no pods for now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<bool>,
}
