//! The spec of a `PinotTable`.

use dsoi_runtime::prelude::*;
use serde::{Deserialize, Serialize};

/// Something that a server outside of Kubernetes keeps.
#[derive(CustomResource, Clone, Debug, PartialEq, Deserialize, Serialize)]
#[kube(group = "datainfra.io", version = "v1beta1", kind = "PinotTable", plural = "pinottables", singular = "pinottable", namespaced, schema = "disabled", status = "ExternalStatus",
    derive = "PartialEq",
    crates(kube = "dsoi_runtime::kube", kube_core = "dsoi_runtime::kube::core", k8s_openapi = "dsoi_runtime::k8s_openapi",
        serde = "serde", serde_json = "serde_json"))]
#[serde(rename_all = "camelCase")]
pub struct PinotTableSpec {
    pub pinot_cluster: String,
    pub pinot_schema: String,
    pub pinot_table_type: PinotTableType,
    #[serde(default = "default_pinot_table_spec_segment_reload")]
    pub segment_reload: bool,
    #[serde(rename = "tables.json")]
    pub tables_json: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum PinotTableType {
    #[serde(rename = "realtime", alias = "REALTIME", alias = "Realtime")]
    Realtime,
    #[serde(rename = "offline", alias = "OFFLINE", alias = "Offline")]
    Offline,
    #[serde(rename = "hybrid", alias = "HYBRID", alias = "Hybrid")]
    Hybrid,
}

impl PinotTableType {
    /// Its text in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Realtime => "realtime",
            Self::Offline => "offline",
            Self::Hybrid => "hybrid",
        }
    }
}

impl std::fmt::Display for PinotTableType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

fn default_pinot_table_spec_segment_reload() -> bool {
    false
}

impl ExternalResource for PinotTable {
    /// The definition of the kind, as it is in `config/crd`.
    const CRD: &'static str = include_str!("../../config/crd/pinottables.yaml");
}
