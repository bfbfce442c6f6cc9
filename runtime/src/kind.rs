//! The table of child kinds: everything that differs from kind to kind, once.
//!
//! Apply order, watches, pruning, rights and the remedy for immutable fields are all read from here.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A kind of object that a cluster is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ChildKind {
    ConfigMap,
    Service,
    NetworkPolicy,
    StatefulSet,
    Deployment,
    PersistentVolumeClaim,
    /// Looked at and never made: whether it runs halts or goes on with an upgrade.
    Pod,
    /// What a node type ran before, so that it can go back to it (DS-25).
    ControllerRevision,
    PodDisruptionBudget,
    HorizontalPodAutoscaler,
    Ingress,
}

/// How much of each object the cache needs from the API server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatchForm {
    /// The whole object: its spec and status are read.
    Full,
    /// The metadata only.
    Metadata,
}

/// What becomes of a child that is no longer desired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrunePolicy {
    /// It goes, if the custom resource owns it.
    Prune,
    /// It stays: it holds data.
    Keep,
    /// It is not the plan's to remove: others made it, or the rollout keeps a few of them.
    Never,
}

/// What to do when an immutable field has to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Say so in a condition and leave the object.
    Refuse,
    /// Delete the object and create it anew, where the value changes from or to this one; nothing but
    /// an address is lost. The server keeps this value also when an apply leaves the field out.
    Recreate { sticky: &'static str },
    /// Leave the object and say so: a person may delete it without its pods, and it is made anew over
    /// them.
    Orphan,
}

/// A field that the API server does not let change, as a JSON pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Immutable {
    pub path: &'static str,
    pub remedy: Remedy,
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindRow {
    pub kind: ChildKind,
    /// Empty for the core group.
    pub group: &'static str,
    pub version: &'static str,
    pub plural: &'static str,
    /// Lower is written first, higher is removed first. Claims come before the workloads that mount
    /// them: a claim of somebody else holds its node back, and its volume is never mounted (SE-9).
    pub rank: u8,
    pub watch: WatchForm,
    pub prune: PrunePolicy,
    /// Whether a content change is tried as a dry run before it is written (D9).
    pub preflight: bool,
    pub immutable: &'static [Immutable],
    /// Fields that stay with their old value when an apply leaves them out, so that `build` always
    /// writes them, as JSON pointers.
    pub always_sent: &'static [&'static str],
    /// What the operator's Role must allow on it. Claims that stand alone need `create` and `get` besides.
    pub verbs: &'static [&'static str],
}

const WRITE: &[&str] = &["create", "delete", "get", "list", "patch", "watch"];

/// Comes last: a refusal of one of these holds nothing else of its node back.
const BESIDE: u8 = 5;

/// A child that stands beside its node's workload and may change in every field.
const fn beside(
    kind: ChildKind,
    group: &'static str,
    version: &'static str,
    plural: &'static str,
) -> KindRow {
    KindRow {
        kind,
        group,
        version,
        plural,
        rank: BESIDE,
        watch: WatchForm::Metadata,
        prune: PrunePolicy::Prune,
        preflight: true,
        immutable: &[],
        always_sent: &[],
        verbs: WRITE,
    }
}

const fn immutable(path: &'static str, remedy: Remedy) -> Immutable {
    Immutable { path, remedy }
}

