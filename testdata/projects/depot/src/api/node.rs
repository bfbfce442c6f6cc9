//! An entry of the list of nodes.

use dsoi_runtime::prelude::*;
use serde::{Deserialize, Serialize};

/// One node: a workload with its groups.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DepotNode {
    /// Its name, unique in the cluster.
    pub name: String,
    /// The workload that runs its pods.
    pub kind: WorkloadKind,
    /// What it does in the cluster.
    pub node_type: String,
    /// How many pods it has.
    pub replicas: i32,
    /// Its group of pod settings.
    pub k8s_config_group: String,
    /// Its group of application settings.
    pub app_config_group: String,
}

impl NodeFields for DepotNode {
    fn name(&self) -> &str {
        &self.name
    }

    fn kind(&self) -> WorkloadKind {
        self.kind
    }

    fn node_type(&self) -> &str {
        &self.node_type
    }

    fn replicas(&self) -> i32 {
        self.replicas
    }

    fn k8s_config_group(&self) -> &str {
        &self.k8s_config_group
    }

    fn app_config_group(&self) -> &str {
        &self.app_config_group
    }
}
