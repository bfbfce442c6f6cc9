//! `dsoi man`.

use std::path::PathBuf;

use clap::Args;

/// `dsoi man`
#[derive(Debug, Args)]
pub struct ManArgs {
    /// The command whose page is printed, as `add nodetype`; dsoi's own unless given
    #[arg(value_name = "COMMAND", conflicts_with = "dir")]
    pub command: Vec<String>,
    /// Write the pages of all commands into this directory instead
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}
