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

/// Fields of a pod, which a node type has in `pod`.
const OF_POD: &[&str] = &[
    "affinity",
    "automountServiceAccountToken",
    "dnsConfig",
    "dnsPolicy",
    "hostAliases",
    "hostIPC",
    "hostNetwork",
    "hostPID",
    "imagePullSecrets",
    "initContainers",
    "nodeSelector",
    "priorityClassName",
    "runtimeClassName",
    "schedulerName",
    "serviceAccountName",
    "shareProcessNamespace",
    "terminationGracePeriodSeconds",
    "tolerations",
    "topologySpreadConstraints",
    "volumes",
];

/// Fields of a workload, which a node type has in `workload`.
const OF_WORKLOAD: &[&str] = &[
    "minReadySeconds",
    "podManagementPolicy",
    "progressDeadlineSeconds",
    "revisionHistoryLimit",
    "strategy",
    "updateStrategy",
];

/// Where a node type has a word; `None` of another section.
pub(super) fn of_node_type(section: &str, word: &str) -> Option<String> {
    if section != "cluster.nodeTypes.T" {
        return None;
    }
    let find = |list: &[&'static str]| {
        let mut list = list.iter().copied();
        list.find(|known| known.eq_ignore_ascii_case(word))
    };
    let own = match (find(OF_POD), find(OF_WORKLOAD)) {
        (Some(field), _) => format!("`pod.{field}` is what is meant"),
        (None, Some(field)) => format!("`workload.{field}` is what is meant"),
        (None, None) => return None,
    };
    Some(match find(K8S_FIELDS) {
        Some(field) => {
            format!("{own}; a custom resource adds its own as `spec.k8sConfigGroup[].{field}`")
        }
        None => own,
    })
}

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
