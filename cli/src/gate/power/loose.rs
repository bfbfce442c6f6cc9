//! Settings that loosen a pod (SE-28): THE table of them.
//!
//! In: a field of Kubernetes and its value. Out: what of the value loosens. A value that only a custom resource tells may be the
//! worst one.

use super::super::children::k8s;
use super::row;
use crate::model::K8sValue;

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

/// What of the value of a field below another one loosens; `None` where no value of it does.
pub(super) fn values(wire: &str, of: &str, value: &K8sValue) -> Option<Vec<String>> {
    row(LOOSE, wire, of).map(|loose| loosens(loose, value))
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
