//! `dsoi preview`

use std::path::PathBuf;

use clap::Args;

/// `dsoi preview`
#[derive(Debug, Default, Args)]
pub struct PreviewArgs {
    /// Custom resources, as YAML documents; `-` for standard input
    #[arg(short, long, value_name = "FILE")]
    pub file: PathBuf,
    /// The same resources as they are now; those of the same kind, namespace and name are compared
    #[arg(long, value_name = "OLD")]
    pub from: Option<PathBuf>,
    /// The namespace of resources that name none [default: default]
    #[arg(short, long)]
    pub namespace: Option<String>,
    #[command(flatten)]
    pub build: Build,
}

/// How the project's operator is built.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Build {
    /// Have cargo use no network
    #[arg(long)]
    pub offline: bool,
    /// Have cargo keep `Cargo.lock` as it is
    #[arg(long)]
    pub locked: bool,
    /// Have cargo optimize, as for an image
    #[arg(long)]
    pub release: bool,
}
