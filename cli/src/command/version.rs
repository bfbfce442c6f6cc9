//! `dsoi version`: what this binary is, and which language it reads.

use serde_json::json;

use super::Report;
use crate::manifest::API_VERSION;

/// Prints the version.
pub fn run() -> Report {
    let version = env!("CARGO_PKG_VERSION");
    Report {
        text: format!("dsoi {version} (manifests of {API_VERSION})\n"),
        data: json!({ "version": version, "manifest": API_VERSION }),
        ..Report::default()
    }
}
