//! Conditions (`$if`) and loops (`$for`).

use super::path::{Expr, Path};
use crate::manifest::{Span, Spanned};

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Cond {
    /// At least two.
    Or(Vec<Cond>),
    /// At least two.
    And(Vec<Cond>),
    /// `!cond`; of a path: the path is absent. The span starts at the `!`.
    Not(Box<Cond>, Span),
    /// A value alone: a bool that is true, or a path that is present.
    Value(Expr),
    /// `left == right` and so on; false where either side is absent.
    Compare {
        left: Expr,
        op: Spanned<Compare>,
        right: Expr,
    },
}

impl Cond {
    pub fn span(&self) -> Span {
        match self {
            Self::Or(parts) | Self::And(parts) => match (parts.first(), parts.last()) {
                (Some(first), Some(last)) => first.span().to(last.span()),
                _ => Span::default(),
            },
            Self::Not(_, span) => *span,
            Self::Value(value) => value.span,
            Self::Compare { left, right, .. } => left.span.to(right.span),
        }
    }
}

/// How a condition compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    Equal,
    NotEqual,
    In,
}

/// `name in path` of a `$for`.
#[derive(Debug, Clone, PartialEq)]
pub struct For {
    pub name: Spanned<String>,
    pub list: Path,
    /// The whole `name in path`.
    pub span: Span,
}
