//! The spec of the custom resource.

use dsoi_runtime::prelude::*;
use serde::{Deserialize, Serialize};

use super::{PinotConfig, PinotExternal, PinotK8sConfigGroup, PinotNode};

/// A Pinot cluster.
#[derive(CustomResource, Clone, Debug, PartialEq, Deserialize, Serialize)]
#[kube(group = "datainfra.io", version = "v1beta1", kind = "Pinot", plural = "pinots", singular = "pinot", namespaced, schema = "disabled", status = "ClusterStatus",
    derive = "PartialEq",
    crates(kube = "dsoi_runtime::kube", kube_core = "dsoi_runtime::kube::core", k8s_openapi = "dsoi_runtime::k8s_openapi",
        serde = "serde", serde_json = "serde_json"))]
#[serde(rename_all = "camelCase")]
pub struct PinotSpec {
    /// Groups of pod settings; nodes refer to them by name.
    pub k8s_config: Vec<PinotK8sConfigGroup>,
    /// Groups of application settings; nodes refer to them by name.
    pub pinot_node_config: Vec<PinotConfig>,
    /// The nodes of the cluster.
    pub nodes: Vec<PinotNode>,
    /// In which order an upgrade rolls through the cluster.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deployment_order: Vec<String>,
    /// What the cluster depends on.
    pub external: PinotExternal,
    /// How upgrades go, where it is not as the operator was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<dsoi_runtime::spec::RolloutSpec>,
    /// Whether the cluster has no pods for now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plugins: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<PinotAuth>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PinotAuth {
    pub r#type: String,
    pub secret_ref: SecretRef,
}
