//! The Services that select a workload's pods → `services` of its node type.

use super::super::draft::{Draft, Part};
use super::super::lost::{Losses, Weight};
use super::super::name;
use super::super::out;
use super::super::yaml::Yaml;
use super::container::clean;
use super::meta;
use super::world::{Object, World};

/// Fields of a Service that the operator fills in, or that are noted apart.
const OF_OPERATOR: &[&str] = &["selector", "clusterIP", "clusterIPs"];
/// Fields of a Service whose value one Service of a cluster can have.
const ONCE: &[&str] = &["externalIPs", "healthCheckNodePort", "loadBalancerIP"];
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
        if !selects(labels) || !service.beside(&workload) {
            continue;
        }
        world.used.insert(service.title());
        let template = ["spec", "template", "metadata", "labels"];
        let others = all.iter().filter(|other| {
            ["StatefulSet", "Deployment"].contains(&other.kind)
                && other.title() != workload.title()
                && service.beside(other)
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
            headless(*service, workload, main, losses);
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
                && !ONCE.contains(&key.as_str())
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
                ("nodePort", _) => false,
                _ => true,
            });
        }
    }
    ports
}

/// Notes fixed addresses and ports of a Service.
fn address(service: Object<'_>, losses: &mut Losses) {
    const EACH: &str = "each node has a Service of its own, and two cannot have the same";
    const INSTEAD: &str = "`k8sConfigGroup[].service` of one node";
    for (key, value) in service.root.entries_at(&["spec"]) {
        if ONCE.contains(&key.as_str()) && !is_empty(value) {
            let value = out::inline(&clean(value));
            let what = format!("{}, {key}: {value}", service.title());
            losses.add(Weight::Resource, what, EACH, INSTEAD);
        }
    }
    for port in service.root.items_at(&["spec", "ports"]) {
        let Some(fixed) = port.get("nodePort").and_then(Yaml::words) else {
            continue;
        };
        if fixed != "0" {
            let what = format!("{}, nodePort: {fixed}", service.title());
            losses.add(Weight::Resource, what, EACH, INSTEAD);
        }
    }
    let one = service.root.text_at(&["spec", "clusterIP"]);
    let others = service.root.items_at(&["spec", "clusterIPs"]).iter();
    let others = others
        .filter_map(Yaml::text)
        .filter(|other| Some(*other) != one);
    let addresses = one.into_iter().chain(others);
    for address in addresses.filter(|address| !address.is_empty()) {
        losses.add(
            Weight::Changed,
            format!("{}, clusterIP {address}", service.title()),
            "Kubernetes gives each Service an address: two cannot have this one",
            "",
        );
    }
}

/// Notes what a headless Service says: the operator makes one for each node, in its own way.
fn headless(service: Object<'_>, workload: Object<'_>, main: &Yaml, losses: &mut Losses) {
    of_headless(service, main, losses);
    if workload.kind == "Deployment" {
        losses.add(
            Weight::Changed,
            service.title(),
            "a Deployment has no headless Service: its pods have no names in DNS",
            "a Service of the node type, under `services`",
        );
        meta::of_object(service, false, losses);
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

fn is_empty(value: &Yaml) -> bool {
    *value == Yaml::Null
        || matches!(value, Yaml::List(items) if items.is_empty())
        || matches!(value, Yaml::Map(entries) if entries.is_empty())
}

/// Notes each field of a headless Service that the operator's has not.
fn of_headless(service: Object<'_>, main: &Yaml, losses: &mut Losses) {
    const OWN: &str = "the headless Service of a node has no such field";
    let title = service.title();
    let spec = service.root.at(&["spec"]).unwrap_or(&Yaml::Null);
    for (key, value) in spec.entries() {
        let written = value.words().unwrap_or_default();
        let known = OF_OPERATOR.contains(&key.as_str())
            || ["ports", "publishNotReadyAddresses"].contains(&key.as_str())
            || USUAL.contains(&(key.as_str(), written.as_str()));
        if !known && !is_empty(value) && value.items().first().and_then(Yaml::text) != Some("IPv4")
        {
            let value = out::inline(&clean(value));
            losses.add(Weight::Changed, format!("{title}, {key}: {value}"), OWN, "");
        }
    }
    if spec.get("publishNotReadyAddresses") != Some(&Yaml::Bool(true)) {
        losses.add(
            Weight::Changed,
            format!("{title}, publishNotReadyAddresses"),
            "the headless Service of a node has the addresses of pods that are not ready too",
            "",
        );
    }
    for port in spec.items_at(&["ports"]) {
        of_headless_port(&title, port, main, losses);
    }
}

fn of_headless_port(title: &str, port: &Yaml, main: &Yaml, losses: &mut Losses) {
    let number = port.get("port").and_then(Yaml::words).unwrap_or_default();
    let target = port.get("targetPort").and_then(Yaml::words);
    let target = target.unwrap_or_else(|| number.clone());
    let declared = main.items_at(&["ports"]).iter().find(|one| {
        let known = one.get("containerPort").and_then(Yaml::words);
        known.as_ref() == Some(&target) || one.text_at(&["name"]) == Some(&target)
    });
    let from = format!("{title}, port {number}");
    let Some(declared) = declared else {
        losses.add(
            Weight::Changed,
            from,
            "the main container declares no such port, so the headless Service of a node has it not",
            "`ports` of the node type",
        );
        return;
    };
    let usual = |key: &str, value: &Yaml| match key {
        "port" => value.words() == declared.get("containerPort").and_then(Yaml::words),
        "name" => value.text() == declared.text_at(&["name"]),
        "protocol" => {
            value.text().unwrap_or("TCP") == declared.text_at(&["protocol"]).unwrap_or("TCP")
        }
        "targetPort" => true,
        _ => *value == Yaml::Null,
    };
    for (key, value) in port
        .entries()
        .iter()
        .filter(|(key, value)| !usual(key, value))
    {
        losses.add(
            Weight::Changed,
            format!("{from}, {key}: {}", value.words().unwrap_or_default()),
            "the headless Service of a node has the ports of the container, with their names and numbers",
            "",
        );
    }
}
