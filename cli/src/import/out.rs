//! Draft → text: the one writer of imported manifests.
//!
//! Small subtrees stand on one line; a text of several lines is a block. Every scalar goes through one encoder, so that no
//! text of the input becomes structure, and `${` of the input is written `$${`.

use super::draft::{Draft, Part};
use super::lost::printable;
use crate::manifest::{Core, Scalar, Span, Style};
use crate::render::quoted;

/// Widest line that a subtree may share.
const WIDTH: usize = 110;
/// Widest such line with parts of their own in it.
const SHORT: usize = 48;
/// From this nesting on a subtree is on one line however wide it is.
const DEEP: usize = 24;

/// The lines of a part that can be left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// From 1, both inclusive.
    pub(super) first: usize,
    pub(super) last: usize,
    /// Indices from the root.
    pub(super) path: Vec<usize>,
}

/// How much of a draft stands on one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Every part that can be left out has lines of its own.
    Open,
    /// As people write.
    Compact,
}

/// Writes the entries of a draft.
pub(super) fn write(draft: &Draft, layout: Layout) -> (String, Vec<Place>) {
    let mut out = Out {
        compact: layout == Layout::Compact,
        ..Out::default()
    };
    for (index, part) in draft.parts().iter().enumerate() {
        out.path.push(index);
        out.entry(part, 0);
        out.path.pop();
    }
    (out.text, out.places)
}

/// A value on one line.
pub(super) fn inline(value: &Draft) -> String {
    one_line(value, true)
}

/// A comment of any length, a line each of at most that many characters.
pub(super) fn comment(text: &str, indent: usize) -> String {
    let blank = " ".repeat(indent);
    wrapped(text)
        .iter()
        .map(|line| format!("{blank}# {line}\n"))
        .collect()
}

/// An item of a list that is a comment.
pub(super) fn item(text: &str) -> String {
    let lines = wrapped(text);
    let heads = std::iter::once("-").chain(std::iter::repeat(" "));
    heads
        .zip(lines)
        .map(|(head, line)| format!("# {head} {line}\n"))
        .collect()
}

