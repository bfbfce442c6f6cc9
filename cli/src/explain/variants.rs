//! Other texts of a manifest, each with one small change: what a value could be instead, or nothing.
//!
//! In: a manifest's text. Out: places, and for each the changes to try in order; the first that is a manifest counts. The
//! tables of keys say what a value is, so that most first tries are good ones.

use crate::manifest::{FIELD, Node, ROOT, Section, Shape, Source, Span, Style, Value};

/// A place of the manifest, and what it could hold instead.
#[derive(Clone, Debug)]
pub(super) struct Site {
    /// `cluster.nodeTypes.broker.args[0]`
    pub(super) path: String,
    /// What people are shown.
    pub(super) span: Span,
    /// What replaces which part of the text.
    pub(super) tries: Vec<(Span, String)>,
}

/// What the tables say of a value.
#[derive(Clone, Copy)]
enum Known {
    Section(&'static Section),
    Shape(Shape),
    /// The author's own.
    Free,
}

/// The values of the manifest and the names that its author chose.
pub(super) fn values(source: &Source, root: &Node) -> Vec<Site> {
    let mut walker = Walker {
        source,
        above: Vec::new(),
        sites: Vec::new(),
    };
    walker.walk(root, Known::Section(&ROOT), "");
    walker.sites
}

/// The entries of the manifest, each to be left out.
pub(super) fn entries(source: &Source, root: &Node) -> Vec<Site> {
    let mut sites = Vec::new();
    without(source, root, "", &mut sites);
    sites
}

fn join(path: &str, step: &str) -> String {
    if path.is_empty() {
        step.to_owned()
    } else {
        format!("{path}.{step}")
    }
}

struct Walker<'a> {
    source: &'a Source,
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
                    scalar_sites(self.source, node.span, known, path, &mut self.sites);
                }
            }
            Value::List(items) => {
                let inner = match known {
                    Known::Shape(Shape::List(section)) => Known::Section(section),
                    Known::Shape(Shape::Words(words)) => Known::Shape(Shape::Word(words)),
                    _ => Known::Free,
                };
                for (index, item) in items.iter().enumerate() {
                    self.walk(item, inner, &format!("{path}[{index}]"));
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

    /// A name that the author chose, with another ending: there alone, or wherever the word stands in an entry that it is in,
    /// the smallest first.
    fn name(&mut self, span: Span, path: &str) {
        let text = self.source.slice(span);
        if text.starts_with('$') || text.is_empty() {
            return;
        }
        let mut tries = endings(self.source, span);
        let bare = text.trim_matches(['"', '\'']);
        let whole = Span::new(0, self.source.text().len());
        let around = self.above.iter().rev().copied();
        for (within, ending) in around
            .map(|span| (span, "x"))
            .chain(["x", "X", "_x"].map(|ending| (whole, ending)))
        {
            let text = self.source.slice(within);
            tries.push((within, renamed(text, bare, &format!("{bare}{ending}"))));
        }
        self.sites.push(Site {
            path: path.to_owned(),
            span,
            tries,
        });
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
fn renamed(text: &str, word: &str, new: &str) -> String {
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
            out.push(Site {
                path: path.to_owned(),
                span: bare,
                tries: vec![(Span::new(whole.end, whole.end), "x".to_owned())],
            });
        }
    }
}

fn scalar_sites(source: &Source, span: Span, known: Known, path: &str, out: &mut Vec<Site>) {
    let text = source.slice(span);
    let mut push = |span: Span, tries| {
        out.push(Site {
            path: path.to_owned(),
            span,
            tries,
        });
    };
    let whole = |text: String| (span, text);
    let mut tries = Vec::new();
    match known {
        Known::Shape(Shape::Flag) => {
            tries.push(whole(
                if text == "true" { "false" } else { "true" }.to_owned(),
            ));
        }
        Known::Shape(Shape::Word(words)) => {
            tries.extend(
                words()
                    .into_iter()
                    .filter(|word| *word != text)
                    .map(|word| whole(word.to_owned())),
            );
        }
        Known::Shape(Shape::Type) => {
            let (mode, ty) = match text.strip_prefix("optional ") {
                Some(ty) => ("optional ", ty),
                None => ("", text),
            };
            let ty = ty.split(" = ").next().unwrap_or(ty);
            let others = ["string", "int", "list<string>"];
            tries.extend(
                others
                    .into_iter()
                    .filter(|other| *other != ty)
                    .map(|other| whole(format!("{mode}{other}"))),
            );
            tries.extend(endings(source, span));
        }
        _ => {
            if let Some(number) = integer(text) {
                tries.push(whole((number + 1).to_string()));
                tries.push(whole((number - 1).to_string()));
            } else if text == "true" || text == "false" {
                tries.push(whole((text == "false").to_string()));
            } else {
                tries.extend(endings(source, span));
            }
        }
    }
    push(span, tries);
}

fn integer(text: &str) -> Option<i64> {
    let number: i64 = text.parse().ok()?;
    (number.abs() < i64::MAX / 2).then_some(number)
}

/// A scalar with one more character at its end or at its start.
fn endings(source: &Source, span: Span) -> Vec<(Span, String)> {
    let text = source.slice(span);
    let quoted = text.len() > 1 && text.starts_with(['"', '\'']) && text.ends_with(['"', '\'']);
    let inset = usize::from(quoted);
    let (start, end) = (span.start + inset, span.end.saturating_sub(inset));
    let at = |place: usize, text: &str| (Span::new(place, place), text.to_owned());
    // A number in front makes a longer duration, and a longer number.
    let mut tries = vec![at(end, "x"), at(end, "1"), at(start, "x"), at(start, "1")];
    // The end of a path says what is in the file.
    let bare = source.slice(Span::new(start, end));
    if let Some(slash) = bare.rfind('/') {
        tries.push(at(start + slash + 1, "x"));
    }
    if bare.contains('.') {
        tries.push(at(end, ".x"));
    }
    tries
}

fn without(source: &Source, node: &Node, path: &str, out: &mut Vec<Site>) {
    match &node.value {
        Value::Scalar(_) => {}
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                let at = format!("{path}[{index}]");
                out.push(left_out(source, item.span, &at));
                without(source, item, &at, out);
            }
        }
        Value::Map(pairs) => {
            for pair in pairs {
                let at = join(path, &pair.key.text);
                out.push(left_out(source, pair.span(), &at));
                without(source, &pair.value, &at, out);
            }
        }
    }
}

