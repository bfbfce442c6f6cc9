//! YAML → one tree of values with their places.

use super::source::{Span, Spanned};

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub value: Value,
    pub span: Span,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Scalar(Scalar),
    List(Vec<Node>),
    /// In the order written; keys are unique once the tree was read without a problem.
    Map(Vec<(Spanned<String>, Node)>),
}

/// A scalar, as written.
#[derive(Debug, Clone, PartialEq)]
pub struct Scalar {
    /// The text after YAML's own escapes.
    pub text: String,
    pub style: Style,
}

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Plain,
    /// Quoted or a block: always a string.
    Text,
}

/// What a scalar means by the YAML 1.2 core schema.
#[derive(Debug, Clone, PartialEq)]
pub enum Core<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    String(&'a str),
}
