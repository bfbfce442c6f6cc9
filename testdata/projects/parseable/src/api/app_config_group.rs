//! The application's own settings.

use std::collections::BTreeMap;

use dsoi_runtime::prelude::*;
use serde::{Deserialize, Serialize};

/// A named group of application settings.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ParseableTenantConfig {
    /// What nodes call it.
    pub name: String,
    pub cli_args: Vec<String>,
    pub env: BTreeMap<String, String>,
}

impl AppConfigGroup for ParseableTenantConfig {
    fn name(&self) -> &str {
        &self.name
    }
}
