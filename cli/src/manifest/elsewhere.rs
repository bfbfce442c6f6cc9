//! Words that stand elsewhere than where one would write them first: fields of every custom resource, and parts of other sections.
//!
//! Out: where a word belongs, for the message about a key that is unknown and for `dsoi explain`.

use super::k8s_config_group::K8S_FIELDS;

/// What somebody may write for something that is called otherwise, or stands elsewhere.
const OTHERS: &[(&str, &str)] = &[
    ("stopped", "a custom resource has it as `spec.stopped`"),
    ("sidecar", SIDECARS),
    ("sidecars", SIDECARS),
    ("containers", SIDECARS),
    ("commonGroup", COMMON),
    ("commonGroups", COMMON),
    ("autoscaling", AUTOSCALER),
    ("hpa", AUTOSCALER),
    (
        "pdb",
        "a custom resource has it as `spec.k8sConfigGroup[].podDisruptionBudget`",
    ),
    (
        "disruptionBudget",
        "a custom resource has it as `spec.k8sConfigGroup[].podDisruptionBudget`",
    ),
];

const SIDECARS: &str = "see `pod.containers` of a node type: `dsoi explain sidecars`";
const COMMON: &str = "see `common` of `cluster.k8sConfigGroup` and `cluster.appConfigGroup`: `dsoi explain commonGroups`";
const AUTOSCALER: &str =
    "a custom resource has it as `spec.k8sConfigGroup[].horizontalPodAutoscaler`";

/// Where a word belongs.
pub fn place(word: &str) -> Option<String> {
    let same = |known: &&str| known.eq_ignore_ascii_case(word);
    if let Some(field) = K8S_FIELDS.iter().find(|field| same(field)) {
        return Some(format!(
            "a custom resource has it as `spec.k8sConfigGroup[].{field}`"
        ));
    }
    let other = OTHERS.iter().find(|(other, _)| same(other));
    other.map(|(_, place)| (*place).to_owned())
}
