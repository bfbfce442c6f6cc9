//! Reads one mapping by its section's table, and collects every mistake on the way.
//!
//! A method returns `None` for a key that is absent and for one that is wrong: the problem is in the list then, and a manifest with
//! problems is good for nothing but finding more of them.

use super::elsewhere;
use super::form;
use super::keys::{Section, Shape};
use super::scalar::{Core, Scalar};
use super::source::{Span, Spanned};
use super::tree::{Node, Pair, Value};
use crate::diagnostic::{Code, Problem, Problems, nearest};

/// One mapping that is being read.
pub(super) struct Reader<'a, 'p> {
    /// What the mapping is called in messages, backticks included where it is a key.
    name: String,
    pairs: &'a [Pair],
    /// Keys that misspelt ones stand for.
    meant: Vec<&'static str>,
    /// The mapping.
    pub(super) span: Span,
    pub(super) problems: &'p mut Problems,
}

impl<'a, 'p> Reader<'a, 'p> {
    /// Opens a mapping. `at` is where a missing key is shown.
    pub(super) fn open(
        section: &'static Section,
        name: impl Into<String>,
        node: &'a Node,
        at: Span,
        problems: &'p mut Problems,
    ) -> Option<Self> {
        let name = name.into();
        let Value::Map(pairs) = &node.value else {
            let help = form::of_section(section, node);
            problems.push(wrong_type(&name, "a mapping", node).help(help));
            return None;
        };
        for pair in pairs {
            match section.key(&pair.key.text) {
                None => problems.push(unknown_key(section, &name, &pair.key)),
                Some(key) if matches!(key.shape, Shape::Later) => problems.push(
                    not_yet(&format!("`{}` of {name}", key.name), pair.key.span)
                        .help(format!("remove it. What it will mean: {}", key.doc)),
                ),
                Some(_) => {}
            }
        }
        let unknown = pairs
            .iter()
            .filter(|pair| section.key(&pair.key.text).is_none());
        let meant: Vec<&'static str> = unknown
            .filter_map(|pair| suggestion(section, &pair.key))
            .collect();
        for key in section.keys.iter().filter(|key| key.required) {
            // A misspelt key is reported as that, and is not missing too.
            let written = pairs.iter().any(|pair| pair.key.text == key.name);
            if !written && !meant.contains(&key.name) {
                let problem =
                    Problem::new(Code::E0104, format!("`{}` is missing in {name}", key.name))
                        .at(at, format!("has no `{}`", key.name))
                        .help(format!("`{}`: {}", key.name, key.doc));
                problems.push(problem);
            }
        }
        Some(Self {
            name,
            pairs,
            meant,
            span: node.span,
            problems,
        })
    }

    pub(super) fn pair(&self, key: &str) -> Option<&'a Pair> {
        self.pairs.iter().find(|pair| pair.key.text == key)
    }

    pub(super) fn node(&self, key: &str) -> Option<&'a Node> {
        self.pair(key).map(|pair| &pair.value)
    }

    /// Opens a section within this one.
    pub(super) fn section<T, R: Into<Option<T>>>(
        &mut self,
        key: &str,
        section: &'static Section,
        read: impl FnOnce(&mut Reader<'a, '_>) -> R,
    ) -> Option<T> {
        let pair = self.pair(key)?;
        let mut reader = Reader::open(
            section,
            quoted(key),
            &pair.value,
            pair.key.span,
            self.problems,
        )?;
        read(&mut reader).into()
    }

    /// Reads each section of a mapping whose keys the author chose.
    pub(super) fn named<T, R: Into<Option<T>>>(
        &mut self,
        key: &str,
        section: &'static Section,
        mut read: impl FnMut(&'a Pair, &mut Reader<'a, '_>) -> R,
    ) -> Vec<T> {
        let mut list = Vec::new();
        for pair in self.map(key) {
            let name = format!("`{key}.{}`", shorten(&pair.key.text));
            let reader = Reader::open(section, name, &pair.value, pair.key.span, self.problems);
            list.extend(reader.and_then(|mut reader| read(pair, &mut reader).into()));
        }
        list
    }

    /// Reads each section of a list.
    pub(super) fn list<T, R: Into<Option<T>>>(
        &mut self,
        key: &str,
        section: &'static Section,
        mut read: impl FnMut(&mut Reader<'a, '_>) -> R,
    ) -> Vec<T> {
        let mut list = Vec::new();
        for item in self.items(key) {
            let at = match &item.value {
                Value::Map(pairs) => pairs.first().map_or(item.span, |pair| pair.key.span),
                _ => item.span,
            };
            let reader = Reader::open(section, quoted(key), item, at, self.problems);
            list.extend(reader.and_then(|mut reader| read(&mut reader).into()));
        }
        list
    }

    /// The entries of a mapping; none where the key is absent or no mapping.
    pub(super) fn map(&mut self, key: &str) -> &'a [Pair] {
        match self.node(key) {
            Some(Node {
                value: Value::Map(pairs),
                ..
            }) => pairs,
            Some(node) => {
                let problem = wrong_type(&quoted(key), "a mapping", node);
                self.problems
                    .push(problem.help(form::of_names(&shorten(key))));
                &[]
            }
            None => &[],
        }
    }

    /// The items of a list; none where the key is absent or no list.
    pub(super) fn items(&mut self, key: &str) -> &'a [Node] {
        match self.node(key) {
            Some(Node {
                value: Value::List(items),
                ..
            }) => items,
            Some(node) => {
                let problem = wrong_type(&quoted(key), "a list", node);
                self.problems
                    .push(problem.help(form::of_list(&shorten(key), node)));
                &[]
            }
            None => &[],
        }
    }

    pub(super) fn exclusive(&mut self, first: &str, second: &str) {
        if let (Some(first), Some(second)) = (self.pair(first), self.pair(second)) {
            let problem = Problem::new(
                Code::E0108,
                format!(
                    "`{}` and `{}` exclude each other in {}",
                    first.key.text, second.key.text, self.name
                ),
            )
            .at(second.key.span, "one of the two")
            .at(first.key.span, "the other")
            .help("keep one");
            self.problems.push(problem);
        }
    }

    /// Whether the key is written, be it misspelt.
    pub(super) fn has(&self, key: &str) -> bool {
        self.pair(key).is_some() || self.meant.contains(&key)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

/// A key as messages show it.
pub(super) fn quoted(key: &str) -> String {
    format!("`{}`", shorten(key))
}

/// What a node is, in words.
pub(super) fn found(node: &Node) -> &'static str {
    match &node.value {
        Value::List(_) => "a list",
        Value::Map(_) => "a mapping",
        Value::Scalar(scalar) => match scalar.core() {
            Core::Null => "nothing is written here",
            Core::Bool(_) => "true or false",
            Core::Int(_) | Core::Float(_) | Core::Unfit => "a number",
            Core::String(_) => "a text",
        },
    }
}

