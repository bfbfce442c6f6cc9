//! What stands around workloads: Services become theirs, everything else is noted with the place that it belongs to.

use super::super::draft::{Draft, Part};
use super::super::lost::{Losses, Weight};
use super::super::name;
use super::super::yaml::Yaml;
use super::container::clean;
use super::{Object, World, meta};

/// Fields of a Service that the operator fills in, or that are noted apart.
const OF_OPERATOR: &[&str] = &["selector", "clusterIP", "clusterIPs"];
/// Fields of a Service that say what is so anyway.
const USUAL: &[(&str, &str)] = &[
    ("type", "ClusterIP"),
    ("sessionAffinity", "None"),
    ("internalTrafficPolicy", "Cluster"),
    ("externalTrafficPolicy", "Cluster"),
    ("ipFamilyPolicy", "SingleStack"),
    ("publishNotReadyAddresses", "false"),
];

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
                Weight::LeftOut,
                service.title(),
                "it selects pods of several node types, and a Service of a manifest those of one node: whoever reached them by it does not",
                "make a Service of your own that selects by labels of the operator",
            );
            continue;
        }
        if service.root.text_at(&["spec", "clusterIP"]) == Some("None") {
            headless(*service, workload, losses);
            continue;
        }
        losses.add(
            Weight::Changed,
            service.title(),
            "each node has a Service of its own, called by the names of the resource and the node, so clients ask for another name",
            "`services.S.name` of the node type gives another",
        );
        meta::of_object(*service, true, losses);
        address(*service, losses);
        let key = if parts.is_empty() {
            "main".to_owned()
        } else {
            let label = name::label_or(service.name, "service");
            name::unique(&label, |name| {
                name == "headless" || parts.iter().any(|part| part.key == name)
            })
        };
        let fields = service.root.entries_at(&["spec"]).iter();
        let fields = fields.filter(|(key, value)| {
            let written = value.words().unwrap_or_default();
            !OF_OPERATOR.contains(&key.as_str())
                && !USUAL.contains(&(key.as_str(), written.as_str()))
                && *value != Yaml::Null
                && value.items().first().and_then(Yaml::text) != Some("IPv4")
        });
        let mut spec = Vec::new();
        for (key, value) in fields {
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

/// Notes a fixed address of a Service.
fn address(service: Object<'_>, losses: &mut Losses) {
    if let Some(address) = service.root.text_at(&["spec", "clusterIP"])
        && !address.is_empty()
    {
        losses.add(
            Weight::Changed,
            format!("{}, clusterIP {address}", service.title()),
            "Kubernetes gives each Service an address: two cannot have this one",
            "",
        );
    }
}

/// Notes what a headless Service says: the operator makes one for each node, in its own way.
fn headless(service: Object<'_>, workload: Object<'_>, losses: &mut Losses) {
    if workload.kind == "Deployment" {
        losses.add(
            Weight::Changed,
            service.title(),
            "a Deployment has no headless Service: clients reach its pods through the other one",
            "",
        );
        return;
    }
    losses.add(
        Weight::Changed,
        service.title(),
        "each node has a headless Service of its own, with all ports of the node type: pods have other names in DNS, so clients that have them in a list need new ones",
        "`${p.host}` in a `$for: p in pods.TYPE` is the name of a pod",
    );
    meta::of_object(service, false, losses);
}

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
        Weight::Resource,
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
    ("Role", Weight::LeftOut, RIGHTS, RIGHTS_INSTEAD),
    ("ClusterRole", Weight::LeftOut, RIGHTS, RIGHTS_INSTEAD),
    ("RoleBinding", Weight::LeftOut, RIGHTS, RIGHTS_INSTEAD),
    (
        "ClusterRoleBinding",
        Weight::LeftOut,
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
        let at = (map.name.to_owned(), key.clone());
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
