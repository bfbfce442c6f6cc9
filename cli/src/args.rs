//! The command line as typed; nothing is decided here.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

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

/// The versions of Kubernetes whose types an operator can be built with.
pub const KUBERNETES: [&str; 5] = ["1.33", "1.34", "1.35", "1.36", "1.37"];

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// Work as if started in this directory
    #[arg(
        short = 'C',
        long = "directory",
        value_name = "DIR",
        default_value = ".",
        global = true
    )]
    pub directory: PathBuf,
    /// Form of the output
    #[arg(long, value_enum, default_value_t, global = true)]
    pub output: Output,
    /// When to colour; `auto` honours `NO_COLOR`
    #[arg(long, value_enum, default_value_t, value_name = "WHEN", global = true)]
    pub color: Color,
    /// Say nothing but errors and what was asked for
    #[arg(short, long, conflicts_with = "verbose", global = true)]
    pub quiet: bool,
    /// Explain each kind of mistake too
    #[arg(short, long, action = ArgAction::SetTrue, global = true)]
    pub verbose: bool,
}

/// Form of the output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people
    #[default]
    Text,
    /// One JSON object, errors included
    Json,
}

/// When to colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal
    #[default]
    Auto,
    Always,
    Never,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start a new operator project
    Init(InitArgs),
    /// Bring a project up to date with its manifest and this dsoi
    Update(UpdateArgs),
    /// Add to the manifest of a project, and bring the project up to date with it
    #[command(subcommand)]
    Add(AddCommand),
    /// Report the mistakes in a manifest
    Check(CheckArgs),
    /// Explain the language, a key of the manifest or a problem code
    Explain(ExplainArgs),
    /// Print the JSON schema of the manifest, for editors
    Schema,
    /// Print a completion script for a shell
    Completion(CompletionArgs),
    /// Print the version
    Version,
}

/// `dsoi init`
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("manifest").required(true))]
pub struct InitArgs {
    /// Where the project goes; files of its own that differ there are refused
    pub dir: PathBuf,
    /// The manifest to start from
    #[arg(short, long, value_name = "FILE", group = "manifest")]
    pub file: Option<PathBuf>,
    /// An example to start from: quickstart, parseable or pinot
    #[arg(long, value_name = "NAME", group = "manifest")]
    pub example: Option<String>,
    /// Where the runtime crate comes from; a bundled copy unless given. A path is relative to the project
    #[arg(long, value_name = "vendor|path=DIR|version=V|git=URL")]
    pub runtime: Option<Runtime>,
    /// The version of Kubernetes whose types the operator is built with
    #[arg(long, value_name = "VERSION", default_value = "1.36", value_parser = KUBERNETES)]
    pub k8s: String,
    /// Only say what would be written
    #[arg(long)]
    pub dry_run: bool,
}

/// `dsoi update`
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "they are flags")]
pub struct UpdateArgs {
    /// Only print the difference, and exit with 1 if there is one
    #[arg(long, conflicts_with = "dry_run")]
    pub check: bool,
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
    /// Take the runtime crate from elsewhere from now on. A path is relative to the project
    #[arg(long, value_name = "vendor|path=DIR|version=V|git=URL")]
    pub runtime: Option<Runtime>,
    /// Build the operator with the types of this version of Kubernetes from now on
    #[arg(long, value_name = "VERSION", value_parser = KUBERNETES)]
    pub k8s: Option<String>,
}

/// `dsoi add`
#[derive(Debug, Subcommand)]
pub enum AddCommand {
    /// Add a node type
    #[command(name = "nodetype")]
    NodeType(AddNodeTypeArgs),
}

/// `dsoi add nodetype`
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "they are flags")]
pub struct AddNodeTypeArgs {
    /// Its name
    pub name: String,
    /// The node type that it copies
    #[arg(long, value_name = "OTHER")]
    pub like: Option<String>,
    /// The workload kinds that a custom resource may choose; both unless given
    #[arg(long, value_name = "KIND", value_parser = ["StatefulSet", "Deployment"])]
    pub kind: Vec<String>,
    /// A port of its main container
    #[arg(long, value_name = "NAME=NUMBER", value_parser = port)]
    pub port: Vec<(String, u16)>,
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
}

fn port(text: &str) -> Result<(String, u16), String> {
    let (name, number) = text.split_once('=').unwrap_or((text, ""));
    match number.parse() {
        Ok(number) if is_name(name) => Ok((name.to_owned(), number)),
        _ => Err("write a name and a number, as http=8080".to_owned()),
    }
}

/// Whether a text is a name in the manifest as it stands, without quotes.
pub fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Where the runtime crate comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Runtime {
    Vendor,
    Path(PathBuf),
    Version(String),
    Git(String),
}

impl FromStr for Runtime {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            None if text == "vendor" => Ok(Self::Vendor),
            Some((_, "")) | None => Err("write vendor, path=DIR, version=V or git=URL".to_owned()),
            Some(("path", path)) => Ok(Self::Path(path.into())),
            Some(("version", version)) => Ok(Self::Version(version.to_owned())),
            Some(("git", url)) => Ok(Self::Git(url.to_owned())),
            Some((other, _)) => Err(format!("`{other}` is none of path, version and git")),
        }
    }
}

/// `dsoi check`
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The manifest
    #[arg(short, long, value_name = "FILE", default_value = "dsoi.yaml")]
    pub file: PathBuf,
    /// Take a warning for a mistake
    #[arg(long)]
    pub deny_warnings: bool,
}

/// `dsoi explain`
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A problem code as E0102, a path as cluster.nodeTypes.T.files, or a subject as `expressions`; all of them unless given
    pub what: Option<String>,
}

/// `dsoi completion`
#[derive(Debug, Args)]
pub struct CompletionArgs {
    /// The shell that the script is for
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_runtime_says_where_it_comes_from() {
        assert_eq!("path=../rt".parse(), Ok(Runtime::Path("../rt".into())));
        assert!("../rt".parse::<Runtime>().is_err());
        assert!("svn=x".parse::<Runtime>().is_err());
        assert!("git=".parse::<Runtime>().is_err());
    }
}
