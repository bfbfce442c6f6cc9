//! The application's own settings.

use dsoi_runtime::prelude::*;
use serde::{Deserialize, Serialize};

/// A named group of application settings, with what all groups share.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DepotConfig {
    /// What nodes call it.
    pub name: String,
    pub region: String,
    #[serde(default = "default_depot_config_level")]
    pub level: DepotConfigLevel,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra: Option<serde_json::Map<String, serde_json::Value>>,
}

fn default_depot_config_level() -> DepotConfigLevel {
    DepotConfigLevel::Info
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum DepotConfigLevel {
    #[serde(rename = "debug")]
    Debug,
    #[serde(rename = "info")]
    Info,
}

impl DepotConfigLevel {
    /// Its text in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
        }
    }
}

impl std::fmt::Display for DepotConfigLevel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl AppConfigGroup for DepotConfig {
    fn name(&self) -> &str {
        &self.name
    }
}

/// A group as the custom resource has it: it lies over what all groups share.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DepotConfigLayer {
    /// What nodes call it.
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<DepotConfigLevel>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra: Option<serde_json::Map<String, serde_json::Value>>,
}

/// Application settings under those of every group.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DepotCommonConfig {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<DepotConfigLevel>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra: Option<serde_json::Map<String, serde_json::Value>>,
}
