//! The spec of a `PinotTenant`.

use dsoi_runtime::prelude::*;
use serde::{Deserialize, Serialize};

/// Something that a server outside of Kubernetes keeps.
#[derive(CustomResource, Clone, Debug, PartialEq, Deserialize, Serialize)]
#[kube(group = "datainfra.io", version = "v1beta1", kind = "PinotTenant", plural = "pinottenants", singular = "pinottenant", namespaced, schema = "disabled", status = "ExternalStatus",
    derive = "PartialEq",
    crates(kube = "dsoi_runtime::kube", kube_core = "dsoi_runtime::kube::core", k8s_openapi = "dsoi_runtime::k8s_openapi",
        serde = "serde", serde_json = "serde_json"))]
#[serde(rename_all = "camelCase")]
pub struct PinotTenantSpec {
    pub pinot_cluster: String,
    pub pinot_tenant_type: PinotTenantType,
    #[serde(rename = "tenants.json")]
    pub tenants_json: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum PinotTenantType {
    #[serde(rename = "BROKER")]
    Broker,
    #[serde(rename = "SERVER")]
    Server,
}

impl PinotTenantType {
    /// Its text in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Broker => "BROKER",
            Self::Server => "SERVER",
        }
    }
}

impl std::fmt::Display for PinotTenantType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl ExternalResource for PinotTenant {
    /// The definition of the kind, as it is in `config/crd`.
    const CRD: &'static str = include_str!("../../config/crd/pinottenants.yaml");
}
