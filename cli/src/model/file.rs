//! Files in containers and the config maps that bring them (MF-9).

use super::{
    AbsolutePath, Cond, ConfigKey, DnsLabel, Expr, NameTemplate, RustIdent, Scope, Template, Text,
};

/// A file that the main container of a node type reads.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    /// Its name in the manifest (`files.F`).
    pub name: DnsLabel,
    /// The variable and function in generated Rust.
    pub ident: RustIdent,
    /// Without it the file is always there.
    pub when: Option<Cond>,
    pub path: AbsolutePath,
    /// The key in its config map: the last segment of the path.
    pub key: ConfigKey,
    pub content: Content,
    pub scope: Scope,
    pub mount: Mount,
    /// Permission bits.
    pub mode: u16,
    pub on_change: OnChange,
    /// The name of its config map where `configMaps` gives one; else `names` or the runtime decides.
    pub config_map_name: Option<NameTemplate>,
}

impl File {
    /// The format of its content.
    pub fn format(&self) -> Format {
        match self.content {
            Content::Text(_) => Format::Text,
            Content::Tree { format, .. } => format,
        }
    }
}

/// What a file holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Lines, verbatim.
    Text(Vec<Line>),
    /// Layers, later ones win; never `Format::Text`.
    Tree { format: Format, layers: Vec<Layer> },
}

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Text,
    Yaml,
    Json,
    Properties,
}

/// A line of a text file.
#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    /// A value alone on its line, of one or more lines, each indented by `indent`; absent: the line is gone.
    Block { indent: String, value: Expr },
    /// Text with values; a newline in a value refuses the custom resource.
    Text(Text),
}

/// A layer of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Layer {
    /// A map or tree of the custom resource; nothing while it is absent.
    User(Expr),
    /// What the manifest writes: a `Template::Map`.
    Ours(Template),
    /// A layer that is there while the condition holds.
    If { cond: Cond, layer: Box<Layer> },
}

/// How a file comes into the container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mount {
    /// The one file (`subPath`).
    File,
    /// Its whole directory.
    Directory,
}

/// What a changed file does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnChange {
    /// The pods roll.
    Restart,
    /// Nothing: the program reads it again by itself.
    Keep,
}

/// A config map that is no file.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfigMap {
    /// Its name in the manifest (`configMaps.C`).
    pub name: DnsLabel,
    pub ident: RustIdent,
    pub when: Option<Cond>,
    /// The object's name; `None` is the default for its scope.
    pub object_name: Option<NameTemplate>,
    pub scope: Scope,
    /// Layers of string values: maps of the custom resource, and entries of the manifest.
    pub data: Vec<Layer>,
}
