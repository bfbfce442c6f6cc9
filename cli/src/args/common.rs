//! What every command takes.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

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
    /// Explain each kind of mistake and warning too
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
    /// SARIF 2.1.0, for code scanning; `dsoi check` alone has it
    Sarif,
    /// Workflow commands of GitHub Actions; `dsoi check` alone has them
    Github,
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
