//! `dsoi doctor`.

use clap::Args;

/// `dsoi doctor`
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Take a warning for something missing
    #[arg(long)]
    pub deny_warnings: bool,
}
