//! What every custom resource has, whatever its manifest says: the words that are no keys of a manifest.

use crate::manifest::{elsewhere, explain};
use crate::model::K8sField;

/// The subject that lists them.
pub(super) const NAME: &str = "resource";
pub(super) const TITLE: &str = "what every custom resource has, beside the manifest's own fields";

/// The key of the manifest that chooses among the fields.
const FIELDS: &str = "cluster.k8sConfigGroup.fields";

/// Fields of `spec` that every custom resource has.
const SPEC: &[(&str, &str)] = &[
    (
        "nodes",
        "The nodes: name, kind, replicas, nodeType, k8sConfigGroup and appConfigGroup of each.",
    ),
    (
        "k8sConfigGroup",
        "Groups of Kubernetes settings, which nodes share by name.",
    ),
    (
        "appConfigGroup",
        "Groups of the application's settings, with the fields of the manifest.",
    ),
    (
        "external",
        "What the cluster needs and somebody else runs, as the manifest declares it.",
    ),
    (
        "deploymentOrder",
        "The order of upgrades, in place of the manifest's.",
    ),
    (
        "rollout",
        "`strategy`, `onCrash` and `after`, in place of the manifest's `cluster.rollout`.",
    ),
    (
        "stopped",
        "`true` takes all pods away and keeps everything else.",
    ),
];

/// A word of custom resources, or the list of them.
pub(super) fn explain(what: &str) -> Option<String> {
    if what.eq_ignore_ascii_case(NAME) {
        let rows = SPEC.iter().map(|(word, doc)| row(word, doc));
        return Some(format!(
            "{NAME}: {TITLE}\n\nspec:\n{}\nspec.k8sConfigGroup[], as far as `{FIELDS}` exposes them:\n{}\nThe names are as they stand without `cluster.spelling`.\n",
            rows.collect::<String>(),
            fields(),
        ));
    }
    let word = what.strip_prefix("spec.").unwrap_or(what);
    let word = word.strip_prefix("k8sConfigGroup[].").unwrap_or(word);
    let field = K8sField::ALL
        .iter()
        .find(|field| field.word().eq_ignore_ascii_case(word));
    if let Some(field) = field {
        let name = field.word();
        return Some(format!(
            "{name}: a field of custom resources, `spec.k8sConfigGroup[].{name}`\n\n{}\n{}",
            field.meaning(),
            manifest(name)
        ));
    }
    let known = SPEC
        .iter()
        .find(|(known, _)| *known == "stopped" && known.eq_ignore_ascii_case(word));
    if let Some((name, doc)) = known {
        return Some(format!(
            "{name}: a field of custom resources, `spec.{name}`\n\n{doc}\n"
        ));
    }
    if what.contains('.') {
        return None;
    }
    let place = elsewhere::place(what)?;
    Some(format!("{what}: {place}\n{}", manifest(what)))
}

/// What a path of the manifest leaves to this list.
pub(super) fn beside(path: &str) -> String {
    if path == FIELDS {
        format!("\n{}", fields())
    } else {
        String::new()
    }
}

fn fields() -> String {
    let all = K8sField::ALL.iter();
    all.map(|field| row(field.word(), field.meaning()))
        .collect()
}

fn row(word: &str, doc: &str) -> String {
    format!("  {word:36} {doc}\n")
}

/// Where a manifest has a key of that name.
fn manifest(word: &str) -> String {
    let paths = explain::paths_to(word);
    if paths.is_empty() {
        String::new()
    } else {
        format!("\nIn a manifest: {}\n", paths.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_custom_resources_say_where_they_stand() {
        for (word, place) in [
            (
                "podDisruptionBudget",
                "`spec.k8sConfigGroup[].podDisruptionBudget`",
            ),
            (
                "horizontalpodautoscaler",
                "`spec.k8sConfigGroup[].horizontalPodAutoscaler`",
            ),
            (
                "spec.k8sConfigGroup[].ingress",
                "`spec.k8sConfigGroup[].ingress`",
            ),
            ("services", "`cluster.nodeTypes.T.services`"),
            ("stopped", "`spec.stopped`"),
            ("hpa", "horizontalPodAutoscaler"),
            ("sidecar", "pod.containers"),
        ] {
            let text = explain(word).unwrap_or_else(|| panic!("{word}"));
            assert!(text.contains(place), "{text}");
        }
        assert_eq!(explain("cluster.nodeTypes.T.services"), None);
        assert_eq!(explain("kinds"), None);
        let all = explain(NAME).unwrap_or_default();
        let listed = beside(FIELDS);
        for field in K8sField::ALL {
            assert!(
                all.contains(field.word()) && listed.contains(field.word()),
                "{field:?}"
            );
        }
    }
}
