//! What stands around workloads and is no part of them: noted, with the place that it belongs to.

use super::super::lost::{Losses, Weight};
use super::super::yaml::Yaml;
use super::{Object, World, meta, storage};

/// Notes how many pods a workload has, and a Service that names them and is not there.
pub(super) fn numbers(object: Object<'_>, node_type: &str, losses: &mut Losses) {
    let spec = object.root.at(&["spec"]).unwrap_or(&Yaml::Null);
    let title = object.title();
    if let Some(replicas) = spec.get("replicas").and_then(Yaml::words) {
        losses.add(
            Weight::Resource,
            format!("{title}, replicas: {replicas}"),
            "how many there are",
            &format!("`nodes[].replicas: {replicas}` of `{node_type}` nodes"),
        );
    }
    if let Some(service) = spec
        .text_at(&["serviceName"])
        .filter(|name| !name.is_empty())
    {
        losses.add(
            Weight::Changed,
            format!("{title}, serviceName {service}"),
            "pods have names in DNS through the headless Service of their node: what is called POD.SERVICE has another name, for clients too",
            "`${p.host}` in a `$for: p in pods.TYPE` is the name of a pod",
        );
    }
}

/// Kinds that no node type has, what that means, and where they belong.
const KINDS: &[(&str, Weight, &str, &str)] = &[
    (
        "PodDisruptionBudget",
        Weight::Resource,
        "there is one for each node that asks for it",
        "`k8sConfigGroup[].podDisruptionBudget`",
    ),
    (
        "HorizontalPodAutoscaler",
        Weight::Resource,
        "there is one for each node that asks for it",
        "`k8sConfigGroup[].horizontalPodAutoscaler`",
    ),
    (
        "Ingress",
        Weight::Resource,
        "there is one for each node that asks for it, and nobody reaches it from outside without",
        "`k8sConfigGroup[].ingress`",
    ),
    (
        "NetworkPolicy",
        Weight::Security,
        "there is one for each node that asks for it, and everybody reaches its pods without",
        "`k8sConfigGroup[].networkPolicy`",
    ),
    (
        "PersistentVolumeClaim",
        Weight::Resource,
        "storage is brought by each custom resource",
        "`k8sConfigGroup[].storageConfig`",
    ),
    (
        "Secret",
        Weight::Resource,
        "secrets are not read; where a variable has one it became a field of the custom resource",
        "make it in the namespace of each custom resource",
    ),
    (
        "ServiceAccount",
        Weight::Resource,
        "the operator makes no accounts for pods",
        "make it yourself, and name it with `k8sConfigGroup[].serviceAccountName`",
    ),
    ("Role", Weight::Security, RIGHTS, RIGHTS_INSTEAD),
    ("ClusterRole", Weight::Security, RIGHTS, RIGHTS_INSTEAD),
    ("RoleBinding", Weight::Security, RIGHTS, RIGHTS_INSTEAD),
    (
        "ClusterRoleBinding",
        Weight::Security,
        RIGHTS,
        RIGHTS_INSTEAD,
    ),
    (
        "Job",
        Weight::LeftOut,
        "an operator of this kind runs nothing that ends, so what it did is not done",
        "what must happen around an upgrade can be a hook of the node type: `dsoi explain cluster.nodeTypes.T.hooks`",
    ),
    (
        "CronJob",
        Weight::LeftOut,
        "an operator of this kind runs nothing by the clock, so what it did is not done",
        "apply it by itself",
    ),
    (
        "Pod",
        Weight::LeftOut,
        "a single pod is no node: nobody starts it again",
        "",
    ),
    (
        "DaemonSet",
        Weight::LeftOut,
        "a node type is a StatefulSet or a Deployment, so it does not run",
        "apply it by itself",
    ),
    (
        "CustomResourceDefinition",
        Weight::LeftOut,
        "the definition of another kind",
        "`dsoi import crd` makes a manifest of it",
    ),
    (
        "PodSecurityPolicy",
        Weight::Security,
        "it kept pods in bounds, and nothing of it does any more",
        "`cluster.security.profile`, and a label of the namespace",
    ),
    (
        "Namespace",
        Weight::LeftOut,
        "everything is in the namespace of its custom resource",
        "",
    ),
];

const RIGHTS: &str = "what pods may ask of the API server stays with their account, which the operator does not make";
const RIGHTS_INSTEAD: &str = "apply it by itself; rights of the operator are `operator.rules`";

/// Notes every object that no node type has.
pub(super) fn note(world: &World<'_>, losses: &mut Losses) {
    for object in &world.objects {
        let title = object.title();
        if world.used.contains(&title) {
            if object.kind == "ConfigMap" {
                unused(*object, world, losses);
                meta::of_object(*object, false, losses);
            }
            continue;
        }
        if ["StatefulSet", "Deployment"].contains(&object.kind) {
            continue;
        }
        let known = KINDS.iter().find(|(kind, ..)| *kind == object.kind);
        let title = if object.kind == "PersistentVolumeClaim" {
            let spec = object.root.get("spec");
            format!("{title}{}", spec.map(storage::said).unwrap_or_default())
        } else {
            title
        };
        match (known, object.kind) {
            (Some((_, weight, why, instead)), _) => losses.add(*weight, title, why, instead),
            (None, "ConfigMap") => losses.add(
                Weight::LeftOut,
                title,
                "no container mounts it or takes variables from it",
                "`cluster.configMaps`",
            ),
            (None, "Service") => losses.add(
                Weight::LeftOut,
                title,
                "it selects no node type's pods",
                "`services` of a node type",
            ),
            _ => losses.add(
                Weight::LeftOut,
                title,
                "no kind of object that the operator makes",
                "apply it by itself",
            ),
        }
    }
}

/// Notes the keys of a ConfigMap that nothing takes, where something takes others.
fn unused(map: Object<'_>, world: &World<'_>, losses: &mut Losses) {
    for (key, _) in map.root.entries_at(&["data"]) {
        let at = (map.title(), key.clone());
        if !world.used_keys.contains(&at) {
            losses.add(
                Weight::LeftOut,
                format!("{}, {key}", map.title()),
                "no container mounts it or takes a variable from it",
                "`files` or `configMaps` of the node type",
            );
        }
    }
    if map.root.get("immutable") == Some(&Yaml::Bool(true)) {
        losses.add(
            Weight::LeftOut,
            format!("{}, immutable", map.title()),
            "the operator changes its config maps when the custom resource says something else",
            "",
        );
    }
}
