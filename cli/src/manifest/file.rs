//! `nodeTypes.T.files.F`: configuration files (MF-9).

use super::keys::{Section, Shape, Word, key, words};
use super::reader::{Reader, wrong_type};
use super::scalar::Core;
use super::source::{Span, Spanned};
use super::template;
use super::template::Template;
use super::tree::{Pair, Value};
use crate::expr::parse_text;
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

impl Word for Format {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("yaml", Self::Yaml),
        ("json", Self::Json),
        ("properties", Self::Properties),
        ("text", Self::Text),
    ];
    const LATER: &'static [&'static str] = &["xml", "toml", "ini", "env", "hadoop-xml"];
}

impl Word for Per {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("cluster", Self::Cluster),
        ("configGroup", Self::ConfigGroup),
        ("node", Self::Node),
    ];
    const LATER: &'static [&'static str] = &["pod"];
}

impl Word for Mount {
    const WORDS: &'static [(&'static str, Self)] = &[("file", Self::File), ("dir", Self::Dir)];
}

impl Word for OnChange {
    const WORDS: &'static [(&'static str, Self)] =
        &[("restart", Self::Restart), ("keep", Self::Keep)];
}

pub(super) static SECTION: Section = Section {
    path: "cluster.nodeTypes.T.files.F",
    doc: "A configuration file in the main container.",
    keys: &[
        key("$if", Shape::Condition, "The file exists while this holds."),
        key(
            "path",
            Shape::Expression,
            "Where the file is, from the root.",
        ),
        key(
            "content",
            Shape::Tree,
            "A tree, layers of trees of which later ones win, or a text.",
        ),
        key(
            "format",
            Shape::Word(words::<Format>),
            "How the content is encoded; by the path's extension unless given.",
        ),
        key(
            "per",
            Shape::Word(words::<Per>),
            "Whose the file is: one for each node (unless given), one for each config group, or one for the cluster.",
        ),
        key(
            "mount",
            Shape::Word(words::<Mount>),
            "`file` (unless given) mounts the one file, `dir` its whole directory.",
        ),
        key(
            "mode",
            Shape::Octal,
            "Permission bits; `0444` unless given.",
        ),
        key(
            "onChange",
            Shape::Word(words::<OnChange>),
            "What a change does: `restart` the pods (unless given) or `keep` them. A program that reads the file again by itself also needs `mount: dir`, since a file that is mounted alone is never refreshed.",
        ),
    ],
};

pub(super) fn read(pair: &Pair, reader: &mut Reader<'_, '_>) -> File {
    File {
        name: Spanned::new(pair.key.text.clone(), pair.key.span),
        condition: reader.condition(),
        path: reader.expression("path"),
        content: content(reader),
        format: reader.word("format"),
        per: reader.word("per"),
        mount: reader.word("mount"),
        mode: reader.mode("mode"),
        on_change: reader.word("onChange"),
        span: pair.span(),
    }
}

fn content(reader: &mut Reader<'_, '_>) -> Option<Content> {
    let node = reader.node("content")?;
    match &node.value {
        Value::Scalar(scalar) if matches!(scalar.core(), Core::String(_)) => {
            Some(Content::Text(parse_text(scalar, reader.problems)))
        }
        Value::Scalar(_) => {
            reader.problems.push(wrong_type(
                "`content`",
                "a text, a mapping or a list of layers",
                node,
            ));
            None
        }
        _ => template::read(node, reader.problems).map(Content::Tree),
    }
}