static TABLE: [KindRow; 11] = [
    KindRow {
        kind: ChildKind::ConfigMap,
        group: "",
        version: "v1",
        plural: "configmaps",
        rank: 0,
        watch: WatchForm::Metadata,
        prune: PrunePolicy::Prune,
        preflight: false,
        immutable: &[],
        always_sent: &[],
        verbs: WRITE,
    },
    KindRow {
        kind: ChildKind::Service,
        group: "",
        version: "v1",
        plural: "services",
        rank: 1,
        watch: WatchForm::Metadata,
        prune: PrunePolicy::Prune,
        preflight: true,
        immutable: &[immutable(
            "/spec/clusterIP",
            Remedy::Recreate { sticky: "None" },
        )],
        always_sent: &[],
        verbs: WRITE,
    },
    KindRow {
        kind: ChildKind::NetworkPolicy,
        group: "networking.k8s.io",
        version: "v1",
        plural: "networkpolicies",
        rank: 2,
        watch: WatchForm::Metadata,
        prune: PrunePolicy::Prune,
        preflight: false,
        immutable: &[],
        always_sent: &[],
        verbs: WRITE,
    },
    KindRow {
        kind: ChildKind::StatefulSet,
        group: "apps",
        version: "v1",
        plural: "statefulsets",
        rank: 4,
        watch: WatchForm::Full,
        prune: PrunePolicy::Prune,
        preflight: true,
        immutable: &[
            immutable("/spec/selector", Remedy::Orphan),
            immutable("/spec/serviceName", Remedy::Orphan),
            immutable("/spec/podManagementPolicy", Remedy::Orphan),
            immutable("/spec/volumeClaimTemplates", Remedy::Orphan),
        ],
        always_sent: &[
            "/spec/template/spec/serviceAccountName",
            "/spec/podManagementPolicy",
            "/spec/updateStrategy",
            "/spec/persistentVolumeClaimRetentionPolicy",
        ],
        verbs: WRITE,
    },
    KindRow {
        kind: ChildKind::Deployment,
        group: "apps",
        version: "v1",
        plural: "deployments",
        rank: 4,
        watch: WatchForm::Full,
        prune: PrunePolicy::Prune,
        preflight: true,
        // A Deployment that is deleted takes its pods with it.
        immutable: &[immutable("/spec/selector", Remedy::Refuse)],
        always_sent: &["/spec/template/spec/serviceAccountName", "/spec/strategy"],
        verbs: WRITE,
    },
    KindRow {
        kind: ChildKind::PersistentVolumeClaim,
        group: "",
        version: "v1",
        plural: "persistentvolumeclaims",
        rank: 3,
        watch: WatchForm::Full,
        prune: PrunePolicy::Keep,
        preflight: true,
        immutable: &[
            immutable("/spec/accessModes", Remedy::Refuse),
            immutable("/spec/dataSource", Remedy::Refuse),
            immutable("/spec/dataSourceRef", Remedy::Refuse),
            immutable("/spec/selector", Remedy::Refuse),
            immutable("/spec/storageClassName", Remedy::Refuse),
            immutable("/spec/volumeMode", Remedy::Refuse),
            immutable("/spec/volumeName", Remedy::Refuse),
        ],
        always_sent: &[],
        verbs: &["list", "patch", "watch"],
    },
    KindRow {
        kind: ChildKind::Pod,
        group: "",
        version: "v1",
        plural: "pods",
        rank: 5,
        watch: WatchForm::Full,
        prune: PrunePolicy::Never,
        preflight: false,
        immutable: &[],
        always_sent: &[],
        verbs: &["delete", "list", "watch"],
    },
    KindRow {
        kind: ChildKind::ControllerRevision,
        group: "apps",
        version: "v1",
        plural: "controllerrevisions",
        rank: 0,
        watch: WatchForm::Metadata,
        prune: PrunePolicy::Never,
        preflight: false,
        immutable: &[],
        always_sent: &[],
        verbs: WRITE,
    },
    beside(
        ChildKind::PodDisruptionBudget,
        "policy",
        "v1",
        "poddisruptionbudgets",
    ),
    beside(
        ChildKind::HorizontalPodAutoscaler,
        "autoscaling",
        "v2",
        "horizontalpodautoscalers",
    ),
    beside(ChildKind::Ingress, "networking.k8s.io", "v1", "ingresses"),
];

/// Every row, in the order of `ChildKind`.
pub fn all() -> &'static [KindRow] {
    &TABLE
}

impl ChildKind {
    /// This kind's row of the table.
    pub fn row(self) -> &'static KindRow {
        let [
            config_map,
            service,
            network_policy,
            stateful_set,
            deployment,
            claim,
            pod,
            revision,
            budget,
            autoscaler,
            ingress,
        ] = &TABLE;
        match self {
            Self::ConfigMap => config_map,
            Self::Service => service,
            Self::NetworkPolicy => network_policy,
            Self::StatefulSet => stateful_set,
            Self::Deployment => deployment,
            Self::PersistentVolumeClaim => claim,
            Self::Pod => pod,
            Self::ControllerRevision => revision,
            Self::PodDisruptionBudget => budget,
            Self::HorizontalPodAutoscaler => autoscaler,
            Self::Ingress => ingress,
        }
    }

    /// The kind as the Kubernetes API writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ConfigMap => "ConfigMap",
            Self::Service => "Service",
            Self::NetworkPolicy => "NetworkPolicy",
            Self::StatefulSet => "StatefulSet",
            Self::Deployment => "Deployment",
            Self::PersistentVolumeClaim => "PersistentVolumeClaim",
            Self::Pod => "Pod",
            Self::ControllerRevision => "ControllerRevision",
            Self::PodDisruptionBudget => "PodDisruptionBudget",
            Self::HorizontalPodAutoscaler => "HorizontalPodAutoscaler",
            Self::Ingress => "Ingress",
        }
    }

    /// The label that tells the operator's own objects of the kind from those that others made and
    /// gave the labels of its pods.
    pub fn mark(self) -> Option<&'static str> {
        (self == Self::ControllerRevision).then_some(crate::labels::NODE_TYPE)
    }

    /// Whether pods run under it.
    pub fn is_workload(self) -> bool {
        matches!(self, Self::StatefulSet | Self::Deployment)
    }
}

impl KindRow {
    /// `apps/v1`, or `v1` for the core group.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_owned()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// What a dynamic client needs to know.
    pub fn api_resource(&self) -> kube::core::ApiResource {
        kube::core::ApiResource {
            group: self.group.to_owned(),
            version: self.version.to_owned(),
            api_version: self.api_version(),
            kind: self.kind.as_str().to_owned(),
            plural: self.plural.to_owned(),
        }
    }
}

impl fmt::Display for ChildKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which object: `Service prod/query-0`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    pub kind: ChildKind,
    pub namespace: String,
    pub name: String,
}

impl ObjectId {
    pub fn new(kind: ChildKind, namespace: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            kind,
            namespace: namespace.into(),
            name: name.into(),
        }
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/{}", self.kind, self.namespace, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_finds_its_own_row() {
        for row in all() {
            assert_eq!(row.kind.row(), row);
        }
    }
}
