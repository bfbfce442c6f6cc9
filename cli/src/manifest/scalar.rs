//! Scalars: their text, what they mean, and where each of their characters was written.

use super::source::Span;

/// A scalar, as written.
#[derive(Debug, Clone, PartialEq)]
pub struct Scalar {
    /// The text after YAML's own escapes and folding.
    pub text: String,
    pub style: Style,
    /// Quotes included.
    pub span: Span,
    offsets: Offsets,
}

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Plain,
    Single,
    Double,
    Literal,
    Folded,
}

/// What a scalar means by the core schema of YAML 1.2.
#[derive(Debug, Clone, PartialEq)]
pub enum Core<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// A number that fits neither 64-bit form.
    Unfit,
    String(&'a str),
}

/// Where the bytes of the text stand in the source.
#[derive(Debug, Clone, PartialEq)]
enum Offsets {
    /// Byte 0 stands here and the others follow without a gap.
    From(usize),
    /// One place per byte of the text, and one for its end.
    Each(Vec<usize>),
    /// Not known: every part is the whole.
    Whole,
}

impl Scalar {
    /// A scalar of the source that stands at `span`.
    pub(crate) fn new(text: String, style: Style, span: Span, source: &str) -> Self {
        let offsets = Offsets::find(&text, style, span, source);
        Self {
            text,
            style,
            span,
            offsets,
        }
    }

    /// A scalar that another scalar gave rise to, as a default inside a type did.
    pub(crate) fn derived(text: String, style: Style, span: Span) -> Self {
        Self {
            text,
            style,
            span,
            offsets: Offsets::Whole,
        }
    }

    /// Where a part of the text stands.
    pub fn place(&self, start: usize, end: usize) -> Span {
        match &self.offsets {
            Offsets::From(base) => Span::new(base + start, base + end),
            Offsets::Each(table) => match (table.get(start), table.get(end)) {
                (Some(&start), Some(&end)) => Span::new(start, end),
                _ => self.span,
            },
            Offsets::Whole => self.span,
        }
    }

    /// The meaning: a quoted scalar or a block is always a string.
    pub fn core(&self) -> Core<'_> {
        if self.style != Style::Plain {
            return Core::String(&self.text);
        }
        match self.text.as_str() {
            "" | "~" | "null" | "Null" | "NULL" => Core::Null,
            "true" | "True" | "TRUE" => Core::Bool(true),
            "false" | "False" | "FALSE" => Core::Bool(false),
            text => number(text).unwrap_or(Core::String(text)),
        }
    }

    /// Whether nothing at all is written.
    pub fn is_null(&self) -> bool {
        self.core() == Core::Null
    }
}

fn number(text: &str) -> Option<Core<'static>> {
    let radix = |digits: &str, radix| {
        let valid = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
        valid.then(|| i64::from_str_radix(digits, radix).map_or(Core::Unfit, Core::Int))
    };
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Some(Core::Unfit);
    }
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        || !unsigned.chars().any(|c| c.is_ascii_digit())
    {
        return None;
    }
    if unsigned.chars().all(|c| c.is_ascii_digit()) {
        return Some(text.parse().map_or(Core::Unfit, Core::Int));
    }
    // What is left is `1.5`, `.5`, `1e3`; Rust's own float syntax has no other form that starts so.
    let float: f64 = text.parse().ok()?;
    Some(if float.is_finite() {
        Core::Float(float)
    } else {
        Core::Unfit
    })
}

impl Offsets {
    /// Walks the text and its source side by side.
    fn find(text: &str, style: Style, span: Span, source: &str) -> Self {
        let quote = usize::from(matches!(style, Style::Single | Style::Double));
        let base = span.start + quote;
        let Some(raw) = source.get(base..span.end) else {
            return Self::Whole;
        };
        let escaped = style == Style::Double && raw.contains('\\');
        if raw.starts_with(text) && !escaped {
            return Self::From(base);
        }
        let before = source.get(..base).unwrap_or("");
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        Walk {
            raw,
            at: 0,
            style,
            indent: base - line,
        }
        .table(text, base)
        .map_or(Self::Whole, Self::Each)
    }
}

/// A cursor in a scalar's source.
struct Walk<'a> {
    raw: &'a str,
    at: usize,
    style: Style,
    /// Blanks before each line of a block.
    indent: usize,
}

impl<'a> Walk<'a> {
    fn table(mut self, text: &str, base: usize) -> Option<Vec<usize>> {
        let mut table = Vec::with_capacity(text.len() + 1);
        for c in text.chars() {
            let at = self.step(c)?;
            table.extend(std::iter::repeat_n(base + at, c.len_utf8()));
        }
        table.push(base + self.at);
        Some(table)
    }