fn left_out(source: &Source, span: Span, path: &str) -> Site {
    let first = source.line_span(source.line(span.start));
    Site {
        path: path.to_owned(),
        span: Span::new(span.start, span.end.min(first.end)),
        tries: vec![(removal(source, span), String::new())],
    }
}

/// What has to go with an entry: its comma, or its lines.
fn removal(source: &Source, span: Span) -> Span {
    let text = source.text();
    let written = source.slice(span).trim_end();
    let end = span.start + written.len();
    let behind = text.get(end..).unwrap_or_default();
    let blank = behind.len() - behind.trim_start().len();
    if behind.trim_start().starts_with(',') {
        return Span::new(span.start, end + blank + 1);
    }
    let before = text.get(..span.start).unwrap_or_default();
    let kept = before.trim_end();
    if kept.ends_with(',') {
        return Span::new(kept.len() - 1, end);
    }
    if kept.ends_with(['{', '[']) {
        return Span::new(span.start, end);
    }
    let line = source.line_span(source.line(span.start));
    let lead = source.slice(Span::new(line.start, span.start));
    if lead.trim_matches([' ', '-']).is_empty() {
        let last = source.line_span(source.line(end.saturating_sub(1).max(span.start)));
        let next = text.get(last.end..).and_then(|rest| rest.find('\n'));
        return Span::new(line.start, next.map_or(text.len(), |at| last.end + at + 1));
    }
    Span::new(span.start, end)
}

/// The text with a part of it replaced.
pub(super) fn replaced(text: &str, span: Span, new: &str) -> Option<String> {
    Some(format!(
        "{}{new}{}",
        text.get(..span.start)?,
        text.get(span.end..)?
    ))
}
