//! The application's own settings.

use dsoi_runtime::prelude::*;
use serde::{Deserialize, Serialize};

/// A named group of application settings.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PinotConfig {
    /// What nodes call it.
    pub name: String,
    #[serde(rename = "java_opts")]
    pub java_opts: String,
    /// body of the node's .conf file
    pub data: String,
}

impl AppConfigGroup for PinotConfig {
    fn name(&self) -> &str {
        &self.name
    }
}
