//! `dsoi schema`.

use clap::{Args, ValueEnum};

/// `dsoi schema`
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// What it describes
    #[arg(value_enum, default_value_t)]
    pub of: SchemaOf,
}

/// What a schema describes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// The manifest, for editors
    #[default]
    Manifest,
    /// What `--output json` prints, for programs
    Output,
}
