//! FIELDS: the typed fields that a manifest adds to the custom resource (MF-4).

use super::source::{Span, Spanned};
use super::tree::Node;
use crate::expr::TypeKind;

/// The section `cluster.appConfigGroup`.
#[derive(Debug, Clone, Default)]
pub struct AppConfigGroup {
    pub fields: Vec<Field>,
    /// A field of `spec` of the same shape that lies under every group (DR-18).
    pub common: Option<Spanned<String>>,
}

/// One field.
#[derive(Debug, Clone)]
pub struct Field {
    pub name: Spanned<String>,
    pub kind: Spanned<Kind>,
    pub optional: bool,
    /// From `= …` in the type or from `default:`; not yet compared with the type.
    pub default: Option<Node>,
    pub doc: Option<Spanned<String>>,
    pub pattern: Option<Spanned<String>>,
    pub min: Option<Spanned<i64>>,
    pub max: Option<Spanned<i64>>,
    pub immutable: bool,
    pub grow_only: bool,
    /// An enum that is compared without regard to case.
    pub any_case: bool,
    /// Name and value.
    pub span: Span,
}

/// What a field is.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A type of one word or scalar; `list<T>` and `map<T>` among them, a bare `list` not.
    Type(TypeKind),
    /// A mapping of known fields.
    Object(Vec<Field>),
    /// A list of objects; with a key it is a list-map and is indexed by it.
    List {
        key: Option<Spanned<String>>,
        fields: Vec<Field>,
    },
}
