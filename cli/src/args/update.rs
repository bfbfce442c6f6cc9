//! `dsoi update`, and what every verb takes that updates a project.

use clap::{Args, ValueEnum};

use super::{KUBERNETES, Runtime};

/// `dsoi update`
#[derive(Debug, Default, Args)]
pub struct UpdateArgs {
    /// Only print the difference, and exit with 1 if there is one
    #[arg(long, conflicts_with = "dry_run")]
    pub check: bool,
    /// Keep the definitions as they are now in config/crd/released: from then on no update breaks them unasked
    #[arg(long)]
    pub release: bool,
    #[command(flatten)]
    pub guard: Guard,
    /// Take the runtime crate from elsewhere from now on. A path is relative to the project
    #[arg(long, value_name = "vendor|path=DIR|version=V|git=URL")]
    pub runtime: Option<Runtime>,
    /// Build the operator with the types of this version of Kubernetes from now on
    #[arg(long, value_name = "VERSION", value_parser = KUBERNETES)]
    pub k8s: Option<String>,
}

/// What keeps an update from doing harm, and the ways around it.
#[derive(Debug, Clone, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "they are flags")]
pub struct Guard {
    /// Only print what would change, as a unified diff
    #[arg(long)]
    pub dry_run: bool,
    /// Where you and the manifest changed the same lines, write both between markers instead of nothing at all
    #[arg(long)]
    pub markers: bool,
    /// Write though git has no copy of what is there
    #[arg(long)]
    pub allow_dirty: bool,
    /// Write though what is there is only staged in git
    #[arg(long)]
    pub allow_staged: bool,
    /// Go on though the change breaks what was released, or allows somebody more than before
    #[arg(long, value_name = "CLASS", value_enum, value_delimiter = ',')]
    pub accept: Vec<Accept>,
}

/// What needs a yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Accept {
    /// Resources that are stored may be refused
    Breaking,
    /// The operator, its pods or people may do more
    Security,
}
