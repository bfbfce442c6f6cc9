//! `nodeTypes.T.storage`: how storage entries become claims (MF-11).

use super::keys::{Section, Shape, Word, key, words};
use super::reader::{Reader, literal, quoted, wrong_type};
use super::source::Spanned;
use super::tree::Value;

/// The section `storage`.
#[derive(Debug, Clone, Default)]
pub struct Storage {
    pub stateful_set: Option<Spanned<StorageMode>>,
    pub deployment: Option<Spanned<StorageMode>>,
    /// Entries that the custom resource must bring.
    pub volumes: Vec<StorageVolume>,
}

/// What a storage entry becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorageMode {
    /// A claim template of the StatefulSet.
    Template,
    /// A claim of its own.
    Claim,
    /// Nothing: such a custom resource is refused.
    Refuse,
}

/// A storage entry that must be there, and where it is mounted.
#[derive(Debug, Clone)]
pub struct StorageVolume {
    pub name: Spanned<String>,
    pub path: Spanned<String>,
}

impl Word for StorageMode {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("template", Self::Template),
        ("claim", Self::Claim),
        ("refuse", Self::Refuse),
    ];
}

pub(super) static SECTION: Section = Section {
    path: "cluster.nodeTypes.T.storage",
    doc: "What the storage entries of a k8s group become.",
    keys: &[
        key(
            "StatefulSet",
            Shape::Word(words::<StorageMode>),
            "Under a StatefulSet; `template` unless given.",
        ),
        key(
            "Deployment",
            Shape::Word(words::<StorageMode>),
            "Under a Deployment; `refuse` unless given.",
        ),
        key(
            "volumes",
            Shape::TextMap,
            "Storage entries that the custom resource must bring, and where each is mounted.",
        ),
    ],
};

pub(super) fn read(reader: &mut Reader<'_, '_>) -> Storage {
    let volumes: Vec<StorageVolume> = reader
        .map("volumes")
        .iter()
        .filter_map(|pair| {
            let name = Spanned::new(pair.key.text.clone(), pair.key.span);
            if matches!(pair.value.value, Value::Map(_) | Value::List(_)) {
                let problem = wrong_type(
                    &quoted(&name.value),
                    "the path at which it is mounted",
                    &pair.value,
                );
                reader
                    .problems
                    .push(problem.help(format!("a text, as `{}: /var/lib/data`", name.value)));
                return None;
            }
            let path = literal(&name.value, &pair.value, reader.problems)?;
            Some(StorageVolume { name, path })
        })
        .collect();
    Storage {
        stateful_set: reader.word("StatefulSet"),
        deployment: reader.word("Deployment"),
        volumes,
    }
}
