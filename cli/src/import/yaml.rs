//! Text → documents: what an import reads, whoever wrote it.
//!
//! In: the text of a file. Out: a tree for each of its documents. Nothing is executed, included or interpolated. Unlike a
//! manifest, a document may have anchors, aliases and merge keys, which stand for copies; size, depth and the number of
//! values, copies included, are bounded (SE-27), so that a few lines cannot become gigabytes.

mod read;
mod scalar;

pub(super) use read::read;
use scalar::whole;

/// The largest file that is read, in bytes: the definitions of a large operator have two million.
pub const MAX_BYTES: usize = 8 << 20;

/// A value of a document.
#[derive(Debug, Clone, PartialEq)]
pub enum Yaml {
    Null,
    Bool(bool),
    Int(i64),
    /// A number with a fraction or an exponent, or a whole one that is written in a way of its own, as `0755`.
    Number(String),
    Text(String),
    List(Vec<Yaml>),
    /// In the order written, each key once.
    Map(Vec<(String, Yaml)>),
}

/// A document of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The line that it starts at, from 1.
    pub line: usize,
    pub root: Yaml,
    /// What was overridden in it or not understood, each with its line.
    pub odd: Vec<(usize, String)>,
}

/// Why a text cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {what}")]
pub struct Unreadable {
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
    pub what: String,
}

impl Yaml {
    /// The value under a key of a mapping.
    pub fn get(&self, key: &str) -> Option<&Self> {
        let Self::Map(entries) = self else {
            return None;
        };
        let found = entries.iter().find(|(known, _)| known == key);
        found
            .map(|(_, value)| value)
            .filter(|value| **value != Self::Null)
    }

    /// The value under keys of nested mappings.
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |value, key| value.get(key))
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text under keys of nested mappings.
    pub fn text_at(&self, path: &[&str]) -> Option<&str> {
        self.at(path).and_then(Self::text)
    }

    /// A scalar as Kubernetes and shells would write it.
    pub fn words(&self) -> Option<String> {
        match self {
            Self::Bool(value) => Some(value.to_string()),
            Self::Int(value) => Some(value.to_string()),
            Self::Number(text) | Self::Text(text) => Some(text.clone()),
            Self::Null | Self::List(_) | Self::Map(_) => None,
        }
    }

    /// A whole number, also of a text.
    pub fn int(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            Self::Text(text) => text.parse().ok(),
            Self::Number(text) => whole(text),
            _ => None,
        }
    }

    /// The items of a list; none of anything else.
    pub fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// The entries of a mapping; none of anything else.
    pub fn entries(&self) -> &[(String, Self)] {
        match self {
            Self::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list under a key.
    pub fn items_at(&self, path: &[&str]) -> &[Self] {
        self.at(path).map_or(&[], Self::items)
    }

    /// The entries of a mapping under a key.
    pub fn entries_at(&self, path: &[&str]) -> &[(String, Self)] {
        self.at(path).map_or(&[], Self::entries)
    }
}
