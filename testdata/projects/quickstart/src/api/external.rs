//! What the cluster depends on.

use serde::{Deserialize, Serialize};

/// The dependencies of a cluster.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TallyExternal {
    pub database: TallyDatabase,
}

/// The dependency `database`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TallyDatabase {
    pub spec: TallyDatabaseSpec,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TallyDatabaseSpec {
    pub url: String,
}
