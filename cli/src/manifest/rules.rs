//! `cluster.rules`: what must hold of a custom resource (MF-14).

use super::source::{Span, Spanned};
use crate::expr::Path;

/// One rule.
#[derive(Debug, Clone)]
pub struct Rule {
    pub kind: RuleKind,
    pub message: Spanned<String>,
    pub span: Span,
}

/// What a rule demands.
#[derive(Debug, Clone)]
pub enum RuleKind {
    /// A CEL expression over `self`, put in the CRD as it is.
    Cel(Spanned<String>),
    /// No two of these values are alike; has a [`crate::expr::Step::Each`].
    Unique(Path),
}
