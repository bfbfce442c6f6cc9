//! What a manifest with mistakes of shape has lost: the parts that no reader could take.
//!
//! In: the tree and the mistakes. Out: a [`Loss`] for each mistake, by which `check` tells what is wrong by itself from what only
//! follows from the loss. Judges nothing: knows places and words, not what they mean.

use std::collections::BTreeSet;

use super::fields::FIELD;
use super::keys::{Section, Shape};
use super::schema::sections;
use super::source::{Source, Span};
use super::tree::{Node, Pair, Value};
use super::{ROOT, reader};
use crate::diagnostic::{Code, Problem};
use crate::expr::is_root;

/// One part that was not read.
#[derive(Debug, Clone, Default)]
pub struct Loss {
    /// Where it stands, its key included.
    pub span: Span,
    /// The keys that lead to it.
    pub above: Vec<Span>,
    /// Names of the author's that it would have declared, or that it belongs to.
    pub names: BTreeSet<String>,
    /// Those of `names` that it only belongs to, where what is lost is one field of them, by its name: another field of theirs
    /// is not in doubt.
    pub owners: BTreeSet<String>,
    /// Parts of names that are more than one word: what seems to be missing may be one of those.
    pub parts: BTreeSet<String>,
    /// Words of the language in it, and those on the way to it.
    pub words: BTreeSet<String>,
}

/// What the keys of a mapping are.
#[derive(Clone, Copy)]
enum Keys {
    Of(&'static Section),
    /// Chosen by the author, and each value is of this section.
    Named(&'static Section),
    List(&'static Section),
    /// Chosen by the author, and each value is a field's type.
    Fields,
    Variants,
    /// Within a tree: a part of an object of Kubernetes or of a file.
    Tree,
    Leaf,
}

impl Keys {
    fn under(self, key: &str) -> Self {
        match self {
            Self::Of(section) => match section.key(key).map(|key| key.shape) {
                Some(Shape::Section(section)) => Self::Of(section),
                Some(Shape::Named(section) | Shape::NamedOrNone(section)) => Self::Named(section),
                Some(Shape::List(section)) => Self::List(section),
                Some(Shape::Fields) => Self::Fields,
                Some(Shape::Variants) => Self::Variants,
                Some(Shape::Tree | Shape::Expression | Shape::Condition) => Self::Tree,
                _ => Self::Leaf,
            },
            Self::Named(section) => Self::Of(section),
            Self::Fields => Self::Of(&FIELD),
            Self::Variants => Self::Fields,
            Self::List(_) | Self::Tree => Self::Tree,
            Self::Leaf => Self::Leaf,
        }
    }
}

/// The losses behind mistakes; `dropped` are entries that the tree does not have, such as the second of two alike.
pub(super) fn losses<'a>(
    source: &Source,
    root: &Node,
    dropped: &[Span],
    problems: impl IntoIterator<Item = &'a Problem>,
) -> Vec<Loss> {
    let fixed: BTreeSet<&'static str> = sections()
        .into_iter()
        .flat_map(|section| section.keys.iter().map(|key| key.name))
        .collect();
    problems
        .into_iter()
        .filter_map(|problem| {
            let span = problem.span()?;
            let mut walk = Walk {
                at: span,
                beside: problem.code == Code::E0108,
                loss: Loss::default(),
                expression: false,
            };
            walk.node(root, Keys::Of(&ROOT));
            let Walk {
                mut loss,
                expression,
                ..
            } = walk;
            if let Some(dropped) = dropped.iter().find(|dropped| contains(**dropped, span)) {
                loss.span = *dropped;
            }
            if problem.code == Code::E0104 {
                // Nothing that is written is lost, but what is missing.
                loss.span = span;
                loss.words
                    .extend(problem.message.split('`').nth(1).map(str::to_owned));
                return Some(loss);
            }
            if !expression {
                let text: Vec<String> = words(source.slice(loss.span)).collect();
                loss.names.extend(
                    text.iter()
                        .filter(|word| !fixed.contains(word.as_str()) && !is_root(word))
                        .filter(|word| !is_number(word))
                        .cloned(),
                );
                loss.words.extend(text);
            }
            Some(loss)
        })
        .collect()
}

/// The words of a text, as names are made of them.
pub fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
}

/// No name that something else is held against.
pub fn is_number(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_digit())
}

