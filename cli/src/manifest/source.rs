//! The text of a manifest, and places in it.
//!
//! In: a file's name and bytes. Out: a [`Source`], or why the bytes cannot be one (SE-26). Reads no file itself.

use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::{Code, Problem, Problems};

/// The largest manifest that is read, in bytes (SE-26).
pub const MAX_BYTES: usize = 1 << 20;

/// A range of bytes in a [`Source`]; start inclusive, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    pub fn new(start: usize, end: usize) -> Self {
        Self {
            start,
            end: end.max(start),
        }
    }

    /// The smallest span that covers both.
    pub fn to(self, other: Self) -> Self {
        Self::new(self.start.min(other.start), self.end.max(other.end))
    }

    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// A value, and where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    pub value: T,
    pub span: Span,
}

impl<T> Spanned<T> {
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned::new(f(self.value), self.span)
    }
}

impl Spanned<String> {
    pub fn as_str(&self) -> &str {
        &self.value
    }
}

/// A manifest's name as the user typed it, its text, and its line index. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Source {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    name: String,
    text: String,
    /// Byte offset of each line's start.
    lines: Vec<usize>,
}

/// Bytes that are no manifest: what could be kept of them for a snippet, and why.
#[derive(Debug)]
pub struct Rejected {
    pub source: Source,
    pub problems: Problems,
}

impl Source {
    /// Takes the bytes of a manifest.
    ///
    /// # Errors
    /// `E0002` for more than [`MAX_BYTES`], `E0003` for bytes that are not UTF-8.
    pub fn new(name: impl Into<String>, bytes: Vec<u8>) -> Result<Self, Box<Rejected>> {
        let name = name.into();
        if bytes.len() > MAX_BYTES {
            let problem = Problem::new(Code::E0002, "the manifest is larger than 1 MiB").help(
                "a manifest describes an operator in some hundred lines; was another file meant?",
            );
            return Err(Box::new(Rejected {
                source: Self::of(name, String::new()),
                problems: problem.into(),
            }));
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self::of(name, text)),
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                // The replacement character takes three bytes, and all before it is unchanged.
                let problem = Problem::new(Code::E0003, "the manifest is not UTF-8 text")
                    .at(
                        Span::new(valid, valid + '\u{fffd}'.len_utf8()),
                        "not UTF-8 from here on",
                    )
                    .help("save the file as UTF-8");
                Err(Box::new(Rejected {
                    source: Self::of(name, text),
                    problems: problem.into(),
                }))
            }
        }
    }

    fn of(name: String, text: String) -> Self {
        let lines = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Self {
            inner: Arc::new(Inner { name, text, lines }),
        }
    }

    /// The file as the user named it.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    pub fn text(&self) -> &str {
        &self.inner.text
    }

    /// The text under a span; empty where the span is none of this source.
    pub fn slice(&self, span: Span) -> &str {
        self.text().get(span.range()).unwrap_or("")
    }

    /// The line of a byte offset, from 1.
    pub fn line(&self, offset: usize) -> usize {
        self.inner.lines.partition_point(|&start| start <= offset)
    }

    /// The text of a line, without its end.
    pub fn line_span(&self, line: usize) -> Span {
        let start = line
            .checked_sub(1)
            .and_then(|index| self.inner.lines.get(index));
        let start = start.copied().unwrap_or(0);
        let end = self
            .inner
            .lines
            .get(line)
            .map_or(self.text().len(), |next| next - 1);
        let text = self.slice(Span::new(start, end));
        Span::new(start, start + text.trim_end_matches('\r').len())
    }

    /// The column of a byte offset, from 1, in characters.
    pub fn column(&self, offset: usize) -> usize {
        let start = self.line_span(self.line(offset)).start;
        self.slice(Span::new(start, offset)).chars().count() + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_lines_and_columns_in_characters() {
        let source = Source::new("dsoi.yaml", "é: 1\r\nb: é2\n".into()).unwrap();
        let at = source.text().find('2').unwrap();
        assert_eq!((source.line(at), source.column(at)), (2, 5));
        assert_eq!(source.slice(source.line_span(1)), "é: 1");
        assert_eq!(source.slice(source.line_span(2)), "b: é2");
        assert_eq!((source.line(0), source.column(0)), (1, 1));
        assert_eq!(source.slice(source.line_span(99)), source.text());
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_with_their_place() {
        let rejected = Source::new("dsoi.yaml", b"a: \xff\xfe".to_vec()).unwrap_err();
        let problem = rejected.problems.sorted()[0].clone();
        assert_eq!(problem.code, Code::E0003);
        assert_eq!(problem.span().unwrap().start, 3);
    }
}
