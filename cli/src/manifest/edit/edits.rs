//! Replacements of parts of a text, and what places in the new text were in the old one.

use crate::manifest::source::{Source, Span};

/// One part that is replaced; an empty part is an insertion, an empty text a removal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub span: Span,
    pub text: String,
}

/// Replacements of parts that do not overlap, in the order of their places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edits {
    list: Vec<Edit>,
}

impl Edits {
    /// Replaces a part.
    pub fn replace(&mut self, span: Span, text: impl Into<String>) {
        let place = |span: Span| (span.start, span.end);
        let at = self
            .list
            .partition_point(|edit| place(edit.span) <= place(span));
        let text = text.into();
        self.list.insert(at, Edit { span, text });
    }

    pub fn remove(&mut self, span: Span) {
        self.replace(span, "");
    }

    pub fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.replace(Span::new(at, at), text);
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The new text.
    pub fn apply(&self, text: &str) -> String {
        let mut new = String::with_capacity(text.len());
        let mut done = 0;
        for edit in &self.list {
            new.push_str(text.get(done..edit.span.start).unwrap_or_default());
            new.push_str(&edit.text);
            done = done.max(edit.span.end);
        }
        new.push_str(text.get(done..).unwrap_or_default());
        new
    }

    /// Where a part of the new text stood in the old one. What was put in stands where it replaced something.
    pub fn origin(&self, span: Span) -> Span {
        Span::new(self.place(span.start), self.place(span.end))
    }

    /// Whether a part of the new text was put in.
    pub fn is_new(&self, span: Span) -> bool {
        let (mut old, mut new) = (0, 0);
        self.list.iter().any(|edit| {
            let start = new + edit.span.start.saturating_sub(old);
            let end = start + edit.text.len();
            (old, new) = (edit.span.end, end);
            start <= span.start && span.end <= end && span.start < end
        })
    }

    fn place(&self, at: usize) -> usize {
        // How far the old text has been used, and how long the new one is up to there.
        let (mut old, mut new) = (0, 0);
        for edit in &self.list {
            let start = new + edit.span.start.saturating_sub(old);
            if at < start {
                break;
            }
            let end = start + edit.text.len();
            if at < end {
                return edit.span.start;
            }
            (old, new) = (edit.span.end, end);
        }
        old + at.saturating_sub(new)
    }
}

/// What stands before a place on its line.
pub(super) fn before(source: &Source, span: Span) -> &str {
    let line = source.line_span(source.line(span.start));
    source.slice(Span::new(line.start, span.start))
}

/// The indentation of an entry of a block; `None` in a flow collection.
pub(super) fn indent(source: &Source, entry: Span) -> Option<&str> {
    let before = before(source, entry);
    let is_blank = before.bytes().all(|byte| byte == b' ');
    (is_blank && !is_in_flow(source, entry)).then_some(before)
}

/// Whether an entry is one of a flow collection: a comma or a bracket follows it.
pub(super) fn is_in_flow(source: &Source, entry: Span) -> bool {
    let next = after(source, entry.end);
    let next = source.text().get(next..).unwrap_or_default();
    next.starts_with([',', '}', ']'])
}

/// The next place at which something stands that is neither blank nor a comment.
pub(super) fn after(source: &Source, mut at: usize) -> usize {
    loop {
        let rest = source.text().get(at..).unwrap_or_default();
        let bare = rest.trim_start();
        at += rest.len() - bare.len();
        if !bare.starts_with('#') {
            return at;
        }
        at += bare.find('\n').unwrap_or(bare.len());
    }
}

/// The last line of an entry of a block, with the comments below it that are indented deeper.
pub(super) fn last_line(source: &Source, entry: Span, indent: usize) -> usize {
    // A block of text ends where the next line starts.
    let last = source.slice(entry);
    let end = entry.start + last.trim_end_matches(['\n', '\r', ' ']).len();
    let mut line = source.line(end.saturating_sub(1).max(entry.start));
    loop {
        let next = source.slice(source.line_span(line + 1));
        let bare = next.trim_start();
        let is_the_last = source.line_span(line + 1).end >= source.text().len();
        if is_the_last || !bare.starts_with('#') || next.len() - bare.len() <= indent {
            break;
        }
        line += 1;
    }
    line
}

/// Where the line after this one starts; the end of the text, if there is none.
pub(super) fn next_line(source: &Source, line: usize) -> usize {
    let end = source.line_span(line).end;
    let rest = source.text().get(end..).unwrap_or_default();
    rest.find('\n')
        .map_or(source.text().len(), |at| end + at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_again_around_every_edit() {
        let mut edits = Edits::default();
        edits.replace(Span::new(5, 8), "zwei");
        edits.remove(Span::new(0, 4));
        edits.insert(12, "!");
        let old = "one, two, three";
        let new = edits.apply(old);
        assert_eq!(new, " zwei, th!ree");
        for (part, was) in [
            ("zwei", "two"),
            ("zw", ""),
            (",", ","),
            ("th", "th"),
            ("ree", "ree"),
        ] {
            let at = new.find(part).unwrap();
            let span = edits.origin(Span::new(at, at + part.len()));
            assert_eq!(old.get(span.range()), Some(was), "{part}");
        }
    }
}
