//! The spec of a `DepotSetting`.

use std::collections::BTreeMap;

use dsoi_runtime::prelude::*;
use serde::{Deserialize, Serialize};

/// Settings that a running depot takes. What it has beside them is its own.
#[derive(CustomResource, Clone, Debug, PartialEq, Deserialize, Serialize)]
#[kube(group = "depot.example.com", version = "v1", kind = "DepotSetting", plural = "depotsettings", singular = "depotsetting", namespaced, schema = "disabled", status = "ExternalStatus",
    derive = "PartialEq",
    crates(kube = "dsoi_runtime::kube", kube_core = "dsoi_runtime::kube::core", k8s_openapi = "dsoi_runtime::k8s_openapi",
        serde = "serde", serde_json = "serde_json"))]
#[serde(rename_all = "camelCase")]
pub struct DepotSettingSpec {
    /// the depot whose keeper takes them
    pub depot: String,
    pub retention_days: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, String>>,
}

impl ExternalResource for DepotSetting {
    /// The definition of the kind, as it is in `config/crd`.
    const CRD: &'static str = include_str!("../../config/crd/depotsettings.yaml");
}
