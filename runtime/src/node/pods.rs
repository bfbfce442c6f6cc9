//! The pods of a node type, by the names that a `StatefulSet` gives them.

/// A pod that will exist once its `StatefulSet` has its replicas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodRef {
    name: String,
    ordinal: i32,
    host: String,
}

impl PodRef {
    pub(crate) fn new(name: String, ordinal: i32, host: String) -> Self {
        Self {
            name,
            ordinal,
            host,
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn ordinal(&self) -> i32 {
        self.ordinal
    }

    /// `POD.SERVICE.NAMESPACE.svc`, which resolves in every cluster domain.
    pub fn host(&self) -> &str {
        &self.host
    }
}
