//! The runtime's own labels and annotations, and the selectors made of them.
//!
//! They are on every child and every pod, are never taken from a custom resource's metadata, and no
//! other label enters a selector: a change of groups never meets an immutable field (PN-9, OR-10).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::names;

/// The operator that made the object; what watches select. Never part of another selector.
pub const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// The custom resource's name.
pub const INSTANCE: &str = "app.kubernetes.io/instance";
/// The custom resource's kind and group: two kinds may have a resource of one name.
pub const KIND: &str = "dsoi.dev/kind";
/// The node that the object belongs to; absent from what several nodes share.
pub const NODE: &str = "dsoi.dev/node";
/// On pods: the workload that they run under. It differs while a renamed workload replaces another.
pub const WORKLOAD: &str = "dsoi.dev/workload";
/// On claims: the entry of `storageConfig` that asked for it.
pub const STORAGE: &str = "dsoi.dev/storage";

/// Label of revisions: the node type whose content they keep. Annotation of workloads: their node type.
pub const NODE_TYPE: &str = "dsoi.dev/node-type";

/// Annotation of each pod template: a digest of the rest of it. A live workload and each of its pods
/// say with it of which desired template they are.
pub const TEMPLATE: &str = "dsoi.dev/template";
/// Annotation of a workload that runs what it ran before: which template was refused, of which
/// generation, and the revision that it went back to. That revision has it too, for all that its node
/// type would run: a workload may be lost.
pub const ROLLED_BACK: &str = "dsoi.dev/rolled-back";
/// Annotation of a revision: higher is newer.
pub const REVISION: &str = "dsoi.dev/revision";
/// Annotation of each child: `<hash of the desired document>;<generation of the custom resource>`.
pub const APPLIED: &str = "dsoi.dev/applied";
/// Prefix of the pod-template annotations that make a changed file restart its pods.
pub const CONFIG_DIGEST: &str = "dsoi.dev/config-";

/// Whether a label or annotation is the runtime's own, so that a custom resource may not set it.
pub fn is_reserved(key: &str) -> bool {
    key == MANAGED_BY
        || key == INSTANCE
        || key
            .split_once('/')
            .is_some_and(|(prefix, _)| prefix == "dsoi.dev" || prefix.ends_with(".dsoi.dev"))
}

/// Writes an annotation into a document.
pub(crate) fn annotate(document: &mut Value, key: &str, value: &str) {
    let Some(metadata) = document.get_mut("metadata").and_then(Value::as_object_mut) else {
        return;
    };
    let annotations = metadata.entry("annotations").or_insert_with(|| json!({}));
    if let Some(annotations) = annotations.as_object_mut() {
        annotations.insert(key.to_owned(), value.into());
    }
}

/// The value of [`KIND`]: `Tally.example.com`, shortened with a digest where it is no legal label.
pub fn kind_value(kind: &str, group: &str) -> String {
    names::fitted(&format!("{kind}.{group}"), names::LABEL_VALUE_MAX)
}

/// Who a child belongs to, as labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub operator: String,
    pub kind: String,
    pub instance: String,
}

impl Identity {
    /// Labels of an object that several nodes share.
    pub fn shared(&self) -> BTreeMap<String, String> {
        BTreeMap::from([
            (MANAGED_BY.to_owned(), self.operator.clone()),
            (KIND.to_owned(), self.kind.clone()),
            (INSTANCE.to_owned(), self.instance.clone()),
        ])
    }

    /// Labels of a node's object.
    pub fn node(&self, node: &str) -> BTreeMap<String, String> {
        let mut labels = self.shared();
        labels.insert(NODE.to_owned(), node.to_owned());
        labels
    }

    /// Labels of a node's pods.
    pub fn pods(&self, node: &str, workload: &str) -> BTreeMap<String, String> {
        let mut labels = self.node(node);
        labels.insert(WORKLOAD.to_owned(), workload.to_owned());
        labels
    }

    /// Labels of a claim: its whole identity, since nothing owns it.
    pub fn claim(&self, node: &str, storage: &str) -> BTreeMap<String, String> {
        let mut labels = self.node(node);
        labels.insert(STORAGE.to_owned(), storage.to_owned());
        labels
    }

    /// Selects the pods of one workload.
    pub fn workload_selector(&self, workload: &str) -> BTreeMap<String, String> {
        self.selector(WORKLOAD, workload)
    }

    /// Selects the pods of one node, whichever workload they run under.
    pub fn node_selector(&self, node: &str) -> BTreeMap<String, String> {
        self.selector(NODE, node)
    }

    fn selector(&self, key: &str, value: &str) -> BTreeMap<String, String> {
        BTreeMap::from([
            (KIND.to_owned(), self.kind.clone()),
            (INSTANCE.to_owned(), self.instance.clone()),
            (key.to_owned(), value.to_owned()),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runtimes_keys_are_reserved_and_others_are_not() {
        for key in [
            MANAGED_BY,
            INSTANCE,
            NODE,
            APPLIED,
            "dsoi.dev/config-x",
            "a.dsoi.dev/x",
        ] {
            assert!(is_reserved(key), "{key}");
        }
        for key in [
            "app",
            "app.kubernetes.io/name",
            "example.com/dsoi.dev",
            "xdsoi.dev/node",
        ] {
            assert!(!is_reserved(key), "{key}");
        }
    }
}
