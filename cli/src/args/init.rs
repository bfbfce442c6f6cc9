//! `dsoi init`.

use std::path::PathBuf;

use clap::Args;

use super::{KUBERNETES, Runtime};

/// `dsoi init`
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("manifest").required(true))]
pub struct InitArgs {
    /// Where the project goes; files of its own that differ there are refused
    pub dir: PathBuf,
    /// The manifest to start from
    #[arg(short, long, value_name = "FILE", group = "manifest")]
    pub file: Option<PathBuf>,
    /// An example to start from: quickstart, parseable or pinot
    #[arg(long, value_name = "NAME", group = "manifest")]
    pub example: Option<String>,
    /// Where the runtime crate comes from; a bundled copy unless given. A path is relative to the project
    #[arg(long, value_name = "vendor|path=DIR|version=V|git=URL")]
    pub runtime: Option<Runtime>,
    /// The version of Kubernetes whose types the operator is built with
    #[arg(long, value_name = "VERSION", default_value = "1.36", value_parser = KUBERNETES)]
    pub k8s: String,
    /// Only say what would be written
    #[arg(long)]
    pub dry_run: bool,
}
