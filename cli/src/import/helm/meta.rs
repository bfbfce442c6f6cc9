//! Names, labels and annotations of objects: what of them the manifest does not have.

use super::super::lost::{Losses, Weight};
use super::super::yaml::Yaml;
use super::Object;

/// What stands beside a name and is of the object in a cluster, not of what it describes.
const OF_CLUSTER: &[&str] = &[
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "finalizers",
    "generateName",
    "generation",
    "managedFields",
    "ownerReferences",
    "resourceVersion",
    "selfLink",
    "uid",
];
/// What programs write about an object that they made.
const OF_PROGRAMS: &[&str] = &[
    "deployment.kubernetes.io/revision",
    "kubectl.kubernetes.io/last-applied-configuration",
    "kubectl.kubernetes.io/restartedAt",
    "meta.helm.sh/release-name",
    "meta.helm.sh/release-namespace",
];

/// Labels that the operator gives in its own way, or that name the chart.
fn is_standard(key: &str) -> bool {
    ["app.kubernetes.io/", "helm.sh/"]
        .iter()
        .any(|prefix| key.starts_with(prefix))
}

/// Notes what the metadata of an object says that its children will not have. Its annotations have a place, if it is a Service.
pub(super) fn of_object(object: Object<'_>, annotated: bool, losses: &mut Losses) {
    let title = object.title();
    let metadata = object.root.at(&["metadata"]).unwrap_or(&Yaml::Null);
    for (key, value) in metadata.entries() {
        match key.as_str() {
            "name" => {}
            "namespace" => losses.add(
                Weight::LeftOut,
                format!("namespace {}", value.words().unwrap_or_default()),
                "everything is in the namespace of its custom resource",
                "",
            ),
            "labels" => {
                for (label, _) in value.entries().iter().filter(|(key, _)| !is_standard(key)) {
                    losses.add(
                        Weight::LeftOut,
                        format!("{title}, label {label}"),
                        "objects have the labels of the operator: who looks for this one does not find them",
                        "`cluster.labels` sets those of all objects",
                    );
                }
            }
            "annotations" if annotated => {}
            "annotations" => annotations(&title, value, losses),
            key if OF_CLUSTER.contains(&key) => {}
            key => losses.add(
                Weight::LeftOut,
                format!("{title}, metadata.{key}"),
                "a manifest has nothing like it",
                "",
            ),
        }
    }
}

fn annotations(title: &str, value: &Yaml, losses: &mut Losses) {
    for (key, value) in value.entries() {
        if !OF_PROGRAMS.contains(&key.as_str()) {
            let value = value.words().unwrap_or_default();
            losses.add(
                Weight::LeftOut,
                format!("{title}, annotation {key}: {value}"),
                "a manifest has no annotations of this object: who acts on this one does not any more",
                "the hook `mutate` can set it",
            );
        }
    }
}

/// Notes the labels and annotations of a pod.
pub(super) fn of_pod(metadata: Option<&Yaml>, title: &str, losses: &mut Losses) {
    let metadata = metadata.unwrap_or(&Yaml::Null);
    for (key, value) in metadata.entries_at(&["annotations"]) {
        if key.starts_with("checksum/") {
            losses.add(
                Weight::LeftOut,
                format!("{title}, annotation {key} of pods"),
                "not needed: the operator restarts pods when a file changes",
                "",
            );
        } else if !OF_PROGRAMS.contains(&key.as_str()) {
            let value = value.words().unwrap_or_default();
            losses.add(
                Weight::Resource,
                format!("{title}, annotation {key}: {value}"),
                "annotations of pods",
                "`k8sConfigGroup[].podMetadata.annotations`",
            );
        }
    }
    for (key, value) in metadata.entries_at(&["labels"]) {
        if !is_standard(key) {
            let value = value.words().unwrap_or_default();
            losses.add(
                Weight::Resource,
                format!("{title}, label {key}: {value}"),
                "labels of pods: who looks for pods by this one does not find them",
                "`k8sConfigGroup[].podMetadata.labels`",
            );
        }
    }
    for (key, _) in metadata.entries() {
        let known = ["annotations", "labels", "name", "namespace"].contains(&key.as_str());
        if !known && !OF_CLUSTER.contains(&key.as_str()) {
            losses.add(
                Weight::LeftOut,
                format!("{title}, metadata.{key} of pods"),
                "a manifest has nothing like it",
                "",
            );
        }
    }
}
