//! What the fields mean that every custom resource has: one text for the definition and for the reference.

pub(super) const NODE_NAME: &str = "Unique among the nodes; names of children are made from it.";
pub(super) const NODE_REPLICAS: &str = "How many pods it has.";
pub(super) const NODE_TYPE: &str = "What it does in the cluster.";
pub(super) const NODE_K8S_GROUP: &str = "The name of its Kubernetes settings.";
pub(super) const NODE_APP_GROUP: &str = "The name of its application settings.";
pub(super) const GROUP_NAME: &str = "What nodes call the group by.";
pub(super) const EXTERNAL: &str = "What the cluster needs and somebody else runs.";
pub(super) const VARIANT: &str = "Which of them it is; it says which fields `spec` has.";
pub(super) const STOPPED: &str =
    "No pods: every workload is scaled to none, and all else stays as it is.";

/// A meaning as a definition has it, which has to stay small: its first sentence, without the full stop.
pub(super) fn description(meaning: &str) -> &str {
    let first = meaning.split_once(". ").map_or(meaning, |(first, _)| first);
    first.strip_suffix('.').unwrap_or(first)
}

/// `schema` with that description.
pub(super) fn described(mut schema: serde_json::Value, meaning: &str) -> serde_json::Value {
    schema["description"] = description(meaning).into();
    schema
}