pub(super) fn wrong_type(name: &str, expected: &str, node: &Node) -> Problem {
    // Underlining the whole of a long mapping would show nothing.
    let span = match &node.value {
        Value::Scalar(_) => node.span,
        Value::List(_) => Span::new(node.span.start, node.span.start + 1),
        Value::Map(pairs) => pairs.first().map_or(node.span, |pair| pair.key.span),
    };
    let problem =
        Problem::new(Code::E0103, format!("{name} should be {expected}")).at(span, found(node));
    match node.as_scalar() {
        Some(scalar) if expected == "a text" && !scalar.is_null() => {
            problem.help(format!("quotes make a text of it: \"{}\"", scalar.text))
        }
        Some(scalar)
            if expected == "true or false"
                && matches!(scalar.text.as_str(), "yes" | "on" | "no" | "off") =>
        {
            problem.help("YAML 1.2 has only `true` and `false`")
        }
        _ => problem,
    }
}

pub(super) fn unknown_key(section: &Section, name: &str, key: &Scalar) -> Problem {
    let all = format!("All keys: dsoi explain {}", section.path);
    let place = elsewhere::of_node_type(section.path, &key.text);
    let place = place.or_else(|| elsewhere::place(&key.text));
    let help = match (place, suggestion(section, key)) {
        (Some(place), _) => format!("{place}. {all}"),
        (None, Some(word)) => format!("did you mean `{word}`? {all}"),
        (None, None) => all,
    };
    Problem::new(
        Code::E0102,
        format!("`{}` is not a key of {name}", shorten(&key.text)),
    )
    .at(key.span, "unknown here")
    .help(help)
}

pub(super) fn suggestion(section: &Section, key: &Scalar) -> Option<&'static str> {
    // Other words for the same thing, too far from it for a slip.
    if ["desc", "description", "docs"].contains(&key.text.as_str()) {
        let mut keys = section.keys.iter();
        if let Some(doc) = keys.find(|key| key.name == "doc") {
            return Some(doc.name);
        }
    }
    let meant = match key.text.as_str() {
        "minimum" | "minLength" | "minItems" => Some("min"),
        "maximum" | "maxLength" | "maxItems" => Some("max"),
        _ => None,
    };
    let mut keys = section.keys.iter();
    if let Some(key) = keys.find(|key| Some(key.name) == meant) {
        return Some(key.name);
    }
    nearest(&key.text, section.keys.iter().map(|key| key.name))
}

pub(super) fn not_yet(what: &str, span: Span) -> Problem {
    Problem::new(Code::E0901, format!("{what} is not supported yet"))
        .at(span, "reserved for a later version")
}

/// A text of the author's as a message can bear it.
pub(super) fn shorten(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let head: String = text.chars().take(LONGEST).collect();
    format!("{head}…")
}

/// The text of a scalar that has to be one, without expressions.
pub(super) fn literal(key: &str, node: &Node, problems: &mut Problems) -> Option<Spanned<String>> {
    let scalar = string(key, node, problems)?;
    if let Some(at) = scalar.text.find("${") {
        let end = scalar
            .text
            .get(at..)
            .and_then(|rest| rest.find('}'))
            .map_or(scalar.text.len(), |end| at + end + 1);
        let problem = Problem::new(
            Code::E0109,
            format!("`{}` cannot have an expression", shorten(key)),
        )
        .at(scalar.place(at, end), "known only when the operator runs")
        .help("write the value itself");
        problems.push(problem);
        return None;
    }
    Some(Spanned::new(scalar.text.clone(), scalar.span))
}

/// The scalar of a node that has to be a text.
pub(super) fn string<'a>(key: &str, node: &'a Node, problems: &mut Problems) -> Option<&'a Scalar> {
    match node.as_scalar() {
        Some(scalar) if matches!(scalar.core(), Core::String(_)) => Some(scalar),
        _ => {
            problems.push(wrong_type(&quoted(key), "a text", node));
            None
        }
    }
}
