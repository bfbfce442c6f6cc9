//! Other texts of a manifest, each with one small change: what a value could be instead, or nothing.
//!
//! In: a manifest's text. Out: places, and for each the changes to try: of each row the first that is a manifest counts. The
//! tables of keys say what a value is, so that most first tries are good ones. A row more is for what the first one leaves as
//! it is: the end of a file's name, and the name that a word stands for.

use std::collections::{BTreeMap, BTreeSet};

use super::scalars::{ENDS, endings, first_row, types};
use crate::manifest::{FIELD, Node, ROOT, Section, Shape, Source, Span, Style, Value};

/// A place of the manifest, and what it could hold instead.
#[derive(Clone, Debug)]
pub(super) struct Site {
    /// `cluster.nodeTypes.broker.args[0]`
    pub(super) path: String,
    /// What people are shown.
    pub(super) span: Span,
    /// What replaces which part of the text: rows, of which the first legal one each counts.
    pub(super) tries: Vec<Vec<Edit>>,
    /// Of a name of the author's the entries that it stands in, the innermost first: what names it has to follow.
    pub(super) around: Option<Vec<Span>>,
    /// Of a key that is not written, what is true without it.
    pub(super) unwritten: Option<&'static str>,
}

/// A part of the text, and what replaces it.
pub(super) type Edit = (Span, String);

impl Site {
    /// A value.
    pub(super) fn value(path: &str, span: Span, tries: Vec<Vec<Edit>>) -> Self {
        Self {
            path: path.to_owned(),
            span,
            tries,
            around: None,
            unwritten: None,
        }
    }

    /// A key that is not written; `span` is of the one that it would stand under.
    pub(super) fn unwritten(
        path: &str,
        span: Span,
        tries: Vec<Vec<Edit>>,
        is_so: &'static str,
    ) -> Self {
        Self {
            unwritten: Some(is_so),
            ..Self::value(path, span, tries)
        }
    }
}

/// What the tables say of a value.
#[derive(Clone, Copy)]
pub(super) enum Known {
    Section(&'static Section),
    Shape(Shape),
    /// The author's own.
    Free,
}

/// The values of the manifest and the names that its author chose.
pub(super) fn values(source: &Source, root: &Node) -> Vec<Site> {
    let mut names = BTreeMap::new();
    siblings(root, &mut names);
    let mut walker = Walker {
        source,
        names,
        above: Vec::new(),
        sites: Vec::new(),
    };
    walker.walk(root, Known::Section(&ROOT), "");
    walker.sites
}

/// The most that are tried of the names beside one, however many there are.
const SIBLINGS: usize = 16;

/// Of each key the keys that it stands beside anywhere: what else a value can be that names one of them.
fn siblings<'a>(node: &'a Node, out: &mut BTreeMap<&'a str, BTreeSet<&'a str>>) {
    match &node.value {
        Value::Scalar(_) => {}
        Value::List(items) => {
            for item in items {
                siblings(item, out);
            }
        }
        Value::Map(pairs) => {
            let names: Vec<&str> = pairs.iter().map(|pair| pair.key.text.as_str()).collect();
            for pair in pairs {
                let others = names.iter().filter(|name| **name != pair.key.text);
                let others = others.take(SIBLINGS);
                out.entry(&pair.key.text).or_default().extend(others);
                siblings(&pair.value, out);
            }
        }
    }
}

pub(super) fn join(path: &str, step: &str) -> String {
    if path.is_empty() {
        step.to_owned()
    } else {
        format!("{path}.{step}")
    }
}

struct Walker<'a> {
    source: &'a Source,
    /// Of each key its siblings.
    names: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// The entries that are being walked through, the innermost last.
    above: Vec<Span>,
    sites: Vec<Site>,
}

