//! The spec of a `PinotSchema`.

use dsoi_runtime::prelude::*;
use serde::{Deserialize, Serialize};

/// Something that a server outside of Kubernetes keeps.
#[derive(CustomResource, Clone, Debug, PartialEq, Deserialize, Serialize)]
#[kube(group = "datainfra.io", version = "v1beta1", kind = "PinotSchema", plural = "pinotschemas", singular = "pinotschema", namespaced, schema = "disabled", status = "ExternalStatus",
    derive = "PartialEq",
    crates(kube = "dsoi_runtime::kube", kube_core = "dsoi_runtime::kube::core", k8s_openapi = "dsoi_runtime::k8s_openapi",
        serde = "serde", serde_json = "serde_json"))]
#[serde(rename_all = "camelCase")]
pub struct PinotSchemaSpec {
    pub pinot_cluster: String,
    #[serde(rename = "schema.json")]
    pub schema_json: String,
}

impl ExternalResource for PinotSchema {
    /// The definition of the kind, as it is in `config/crd`.
    const CRD: &'static str = include_str!("../../config/crd/pinotschemas.yaml");
}
