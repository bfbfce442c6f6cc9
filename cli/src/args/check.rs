//! `dsoi check`.

use std::path::PathBuf;

use clap::Args;

/// `dsoi check`
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The manifest
    #[arg(short, long, value_name = "FILE", default_value = "dsoi.yaml")]
    pub file: PathBuf,
    /// Take a warning for a mistake
    #[arg(long)]
    pub deny_warnings: bool,
}
