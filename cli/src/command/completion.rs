//! `dsoi completion`: completion scripts of shells.

use serde_json::json;

use super::{Failure, Report};
use crate::args::{self, CompletionArgs};

/// Prints the script of a shell.
///
/// # Errors
/// None but a bug.
pub fn run(args: &CompletionArgs) -> Result<Report, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut args::command(), "dsoi", &mut script);
    let text = String::from_utf8(script).map_err(|error| Failure::Bug {
        message: "a completion script is not UTF-8".to_owned(),
        source: Some(error.into()),
    })?;
    Ok(Report {
        data: json!({ "shell": args.shell.to_string(), "script": text }),
        text,
        ..Report::default()
    })
}
