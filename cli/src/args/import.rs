//! `dsoi import`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `dsoi import`
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// From the output of `helm template`, or any other stream of Kubernetes objects
    #[command(after_help = HELM)]
    Helm(ImportHelmArgs),
    /// From a compose file
    #[command(after_help = COMPOSE)]
    Compose(ImportComposeArgs),
    /// From the definition of a custom resource
    #[command(after_help = CRD)]
    Crd(ImportCrdArgs),
}

const HELM: &str = "Nothing is rendered or executed: only what stands in the input is read. \
    What cannot be carried over is listed at the end of the manifest.";
const COMPOSE: &str =
    "Nothing is executed, and no other file is read: neither `.env` nor what is mounted.";
const CRD: &str = "A definition says what a custom resource looks like, not how its nodes start: \
    that is yours to add.";

/// `dsoi import helm`
#[derive(Debug, Args)]
pub struct ImportHelmArgs {
    /// The rendered objects; `-` for the standard input
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    pub file: Vec<PathBuf>,
    #[command(flatten)]
    pub more: ImportMore,
}

/// `dsoi import compose`
#[derive(Debug, Args)]
pub struct ImportComposeArgs {
    /// The compose file; `-` for the standard input
    #[arg(short, long, value_name = "FILE", default_value = "compose.yaml")]
    pub file: PathBuf,
    #[command(flatten)]
    pub more: ImportMore,
}

/// `dsoi import crd`
#[derive(Debug, Args)]
pub struct ImportCrdArgs {
    /// The definitions; `-` for the standard input
    #[arg(short, long, value_name = "FILE", required = true)]
    pub file: Vec<PathBuf>,
    #[command(flatten)]
    pub more: ImportMore,
}

/// What every import takes.
#[derive(Debug, Clone, Default, Args)]
pub struct ImportMore {
    /// Where the manifest goes, a file that does not exist yet; the standard output unless given
    #[arg(short, long = "to", value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Name of the application; the operator is NAME-operator
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Group of the API, a domain of yours
    #[arg(long, value_name = "GROUP")]
    pub group: Option<String>,
    /// Kind of the custom resource
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,
    /// Image of the application
    #[arg(long, value_name = "IMAGE")]
    pub image: Option<String>,
}
