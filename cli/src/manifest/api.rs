//! `api`: group and version of the custom resources (DS-8, DS-40).

use super::source::{Span, Spanned};

/// The section `api`.
#[derive(Debug, Clone)]
pub struct Api {
    pub group: Spanned<String>,
    pub version: Spanned<String>,
    pub span: Span,
}
