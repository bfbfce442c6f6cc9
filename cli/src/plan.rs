//! Which files a project consists of, and who owns each.
//!
//! In: the model and where the runtime comes from. Out: a list of files. Nothing is rendered here.

pub mod files;

use crate::model::Operator;

pub use files::{Owner, PlannedFile, What};

/// Where a project takes the runtime from.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Runtime {
    /// A copy in `vendor/`: builds anywhere, also without a network.
    #[default]
    Vendored,
    /// A directory, relative to the project.
    Path(String),
    /// A version in a registry.
    Version(String),
    /// A Git repository, with an optional `#revision`.
    Git(String),
}

impl Runtime {
    /// Whether the versions of all dependencies are known here, and so the lock file can be written.
    pub fn locked(&self) -> bool {
        matches!(self, Self::Vendored | Self::Path(_))
    }
}

/// All files of the project.
pub fn plan(operator: &Operator, runtime: &Runtime) -> Vec<PlannedFile> {
    files::all(operator, runtime)
}
