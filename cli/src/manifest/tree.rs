//! YAML → one tree of values with their places.
//!
//! In: a [`Source`]. Out: the tree, and every mistake that YAML's grammar or this language's choice of YAML makes one: anchors,
//! aliases, merge keys and tags are refused, so that a value stands where it is written. Depth and number of nodes are bounded
//! (SE-26).

use std::collections::HashMap;

use serde_saphyr::granit_parser::{Event, Options, Parser, ScalarStyle, Span as Range, StrInput};

use super::helm;
use super::scalar::{Scalar, Style};
use super::source::{Source, Span};
use super::syntax;
use crate::diagnostic::{Code, Problem, Problems};

/// The deepest nesting that is read (SE-26).
const MAX_DEPTH: usize = 64;
/// The most nodes that are read (SE-26).
const MAX_NODES: usize = 50_000;

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub value: Value,
    pub span: Span,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Scalar(Scalar),
    List(Vec<Node>),
    /// In the order written; keys are unique.
    Map(Vec<Pair>),
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    pub key: Scalar,
    pub value: Node,
}

impl Pair {
    /// Key and value.
    pub fn span(&self) -> Span {
        self.key.span.to(self.value.span)
    }
}

impl Node {
    pub(super) fn scalar(scalar: Scalar) -> Self {
        let span = scalar.span;
        Self {
            value: Value::Scalar(scalar),
            span,
        }
    }

    /// The scalar, if it is one.
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The entries, if it is a mapping.
    pub fn pairs(&self) -> &[Pair] {
        match &self.value {
            Value::Map(pairs) => pairs,
            _ => &[],
        }
    }

    /// The entry of that key.
    pub fn pair(&self, key: &str) -> Option<&Pair> {
        self.pairs().iter().find(|pair| pair.key.text == key)
    }

    /// What stands under that key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.pair(key).map(|pair| &pair.value)
    }
}

/// Reads the one document of a manifest, and the entries that are not in the tree, such as the second of two alike. `None` where
/// there is no document; the problems say why.
pub(super) fn read(source: &Source, problems: &mut Problems) -> Option<(Node, Vec<Span>)> {
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.emit_anchor_events = true;
    options.emit_unresolved_aliases = true;
    let mut builder = Builder {
        source,
        problems,
        stack: Vec::new(),
        root: None,
        dropped: Vec::new(),
        nodes: 0,
    };
    let parser: Parser<'_, StrInput<'_>> =
        Parser::new_from_str_with_options(source.text(), options);
    for event in parser {
        let go_on = match event {
            Ok((event, range)) => builder.event(event, &range),
            Err(error) => {
                builder.problems.push(syntax::problem(source, &error));
                false
            }
        };
        if !go_on {
            // What was read so far has holes: no reader could tell a hole from a missing key.
            return None;
        }
    }
    let Builder { root, dropped, .. } = builder;
    if root
        .as_ref()
        .and_then(Node::as_scalar)
        .is_some_and(Scalar::is_null)
        || (root.is_none() && problems.is_empty())
    {
        let problem = Problem::new(Code::E0004, "the manifest is empty")
            .help("start from one: `dsoi init DIR --example quickstart`");
        problems.push(problem);
        return None;
    }
    Some((root?, dropped))
}

/// A collection that is not closed yet.
enum Frame {
    List {
        start: usize,
        items: Vec<Node>,
    },
    Map {
        start: usize,
        pairs: Vec<Pair>,
        key: Option<Scalar>,
        seen: HashMap<String, Span>,
    },
}

struct Builder<'a> {
    source: &'a Source,
    problems: &'a mut Problems,
    stack: Vec<Frame>,
    root: Option<Node>,
    dropped: Vec<Span>,
    nodes: usize,
}

