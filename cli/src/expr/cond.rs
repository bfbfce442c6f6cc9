//! Conditions (`$if`) and loops (`$for`).

use super::lexer;
use super::parser::Parser;
use super::path::{Expr, Path};
use crate::diagnostic::{Code, Problem};
use crate::manifest::{Scalar, Span, Spanned};

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

/// Reads the condition of an `$if`.
pub(crate) fn parse(scalar: &Scalar) -> Result<Cond, Box<Problem>> {
    let tokens = lexer::tokens(scalar, 0, false)
        .map_err(|unreadable| Box::new(braces(scalar, unreadable.problem)))?;
    let mut parser = Parser::new(&tokens, Code::E0311);
    let parsed = parser
        .condition()
        .and_then(|cond| parser.end().map(|()| cond));
    parsed.map_err(|problem| Box::new(braces(scalar, *problem)))
}

/// Reads the `name in path` of a `$for`.
pub(crate) fn parse_for(scalar: &Scalar) -> Result<For, Box<Problem>> {
    let tokens = lexer::tokens(scalar, 0, false)
        .map_err(|unreadable| Box::new(braces(scalar, unreadable.problem)))?;
    let mut parser = Parser::new(&tokens, Code::E0311);
    let parsed = parser.name("a loop is `NAME in PATH`").and_then(|name| {
        if parser.word("in").is_none() {
            let problem = Problem::new(Code::E0311, "a loop is `NAME in PATH`")
                .at(scalar.span, "`in` is missing");
            return Err(Box::new(problem));
        }
        let list = parser.path()?;
        parser.end()?;
        Ok(For {
            name,
            list,
            span: scalar.span,
        })
    });
    parsed.map_err(|problem| Box::new(braces(scalar, *problem)))
}

/// Reads the path of a rule's `unique`, in which `*` stands for each entry.
pub(crate) fn parse_unique(scalar: &Scalar) -> Result<Path, Box<Problem>> {
    let tokens = lexer::tokens(scalar, 0, false)
        .map_err(|unreadable| Box::new(braces(scalar, unreadable.problem)))?;
    let mut parser = Parser::new(&tokens, Code::E0310).with_each();
    let path = parser.path()?;
    parser.end()?;
    Ok(path)
}

/// Conditions are the one place where people write `${…}` and must not.
fn braces(scalar: &Scalar, problem: Problem) -> Problem {
    if scalar.text.contains("${") && problem.help.is_none() {
        problem.help("a condition or loop stands without `${` and `}`")
    } else {
        problem
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Style;

    fn cond(text: &str) -> Result<Cond, Box<Problem>> {
        let span = Span::new(0, text.len());
        parse(&Scalar::new(text.to_owned(), Style::Plain, span, text))
    }

    #[test]
    fn and_binds_closer_than_or() {
        let Cond::Or(parts) = cond("!a.b || c == \"d\" && (e in f || true)").unwrap() else {
            panic!("not an or");
        };
        assert!(matches!(parts.as_slice(), [Cond::Not(..), Cond::And(_)]));
    }

    #[test]
    fn a_condition_has_no_braces() {
        let problem = cond("${a}").unwrap_err();
        assert!(problem.help.unwrap().contains("without `${`"));
    }

    #[test]
    fn a_deep_condition_is_refused() {
        let problem = cond(&"!".repeat(100_000)).unwrap_err();
        assert_eq!(problem.message, "an expression nests too deep");
        assert!(cond(&"(".repeat(100_000)).is_err());
        assert!(cond(&"a[".repeat(100_000)).is_err());
    }
}