    fn rest(&self) -> &'a str {
        self.raw.get(self.at..).unwrap_or("")
    }

    /// Where the next character of the text is written; the cursor goes behind it.
    fn step(&mut self, c: char) -> Option<usize> {
        loop {
            let start = self.at;
            let rest = self.rest();
            let next = rest.chars().next()?;
            let line_end = next == '\n' || rest.starts_with("\r\n");
            if self.style == Style::Double && next == '\\' {
                let width = escape_width(rest);
                self.at += width;
                if !rest.get(1..)?.starts_with(['\n', '\r']) {
                    return Some(start);
                }
                self.skip_line_end();
            } else if self.style == Style::Single && rest.starts_with("''") {
                self.at += 2;
                return (c == '\'').then_some(start);
            } else if line_end {
                let stands_for_it = c == '\n' || c == ' ';
                self.skip_line_end();
                if stands_for_it {
                    return Some(start);
                }
            } else if next == c {
                self.at += next.len_utf8();
                return Some(start);
            } else if next == ' ' || next == '\t' {
                self.at += 1;
            } else {
                return None;
            }
        }
    }

    /// Goes behind a line's end and what indents the next line.
    fn skip_line_end(&mut self) {
        let rest = self.rest();
        let line_end = if rest.starts_with("\r\n") {
            2
        } else {
            usize::from(rest.starts_with('\n'))
        };
        let blanks = rest.get(line_end..).unwrap_or("");
        let all = blanks.len() - blanks.trim_start_matches([' ', '\t']).len();
        let block = matches!(self.style, Style::Literal | Style::Folded);
        self.at += line_end + if block { all.min(self.indent) } else { all };
    }
}

/// How many bytes an escape of a double-quoted scalar takes.
fn escape_width(rest: &str) -> usize {
    let width = match rest.chars().nth(1) {
        Some('x') => 4,
        Some('u') => 6,
        Some('U') => 10,
        // The line's end is skipped apart from its backslash.
        Some('\n' | '\r') | None => 1,
        Some(other) => 1 + other.len_utf8(),
    };
    width.min(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn core(text: &str) -> Core<'static> {
        match Scalar::derived(text.into(), Style::Plain, Span::default()).core() {
            Core::String(_) => Core::String("text"),
            Core::Null => Core::Null,
            Core::Bool(value) => Core::Bool(value),
            Core::Int(value) => Core::Int(value),
            Core::Float(value) => Core::Float(value),
            Core::Unfit => Core::Unfit,
        }
    }

    #[test]
    fn plain_scalars_follow_the_core_schema() {
        assert_eq!(core("on"), Core::String("text"));
        assert_eq!(core("yes"), Core::String("text"));
        assert_eq!(core("8080"), Core::Int(8080));
        assert_eq!(core("0444"), Core::Int(444));
        assert_eq!(core("-1.5e3"), Core::Float(-1500.0));
        assert_eq!(core("1.2.3"), Core::String("text"));
        assert_eq!(core("1e999"), Core::Unfit);
        assert_eq!(core("99999999999999999999"), Core::Unfit);
        assert_eq!(core("infinity"), Core::String("text"));
        assert_eq!(core("."), Core::String("text"));
        assert_eq!(core("~"), Core::Null);
    }

    /// Finds `${x}` in the text, and what the source has at that place.
    fn found(style: Style, text: &str, source: &str, span: Span) -> String {
        let scalar = Scalar::new(text.into(), style, span, source);
        let at = text.find("${x}").unwrap();
        source[scalar.place(at, at + 4).range()].to_owned()
    }

    #[test]
    fn a_part_of_a_scalar_is_found_behind_escapes_and_folds() {
        let all = |source: &str| Span::new(0, source.len());
        let double = r#""é\n\u00e9\"${x}""#;
        assert_eq!(
            found(Style::Double, "é\né\"${x}", double, all(double)),
            "${x}"
        );
        let single = "'it''s ${x}'";
        assert_eq!(
            found(Style::Single, "it's ${x}", single, all(single)),
            "${x}"
        );
        let folded = "  fold\n  ed\n\n  ${x}\n";
        assert_eq!(
            found(
                Style::Folded,
                "fold ed\n${x}\n",
                folded,
                Span::new(2, folded.len())
            ),
            "${x}"
        );
        let literal = "  a\r\n    b\r\n  ${x}\r\n";
        assert_eq!(
            found(
                Style::Literal,
                "a\n  b\n${x}\n",
                literal,
                Span::new(2, literal.len())
            ),
            "${x}"
        );
    }
}
