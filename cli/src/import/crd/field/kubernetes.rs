//! Fields that are of a type of Kubernetes, by their names and what is in them.

use super::super::super::lost::Weight;
use super::super::super::yaml::Yaml;
use super::{Fields, Ty};
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

/// What a schema of Kubernetes' own never says of what is allowed, and one that was written by hand may.
const RULES: &[&str] = &[
    "allOf",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "oneOf",
    "x-kubernetes-validations",
];

/// The type of Kubernetes that a schema is, by the field's name and what is in it.
pub(super) fn kubernetes(name: &str, schema: &Yaml) -> Option<Ty> {
    let items = schema.get("items");
    let properties = items.unwrap_or(schema).entries_at(&["properties"]);
    let (_, ty) = KUBERNETES.iter().find(|(known, _)| *known == name)?;
    let fields = k8s_fields_of(ty)?;
    let same = !properties.is_empty()
        && properties
            .iter()
            .all(|(key, _)| fields.contains(&key.as_str()));
    same.then(|| match items {
        Some(_) => Ty::List(Box::new(Ty::Kubernetes(ty))),
        None => Ty::Kubernetes(ty),
    })
}

impl Fields<'_> {
    /// Notes where the schema of an object allows less than the type of Kubernetes that it becomes.
    pub(super) fn narrower(&mut self, ty: &Ty, object: &Yaml, path: &str) {
        let name = match ty {
            Ty::Kubernetes(name) => name,
            Ty::List(item) => match **item {
                Ty::Kubernetes(name) => name,
                _ => return,
            },
            _ => return,
        };
        let all = k8s_fields_of(name).map_or(0, |fields| fields.len());
        if object.entries_at(&["properties"]).len() < all {
            self.losses.add(
                Weight::Changed,
                path,
                &format!("it is Kubernetes' own {name} now, so it has more fields than before"),
                "",
            );
        }
        for (field, schema) in object.entries_at(&["properties"]) {
            self.rules(schema, &format!("{path}.{field}"));
        }
    }

    fn rules(&mut self, schema: &Yaml, path: &str) {
        for (key, _) in schema.entries() {
            if RULES.contains(&key.as_str()) {
                self.losses.add(
                    Weight::Changed,
                    format!("{path}, {key}"),
                    "the rules of Kubernetes' own type count",
                    "`cluster.rules`, in CEL over the whole resource",
                );
            }
        }
        for (field, schema) in schema.entries_at(&["properties"]) {
            self.rules(schema, &format!("{path}.{field}"));
        }
        for key in ["items", "additionalProperties"] {
            if let Some(schema) = schema.get(key) {
                self.rules(schema, &format!("{path}[]"));
            }
        }
    }
}
