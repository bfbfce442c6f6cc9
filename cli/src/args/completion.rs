//! `dsoi completion`.

use clap::Args;

/// `dsoi completion`
#[derive(Debug, Args)]
pub struct CompletionArgs {
    /// The shell that the script is for. The script asks dsoi, which knows the node types of the project; print it anew with each new dsoi
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}
