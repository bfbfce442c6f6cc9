//! `cluster.external`: what a cluster depends on (MF-5).

use super::fields::Field;
use super::source::{Span, Spanned};

/// One dependency.
#[derive(Debug, Clone)]
pub struct External {
    pub name: Spanned<String>,
    pub fields: Vec<Field>,
    /// Adds `type` beside `spec`; empty where the dependency has no variants.
    pub one_of: Vec<Variant>,
    pub optional: bool,
    /// `type: list`: the field that is the key of each entry.
    pub list_key: Option<Spanned<String>>,
    pub span: Span,
}

/// One variant of a dependency.
#[derive(Debug, Clone)]
pub struct Variant {
    pub name: Spanned<String>,
    pub fields: Vec<Field>,
}
