//! The types that fields get, and what of a schema each of them says.

use std::fmt;

/// The type of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Ty {
    Text,
    /// One of some words.
    Words(Vec<String>),
    Int,
    Bool,
    Quantity,
    Duration,
    /// Whatever it is.
    Tree,
    /// A type of Kubernetes, by its short name.
    Kubernetes(&'static str),
    /// An object whose fields are known: the manifest writes no type of it.
    Object,
    /// A list of such objects.
    Rows,
    List(Box<Ty>),
    Map(Box<Ty>),
}

impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => f.write_str("string"),
            Self::Words(words) => f.write_str(&words.join(" | ")),
            Self::Int => f.write_str("int"),
            Self::Bool => f.write_str("bool"),
            Self::Quantity => f.write_str("quantity"),
            Self::Duration => f.write_str("duration"),
            Self::Tree => f.write_str("tree"),
            Self::Kubernetes(name) => write!(f, "k8s.{name}"),
            Self::Object => Ok(()),
            Self::Rows => f.write_str("list"),
            Self::List(item) => write!(f, "list<{item}>"),
            Self::Map(value) => write!(f, "map<{value}>"),
        }
    }
}

impl Ty {
    /// The keys of a schema that a field of this type says too, beside those that every field does.
    pub(in super::super) fn says(&self) -> &'static [&'static str] {
        match self {
            Self::Text => &["pattern", "minLength", "maxLength"],
            Self::Words(_) => &["enum"],
            Self::Int => &["minimum", "maximum"],
            Self::Bool | Self::Duration => &[],
            Self::Quantity => &["pattern", "x-kubernetes-int-or-string"],
            Self::Tree => &["x-kubernetes-preserve-unknown-fields"],
            Self::Kubernetes(_) | Self::Object => &["properties", "required"],
            Self::Rows => &[
                "items",
                "minItems",
                "maxItems",
                "x-kubernetes-list-map-keys",
            ],
            Self::List(_) => &["items", "minItems", "maxItems"],
            Self::Map(_) => &["additionalProperties", "minProperties", "maxProperties"],
        }
    }

    /// The same, where the field is one of many that a list or mapping has: bounds are said of a field alone.
    pub(super) fn says_of_each(&self) -> &'static [&'static str] {
        match self {
            Self::Text | Self::Int => &[],
            Self::Rows | Self::List(_) => &["items"],
            Self::Map(_) => &["additionalProperties"],
            other => other.says(),
        }
    }
}
