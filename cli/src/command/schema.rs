//! `dsoi schema`: the JSON schema of the manifest, and of what dsoi prints for programs.

use super::{Failure, Report};
use crate::args::{SchemaArgs, SchemaOf};
use crate::manifest::schema;
use crate::schema::output;

/// Prints a schema.
///
/// # Errors
/// None but a bug.
pub fn run(args: &SchemaArgs) -> Result<Report, Failure> {
    let schema = match args.of {
        SchemaOf::Manifest => schema::json(),
        SchemaOf::Output => output(),
    };
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
