//! `cluster.spelling`: what the words of the Dsoi specification are called in this API (MF-2, DS-42).

use super::k8s_config_group::K8S_FIELDS;
use super::reader::Reader;
use super::source::Spanned;
use super::values::text_map;
use crate::diagnostic::{Code, Problem, nearest};

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

/// The words that have a variant of their own.
const WORDS: &[(&str, SpellingWord)] = &[
    ("k8sConfigGroup", SpellingWord::K8sConfigGroup),
    ("appConfigGroup", SpellingWord::AppConfigGroup),
    ("nodeType", SpellingWord::NodeType),
    ("deploymentOrder", SpellingWord::DeploymentOrder),
    ("external", SpellingWord::External),
];

/// Reads the key `spelling` of the cluster.
pub(super) fn read(cluster: &mut Reader<'_, '_>) -> Spelling {
    let mut words = Vec::new();
    for (word, name) in text_map(cluster, "spelling") {
        let known = WORDS.iter().find(|(known, _)| *known == word.value);
        let field = K8S_FIELDS.contains(&word.as_str());
        let spelled = match known {
            Some((_, spelled)) => spelled.clone(),
            None if field => SpellingWord::K8sField(word.value.clone()),
            None => {
                let all = WORDS
                    .iter()
                    .map(|(word, _)| *word)
                    .chain(K8S_FIELDS.iter().copied());
                let help = nearest(&word.value, all)
                    .map_or_else(String::new, |word| format!("did you mean `{word}`? "));
                let problem = Problem::new(Code::E0102, format!("`{}` is not a word that can be spelled otherwise", word.value))
                    .at(word.span, "unknown here")
                    .help(format!("{help}Words: k8sConfigGroup, appConfigGroup, nodeType, deploymentOrder, external, and the fields of a k8s group"));
                cluster.problems.push(problem);
                continue;
            }
        };
        words.push((Spanned::new(spelled, word.span), name));
    }
    Spelling { words }
}
