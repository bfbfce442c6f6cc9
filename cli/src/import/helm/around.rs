//! What stands around workloads: Services become theirs, everything else is noted with the place that it belongs to.

use super::super::draft::{Draft, Part};
use super::super::lost::Losses;
use super::super::name;
use super::super::yaml::Yaml;
use super::container::clean;
use super::{Object, World};

/// Fields of a Service that the cluster or the operator fills in.
const OF_CLUSTER: &[&str] = &["selector", "clusterIP", "clusterIPs", "ipFamilies"];

/// The Services that select a workload's pods, as `services` of its node type.
pub(super) fn services(
    workload: Object<'_>,
    main: &Yaml,
    world: &mut World<'_>,
    losses: &mut Losses,
) -> Option<Part> {
    let labels = workload
        .root
        .at(&["spec", "template", "metadata", "labels"])?;
    let mut parts: Vec<Part> = Vec::new();
    let all: Vec<Object<'_>> = world.objects.clone();
    for service in all.iter().filter(|object| object.kind == "Service") {
        let selector = service.root.entries_at(&["spec", "selector"]);
        let selects = |labels: &Yaml| {
            !selector.is_empty()
                && selector
                    .iter()
                    .all(|(key, value)| labels.get(key) == Some(value))
        };
        if !selects(labels) {
            continue;
        }
        world.used.insert(service.title());
        let template = ["spec", "template", "metadata", "labels"];
        let others = all.iter().filter(|other| {
            ["StatefulSet", "Deployment"].contains(&other.kind)
                && other.name != workload.name
                && other.root.at(&template).is_some_and(selects)
        });
        if others.count() > 0 {
            losses.add(
                service.title(),
                "it selects pods of several node types, and a Service of a manifest those of one node",
                "",
            );
            continue;
        }
        if service.root.text_at(&["spec", "clusterIP"]) == Some("None") {
            if workload.kind == "Deployment" {
                losses.add(service.title(), "a Deployment has no headless Service", "");
            }
            continue;
        }
        let key = if parts.is_empty() {
            "main".to_owned()
        } else {
            let label = name::label_or(service.name, "service");
            name::unique(&label, |name| {
                name == "headless" || parts.iter().any(|part| part.key == name)
            })
        };
        let fields = service.root.entries_at(&["spec"]).iter();
        let fields = fields
            .filter(|(key, value)| !OF_CLUSTER.contains(&key.as_str()) && *value != Yaml::Null);
        let mut spec = Vec::new();
        for (key, value) in fields {
            if key == "type" && value.text() == Some("ClusterIP") {
                continue;
            }
            let value = if key == "ports" {
                ports(value, main)
            } else {
                clean(value)
            };
            spec.push(
                Part::new(key.as_str(), value).from(format!("{}, spec.{key}", service.title())),
            );
        }
        let mut entry = vec![Part::new("spec", Draft::Map(spec))];
        let annotations = service.root.at(&["metadata", "annotations"]);
        if let Some(annotations) = annotations.filter(|one| !one.entries().is_empty()) {
            let from = format!("{}, annotations", service.title());
            entry.push(Part::new("annotations", clean(annotations)).from(from));
        }
        parts.push(Part::new(key, Draft::Map(entry)).from(service.title()));
    }
    (!parts.is_empty()).then(|| Part::new("services", Draft::Map(parts)))
}

/// The ports of a Service; a target that is no port of the main container is written as its number, if it has one.
fn ports(value: &Yaml, main: &Yaml) -> Draft {
    let named = |target: &str| {
        let ports = main.items_at(&["ports"]).iter();
        ports
            .filter(|port| port.text_at(&["name"]) == Some(target))
            .count()
            > 0
    };
    let mut ports = clean(value);
    for port in ports.parts_mut().into_iter().flatten() {
        if let Some(fields) = port.value.parts_mut() {
            // What is the same as the port, or no name of a port, goes without saying.
            let number = fields.iter().find(|field| field.key == "port");
            let number = number.map(|field| field.value.clone());
            fields.retain(|field| match (&field.key[..], &field.value) {
                ("targetPort", Draft::Text(target)) => {
                    named(target) || target.parse::<u16>().is_ok()
                }
                ("targetPort", value) => Some(value) != number.as_ref(),
                ("protocol", Draft::Text(protocol)) => protocol != "TCP",
                _ => true,
            });
        }
    }
    ports
}

