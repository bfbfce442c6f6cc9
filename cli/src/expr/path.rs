//! Values and paths: `a.b["c"][d.e] ?? "f"`.

use crate::manifest::{Span, Spanned};

/// A value: the first of its terms that is present.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// At least one.
    pub terms: Vec<Term>,
    /// What stands between the braces, without blanks around it; of a condition's operand the operand.
    pub span: Span,
}

impl Expr {
    /// The path, where the value is one path and nothing else.
    pub fn as_path(&self) -> Option<&Path> {
        match self.terms.as_slice() {
            [Term::Path(path)] => Some(path),
            _ => None,
        }
    }
}

/// One alternative of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Term {
    Path(Path),
    Literal(Spanned<Literal>),
}

impl Term {
    pub fn span(&self) -> Span {
        match self {
            Self::Path(path) => path.span,
            Self::Literal(literal) => literal.span,
        }
    }
}

/// A constant, in an expression or as a type's default.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    String(String),
    Int(i64),
    Float(f64),
    Bool(bool),
}

/// A path from a root: `pods.store`, `external.deepStorage[type.name].data`.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    pub root: Spanned<String>,
    pub steps: Vec<Step>,
    pub span: Span,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// `.name` or `["name"]`; the span is the name's, without dot, brackets or quotes.
    Name(Spanned<String>),
    /// `[path]`: the entry whose key the path gives.
    Key(Path),
    /// `.*`: each entry. Only in `unique` of a rule.
    Each(Span),
}

impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.root.value)?;
        for step in &self.steps {
            match step {
                Step::Name(name) if super::lexer::is_name(&name.value) => {
                    write!(f, ".{}", name.value)?;
                }
                Step::Name(name) => write!(f, "[\"{}\"]", name.value)?,
                Step::Key(path) => write!(f, "[{path}]")?,
                Step::Each(_) => f.write_str(".*")?,
            }
        }
        Ok(())
    }
}
