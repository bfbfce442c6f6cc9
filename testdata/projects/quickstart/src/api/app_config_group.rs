//! The application's own settings.

use dsoi_runtime::prelude::*;
use serde::{Deserialize, Serialize};

/// A named group of application settings.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TallyConfig {
    /// What nodes call it.
    pub name: String,
    #[serde(default = "default_tally_config_log_level")]
    pub log_level: TallyConfigLogLevel,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra: Option<serde_json::Map<String, serde_json::Value>>,
}

fn default_tally_config_log_level() -> TallyConfigLogLevel {
    TallyConfigLogLevel::Info
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum TallyConfigLogLevel {
    #[serde(rename = "debug")]
    Debug,
    #[serde(rename = "info")]
    Info,
    #[serde(rename = "warn")]
    Warn,
}

impl TallyConfigLogLevel {
    /// Its text in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
        }
    }
}

impl std::fmt::Display for TallyConfigLogLevel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl AppConfigGroup for TallyConfig {
    fn name(&self) -> &str {
        &self.name
    }
}
