//! Children of a custom resource: their kinds, scopes, names and labels.

use super::{LabelKey, Text};

/// A kind of child that an operator can make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChildKind {
    ConfigMap,
    Service,
    StatefulSet,
    Deployment,
    PersistentVolumeClaim,
    NetworkPolicy,
    /// Looked at, never made.
    Pod,
    /// What a node type ran before.
    ControllerRevision,
    PodDisruptionBudget,
    HorizontalPodAutoscaler,
    Ingress,
}

impl ChildKind {
    /// Its name in Kubernetes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ConfigMap => "ConfigMap",
            Self::Service => "Service",
            Self::StatefulSet => "StatefulSet",
            Self::Deployment => "Deployment",
            Self::PersistentVolumeClaim => "PersistentVolumeClaim",
            Self::NetworkPolicy => "NetworkPolicy",
            Self::Pod => "Pod",
            Self::ControllerRevision => "ControllerRevision",
            Self::PodDisruptionBudget => "PodDisruptionBudget",
            Self::HorizontalPodAutoscaler => "HorizontalPodAutoscaler",
            Self::Ingress => "Ingress",
        }
    }
}

/// Who shares a child: a wider child is built once and sees only what its scope sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    Node,
    ConfigGroup,
    Cluster,
}

/// A name that is built from the facts of its scope. Its alphabet and length were proven: see `Cluster::limits`.
#[derive(Clone, Debug, PartialEq)]
pub struct NameTemplate(pub Text);

/// Name templates (MF-7); `None` is the runtime's default.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Names {
    pub workload: Option<NameTemplate>,
    pub service: Option<NameTemplate>,
    pub headless: Option<NameTemplate>,
    pub container: Option<NameTemplate>,
    /// A config map of one node.
    pub config_map: Option<NameTemplate>,
    /// A config map of one app config group.
    pub group_config_map: Option<NameTemplate>,
    /// A config map of the cluster.
    pub cluster_config_map: Option<NameTemplate>,
    /// May use `storage.name`.
    pub claim_template: Option<NameTemplate>,
    /// May use `storage.name`.
    pub claim: Option<NameTemplate>,
}

/// The app's labels (MF-8), in the order of the manifest.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Labels {
    pub entries: Vec<LabelEntry>,
}

/// One label of the app.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelEntry {
    pub key: LabelKey,
    pub value: Text,
    /// The widest child that carries it: a label whose value needs a node is left out of cluster-wide children.
    pub widest: Scope,
}
