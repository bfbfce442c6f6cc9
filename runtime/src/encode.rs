//! Encoders of configuration files: a value cannot break out of its place (SE-11, SE-12).
//!
//! In: trees and lines. Out: the text of a file, or what keeps it from being written.

mod layers;
mod properties;
#[cfg(test)]
mod tests;
mod text;

pub(crate) use self::layers::Laid;
pub use self::layers::Layers;
#[cfg(feature = "external")]
pub(crate) use self::layers::without_nulls;
pub use self::text::Text;

use serde_json::Value;

/// A file's text and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Encoded {
    pub(crate) text: String,
    /// Sentences about the content; the caller knows the file.
    pub(crate) faults: Vec<String>,
}

impl Encoded {
    fn sound(text: String) -> Self {
        Self {
            text,
            faults: Vec::new(),
        }
    }
}

/// The tree as YAML, each scalar quoted where its reading would be another.
pub(crate) fn yaml(tree: &Value) -> Encoded {
    match serde_saphyr::to_string(tree) {
        Ok(text) => Encoded::sound(text),
        Err(error) => Encoded {
            text: String::new(),
            faults: vec![format!("cannot be written as YAML: {error}")],
        },
    }
}

/// The tree as JSON, with two blanks of indentation.
pub(crate) fn json(tree: &Value) -> Encoded {
    Encoded::sound(format!("{tree:#}\n"))
}

/// The tree as Java properties.
pub(crate) fn properties(tree: &Value) -> Encoded {
    properties::encode(tree)
}
