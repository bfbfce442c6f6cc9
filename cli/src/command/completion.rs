//! `dsoi completion`: completion scripts of shells.

use serde_json::json;

use super::{Failure, Report};
use crate::args::CompletionArgs;
use crate::completion;

/// Prints the script of a shell.
///
/// # Errors
/// None but a bug.
pub fn run(args: &CompletionArgs) -> Result<Report, Failure> {
    let shell = args.shell.to_string();
    let text = completion::script(&shell).map_err(|error| Failure::Bug {
        message: format!("failed to write the completion script of {shell}"),
        source: Some(error.into()),
    })?;
    Ok(Report {
        data: json!({ "shell": shell, "script": text }),
        text,
        ..Report::default()
    })
}
