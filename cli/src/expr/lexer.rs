//! Characters to tokens of the expression language.
//!
//! In: the text of a scalar from some offset on. Out: tokens with their places, up to the end or to a closing brace.

use crate::diagnostic::{Code, Problem};
use crate::manifest::{Scalar, Span};

/// One token.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Name(String),
    String(String),
    Int(i64),
    Float(f64),
    Dot,
    Star,
    Open,
    Close,
    /// `??`
    Else,
    Or,
    And,
    Not,
    Paren,
    ParenEnd,
    Equal,
    NotEqual,
    /// `}`: ends an expression in a text.
    Brace,
}

/// Tokens of one expression.
#[derive(Debug)]
pub(super) struct Tokens {
    pub(super) list: Vec<(Token, Span)>,
    /// Where the expression ends: of the closing brace, or of the scalar.
    pub(super) end: Span,
    /// The offset in the scalar's text behind the last token.
    pub(super) next: usize,
}

/// Whether a path step may be written `.name` instead of `["name"]`.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(starts_name) && text.chars().all(is_name_char)
}

fn starts_name(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

/// A character that no expression has; carries the offset behind the stretch that cannot be read.
pub(super) struct Unreadable {
    pub(super) problem: Problem,
    pub(super) next: usize,
}

/// Reads tokens from `start` on. In a text they end with the closing brace, in a condition with the scalar.
pub(super) fn tokens(
    scalar: &Scalar,
    start: usize,
    in_text: bool,
) -> Result<Tokens, Box<Unreadable>> {
    let text = scalar.text.as_str();
    let mut list = Vec::new();
    let mut at = start;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or("");
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        let Some((token, width)) = token(rest, c) else {
            return Err(Box::new(unreadable(scalar, start, at, c, in_text)));
        };
        let span = scalar.place(at, at + width);
        at += width;
        if token == Token::Brace && in_text {
            return Ok(Tokens {
                list,
                end: span,
                next: at,
            });
        }
        list.push((token, span));
    }
    if in_text {
        let open = start.saturating_sub(2);
        let problem = Problem::new(Code::E0310, "an expression is not closed")
            .at(scalar.place(open, start), "no `}` follows")
            .help("close it with `}`; `$${` writes the two characters `${` as they are");
        return Err(Box::new(Unreadable {
            problem,
            next: text.len(),
        }));
    }
    Ok(Tokens {
        list,
        end: scalar.place(text.len(), text.len()),
        next: text.len(),
    })
}

fn token(rest: &str, c: char) -> Option<(Token, usize)> {
    const WORDS: &[(&str, Token)] = &[
        ("??", Token::Else),
        ("||", Token::Or),
        ("&&", Token::And),
        ("==", Token::Equal),
        ("!=", Token::NotEqual),
        ("!", Token::Not),
        ("(", Token::Paren),
        (")", Token::ParenEnd),
        ("[", Token::Open),
        ("]", Token::Close),
        (".", Token::Dot),
        ("*", Token::Star),
        ("}", Token::Brace),
    ];
    if starts_name(c) {
        let width = rest.find(|c| !is_name_char(c)).unwrap_or(rest.len());
        return Some((Token::Name(rest.get(..width)?.to_owned()), width));
    }
    if c.is_ascii_digit() || c == '-' {
        return numeral(rest);
    }
    if c == '"' || c == '\'' {
        let inner = rest.get(1..)?;
        let end = inner.find(c)?;
        return Some((Token::String(inner.get(..end)?.to_owned()), end + 2));
    }
    WORDS
        .iter()
        .find(|(word, _)| rest.starts_with(word))
        .map(|(word, token)| (token.clone(), word.len()))
}

fn numeral(rest: &str) -> Option<(Token, usize)> {
    let sign = usize::from(rest.starts_with('-'));
    let digits = rest.get(sign..)?;
    let whole = digits
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(digits.len());
    let behind = digits.get(whole..)?;
    let fraction = behind.strip_prefix('.').map_or(0, |fraction| {
        let width = fraction
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(fraction.len());
        if width == 0 { 0 } else { width + 1 }
    });
    let width = sign + whole + fraction;
    let text = rest.get(..width)?;
    let token = if fraction > 0 {
        Token::Float(text.parse().ok()?)
    } else {
        Token::Int(text.parse().ok()?)
    };
    Some((token, width))
}

fn unreadable(scalar: &Scalar, start: usize, at: usize, c: char, in_text: bool) -> Unreadable {
    let code = if in_text { Code::E0310 } else { Code::E0311 };
    let what = if in_text {
        "an expression"
    } else {
        "a condition"
    };
    let rest = scalar.text.get(at..).unwrap_or("");
    let (problem, span) = match c {
        '"' | '\'' => (
            Problem::new(code, format!("a text inside {what} is not closed")),
            scalar.place(at, at + 1),
        ),
        _ => (
            Problem::new(code, format!("`{c}` means nothing in {what}")),
            scalar.place(at, at + c.len_utf8()),
        ),
    };
    let problem = problem.at(span, "cannot be read");
    let problem = match c {
        '|' => problem.help("there are no filters and no functions; a default is written `${path ?? \"default\"}`"),
        '+' | '-' | '/' | '%' => problem.help("there is no arithmetic: make the value a field of the custom resource"),
        '?' | ':' => problem.help("there is no ternary: keep one of two entries with `$if`, or write `??` for a default"),
        '=' | '<' | '>' | '&' => problem.help("values are compared with `==`, `!=` and `in`, and joined with `&&` and `||`; only in `$if`"),
        '(' | ',' => problem.help("there are no functions"),
        _ => problem,
    };
    // The text goes on behind the expression's end, so that further mistakes are found in the same run.
    let next = if in_text {
        rest.find('}').map_or(scalar.text.len(), |end| at + end + 1)
    } else {
        scalar.text.len()
    };
    Unreadable {
        problem,
        next: next.max(start),
    }
}
