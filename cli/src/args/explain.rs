//! `dsoi explain`.

use std::path::PathBuf;

use clap::Args;

/// `dsoi explain`
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A problem code as E0102, a path in a manifest as cluster.nodeTypes.T.files or in its custom resource as spec.nodes.replicas,
    /// a line of a project's file as src/main.rs:12, or a subject as `expressions`; all that can be explained unless given
    pub what: Option<String>,
    /// The manifest that the path is about
    #[arg(short, long, value_name = "FILE", default_value = "dsoi.yaml")]
    pub file: PathBuf,
}
