//! `nodeTypes.T.files.F`: configuration files (MF-9).

use super::source::{Span, Spanned};
use super::template::Template;
use crate::expr::{Cond, Text};

/// One file as written; `path` and `content` may come from `everyNodeType`.
#[derive(Debug, Clone)]
pub struct File {
    pub name: Spanned<String>,
    pub condition: Option<Cond>,
    pub path: Option<Text>,
    pub content: Option<Content>,
    pub format: Option<Spanned<Format>>,
    pub per: Option<Spanned<Per>>,
    pub mount: Option<Spanned<Mount>>,
    /// Permission bits.
    pub mode: Option<Spanned<u16>>,
    pub on_change: Option<Spanned<OnChange>>,
    /// Name and value.
    pub span: Span,
}

/// What is in a file: which of the two fits the format is the business of `check`.
#[derive(Debug, Clone)]
pub enum Content {
    /// One scalar: the text, or one value that is a text or a tree.
    Text(Text),
    /// A mapping is one layer; a list is layers, later ones win.
    Tree(Template),
}

/// How a file is encoded; else by the extension of its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Yaml,
    Json,
    Properties,
    Text,
}

/// Whose a file or config map is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Per {
    Cluster,
    ConfigGroup,
    Node,
}

/// How a file reaches its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mount {
    File,
    Dir,
}

/// What a change of the file does to the pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnChange {
    Restart,
    Keep,
}
