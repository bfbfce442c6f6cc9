//! `cluster.k8sConfigGroup`: which fields of core/v1 the custom resource exposes (MF-3).

use super::keys::{Section, Shape, key};
use super::reader::Reader;
use super::source::Spanned;

/// The section `cluster.k8sConfigGroup`; `fields: all` where it is absent.
#[derive(Debug, Clone, Default)]
pub struct K8sConfigGroup {
    pub fields: ExposedFields,
    pub required: Vec<Spanned<String>>,
    /// A field of `spec` of the same shape that lies under every group (DR-18).
    pub common: Option<Spanned<String>>,
}

/// The exposed fields.
#[derive(Debug, Clone, Default)]
pub enum ExposedFields {
    #[default]
    All,
    /// These, by name; not yet compared with the fields there are.
    Only(Vec<Spanned<String>>),
}

/// The fields of core/v1 that a k8s group can have. `port` is what `ports` is called in the Dsoi specification.
pub const K8S_FIELDS: &[&str] = &[
    "image",
    "imagePullPolicy",
    "imagePullSecrets",
    "command",
    "args",
    "env",
    "envFrom",
    "port",
    "ports",
    "resources",
    "livenessProbe",
    "readinessProbe",
    "startupProbe",
    "lifecycle",
    "securityContext",
    "podSecurityContext",
    "serviceAccountName",
    "nodeSelector",
    "affinity",
    "tolerations",
    "topologySpreadConstraints",
    "priorityClassName",
    "terminationGracePeriodSeconds",
    "additionalContainers",
    "initContainers",
    "volumes",
    "volumeMount",
    "storageConfig",
    "persistentVolumeClaimRetentionPolicy",
    "podMetadata",
    "service",
    "networkPolicy",
    "services",
    "podDisruptionBudget",
    "horizontalPodAutoscaler",
    "ingress",
    "ingressAnnotations",
    "updateStrategy",
    "podManagementPolicy",
    "dnsPolicy",
    "dnsConfig",
    "workloadAnnotations",
];

pub(super) static SECTION: Section = Section {
    path: "cluster.k8sConfigGroup",
    doc: "Which fields of Kubernetes a custom resource may set in its k8s groups.",
    keys: &[
        key(
            "fields",
            Shape::AllOrTexts,
            "`all`, or the names of the fields; `all` unless given.",
        ),
        key("required", Shape::Texts, "Fields that each group must set."),
        key(
            "common",
            Shape::Text,
            "Name of a field of `spec` of the same shape that lies under every group.",
        ),
    ],
};

pub(super) fn read(reader: &mut Reader<'_, '_>) -> K8sConfigGroup {
    let all = reader
        .node("fields")
        .and_then(|node| node.as_scalar())
        .is_some_and(|scalar| scalar.text == "all");
    let fields = if all { None } else { reader.texts("fields") };
    K8sConfigGroup {
        fields: fields.map_or(ExposedFields::All, ExposedFields::Only),
        required: reader.texts("required").unwrap_or_default(),
        common: reader.text("common"),
    }
}
