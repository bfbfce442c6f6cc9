//! What lets pods do more (SE-28): THE table of it, and what of it is new.
//!
//! In: the models of before and of now. Out: settings that loosen a pod. What a manifest says wins over
//! `cluster.security.profile`, so that the profile alone says nothing. What custom resources can say: [`opened`].

use std::collections::BTreeSet;

use super::children::{before, k8s};
use crate::model::{Cluster, Container, K8sFieldValue, K8sValue, NodeType};

mod opened;

pub use opened::Opened;
pub(super) use opened::opened;

/// When a field of a pod or a container loosens it.
enum Loose {
    /// Whatever it is.
    Set,
    /// Unless it is this.
    Unless(&'static str),
    /// If it is this, or only a custom resource tells.
    If(&'static str),
    /// Each of its items.
    Each,
    /// If it has this item, or an item that only a custom resource tells.
    With(&'static str),
    /// Unless it has this item.
    Without(&'static str),
}

/// THE table: a field of Kubernetes, below which other one it is meant if that matters, and when it loosens.
const LOOSE: &[(&str, Option<&str>, Loose)] = &[
    ("privileged", None, Loose::Unless("false")),
    ("allowPrivilegeEscalation", None, Loose::Unless("false")),
    ("add", Some("capabilities"), Loose::Each),
    ("drop", Some("capabilities"), Loose::Without("ALL")),
    ("runAsUser", None, Loose::If("0")),
    ("runAsGroup", None, Loose::If("0")),
    ("fsGroup", None, Loose::If("0")),
    ("supplementalGroups", None, Loose::With("0")),
    ("runAsNonRoot", None, Loose::Unless("true")),
    ("type", Some("seccompProfile"), Loose::If("Unconfined")),
    ("type", Some("appArmorProfile"), Loose::If("Unconfined")),
    ("seLinuxOptions", None, Loose::Set),
    ("procMount", None, Loose::Unless("Default")),
    ("hostProcess", None, Loose::Unless("false")),
    ("sysctls", None, Loose::Set),
    ("hostNetwork", None, Loose::Unless("false")),
    ("hostPID", None, Loose::Unless("false")),
    ("hostIPC", None, Loose::Unless("false")),
    ("hostPath", None, Loose::Set),
    ("hostPort", None, Loose::Unless("0")),
    ("serviceAccountName", None, Loose::Set),
    ("serviceAccount", None, Loose::Set),
    ("automountServiceAccountToken", None, Loose::Unless("false")),
    ("serviceAccountToken", None, Loose::Set),
    // Volumes that the restricted standard does not know.
    ("awsElasticBlockStore", None, Loose::Set),
    ("azureDisk", None, Loose::Set),
    ("azureFile", None, Loose::Set),
    ("cephfs", None, Loose::Set),
    ("cinder", None, Loose::Set),
    ("fc", None, Loose::Set),
    ("flexVolume", None, Loose::Set),
    ("flocker", None, Loose::Set),
    ("gcePersistentDisk", None, Loose::Set),
    ("gitRepo", None, Loose::Set),
    ("glusterfs", None, Loose::Set),
    ("iscsi", None, Loose::Set),
    ("nfs", None, Loose::Set),
    ("photonPersistentDisk", None, Loose::Set),
    ("portworxVolume", None, Loose::Set),
    ("quobyte", None, Loose::Set),
    ("rbd", None, Loose::Set),
    ("scaleIO", None, Loose::Set),
    ("storageos", None, Loose::Set),
    ("vsphereVolume", None, Loose::Set),
];

/// A setting that loosens the pods of a node type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Power {
    pub node_type: String,
    /// The key of the manifest, below the node type.
    pub key: String,
    pub value: String,
}

/// Settings that the pods of before did not have. A node type that is new has what any of before had.
pub(super) fn gained(old: Option<&Cluster>, new: &Cluster) -> Vec<Power> {
    let had = |of: &NodeType| -> Settings {
        if let Some(was) = old.and_then(|old| before(of, old, new)) {
            return settings(was);
        }
        let types = old.iter().flat_map(|old| &old.node_types);
        types.flat_map(settings).collect()
    };
    let mut found = Vec::new();
    for node_type in &new.node_types {
        let known = had(node_type);
        let more = settings(node_type).into_iter();
        found.extend(
            more.filter(|setting| !known.contains(setting))
                .map(|(key, value)| Power {
                    node_type: node_type.name.to_string(),
                    key,
                    value,
                }),
        );
    }
    found
}

/// Keys and values.
type Settings = BTreeSet<(String, String)>;

/// What loosens the pods of a node type.
fn settings(node_type: &NodeType) -> Settings {
    let mut found = Settings::new();
    container("", &node_type.container, &mut found);
    for (of, all) in [
        ("containers", &node_type.sidecars),
        ("initContainers", &node_type.init_containers),
    ] {
        for extra in all {
            let at = format!("pod.{of}.{}", extra.name);
            container(&format!("{at}."), &extra.container, &mut found);
            fields(&at, "", &extra.fields, &mut found);
        }
    }
    fields("pod", "", &node_type.pod, &mut found);
    found
}

/// `at` is empty, or ends with a dot.
fn container(at: &str, container: &Container, found: &mut Settings) {
    if let Some(context) = &container.security_context {
        let at = format!("{at}securityContext");
        look(&at, "securityContext", context, found);
    }
}

fn fields(at: &str, of: &str, fields: &[K8sFieldValue], found: &mut Settings) {
    for field in fields {
        let wire = field.wire.as_str();
        let path = format!("{at}.{wire}");
        let mut table = LOOSE.iter();
        let row =
            table.find(|(name, above, _)| *name == wire && above.is_none_or(|above| above == of));
        if let Some((_, _, loose)) = row {
            found.extend(
                loosens(loose, &field.value)
                    .into_iter()
                    .map(|value| (path.clone(), value)),
            );
        }
        look(&path, wire, &field.value, found);
    }
}

fn look(at: &str, of: &str, value: &K8sValue, found: &mut Settings) {
    match value {
        K8sValue::Struct { fields, .. } => self::fields(at, of, fields, found),
        K8sValue::List(items) => {
            for item in items {
                // By its name, wherever it stands.
                let named = match item {
                    K8sValue::Struct { fields, .. } => {
                        fields.iter().find(|field| field.wire.as_str() == "name")
                    }
                    _ => None,
                };
                let name = named.map(|field| format!(".{}", k8s(&field.value)));
                look(
                    &format!("{at}{}", name.unwrap_or_default()),
                    of,
                    item,
                    found,
                );
            }
        }
        _ => {}
    }
}

/// The values by which it loosens.
fn loosens(loose: &Loose, value: &K8sValue) -> Vec<String> {
    let text = k8s(value);
    let decided = !text.contains("${");
    let items = || match value {
        K8sValue::List(items) => items.iter().map(k8s).collect(),
        _ => vec![text.clone()],
    };
    let is_harmless = match loose {
        Loose::Each => return items(),
        Loose::Set => false,
        Loose::Unless(safe) => text == *safe,
        Loose::If(bad) => text != *bad && decided,
        Loose::With(bad) => items()
            .iter()
            .all(|item| item != bad && !item.contains("${")),
        Loose::Without(safe) => items().iter().any(|item| item == safe),
    };
    if is_harmless { Vec::new() } else { vec![text] }
}

#[cfg(test)]
mod tests;
