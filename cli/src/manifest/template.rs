//! Trees with expressions and directives: container fields, file contents, data of config maps.

use super::source::{Span, Spanned};
use crate::expr::{Cond, Expr, For, Text};

/// A tree that becomes a value when the operator runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    pub kind: TemplateKind,
    pub span: Span,
}

/// What a [`Template`] is.
#[derive(Debug, Clone, PartialEq)]
pub enum TemplateKind {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// A text, with or without values in it; never one value alone.
    Text(Text),
    /// Exactly one `${…}`: keeps the value's type.
    Value(Expr),
    List(Vec<Template>),
    Map(Vec<Entry>),
    /// A mapping that has directives among its keys.
    Directed(Box<Directed>),
}

/// One entry of a mapping.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub key: Text,
    pub value: Template,
}

/// A mapping with directives. Applied in this order: `$for` repeats, `$if` filters, the body is built, `$join` makes one
/// string of all.
#[derive(Debug, Clone, PartialEq)]
pub struct Directed {
    pub condition: Option<Cond>,
    pub each: Option<For>,
    /// The separator.
    pub join: Option<Spanned<String>>,
    pub body: Body,
}

/// What a mapping with directives stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// `$value: …`
    Value(Template),
    /// `$json: …`: the tree as JSON text.
    Json(Template),
    /// The other entries of the mapping.
    Map(Vec<Entry>),
}