/// The keys at the top of what was lost whole: names that it would have declared are among them.
fn declared(node: &Node, depth: usize, names: &mut BTreeSet<String>) {
    match &node.value {
        Value::Scalar(_) => {}
        Value::List(items) => items.iter().for_each(|item| declared(item, depth, names)),
        Value::Map(pairs) => {
            for pair in pairs {
                names.extend(words(&pair.key.text));
                if depth > 1 {
                    declared(&pair.value, depth - 1, names);
                }
            }
        }
    }
}

fn contains(outer: Span, inner: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// The way from the root to a mistake.
struct Walk {
    at: Span,
    /// The mistake is what stands beside each other.
    beside: bool,
    loss: Loss,
    /// The mistake is in a text with expressions, which declares nothing.
    expression: bool,
}

impl Walk {
    /// Goes down as far as the mistake is inside. Recursion is bounded by the depth of the YAML tree.
    fn node(&mut self, node: &Node, keys: Keys) {
        match &node.value {
            Value::Scalar(_) => self.expression = matches!(keys, Keys::Tree),
            Value::List(items) => {
                if !items.iter().any(|item| contains(item.span, self.at)) {
                    // The list itself is the mistake.
                    declared(node, 2, &mut self.loss.names);
                }
                let inner = match keys {
                    Keys::List(section) => Keys::Of(section),
                    other => other,
                };
                if let Some(item) = items.iter().find(|item| contains(item.span, self.at)) {
                    self.loss.span = item.span;
                    self.node(item, inner);
                }
            }
            Value::Map(pairs) => {
                let found = pairs.iter().find(|pair| contains(pair.span(), self.at));
                match found {
                    Some(pair) => self.pair(node, pair, keys),
                    // An entry that was dropped.
                    None => self.loss.span = node.span,
                }
            }
        }
    }

    fn pair(&mut self, mapping: &Node, pair: &Pair, keys: Keys) {
        let key = pair.key.text.as_str();
        let inside = contains(pair.value.span, self.at);
        match keys {
            Keys::Of(section) if section.key(key).is_none() => {
                match reader::suggestion(section, &pair.key) {
                    Some(meant) => {
                        self.loss.words.insert(meant.to_owned());
                    }
                    // It may have been meant for any of them.
                    None => self
                        .loss
                        .words
                        .extend(section.keys.iter().map(|key| key.name.to_owned())),
                }
            }
            // A section of which a part is lost is still there.
            Keys::Of(_) if inside && matches!(keys.under(key), Keys::Of(_) | Keys::Named(_)) => {}
            Keys::Of(_) => {
                self.loss.words.insert(key.to_owned());
            }
            Keys::Tree => {
                self.loss.names.insert(key.to_owned());
                self.loss.words.insert(key.to_owned());
            }
            Keys::Fields => {
                let own: BTreeSet<String> = words(key).collect();
                self.loss.owners = self.loss.names.difference(&own).cloned().collect();
                self.loss.names.extend(own);
            }
            _ => self.loss.names.extend(words(key)),
        }
        // A directive decides about all that stands beside it.
        if key.starts_with('$') || (self.beside && !inside && matches!(keys, Keys::Tree)) {
            self.loss.span = mapping.span;
            self.expression = true;
            return;
        }
        self.loss.span = pair.span();
        if !inside && !matches!(keys, Keys::Tree) {
            declared(&pair.value, 2, &mut self.loss.names);
        }
        if inside {
            self.loss.above.push(pair.key.span);
            self.node(&pair.value, keys.under(key));
        }
    }
}
