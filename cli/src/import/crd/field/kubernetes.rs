//! Fields that are of a type of Kubernetes, by their names and what is in them.

use super::super::super::yaml::Yaml;
use crate::check::k8s_fields_of;

/// Names that fields of well-known types of Kubernetes have, and those types.
const KUBERNETES: &[(&str, &str)] = &[
    ("affinity", "Affinity"),
    ("resources", "ResourceRequirements"),
    ("securityContext", "PodSecurityContext"),
    ("podSecurityContext", "PodSecurityContext"),
    ("containerSecurityContext", "SecurityContext"),
    ("livenessProbe", "Probe"),
    ("readinessProbe", "Probe"),
    ("startupProbe", "Probe"),
    ("lifecycle", "Lifecycle"),
    ("tolerations", "Toleration"),
    ("topologySpreadConstraints", "TopologySpreadConstraint"),
    ("env", "EnvVar"),
    ("envFrom", "EnvFromSource"),
    ("volumes", "Volume"),
    ("volumeMounts", "VolumeMount"),
    ("imagePullSecrets", "LocalObjectReference"),
];

/// The type of Kubernetes that a schema is, by the field's name and what is in it.
pub(super) fn kubernetes(name: &str, schema: &Yaml) -> Option<String> {
    let items = schema.get("items");
    let properties = items.unwrap_or(schema).entries_at(&["properties"]);
    let (_, ty) = KUBERNETES.iter().find(|(known, _)| *known == name)?;
    let fields = k8s_fields_of(ty)?;
    let same = !properties.is_empty()
        && properties
            .iter()
            .all(|(key, _)| fields.contains(&key.as_str()));
    let word = format!("k8s.{ty}");
    same.then(|| match items {
        Some(_) => format!("list<{word}>"),
        None => word,
    })
}
