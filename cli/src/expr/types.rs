//! The types of fields: `optional list<string>`, `debug | info = info`.

use super::path::Literal;
use crate::manifest::{Span, Spanned};

/// A type as written in one scalar.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldType {
    pub optional: bool,
    pub kind: Spanned<TypeKind>,
    /// What follows `=`; an enum's default is a [`Literal::String`]. Not yet compared with the type.
    pub default: Option<Spanned<Literal>>,
    pub span: Span,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub enum TypeKind {
    String,
    Int,
    Bool,
    Port,
    Quantity,
    Duration,
    /// Any YAML mapping.
    Tree,
    /// A string that holds JSON.
    Json,
    SecretKey,
    SecretRef,
    NodeType,
    /// A type of core/v1, as `k8s.Toleration`.
    K8s(Spanned<String>),
    /// `list<T>`; a bare `list` (`None`) is one whose items `fields` describes.
    List(Option<Box<Spanned<TypeKind>>>),
    Map(Box<Spanned<TypeKind>>),
    /// One of these words; at least two.
    Enum(Vec<Spanned<String>>),
}
