//! An entry less: of a mapping or a list, in a block or between brackets, with its comments.
//!
//! Its own comments are those directly above it at its indentation, those below it that are indented deeper, and what stands
//! behind it on its line.

use super::edits::{Edits, after, before, indent, last_line, next_line};
use crate::manifest::source::{Source, Span};

/// Takes the entry of that index out of a collection, given by the places of all its entries, of which there are at least two.
/// `None` where what else stands on its lines is not understood.
pub(super) fn cut(
    source: &Source,
    entries: &[Span],
    index: usize,
    edits: &mut Edits,
) -> Option<()> {
    let entry = *entries.get(index)?;
    let dash = before(source, entry);
    if indent(source, entry).is_some() {
        edits.remove(lines(source, entry, entry.start));
        Some(())
    } else if dash.trim_matches(' ') == "-" {
        let start = entry.start - dash.trim_start_matches(' ').len();
        edits.remove(lines(source, entry, start));
        Some(())
    } else {
        flow(source, entries, index, edits)
    }
}

/// The lines of an entry of a block that begins at `start`, with those of its comments.
fn lines(source: &Source, entry: Span, start: usize) -> Span {
    let mut first = source.line(start);
    let column = start - source.line_span(first).start;
    let last = last_line(source, entry, column);
    while first > 1 {
        let above = source.slice(source.line_span(first - 1));
        let bare = above.trim_start_matches(' ');
        if !bare.starts_with('#') || above.len() - bare.len() != column {
            break;
        }
        first -= 1;
    }
    let is_blank = |line: usize| source.slice(source.line_span(line)).trim().is_empty();
    let mut start = source.line_span(first).start;
    let mut end = next_line(source, last);
    let text = source.text();
    if end == text.len() {
        // It was the end, and what was above it is that now.
        while first > 1 && is_blank(first - 1) {
            first -= 1;
            start = source.line_span(first).start;
        }
        if !text.ends_with('\n') {
            let front = text.get(..start).unwrap_or_default();
            let front = front.strip_suffix('\n').unwrap_or(front);
            start = front.strip_suffix('\r').unwrap_or(front).len();
        }
    } else if first > 1 && is_blank(first - 1) {
        // Of two gaps one is left.
        let mut next = last + 1;
        while end < text.len() && is_blank(next) {
            end = next_line(source, next);
            next += 1;
        }
    }
    Span::new(start, end)
}

/// Takes an entry out from between brackets, with one comma.
fn flow(source: &Source, entries: &[Span], index: usize, edits: &mut Edits) -> Option<()> {
    let text = source.text();
    let comma = |end: usize| {
        let at = after(source, end);
        text.get(at..)?.starts_with(',').then_some(at)
    };
    let entry = *entries.get(index)?;
    let own = comma(entry.end);
    let above = index.checked_sub(1).and_then(|above| entries.get(above));
    let next = entries.get(index + 1);
    let has_only = |start: usize, end: usize, only: fn(char) -> bool| {
        text.get(start..end)
            .is_some_and(|part| part.chars().all(only))
    };
    let behind = own.map_or(entry.end, |own| own + 1);
    let line = source.line_span(source.line(behind.saturating_sub(1)));
    let rest = text.get(behind..line.end).unwrap_or_default().trim_start();
    let is_alone =
        before(source, entry).trim().is_empty() && (rest.is_empty() || rest.starts_with('#'));
    if is_alone {
        edits.remove(lines(source, Span::new(entry.start, behind), entry.start));
    } else if let Some(next) = next {
        let end = if has_only(behind, next.start, |c| c == ' ') {
            next.start
        } else {
            behind
        };
        edits.remove(Span::new(entry.start, end));
    } else {
        // The comma in front of it goes, and one behind it stays.
        let above = comma(above?.end)?;
        if has_only(above + 1, entry.start, char::is_whitespace) {
            edits.remove(Span::new(above, entry.end));
            return Some(());
        }
        edits.remove(Span::new(entry.start, behind));
    }
    if next.is_none() && own.is_none() {
        // A comma would be left that was not there.
        let above = comma(above?.end)?;
        edits.remove(Span::new(above, above + 1));
    }
    Some(())
}