fn wrapped(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in printable(text).split(' ') {
        if !line.is_empty() && line.chars().count() + word.chars().count() > WIDTH {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

#[derive(Default)]
struct Out {
    compact: bool,
    text: String,
    line: usize,
    path: Vec<usize>,
    places: Vec<Place>,
}

impl Out {
    fn push(&mut self, text: &str) {
        self.line += text.matches('\n').count();
        self.text.push_str(text);
    }

    /// An entry of a mapping, on lines of its own.
    fn entry(&mut self, part: &Part, indent: usize) {
        let first = self.line + 1;
        let blank = " ".repeat(indent);
        let head = format!("{blank}{}:", key(&part.key));
        self.part(part, &head, indent);
        self.place(part, first);
    }

    fn place(&mut self, part: &Part, first: usize) {
        if part.from.is_some() {
            self.places.push(Place {
                first,
                last: self.line,
                path: self.path.clone(),
            });
        }
    }

    /// What stands behind a key or a dash, which `head` is.
    fn part(&mut self, part: &Part, head: &str, indent: usize) {
        if let Some(flow) = flow(&part.value, head.chars().count(), indent, self.compact) {
            let line = format!("{head} {flow}");
            match &part.comment {
                Some(text) if line.chars().count() + text.chars().count() < WIDTH => {
                    self.push(&format!("{line}  # {}\n", printable(text)));
                }
                Some(text) => self.push(&format!("{}{line}\n", comment(text, indent))),
                None => self.push(&format!("{line}\n")),
            }
            return;
        }
        if let Some(text) = &part.comment {
            self.push(&comment(text, indent));
        }
        match &part.value {
            Draft::Text(text) => self.block(&escaped(text), head, indent),
            Draft::Map(parts) => {
                // The first entry of an item stands behind its dash.
                let behind = part.key.is_empty()
                    && parts.first().is_some_and(|first| first.comment.is_none());
                let inner = indent + 2;
                if !behind {
                    self.push(&format!("{head}\n"));
                }
                for (index, entry) in parts.iter().enumerate() {
                    self.path.push(index);
                    if behind && index == 0 {
                        let line = self.line + 1;
                        self.part(entry, &format!("{head} {}:", key(&entry.key)), inner);
                        self.place(entry, line);
                    } else {
                        self.entry(entry, inner);
                    }
                    self.path.pop();
                }
            }
            Draft::List(parts) => {
                self.push(&format!("{head}\n"));
                let inner = indent + 2;
                for (index, item) in parts.iter().enumerate() {
                    self.path.push(index);
                    let first = self.line + 1;
                    self.part(item, &format!("{}-", " ".repeat(inner)), inner);
                    self.place(item, first);
                    self.path.pop();
                }
            }
            // Everything else is one line.
            other => self.push(&format!("{head} {}\n", one_line(other, false))),
        }
    }

    /// A text of several lines.
    fn block(&mut self, text: &str, head: &str, indent: usize) {
        let body = text.strip_suffix('\n');
        let mark = if body.is_some() { "|" } else { "|-" };
        self.push(&format!("{head} {mark}\n"));
        let blank = " ".repeat(indent + 2);
        for line in body.unwrap_or(text).split('\n') {
            if line.is_empty() {
                self.push("\n");
            } else {
                self.push(&format!("{blank}{line}\n"));
            }
        }
    }
}

/// A value on one line, if it may stand on one.
fn flow(value: &Draft, before: usize, indent: usize, compact: bool) -> Option<String> {
    if let Draft::Text(text) = value
        && is_block(text)
    {
        return None;
    }
    let scalar = !matches!(value, Draft::List(_) | Draft::Map(_));
    if !scalar && !is_simple(value, compact) {
        return None;
    }
    let text = one_line(value, false);
    // What could be left out is something to read, and stands on one line only where it is little.
    if !scalar && !is_simple(value, false) && text.chars().count() > SHORT {
        return None;
    }
    let fits = scalar || value.is_empty() || before + text.chars().count() < WIDTH || indent > DEEP;
    fits.then_some(text)
}

/// Whether nothing in it has a comment, can be left out, or has several lines.
fn is_simple(value: &Draft, compact: bool) -> bool {
    match value {
        Draft::Text(text) => !text.contains('\n'),
        Draft::List(parts) | Draft::Map(parts) => parts.iter().all(|part| {
            part.comment.is_none()
                && (compact || part.from.is_none())
                && is_simple(&part.value, compact)
        }),
        _ => true,
    }
}

/// Whether a text can stand as a block, and looks better so.
fn is_block(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let prints = |c: char| {
        c == '\n'
            || (c.is_ascii() && !c.is_ascii_control())
            || (!c.is_ascii() && c.escape_debug().count() == 1)
    };
    body.contains('\n')
        && !body.starts_with([' ', '\n'])
        && !body.ends_with('\n')
        && body.chars().all(prints)
        && body.lines().all(|line| !line.ends_with(' '))
}

fn one_line(value: &Draft, inside: bool) -> String {
    match value {
        Draft::Null => "null".to_owned(),
        Draft::Bool(value) => value.to_string(),
        Draft::Int(value) => value.to_string(),
        Draft::Number(text) => text.clone(),
        Draft::Text(text) => scalar(&escaped(text), inside),
        Draft::Code(text) => scalar(text, inside),
        Draft::List(parts) => {
            let items: Vec<String> = parts
                .iter()
                .map(|part| one_line(&part.value, true))
                .collect();
            format!("[{}]", items.join(", "))
        }
        Draft::Map(parts) => {
            let entries: Vec<String> = parts
                .iter()
                .map(|part| format!("{}: {}", key(&part.key), one_line(&part.value, true)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// A key: what would be a directive is doubled, and what would be an expression escaped.
fn key(text: &str) -> String {
    let text = escaped(text);
    let doubled = text
        .strip_prefix('$')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
    if doubled {
        return scalar(&format!("${text}"), true);
    }
    scalar(&text, true)
}

/// The text of which the language makes this one.
pub(super) fn escaped(text: &str) -> String {
    text.replace("${", "$${")
}

/// A scalar that cannot be read as anything but this text.
fn scalar(text: &str, inside: bool) -> String {
    const WORDS: &[&str] = &["yes", "no", "on", "off", "y", "n", "<<", "="];
    let first = text.chars().next().unwrap_or(' ');
    let plain = (first.is_ascii_alphanumeric() || "/.-+_$(^".contains(first))
        && text.chars().all(|c| {
            c.is_ascii_alphanumeric()
                || " _./:@+=-$()^|<>;~*?!&%'".contains(c)
                || (!inside && "{},[]".contains(c))
        })
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.starts_with("- ")
        && text != "-"
        && !text.starts_with("---")
        && !text.starts_with("...")
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
        // Older readers take `1:30` and `1_000` for numbers.
        && !(first.is_ascii_digit() && text.chars().all(|c| c.is_ascii_digit() || "_:.+-".contains(c)));
    let derived = Scalar::derived(text.to_owned(), Style::Plain, Span::default());
    if plain && matches!(derived.core(), Core::String(_)) {
        text.to_owned()
    } else {
        quoted(text)
    }
}
