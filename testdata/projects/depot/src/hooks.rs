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

    /// Whether a node is ready, beyond what Kubernetes says. Asked about a node whose pods are all ready and run what is
    /// desired. While it is not, no later node type is upgraded, and status and conditions show the reason. It is asked
    /// again when pods or the custom resource change, and so may depend on nothing else. A panic counts as not ready.
    ///
    /// ```ignore
    /// let lags = |pod: &&LivePod| pod.annotations.get("example.com/lag").is_some_and(|lag| lag != "0");
    /// match node.pods.iter().find(lags) {
    ///     Some(pod) => Readiness::Not(format!("pod {} lags behind", pod.name)),
    ///     None => Readiness::Ready,
    /// }
    /// ```
    pub fn ready(_cr: &Depot, _node: &LiveNode) -> Readiness {
        Readiness::Ready
    }

    /// Asked before pods of this node type are replaced by an upgrade, after 1 s, 2 s, 4 s … 60 s again, until it is
    /// open. An error, a panic and no answer within 10 s are answers to wait, and their text is shown like that of
    /// `Gate::Wait`. A restart of the operator may ask again: whatever it does must bear being done twice.
    ///
    /// A first install, a rollback, a stopped cluster and the cure of pods that are in flight ask nobody. With the strategy
    /// `parallel` node types are asked side by side, and each waits for its own answer only.
    ///
    /// It gets the custom resource, and the pods with their addresses: that needs no right. To call the application, add a
    /// client for its protocol to `Cargo.toml`. For more of Kubernetes there is `dsoi_runtime::kube::Client::try_default()`;
    /// name the rights that it needs, each with its reason, in `operator.rules` of `dsoi.yaml`.
    ///
    /// ```ignore
    /// for pod in roll.pods() {
    ///     let Some(address) = pod.address() else { continue };
    ///     let relocating = relocating_shards(address).await?;
    ///     if relocating > 0 {
    ///         return Ok(Gate::Wait(format!("pod {} still moves shards", pod.name)));
    ///     }
    /// }
    /// Ok(Gate::Open)
    /// ```
    pub async fn before_upgrade(_roll: &Roll<Depot>) -> GateResult {
        Ok(Gate::Open)
    }

    /// Asked when an upgrade of this node type is done, or called off, in the same way as `before_upgrade`, until it is
    /// open. Before that no other node type is upgraded, and the upgrade is not complete.
    ///
    /// ```ignore
    /// match allow_relocation(&roll.cr).await? {
    ///     Health::Green => Ok(Gate::Open),
    ///     other => Ok(Gate::Wait(format!("the cluster is {other}"))),
    /// }
    /// ```
    pub async fn after_upgrade(_roll: &Roll<Depot>) -> GateResult {
        Ok(Gate::Open)
    }
}
