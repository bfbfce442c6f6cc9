//! The k8s config group: which fields of Kubernetes the custom resource exposes (MF-3).

use super::{RustIdent, Type, WireName};

/// The projection that the manifest asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct K8sGroup {
    /// In the order of the manifest; `name` is not among them.
    pub fields: Vec<K8sGroupField>,
    /// The most storage entries that a group may have: 1 where the claim template's name does not tell entries apart.
    pub max_storage: Option<u32>,
}

impl K8sGroup {
    /// The field, if the manifest exposes it.
    pub fn field(&self, field: K8sField) -> Option<&K8sGroupField> {
        self.fields.iter().find(|known| known.field == field)
    }
}

/// One exposed field.
#[derive(Clone, Debug, PartialEq)]
pub struct K8sGroupField {
    pub field: K8sField,
    /// Its name in JSON, after `cluster.spelling`.
    pub wire: WireName,
    /// Its name in the generated struct.
    pub ident: RustIdent,
    pub ty: Type,
    pub required: bool,
}

macro_rules! k8s_fields {
    ($($variant:ident = $word:literal: $form:ident $ty:literal),* $(,)?) => {
        /// A field that a k8s config group can have.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum K8sField {
            $($variant),*
        }

        impl K8sField {
            /// All of them, in the order of the reference: what `fields: all` means.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word of the manifest, which is its name in JSON unless `spelling` says otherwise.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// Whether it is one value, a list or a map, and of which Kubernetes type (`string`, `int` for plain ones).
            pub fn form(self) -> (Form, &'static str) {
                match self { $(Self::$variant => (Form::$form, $ty)),* }
            }
        }
    };
}

/// The outer shape of a k8s config group's field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    One,
    List,
    Map,
}

k8s_fields! {
    Image = "image": One "string",
    ImagePullPolicy = "imagePullPolicy": One "string",
    ImagePullSecrets = "imagePullSecrets": List "LocalObjectReference",
    Command = "command": List "string",
    Args = "args": List "string",
    Env = "env": List "EnvVar",
    EnvFrom = "envFrom": List "EnvFromSource",
    Ports = "ports": List "ContainerPort",
    Resources = "resources": One "ResourceRequirements",
    LivenessProbe = "livenessProbe": One "Probe",
    ReadinessProbe = "readinessProbe": One "Probe",
    StartupProbe = "startupProbe": One "Probe",
    Lifecycle = "lifecycle": One "Lifecycle",
    SecurityContext = "securityContext": One "SecurityContext",
    PodSecurityContext = "podSecurityContext": One "PodSecurityContext",
    ServiceAccountName = "serviceAccountName": One "string",
    NodeSelector = "nodeSelector": Map "string",
    Affinity = "affinity": One "Affinity",
    Tolerations = "tolerations": List "Toleration",
    TopologySpreadConstraints = "topologySpreadConstraints": List "TopologySpreadConstraint",
    PriorityClassName = "priorityClassName": One "string",
    TerminationGracePeriodSeconds = "terminationGracePeriodSeconds": One "int",
    AdditionalContainers = "additionalContainers": List "Container",
    InitContainers = "initContainers": List "Container",
    Volumes = "volumes": List "Volume",
    VolumeMount = "volumeMount": List "VolumeMount",
    StorageConfig = "storageConfig": List "StorageConfig",
    ClaimRetention = "persistentVolumeClaimRetentionPolicy": One "StatefulSetPersistentVolumeClaimRetentionPolicy",
    PodMetadata = "podMetadata": One "PodMetadata",
    Service = "service": One "ServiceSpec",
    NetworkPolicy = "networkPolicy": One "NetworkPolicySpec",
    Services = "services": List "NamedService",
    PodDisruptionBudget = "podDisruptionBudget": One "PodDisruptionBudgetSpec",
    HorizontalPodAutoscaler = "horizontalPodAutoscaler": One "AutoscalerSpec",
    Ingress = "ingress": One "IngressSpec",
    IngressAnnotations = "ingressAnnotations": Map "string",
    UpdateStrategy = "updateStrategy": One "UpdateStrategy",
    PodManagementPolicy = "podManagementPolicy": One "string",
    DnsPolicy = "dnsPolicy": One "string",
    DnsConfig = "dnsConfig": One "PodDNSConfig",
    WorkloadAnnotations = "workloadAnnotations": Map "string",
}
