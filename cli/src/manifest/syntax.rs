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
    match hint(source, at, error.kind()) {
        Some(hint) => problem.help(hint),
        None => problem,
    }
}

fn hint(source: &Source, at: usize, kind: &ErrorKind) -> Option<&'static str> {
    let line_start = source
        .text()
        .get(..at)?
        .rfind('\n')
        .map_or(0, |end| end + 1);
    let before = source.slice(Span::new(line_start, at));
    match kind {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation => Some("indent with blanks, not with tabs"),
        _ if unquoted_expression(before) => {
            Some("inside `[…]` and `{…}` an expression needs quotes: \"${…}\"")
        }
        ErrorKind::UnclosedFlowCollection { .. } => Some("a bracket is not closed"),
        ErrorKind::UnclosedQuotedScalar => Some("a quote is not closed"),
        ErrorKind::InvalidIndentation
        | ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::SimpleKeyExpected
        | ErrorKind::BlockSequenceEntryNotAllowed => Some(
            "look at the indentation of this line and the one before, and at quotes around texts with `: ` in them",
        ),
        _ => None,
    }
}

/// Whether a `${` stands in an open bracket without quotes.
fn unquoted_expression(before: &str) -> bool {
    before.find("${").is_some_and(|at| {
        let head = before.get(..at).unwrap_or("");
        head.contains(['[', '{'])
            && head.matches('"').count() % 2 == 0
            && head.matches('\'').count() % 2 == 0
    })
}
