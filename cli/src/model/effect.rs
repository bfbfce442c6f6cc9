//! Which field of the custom resource ends up where (D8).

use super::ChildKind;
use std::fmt;

/// A field of the custom resource: `spec.nodes[].replicas`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CrPath(pub(crate) String);

impl CrPath {
    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CrPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a field of the custom resource sets; sorted, without doubles.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Effect {
    pub field: CrPath,
    pub children: Vec<ChildPath>,
}

/// A place in a child.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChildPath {
    /// The node type whose child it is; `None` for children of the cluster.
    pub node_type: Option<String>,
    /// The one node type whose nodes' field it is, where children of others are made from it too.
    pub from: Option<String>,
    pub kind: ChildKind,
    /// A path such as `data["app.yaml"]` or `spec.template.spec.containers[0].args`.
    pub path: String,
    /// Whether a change restarts pods.
    pub restarts: bool,
}
