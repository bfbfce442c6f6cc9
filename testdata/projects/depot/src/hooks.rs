//! src/hooks.rs — code of your own, at the points that `dsoi.yaml` lists under `hooks`.
//!
//! Written once: what you make of it stays. A hook that is listed later is added here by hand.

/// Hooks of node type `keeper`.
pub mod keeper {
    use dsoi_runtime::prelude::*;

    use crate::api::Depot;

    /// Refuses what the schema of the custom resource cannot. While there is a problem nothing is written, and the
    /// condition `Accepted` says it with its path.
    ///
    /// ```ignore
    /// if node.replicas() % 2 == 0 {
    ///     problems.add("spec.nodes", format!("node `{}` has an even number of replicas", node.name()));
    /// }
    /// ```
    pub fn validate(_node: &Node<'_, Depot>, _problems: &mut Problems) {}

    /// Changes a child of a node after it is built. Its name, its owner, its selector and the labels of the runtime
    /// stay as they are: another one is refused. The same node has to give the same child at each call.
    ///
    /// ```ignore
    /// if kind == ChildKind::Service {
    ///     document["metadata"]["annotations"]["example.com/node"] = node.name().into();
    /// }
    /// ```
    pub fn mutate(_node: &Node<'_, Depot>, _kind: ChildKind, _document: &mut serde_json::Value) {}
}
