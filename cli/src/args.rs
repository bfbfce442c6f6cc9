//! The command line as typed; nothing is decided here. A file per verb with arguments of its own.

mod check;
mod common;
mod completion;
mod doctor;
mod examples;
mod explain;
mod import;
mod init;
mod man;
mod node_type;
mod plan;
mod preview;
mod runtime;
mod schema;
mod update;

use clap::{CommandFactory, Parser, Subcommand};

pub use self::check::CheckArgs;
pub use self::common::{Color, Common, Output};
pub use self::completion::CompletionArgs;
pub use self::doctor::DoctorArgs;
pub use self::examples::examples;
pub use self::explain::ExplainArgs;
pub use self::import::{
    ImportCommand, ImportComposeArgs, ImportCrdArgs, ImportHelmArgs, ImportMore,
};
pub use self::init::InitArgs;
pub use self::man::ManArgs;
pub use self::node_type::{
    AddCommand, AddNodeTypeArgs, RemoveCommand, RemoveNodeTypeArgs, RenameCommand,
    RenameNodeTypeArgs, is_name,
};
pub use self::plan::PlanArgs;
pub use self::preview::{Build, PreviewArgs};
pub use self::runtime::{KUBERNETES, Runtime};
pub use self::schema::{SchemaArgs, SchemaOf};
pub use self::update::{Accept, Guard, UpdateArgs};

/// Generates Kubernetes operators in Rust from a node-type manifest.
#[derive(Debug, Parser)]
#[command(
    name = "dsoi",
    version,
    propagate_version = true,
    arg_required_else_help = true
)]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start a new operator project
    Init(InitArgs),
    /// Bring a project up to date with its manifest and this dsoi
    Update(UpdateArgs),
    /// Show what the changed manifest would do: to files, the custom resource, rights, children and pods
    Plan(PlanArgs),
    /// Add to the manifest of a project, and bring the project up to date with it
    #[command(subcommand)]
    Add(AddCommand),
    /// Take something out of the manifest of a project, and bring the project up to date with it
    #[command(subcommand)]
    Remove(RemoveCommand),
    /// Rename something in the manifest of a project, and bring the project up to date with it
    #[command(subcommand)]
    Rename(RenameCommand),
    /// Show which objects a custom resource is made of, or what a change of it comes to, without a cluster
    ///
    /// Builds the operator of the project with cargo and asks it: that runs code of the project. No cluster is contacted.
    Preview(PreviewArgs),
    /// Report the mistakes in a manifest
    Check(CheckArgs),
    /// Explain the language, a key of the manifest, a field of its custom resource or a problem code
    Explain(ExplainArgs),
    /// Make a first manifest from what you have: rendered Helm charts, compose files, definitions of custom resources
    #[command(subcommand)]
    Import(ImportCommand),
    /// Print the JSON schema of the manifest, for editors, or of what dsoi prints for programs
    Schema(SchemaArgs),
    /// Print a completion script for a shell
    Completion(CompletionArgs),
    /// Print a manual page, or write all of them
    Man(ManArgs),
    /// Look whether everything is there that dsoi and its projects need
    Doctor(DoctorArgs),
    /// Print the version
    Version,
}

/// The command line as it is read, with examples in its help.
pub fn command() -> clap::Command {
    examples::shown(Cli::command())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }
}
