//! `dsoi schema`: the editor schema of the manifest.

use super::{Failure, Report};
use crate::manifest::schema;

/// Prints the schema.
///
/// # Errors
/// None but a bug.
pub fn run() -> Result<Report, Failure> {
    let schema = schema::json();
    let text = serde_json::to_string_pretty(&schema).map_err(|error| Failure::Bug {
        message: "failed to write the schema as JSON".to_owned(),
        source: Some(error.into()),
    })?;
    Ok(Report {
        text: text + "\n",
        data: schema,
        ..Report::default()
    })
}