/// Notes how many pods a workload has.
pub(super) fn numbers(spec: &Yaml, title: &str, losses: &mut Losses) {
    if let Some(replicas) = spec.get("replicas").and_then(Yaml::words) {
        losses.add(
            format!("{title}, {replicas} replicas"),
            "how many there are is said by each custom resource",
            "`nodes[].replicas`",
        );
    }
}

/// Notes the labels and annotations of a pod that are not carried over.
pub(super) fn metadata(metadata: Option<&Yaml>, title: &str, losses: &mut Losses) {
    let Some(metadata) = metadata else {
        return;
    };
    for (key, _) in metadata.entries_at(&["annotations"]) {
        if key.starts_with("checksum/") {
            losses.add(
                format!("{title}, annotation {key}"),
                "the operator restarts pods by itself when a file changes",
                "",
            );
        } else {
            losses.add(
                format!("{title}, annotation {key}"),
                "annotations of pods are said by each custom resource",
                "`k8sConfigGroup[].podMetadata.annotations`",
            );
        }
    }
    let standard = |key: &str| key.starts_with("app.kubernetes.io/") || key.starts_with("helm.sh/");
    for (key, _) in metadata.entries_at(&["labels"]) {
        if !standard(key) {
            losses.add(
                format!("{title}, label {key}"),
                "labels and selectors are the operator's",
                "`cluster.labels`, or `k8sConfigGroup[].podMetadata.labels`",
            );
        }
    }
}

/// Kinds that no node type has, why, and where they belong.
const KINDS: &[(&str, &str, &str)] = &[
    (
        "PodDisruptionBudget",
        "one for each node, by each custom resource",
        "`k8sConfigGroup[].podDisruptionBudget`",
    ),
    (
        "HorizontalPodAutoscaler",
        "one for each node, by each custom resource",
        "`k8sConfigGroup[].horizontalPodAutoscaler`",
    ),
    (
        "Ingress",
        "one for each node, by each custom resource",
        "`k8sConfigGroup[].ingress`",
    ),
    (
        "NetworkPolicy",
        "one for each node, by each custom resource",
        "`k8sConfigGroup[].networkPolicy`",
    ),
    (
        "PersistentVolumeClaim",
        "storage is brought by each custom resource",
        "`k8sConfigGroup[].storageConfig`",
    ),
    (
        "Secret",
        "secrets are not read; where a variable has one it became a field of the custom resource",
        "",
    ),
    (
        "ServiceAccount",
        "the account of pods is named by each custom resource",
        "`k8sConfigGroup[].serviceAccountName`",
    ),
    (
        "Role",
        "rights of the application's pods stay with their account",
        "rights of the operator: `operator.rules`",
    ),
    (
        "ClusterRole",
        "rights of the application's pods stay with their account",
        "rights of the operator: `operator.rules`",
    ),
    (
        "RoleBinding",
        "rights of the application's pods stay with their account",
        "rights of the operator: `operator.rules`",
    ),
    (
        "ClusterRoleBinding",
        "rights of the application's pods stay with their account",
        "rights of the operator: `operator.rules`",
    ),
    (
        "Job",
        "a manifest describes what runs for ever",
        "what must happen around an upgrade can be a hook of the node type",
    ),
    ("CronJob", "a manifest describes what runs for ever", ""),
    ("Pod", "a manifest describes what runs for ever", ""),
    (
        "DaemonSet",
        "a node type is a StatefulSet or a Deployment",
        "",
    ),
    (
        "CustomResourceDefinition",
        "the definition of another kind",
        "`dsoi import crd` makes a manifest of it",
    ),
    ("Namespace", "the namespace is the custom resource's", ""),
];

/// Notes every object that no node type has.
pub(super) fn note(world: &World<'_>, losses: &mut Losses) {
    for object in &world.objects {
        let title = object.title();
        if world.used.contains(&title) || ["StatefulSet", "Deployment"].contains(&object.kind) {
            continue;
        }
        let known = KINDS.iter().find(|(kind, ..)| *kind == object.kind);
        match (known, object.kind) {
            (Some((_, why, instead)), _) => losses.add(title, why, instead),
            (None, "ConfigMap") => losses.add(
                title,
                "no main container mounts it or takes variables from it",
                "`cluster.configMaps`",
            ),
            (None, "Service") => losses.add(
                title,
                "it selects no node type's pods",
                "`k8sConfigGroup[].services`",
            ),
            _ => losses.add(title, "not a kind that the operator makes", ""),
        }
    }
}
