//! What the cluster depends on.

use serde::{Deserialize, Serialize};

/// The dependencies of a cluster.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ParseableTenantExternal {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_store: Option<ParseableTenantObjectStore>,
}

/// The dependency `objectStore`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ParseableTenantObjectStore {
    pub spec: ParseableTenantObjectStoreSpec,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ParseableTenantObjectStoreSpec {
    pub r#type: String,
    pub data: String,
}
