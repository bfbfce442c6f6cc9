//! What scalars mean, and how large values are.

use super::Yaml;
use crate::manifest::{Core, Scalar, Span, Style};

/// What a scalar means by the core schema of YAML 1.2.
pub(super) fn scalar(text: &str, plain: bool) -> Yaml {
    let style = if plain { Style::Plain } else { Style::Double };
    let scalar = Scalar::derived(text.to_owned(), style, Span::default());
    match scalar.core() {
        Core::Null => Yaml::Null,
        Core::Bool(value) => Yaml::Bool(value),
        // `0755` is octal where Kubernetes reads it, and one text more for others.
        Core::Int(value) if value.to_string() == text => Yaml::Int(value),
        Core::Int(_) | Core::Float(_) => Yaml::Number(text.to_owned()),
        Core::Unfit | Core::String(_) => Yaml::Text(text.to_owned()),
    }
}

/// A whole number as YAML 1.1 reads it, which Kubernetes and compose do: a zero in front makes it octal.
pub(super) fn whole(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let number = if let Some(digits) = digits.strip_prefix("0x") {
        i64::from_str_radix(digits, 16)
    } else if let Some(digits) = digits.strip_prefix("0o") {
        i64::from_str_radix(digits, 8)
    } else if digits.len() > 1 && digits.starts_with('0') {
        i64::from_str_radix(digits, 8).or_else(|_| digits.parse())
    } else {
        digits.parse()
    };
    number.ok()?.checked_mul(sign)
}

impl Yaml {
    /// Values and bytes of text. Recursion is bounded by the depth.
    pub(super) fn size(&self) -> (usize, usize) {
        let sum = |(values, bytes): (usize, usize), (more, text): (usize, usize)| {
            (values + more, bytes + text)
        };
        match self {
            Self::List(items) => items.iter().map(Self::size).fold((1, 0), sum),
            Self::Map(entries) => entries
                .iter()
                .map(|(key, value)| sum(value.size(), (0, key.len())))
                .fold((1, 0), sum),
            Self::Text(text) | Self::Number(text) => (1, text.len()),
            Self::Null | Self::Bool(_) | Self::Int(_) => (1, 0),
        }
    }

    /// How deep it is nested.
    pub(super) fn depth(&self) -> usize {
        match self {
            Self::List(items) => 1 + items.iter().map(Self::depth).max().unwrap_or(0),
            Self::Map(entries) => {
                let depths = entries.iter().map(|(_, value)| value.depth());
                1 + depths.max().unwrap_or(0)
            }
            _ => 0,
        }
    }
}
