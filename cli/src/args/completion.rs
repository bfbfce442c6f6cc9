//! `dsoi completion`.

use clap::Args;

/// `dsoi completion`
#[derive(Debug, Args)]
pub struct CompletionArgs {
    /// The shell that the script is for
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}
