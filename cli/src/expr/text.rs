//! Texts with `${…}` in them.

use super::path::Expr;
use crate::manifest::{Span, Spanned};

/// A text: literal stretches and inserted values, in order. Without any part it is the empty text.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    pub parts: Vec<Part>,
    /// The whole scalar, quotes included.
    pub span: Span,
}

/// One stretch of a [`Text`].
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Characters as they will stand, escapes resolved (`$${` is `${`).
    Literal(Spanned<String>),
    /// An inserted value; the span covers `${` and `}` too.
    Value(Spanned<Expr>),
}

impl Text {
    /// The literal, if no value is inserted.
    pub fn as_literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Literal(literal)] => Some(&literal.value),
            _ => None,
        }
    }

    /// The value, if the text is exactly one `${…}`: such a text keeps the value's type.
    pub fn as_value(&self) -> Option<&Expr> {
        match self.parts.as_slice() {
            [Part::Value(value)] => Some(&value.value),
            _ => None,
        }
    }

    /// The inserted values.
    pub fn values(&self) -> impl Iterator<Item = &Expr> {
        self.parts.iter().filter_map(|part| match part {
            Part::Value(value) => Some(&value.value),
            Part::Literal(_) => None,
        })
    }
}
