//! What a resource may ask of the nodes of one type.

use crate::spec::WorkloadKind;

/// Where a node's volumes come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StorageMode {
    /// Claim templates of the `StatefulSet`: a claim per pod.
    Template,
    /// Claims that stand alone: all pods of the node share them.
    Claim,
    /// A resource that asks for volumes is refused.
    Refuse,
}

/// The storage mode per workload kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StorageModes {
    pub stateful_set: StorageMode,
    pub deployment: StorageMode,
}

impl Default for StorageModes {
    fn default() -> Self {
        Self {
            stateful_set: StorageMode::Template,
            deployment: StorageMode::Refuse,
        }
    }
}

/// Bounds of a node type; by default there are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    pub(crate) kinds: Vec<WorkloadKind>,
    pub(crate) nodes: Bounds,
    pub(crate) replicas: Bounds,
    pub(crate) replicas_allowed: Vec<i32>,
    pub(crate) storage: StorageModes,
    pub(crate) volumes: Vec<(&'static str, &'static str)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) min: u32,
    pub(crate) max: Option<u32>,
}

impl Bounds {
    pub(crate) fn holds(self, count: usize) -> bool {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        count >= self.min && self.max.is_none_or(|max| count <= max)
    }

    /// `at least 2`, `at most 3`, `from 2 to 3`, `exactly 1`.
    pub(crate) fn text(self) -> String {
        match (self.min, self.max) {
            (min, None) => format!("at least {min}"),
            (0, Some(max)) => format!("at most {max}"),
            (min, Some(max)) if min == max => format!("exactly {max}"),
            (min, Some(max)) => format!("from {min} to {max}"),
        }
    }
}

impl Rules {
    pub fn new() -> Self {
        Self::default()
    }

    /// The workload kinds that its nodes may have; all, unless this is called.
    pub fn kinds(mut self, kinds: impl IntoIterator<Item = WorkloadKind>) -> Self {
        self.kinds = kinds.into_iter().collect();
        self
    }

    /// How many nodes of this type a resource may have.
    pub fn nodes(mut self, min: u32, max: impl Into<Option<u32>>) -> Self {
        self.nodes = Bounds {
            min,
            max: max.into(),
        };
        self
    }

    /// How many replicas a node may have.
    pub fn replicas(mut self, min: u32, max: impl Into<Option<u32>>) -> Self {
        self.replicas = Bounds {
            min,
            max: max.into(),
        };
        self
    }

    /// The only numbers of replicas that a node may have.
    pub fn replicas_allowed(mut self, allowed: impl IntoIterator<Item = i32>) -> Self {
        self.replicas_allowed = allowed.into_iter().collect();
        self
    }

    pub fn storage(mut self, storage: StorageModes) -> Self {
        self.storage = storage;
        self
    }

    /// An entry of `storageConfig` that each node must bring, and where the app looks for it.
    pub fn volume(mut self, name: &'static str, path: &'static str) -> Self {
        self.volumes.push((name, path));
        self
    }

    pub(crate) fn storage_mode(&self, kind: WorkloadKind) -> StorageMode {
        match kind {
            WorkloadKind::StatefulSet => self.storage.stateful_set,
            WorkloadKind::Deployment => self.storage.deployment,
        }
    }
}
