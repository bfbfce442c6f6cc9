//! The spec of a `Shelf`.

use dsoi_runtime::prelude::*;
use serde::{Deserialize, Serialize};

/// A shelf in the directory that all depots share.
#[derive(CustomResource, Clone, Debug, PartialEq, Deserialize, Serialize)]
#[kube(group = "depot.example.com", version = "v1", kind = "Shelf", plural = "shelves", singular = "shelf", namespaced, schema = "disabled", status = "ExternalStatus",
    derive = "PartialEq",
    crates(kube = "dsoi_runtime::kube", kube_core = "dsoi_runtime::kube::core", k8s_openapi = "dsoi_runtime::k8s_openapi",
        serde = "serde", serde_json = "serde_json"))]
#[serde(rename_all = "camelCase")]
pub struct ShelfSpec {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    pub region: ShelfRegion,
    #[serde(default = "default_shelf_spec_note")]
    pub note: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum ShelfRegion {
    #[serde(rename = "north")]
    North,
    #[serde(rename = "south")]
    South,
}

impl ShelfRegion {
    /// Its text in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::North => "north",
            Self::South => "south",
        }
    }
}

impl std::fmt::Display for ShelfRegion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

fn default_shelf_spec_note() -> String {
    "none".to_owned()
}

impl ExternalResource for Shelf {
    /// The definition of the kind, as it is in `config/crd`.
    const CRD: &'static str = include_str!("../../config/crd/shelves.yaml");
}
