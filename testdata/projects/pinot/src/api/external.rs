//! What the cluster depends on.

use serde::{Deserialize, Serialize};

/// The dependencies of a cluster.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PinotExternal {
    pub zookeeper: PinotZookeeper,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deep_storage: Option<PinotDeepStorage>,
}

/// The dependency `zookeeper`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PinotZookeeper {
    pub spec: PinotZookeeperSpec,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PinotZookeeperSpec {
    pub zk_address: String,
}

/// The dependency `deepStorage`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PinotDeepStorage {
    pub spec: Vec<PinotDeepStorageSpec>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PinotDeepStorageSpec {
    pub node_type: String,
    pub data: String,
}
