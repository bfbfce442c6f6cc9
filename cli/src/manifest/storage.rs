//! `nodeTypes.T.storage`: how storage entries become claims (MF-11).

use super::source::Spanned;

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
