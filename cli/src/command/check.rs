//! `dsoi check`: every mistake in a manifest.

use std::path::Path;

use serde_json::json;

use super::{Failure, Report, Warnings, read_manifest};
use crate::args::CheckArgs;
use crate::check;

/// Checks a manifest.
///
/// # Errors
/// The manifest cannot be read, or has mistakes; or warnings, where they are denied.
pub fn run(args: &CheckArgs, directory: &Path) -> Result<Report, Failure> {
    let source = read_manifest(directory, &args.file)?;
    let (manifest, _) =
        check::read(&source).map_err(|problems| Failure::manifest(&source, problems))?;
    let warnings = check::warnings(&manifest);
    if args.deny_warnings && !warnings.is_empty() {
        return Err(Failure::manifest(&manifest.source, warnings));
    }
    let types: Vec<&str> = manifest
        .cluster
        .node_types
        .iter()
        .map(|node_type| node_type.name.as_str())
        .collect();
    // Warnings are printed with a line of this kind of their own.
    let notes = if warnings.is_empty() {
        vec![format!("{}: no mistakes", manifest.source.name())]
    } else {
        Vec::new()
    };
    Ok(Report {
        notes,
        data: json!({ "file": manifest.source.name(), "kind": manifest.cluster.kind.value, "nodeTypes": types }),
        warnings: Some(Warnings {
            source: manifest.source.clone(),
            problems: warnings,
        }),
        ..Report::default()
    })
}
