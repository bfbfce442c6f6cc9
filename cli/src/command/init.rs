//! `dsoi init`: a new operator project from a manifest.

use std::path::Path;

use super::{Failure, Report};
use crate::args::InitArgs;

/// Makes a new project in `args.dir`, which is relative to `directory`.
///
/// # Errors
/// The manifest has mistakes, or the directory has files of the project already.
pub fn run(args: &InitArgs, directory: &Path) -> Result<Report, Failure> {
    Err(Failure::Bug {
        message: format!(
            "no project can be written to `{}` yet",
            directory.join(&args.dir).display()
        ),
        source: None,
    })
}
