//! The verbs about node types: what `dsoi add nodetype` and its opposite take.

use clap::{Args, Subcommand};

use super::Guard;

/// `dsoi add`
#[derive(Debug, Subcommand)]
pub enum AddCommand {
    /// Add a node type
    #[command(name = "nodetype")]
    NodeType(AddNodeTypeArgs),
}

/// `dsoi add nodetype`
#[derive(Debug, Args)]
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
    #[command(flatten)]
    pub guard: Guard,
}

/// `dsoi remove`
#[derive(Debug, Subcommand)]
pub enum RemoveCommand {
    /// Take a node type out of the manifest
    #[command(name = "nodetype")]
    NodeType(RemoveNodeTypeArgs),
}

/// `dsoi remove nodetype`
#[derive(Debug, Args)]
pub struct RemoveNodeTypeArgs {
    /// Its name
    pub name: String,
    #[command(flatten)]
    pub guard: Guard,
}

/// `dsoi rename`
#[derive(Debug, Subcommand)]
pub enum RenameCommand {
    /// Rename a node type wherever the manifest names it, and carry your edits of its file along
    #[command(name = "nodetype")]
    NodeType(RenameNodeTypeArgs),
}

/// `dsoi rename nodetype`
#[derive(Debug, Args)]
pub struct RenameNodeTypeArgs {
    /// Its name
    pub old: String,
    /// The name that it gets
    pub new: String,
    /// Let custom resources not say the old name any more, and labels and names of children have the new one: pods restart
    #[arg(long)]
    pub no_alias: bool,
    #[command(flatten)]
    pub guard: Guard,
}

fn port(text: &str) -> Result<(String, u16), String> {
    let (name, number) = text.split_once('=').unwrap_or((text, ""));
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    match number.parse() {
        Ok(number) if is_name(name) && number > 0 => Ok((name.to_owned(), number)),
        _ if is_name(name) && is_number => {
            Err("a port is a number from 1 to 65535, as http=8080".to_owned())
        }
        _ => Err("write a name and a number, as http=8080".to_owned()),
    }
}

/// Whether a text is a name in the manifest as it stands, without quotes.
pub fn is_name(text: &str) -> bool {
    // YAML takes these for something else than a text.
    let word = ["null", "true", "false"].contains(&text.to_ascii_lowercase().as_str());
    !word
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