impl Walker<'_> {
    fn walk(&mut self, node: &Node, known: Known, path: &str) {
        match &node.value {
            Value::Scalar(scalar) if scalar.text.is_empty() => {}
            Value::Scalar(scalar) => {
                if matches!(scalar.style, Style::Literal | Style::Folded) {
                    block(self.source, node.span, path, &mut self.sites);
                } else {
                    let mut tries = vec![first_row(self.source, node.span, known)];
                    tries.extend(self.further_rows(node.span, &scalar.text, known));
                    self.sites.push(Site::value(path, node.span, tries));
                }
            }
            Value::List(items) => {
                let inner = match known {
                    Known::Shape(Shape::List(section)) => Known::Section(section),
                    Known::Shape(Shape::Words(words)) => Known::Shape(Shape::Word(words)),
                    _ => Known::Free,
                };
                for (index, item) in items.iter().enumerate() {
                    let at = format!("{path}[{index}]");
                    let known = self.sites.len();
                    self.walk(item, inner, &at);
                    let beside = items.get(index + 1);
                    let beside = beside.or_else(|| items.get(index.checked_sub(1)?));
                    let swap = beside.and_then(|other| self.swapped(item, other));
                    let is_one = self.sites.len() == known + 1;
                    if let (Some(swap), Some(site), true) = (swap, self.sites.last_mut(), is_one) {
                        site.tries.push(vec![swap]);
                    }
                }
            }
            Value::Map(pairs) => {
                for pair in pairs {
                    let at = join(path, &pair.key.text);
                    let (inner, is_named) = below(known, &pair.key.text, &pair.value);
                    if is_named {
                        self.name(pair.key.span, &at);
                    }
                    self.above.push(pair.span());
                    self.walk(&pair.value, inner, &at);
                    self.above.pop();
                }
            }
        }
    }

    /// A name that the author chose.
    fn name(&mut self, span: Span, path: &str) {
        let text = self.source.slice(span);
        if text.starts_with('$') || text.is_empty() {
            return;
        }
        let tries = vec![endings(self.source, span)];
        self.sites.push(Site {
            around: Some(self.above.iter().rev().copied().collect()),
            ..Site::value(path, span, tries)
        });
    }

    /// What else a value can be whose first row may leave as it is what it decides.
    fn further_rows(&self, span: Span, text: &str, known: Known) -> Vec<Vec<Edit>> {
        let mut rows = Vec::new();
        if let Known::Shape(Shape::Word(words)) = known {
            let others = words().into_iter().filter(|word| *word != text).skip(1);
            return others.map(|word| vec![(span, word.to_owned())]).collect();
        }
        if let Known::Shape(Shape::Type) = known {
            return types(span, text);
        }
        if let Some(names) = self.names.get(text) {
            let mut row: Vec<Edit> = names
                .iter()
                .map(|name| (span, (*name).to_owned()))
                .collect();
            // A port has a number too.
            row.push((span, "1".to_owned()));
            rows.push(row);
        }
        if text.contains("${") {
            // Without an expression what is there for its sake goes too.
            rows.push(vec![(span, "x".to_owned())]);
        }
        let end = text.rsplit_once('.').map(|(_, end)| end);
        if let Some(end) = end.filter(|end| ENDS.contains(end) && text.starts_with('/')) {
            let written = self.source.slice(span);
            let at = written.rfind(end).unwrap_or(written.len());
            let at = Span::new(span.start + at, span.start + at + end.len());
            let others = ENDS.into_iter().filter(|other| *other != end);
            rows.extend(others.map(|other| vec![(at, other.to_owned())]));
        }
        rows
    }

    /// Two names of a list that is about their order, the other way round.
    fn swapped(&self, one: &Node, other: &Node) -> Option<Edit> {
        let is_name = |node: &Node| {
            let text = &node.as_scalar()?.text;
            self.names.contains_key(text.as_str()).then_some(())
        };
        is_name(one).and(is_name(other))?;
        let (first, second) = if one.span.start < other.span.start {
            (one.span, other.span)
        } else {
            (other.span, one.span)
        };
        let between = self.source.text().get(first.end..second.start)?;
        let (first_text, second_text) = (self.source.slice(first), self.source.slice(second));
        Some((
            first.to(second),
            format!("{second_text}{between}{first_text}"),
        ))
    }
}

/// What a key's value is, and whether the key is a name of the author's.
fn below(known: Known, key: &str, value: &Node) -> (Known, bool) {
    match known {
        Known::Section(section) => {
            let key = section.key(key);
            (key.map_or(Known::Free, |key| of_shape(key.shape)), false)
        }
        Known::Shape(Shape::Named(section) | Shape::NamedOrNone(section)) => {
            (Known::Section(section), true)
        }
        Known::Shape(Shape::Fields) => match value.value {
            Value::Map(_) => (Known::Section(&FIELD), true),
            _ => (Known::Shape(Shape::Type), true),
        },
        Known::Shape(Shape::Variants) => (Known::Shape(Shape::Fields), true),
        _ => (Known::Free, true),
    }
}

fn of_shape(shape: Shape) -> Known {
    match shape {
        Shape::Section(section) => Known::Section(section),
        shape => Known::Shape(shape),
    }
}

/// The text with a word replaced wherever it stands as a whole.
pub(super) fn renamed(text: &str, word: &str, new: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let mut out = String::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some(at) = rest.find(word).filter(|_| !word.is_empty()) {
        let (before, from) = rest.split_at(at);
        let behind = from.get(word.len()..).unwrap_or_default();
        let joined = before
            .chars()
            .next_back()
            .or(out.chars().next_back())
            .is_some_and(is_part)
            || behind.chars().next().is_some_and(is_part);
        out.push_str(before);
        out.push_str(if joined { word } else { new });
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// A block of text: each of its lines is a place of its own.
fn block(source: &Source, span: Span, path: &str, out: &mut Vec<Site>) {
    let written = source.slice(span).trim_end();
    // The indicator has a line of its own, and may be part of the span.
    let head = usize::from(written.starts_with(['|', '>']));
    let first = source.line(span.start) + head;
    let last = source.line((span.start + written.len()).saturating_sub(1));
    for line in first..=last {
        let whole = source.line_span(line);
        let text = source.slice(whole);
        let bare = Span::new(
            whole.start + text.len() - text.trim_start().len(),
            whole.end,
        );
        if !source.slice(bare).is_empty() {
            let tries = vec![vec![(Span::new(whole.end, whole.end), "x".to_owned())]];
            out.push(Site::value(path, bare, tries));
        }
    }
}

/// The text with a part of it replaced.
pub(super) fn replaced(text: &str, span: Span, new: &str) -> Option<String> {
    Some(format!(
        "{}{new}{}",
        text.get(..span.start)?,
        text.get(span.end..)?
    ))
}
