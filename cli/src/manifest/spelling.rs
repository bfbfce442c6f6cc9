//! `cluster.spelling`: what the words of the Dsoi specification are called in this API (MF-2, DS-42).

use super::source::Spanned;

/// The words that are spelled otherwise.
#[derive(Debug, Clone, Default)]
pub struct Spelling {
    pub words: Vec<(Spanned<SpellingWord>, Spanned<String>)>,
}

/// A word of the specification.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SpellingWord {
    /// The list of groups, and a node's reference to one.
    K8sConfigGroup,
    AppConfigGroup,
    NodeType,
    DeploymentOrder,
    External,
    Nodes,
    /// A field of a k8s group, by its own name, as `startupProbe`.
    K8sField(String),
}

impl Spelling {
    /// The name that a word has in this API.
    pub fn of<'a>(&'a self, word: &SpellingWord, default: &'a str) -> &'a str {
        self.words
            .iter()
            .find(|(spelled, _)| spelled.value == *word)
            .map_or(default, |(_, name)| &name.value)
    }
}
