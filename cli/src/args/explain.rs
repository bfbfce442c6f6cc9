//! `dsoi explain`.

use clap::Args;

/// `dsoi explain`
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A problem code as E0102, a path as cluster.nodeTypes.T.files, or a subject as `expressions`; all of them unless given
    pub what: Option<String>,
}