impl Builder<'_> {
    /// Takes one event; false ends the reading.
    fn event(&mut self, event: Event<'_>, range: &Range) -> bool {
        let span = place(range);
        match event {
            Event::DocumentStart(..) if self.root.is_some() => {
                let problem = Problem::new(Code::E0005, "a manifest is one YAML document")
                    .at(span, "another document starts here")
                    .help("remove the `---`, or keep the other document in a file of its own");
                self.problems.push(problem);
                return false;
            }
            Event::Scalar(text, style, _, tag) => {
                self.tag(tag.is_some(), range);
                // A value that is not written comes as `~` of no length.
                let text = if span.start == span.end && style == ScalarStyle::Plain {
                    String::new()
                } else {
                    text.into_owned()
                };
                let scalar = Scalar::new(text, style_of(style), span, self.source.text());
                self.helm(&scalar);
                return self.count(span) && self.node(Node::scalar(scalar));
            }
            Event::SequenceStart(_, _, tag) => {
                self.tag(tag.is_some(), range);
                return self.open(
                    span,
                    Frame::List {
                        start: span.start,
                        items: Vec::new(),
                    },
                );
            }
            Event::MappingStart(_, _, tag) => {
                self.tag(tag.is_some(), range);
                return self.open(
                    span,
                    Frame::Map {
                        start: span.start,
                        pairs: Vec::new(),
                        key: None,
                        seen: HashMap::new(),
                    },
                );
            }
            Event::SequenceEnd | Event::MappingEnd => return self.close(span),
            Event::Anchor(..) => {
                let problem = Problem::new(Code::E0006, "a manifest has no anchors")
                    .at(span, "an anchor")
                    .help("what several node types share goes under `everyNodeType`; `like: TYPE` copies one");
                self.problems.push(problem);
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                let problem = Problem::new(Code::E0006, "a manifest has no aliases")
                    .at(span, "an alias")
                    .help("write the value here; what several node types share goes under `everyNodeType`, and `like: TYPE` copies one. A text that starts with `*` needs quotes");
                self.problems.push(problem);
                let nothing = Scalar::derived(String::new(), Style::Plain, span);
                return self.count(span) && self.node(Node::scalar(nothing));
            }
            _ => {}
        }
        true
    }

    fn tag(&mut self, tagged: bool, range: &Range) {
        if tagged {
            let span = range
                .tag_span()
                .map_or_else(|| place(range), |tag| place(&tag));
            let problem = Problem::new(Code::E0007, "a manifest has no YAML tags")
                .at(span, "a tag")
                .help("drop it: each key knows its type. Quotes make a string of a number");
            self.problems.push(problem);
        }
    }

    fn helm(&mut self, scalar: &Scalar) {
        if let Some(problem) = helm::problem(scalar) {
            self.problems.push(problem);
        }
    }

    fn count(&mut self, span: Span) -> bool {
        self.nodes += 1;
        if self.nodes <= MAX_NODES {
            return true;
        }
        let problem = Problem::new(
            Code::E0008,
            format!("the manifest has more than {MAX_NODES} values"),
        )
        .at(span, "no further value is read")
        .help("a manifest describes an operator in some hundred lines; was another file meant?");
        self.problems.push(problem);
        false
    }

    fn open(&mut self, span: Span, frame: Frame) -> bool {
        self.stack.push(frame);
        if self.stack.len() <= MAX_DEPTH {
            return self.count(span);
        }
        self.problems.push(too_deep(span));
        false
    }

    fn close(&mut self, end: Span) -> bool {
        let Some(frame) = self.stack.pop() else {
            return true;
        };
        // A flow collection ends behind its bracket, a block behind its last part.
        let node = match frame {
            Frame::List { start, items } => {
                let last = items.last().map_or(start, |item| item.span.end);
                Node {
                    span: Span::new(start, closing(end, last)),
                    value: Value::List(items),
                }
            }
            Frame::Map { start, pairs, .. } => {
                let last = pairs.last().map_or(start, |pair| pair.span().end);
                Node {
                    span: Span::new(start, closing(end, last)),
                    value: Value::Map(pairs),
                }
            }
        };
        self.node(node)
    }

    /// Puts a finished node where it belongs.
    fn node(&mut self, node: Node) -> bool {
        match self.stack.last_mut() {
            None => self.root = Some(node),
            Some(Frame::List { items, .. }) => items.push(node),
            Some(Frame::Map {
                key, pairs, seen, ..
            }) => match key.take() {
                None => {
                    *key = Some(if let Value::Scalar(scalar) = node.value {
                        scalar
                    } else {
                        self.problems.push(key_problem(self.source, node.span));
                        Scalar::derived(String::new(), Style::Plain, node.span)
                    });
                }
                Some(name) => {
                    if name.text == "<<" && name.style == Style::Plain {
                        self.problems.push(merge_key(name.span));
                        self.dropped.push(name.span.to(node.span));
                    } else if let Some(&first) = seen.get(&name.text) {
                        self.problems.push(duplicate(&name, first));
                        self.dropped.push(name.span.to(node.span));
                    } else {
                        seen.insert(name.text.clone(), name.span);
                        pairs.push(Pair {
                            key: name,
                            value: node,
                        });
                    }
                }
            },
        }
        true
    }
}

fn closing(end: Span, last: usize) -> usize {
    if end.end > end.start { end.end } else { last }
}

pub(super) fn too_deep(span: Span) -> Problem {
    Problem::new(
        Code::E0008,
        format!("the manifest nests deeper than {MAX_DEPTH} levels"),
    )
    .at(span, "one level too deep")
    .help("no key of a manifest needs that; is a bracket missing?")
}

fn duplicate(key: &Scalar, first: Span) -> Problem {
    Problem::new(Code::E0101, format!("`{}` is written twice", key.text))
        .at(key.span, "written again here")
        .at(first, "first written here")
        .help("keep one of the two")
}

fn merge_key(span: Span) -> Problem {
    Problem::new(Code::E0006, "a manifest has no merge keys")
        .at(span, "a merge key")
        .help("what several node types share goes under `everyNodeType`; `like: TYPE` copies one")
}

fn key_problem(source: &Source, span: Span) -> Problem {
    let end = source
        .slice(Span::new(span.start, source.text().len()))
        .find("}}");
    let whole = end.map_or(span, |end| {
        Span::new(span.start.saturating_sub(1), span.start + end + 2)
    });
    if let Some(problem) = helm::unquoted(whole, source.slice(whole)) {
        return problem;
    }
    Problem::new(Code::E0009, "a key is one word or text")
        .at(span, "a list or mapping as a key")
        .help("quote it, if these characters are meant as they stand: \"{…}\", \"${…}\"")
}

fn style_of(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::Single,
        ScalarStyle::DoubleQuoted => Style::Double,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
    }
}

fn place(range: &Range) -> Span {
    let range = range.byte_range().unwrap_or_default();
    Span::new(range.start, range.end)
}
