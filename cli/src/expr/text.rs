//! Texts with `${…}` in them.

use super::lexer::{self, Tokens};
use super::parser::Parser;
use super::path::Expr;
use crate::diagnostic::{Code, Problem, Problems};
use crate::manifest::{Scalar, Span, Spanned};

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

/// Reads a text. Every expression that cannot be read is a problem of its own, and leaves a hole.
pub(crate) fn parse(scalar: &Scalar, problems: &mut Problems) -> Text {
    let text = scalar.text.as_str();
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut literal_start = 0;
    let mut at = 0;
    while let Some(dollar) = text.get(at..).and_then(|rest| rest.find("${")) {
        let open = at + dollar;
        if text.get(..open).is_some_and(|before| before.ends_with('$')) && open > at {
            // `$${`: the text before ends with the first `$`, which stands for both.
            literal.push_str(text.get(at..open).unwrap_or(""));
            literal.push('{');
            at = open + 2;
            continue;
        }
        literal.push_str(text.get(at..open).unwrap_or(""));
        flush(scalar, &mut parts, &mut literal, literal_start, open);
        match lexer::tokens(scalar, open + 2, true) {
            Ok(tokens) => {
                at = tokens.next;
                match value(&tokens) {
                    Ok(expr) => parts.push(Part::Value(Spanned::new(expr, scalar.place(open, at)))),
                    Err(problem) => problems.push(*problem),
                }
            }
            Err(unreadable) => {
                at = unreadable.next;
                problems.push(unreadable.problem);
            }
        }
        literal_start = at;
    }
    literal.push_str(text.get(at..).unwrap_or(""));
    flush(scalar, &mut parts, &mut literal, literal_start, text.len());
    Text {
        parts,
        span: scalar.span,
    }
}

fn flush(scalar: &Scalar, parts: &mut Vec<Part>, literal: &mut String, start: usize, end: usize) {
    if !literal.is_empty() {
        let span = scalar.place(start, end);
        parts.push(Part::Literal(Spanned::new(std::mem::take(literal), span)));
    }
}

fn value(tokens: &Tokens) -> Result<Expr, Box<Problem>> {
    let mut parser = Parser::new(tokens, Code::E0310);
    let value = parser.value()?;
    parser.end()?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Style;

    fn text(text: &str) -> (Text, Problems) {
        let mut problems = Problems::new();
        let span = Span::new(0, text.len());
        let scalar = Scalar::new(text.to_owned(), Style::Plain, span, text);
        let parsed = parse(&scalar, &mut problems);
        (parsed, problems)
    }

    #[test]
    fn a_text_keeps_literals_and_values_in_order() {
        let (parsed, problems) = text("a${ b.c ?? \"d}\" }e$${f}");
        assert!(problems.is_empty(), "{problems:?}");
        let [Part::Literal(a), Part::Value(value), Part::Literal(rest)] = parsed.parts.as_slice()
        else {
            panic!("{parsed:?}");
        };
        assert_eq!(a.value, "a");
        assert_eq!(value.value.terms.len(), 2);
        assert_eq!(value.span.range(), 1..17);
        assert_eq!(value.value.span.range(), 4..15);
        assert_eq!(rest.value, "e${f}");
    }

    #[test]
    fn an_expression_alone_is_a_value() {
        let (parsed, _) = text("${spec[\"schema.json\"].a[type.name]}");
        let path = parsed.as_value().unwrap().as_path().unwrap();
        assert_eq!(path.to_string(), "spec[\"schema.json\"].a[type.name]");
        assert_eq!(path.steps.len(), 3);
    }

    #[test]
    fn each_bad_expression_of_a_text_is_reported() {
        let (_, problems) = text("${a + b} ${} ${a..b} ${f(x)} ${a[0]} ${a | upper} ${x");
        assert_eq!(problems.len(), 7, "{problems:#?}");
    }
}
