//! Tokens to values, paths and conditions: a recursive descent, bounded in depth.

use super::cond::{Compare, Cond};
use super::lexer::{Token, Tokens};
use super::path::{Expr, Literal, Path, Step, Term};
use crate::diagnostic::{Code, Problem};
use crate::manifest::{Span, Spanned};

/// The deepest nesting of brackets, parentheses and `!` in one expression.
const MAX_DEPTH: usize = 32;

type Parsed<T> = Result<T, Box<Problem>>;

/// A cursor over the tokens of one expression.
pub(super) struct Parser<'a> {
    tokens: &'a Tokens,
    at: usize,
    depth: usize,
    code: Code,
    /// Whether `.*` is a step: only in `unique`.
    each: bool,
}

impl<'a> Parser<'a> {
    pub(super) fn new(tokens: &'a Tokens, code: Code) -> Self {
        Self {
            tokens,
            at: 0,
            depth: 0,
            code,
            each: false,
        }
    }

    /// Allows `.*` as a step.
    pub(super) fn with_each(mut self) -> Self {
        self.each = true;
        self
    }

    fn peek(&self) -> Option<&'a Token> {
        self.tokens.list.get(self.at).map(|(token, _)| token)
    }

    /// Where the next token is, or the end.
    fn here(&self) -> Span {
        self.tokens
            .list
            .get(self.at)
            .map_or(self.tokens.end, |&(_, span)| span)
    }

    fn eat(&mut self, token: &Token) -> Option<Span> {
        let span = self.here();
        (self.peek() == Some(token)).then(|| {
            self.at += 1;
            span
        })
    }

    fn fail<T>(&self, message: &str, label: &str) -> Parsed<T> {
        Err(Box::new(
            Problem::new(self.code, message).at(self.here(), label),
        ))
    }

    fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.fail("an expression nests too deep", "one level too deep");
        }
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    /// Refuses tokens that are left.
    pub(super) fn end(&self) -> Parsed<()> {
        match self.peek() {
            None => Ok(()),
            Some(Token::Paren) => {
                let problem = Problem::new(self.code, "an expression calls nothing")
                    .at(self.here(), "there are no functions")
                    .help("what cannot be said with paths and directives is a field of the custom resource, or a hook");
                Err(Box::new(problem))
            }
            Some(Token::Equal | Token::NotEqual | Token::And | Token::Or) => {
                let problem = Problem::new(self.code, "a value is not compared")
                    .at(self.here(), "only a condition has this")
                    .help("conditions stand in `$if`");
                Err(Box::new(problem))
            }
            Some(Token::Star | Token::Int(_) | Token::Float(_)) => {
                let problem = Problem::new(self.code, "an expression does not calculate")
                    .at(self.here(), "there is no arithmetic")
                    .help("make the value a field of the custom resource");
                Err(Box::new(problem))
            }
            Some(_) => self.fail(
                "an expression goes on where it should end",
                "not expected here",
            ),
        }
    }

    pub(super) fn value(&mut self) -> Parsed<Expr> {
        let mut terms = vec![self.term()?];
        while self.eat(&Token::Else).is_some() {
            terms.push(self.term()?);
        }
        let span = match (terms.first(), terms.last()) {
            (Some(first), Some(last)) => first.span().to(last.span()),
            _ => self.here(),
        };
        Ok(Expr { terms, span })
    }

    fn term(&mut self) -> Parsed<Term> {
        let span = self.here();
        let literal = match self.peek() {
            Some(Token::String(text)) => Literal::String(text.clone()),
            Some(Token::Int(number)) => Literal::Int(*number),
            Some(Token::Float(number)) => Literal::Float(*number),
            Some(Token::Name(word)) if word == "true" => Literal::Bool(true),
            Some(Token::Name(word)) if word == "false" => Literal::Bool(false),
            Some(Token::Name(_)) => return self.path().map(Term::Path),
            Some(_) => {
                return self.fail(
                    "a value is missing",
                    "a path, a text in quotes or a number should stand here",
                );
            }
            None => return self.fail("a value is missing", "a value should stand before this"),
        };
        self.at += 1;
        Ok(Term::Literal(Spanned::new(literal, span)))
    }

    pub(super) fn path(&mut self) -> Parsed<Path> {
        let root = self.name("a path starts with a name")?;
        let mut span = root.span;
        let mut steps = Vec::new();
        loop {
            if self.eat(&Token::Dot).is_some() {
                let star = self.here();
                if self.each && self.eat(&Token::Star).is_some() {
                    span = span.to(star);
                    steps.push(Step::Each(star));
                } else {
                    let name = self.name("a name should follow the dot")?;
                    span = span.to(name.span);
                    steps.push(Step::Name(name));
                }
            } else if self.eat(&Token::Open).is_some() {
                let step = self.deeper(Self::index)?;
                let Some(close) = self.eat(&Token::Close) else {
                    return self.fail("a bracket of a path is not closed", "`]` should stand here");
                };
                span = span.to(close);
                steps.push(step);
            } else {
                return Ok(Path { root, steps, span });
            }
        }
    }

    fn index(&mut self) -> Parsed<Step> {
        let span = self.here();
        match self.peek() {
            Some(Token::String(text)) => {
                self.at += 1;
                Ok(Step::Name(Spanned::new(text.clone(), span)))
            }
            Some(Token::Name(_)) => self.path().map(Step::Key),
            Some(Token::Int(_)) => {
                let problem = Problem::new(self.code, "a list is not indexed by number")
                    .at(span, "positions mean nothing across custom resources")
                    .help(
                        "give the list a `key` and index it by that, or repeat over it with `$for`",
                    );
                Err(Box::new(problem))
            }
            _ => self.fail(
                "an index is missing",
                "a text in quotes or a path should stand here",
            ),
        }
    }

    pub(super) fn name(&mut self, message: &str) -> Parsed<Spanned<String>> {
        let span = self.here();
        match self.peek() {
            Some(Token::Name(name)) => {
                self.at += 1;
                Ok(Spanned::new(name.clone(), span))
            }
            _ => self.fail(message, "a name should stand here"),
        }
    }

    /// Reads the word, as `in` of a loop.
    pub(super) fn word(&mut self, word: &str) -> Option<Span> {
        let span = self.here();
        matches!(self.peek(), Some(Token::Name(name)) if name == word).then(|| {
            self.at += 1;
            span
        })
    }

    pub(super) fn condition(&mut self) -> Parsed<Cond> {
        self.chain(&Token::Or, Self::conjunction, Cond::Or)
    }

    fn conjunction(&mut self) -> Parsed<Cond> {
        self.chain(&Token::And, Self::negation, Cond::And)
    }

    fn chain(
        &mut self,
        operator: &Token,
        part: impl Fn(&mut Self) -> Parsed<Cond>,
        join: impl FnOnce(Vec<Cond>) -> Cond,
    ) -> Parsed<Cond> {
        let first = part(self)?;
        if self.peek() != Some(operator) {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.eat(operator).is_some() {
            parts.push(part(self)?);
        }
        Ok(join(parts))
    }

    fn negation(&mut self) -> Parsed<Cond> {
        if let Some(not) = self.eat(&Token::Not) {
            let inner = self.deeper(Self::negation)?;
            let span = not.to(inner.span());
            return Ok(Cond::Not(Box::new(inner), span));
        }
        if self.eat(&Token::Paren).is_some() {
            let inner = self.deeper(Self::condition)?;
            return match self.eat(&Token::ParenEnd) {
                Some(_) => Ok(inner),
                None => self.fail("a parenthesis is not closed", "`)` should stand here"),
            };
        }
        let left = self.value()?;
        let operator = match self.peek() {
            Some(Token::Equal) => Compare::Equal,
            Some(Token::NotEqual) => Compare::NotEqual,
            Some(Token::Name(word)) if word == "in" => Compare::In,
            _ => return Ok(Cond::Value(left)),
        };
        let op = Spanned::new(operator, self.here());
        self.at += 1;
        let right = self.value()?;
        Ok(Cond::Compare { left, op, right })
    }
}
