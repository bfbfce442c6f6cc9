//! Says what is wrong where the text is no YAML.

use serde_saphyr::granit_parser::{ErrorKind, ScanError};

use super::source::{Source, Span};
use super::tree;
use crate::diagnostic::{Code, Problem};

/// The problem of a place where YAML's grammar ends.
pub(super) fn problem(source: &Source, error: &ScanError) -> Problem {
    let text = source.text();
    let at = error
        .marker()
        .byte_offset()
        .unwrap_or(text.len())
        .min(text.len());
    let width = text
        .get(at..)
        .and_then(|rest| rest.chars().next())
        .map_or(0, |c| {
            // A line's end has no width that could be underlined.
            if c == '\n' || c == '\r' {
                0
            } else {
                c.len_utf8()
            }
        });
    let span = Span::new(at, at + width);
    if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
        return tree::too_deep(span);
    }
    let problem = Problem::new(Code::E0001, "this is not YAML").at(span, error.info());
    if unquoted_expression(source, at) {
        return problem.help("inside `[…]` and `{…}` an expression needs quotes: \"${…}\"");
    }
    if let Some(bracket) = open_bracket(source, at) {
        return problem
            .at(bracket, "this bracket is open")
            .help("is its closing bracket missing, or a quote or comma inside it?");
    }
    problem.help(hint(error.kind()))
}

fn hint(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation => "indent with blanks, not with tabs",
        ErrorKind::UnclosedQuotedScalar => "a quote is not closed",
        ErrorKind::InvalidTrailingDoubleQuotedScalar
        | ErrorKind::InvalidTrailingSingleQuotedScalar => {
            "a text with quotes in it stands in the other kind of quotes: '…\"…\"…'"
        }
        _ => {
            "look at the indentation of this line and the one before; a text with `: ` or ` #` in it needs quotes"
        }
    }
}

/// Whether the place is the brace of a `${` in an open bracket: YAML takes it for a mapping there.
fn unquoted_expression(source: &Source, at: usize) -> bool {
    source.slice(Span::new(at.saturating_sub(1), at + 1)) == "${"
}

/// The last bracket before the place that is not closed there. A guess, as it knows little of YAML; only for advice.
fn open_bracket(source: &Source, at: usize) -> Option<Span> {
    let mut open: Vec<usize> = Vec::new();
    let mut quote = None;
    let mut comment = false;
    let mut last = '\n';
    for (index, c) in source.text().get(..at)?.char_indices() {
        let starts_token = matches!(last, ' ' | '\n' | '\t' | '[' | '{' | ',' | ':' | '-');
        match (quote, c) {
            (_, '\n') => comment = false,
            _ if comment => {}
            (Some(end), _) if end == c => quote = None,
            (None, '#') if starts_token => comment = true,
            (None, '"' | '\'') if starts_token => quote = Some(c),
            (None, '[' | '{') if starts_token || !open.is_empty() => open.push(index),
            (None, ']' | '}') => {
                open.pop();
            }
            _ => {}
        }
        last = c;
    }
    open.pop().map(|index| Span::new(index, index + 1))
}
