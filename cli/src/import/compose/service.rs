//! A service of compose → a node type.

use super::super::app::NodeType;
use super::super::draft::{Draft, Part};
use super::super::lost::{Losses, Weight};
use super::super::yaml::Yaml;
use super::interpolation::{Variables, with_defaults};
use super::keys::{self, PROBES, RESOURCES, RIGHTS};
use super::{Peers, environment, files, ports, probe, resources, rights, units, volumes};

/// A node type, and whether the service says that it needs no root.
pub(super) struct Made {
    pub(super) node_type: NodeType,
    pub(super) rootless: bool,
}

/// Keys that are seen to here.
const KNOWN: &[&str] = &[
    "image",
    "build",
    "command",
    "entrypoint",
    "environment",
    "ports",
    "expose",
    "volumes",
    "configs",
    "depends_on",
    "stop_grace_period",
];

/// Makes a node type of a service.
pub(super) fn node_type(
    peers: &Peers<'_>,
    name: String,
    title: &str,
    spec: &Yaml,
    variables: &mut Variables,
    losses: &mut Losses,
) -> Made {
    let mut parts = Vec::new();
    let image = image(spec, title, losses);
    let storage = volumes::storage(spec, title, losses);
    let kind = if storage.is_some() {
        "StatefulSet"
    } else {
        "Deployment"
    };
    parts.push(Part::new("kinds", Draft::list([Draft::text(kind)])));
    for (key, wanted) in [("entrypoint", "command"), ("command", "args")] {
        if let Some(items) = line(spec, key) {
            let from = format!("{title}, {key}");
            let items = arguments(peers, &items, &from, variables, losses);
            parts.push(Part::new(wanted, Draft::list(items)).from(from));
        } else if spec.get(key).is_some() {
            losses.add(
                Weight::Stops,
                format!("{title}, {key}"),
                "it is empty, which takes away what the image starts with; a node type has no word for that",
                "write the whole command as `command` of the node type",
            );
        }
    }
    parts.extend(environment::env(peers, spec, title, variables, losses));
    parts.extend(ports::parts(spec, title, losses));
    parts.extend(probe::probes(peers, spec, title, losses));
    parts.extend(resources::resources(spec, title, losses));
    parts.extend(rights::security(spec, title, losses));
    if let Some(written) = spec.get("stop_grace_period").and_then(Yaml::words) {
        let from = format!("{title}, stop_grace_period");
        if let Some(grace) = units::seconds(&written) {
            let field = Part::new("terminationGracePeriodSeconds", Draft::Int(grace)).from(from);
            parts.push(Part::new("pod", Draft::map([field])));
        } else {
            losses.add(
                Weight::Changed,
                from,
                "not a time that can be read, so pods have 30 seconds to stop",
                "`pod.terminationGracePeriodSeconds` of the node type",
            );
        }
    }
    parts.extend(files::files(peers, spec, title, variables, losses));
    parts.extend(storage);
    waits(spec, title, losses);
    keys::networks(spec, title, losses);
    for (key, value) in spec.entries() {
        let known = [KNOWN, PROBES, RESOURCES, RIGHTS];
        if !known.iter().any(|keys| keys.contains(&key.as_str())) {
            keys::note(key, value, title, losses);
        }
    }
    Made {
        rootless: rights::rootless(spec),
        node_type: NodeType {
            name,
            from: title.to_owned(),
            comment: None,
            image,
            parts,
        },
    }
}

fn image(spec: &Yaml, title: &str, losses: &mut Losses) -> Option<String> {
    let from = format!("{title}, image");
    let image = spec.text_at(&["image"]);
    let image = image.map(|image| with_defaults(image, &from, losses));
    if spec.get("build").is_some() {
        let instead = match &image {
            Some(image) => format!("push it as `{image}`"),
            None => "name it in the custom resource, as `image` of its `k8sConfigGroup`".to_owned(),
        };
        losses.add(
            Weight::Stops,
            format!("{title}, build"),
            "compose builds this image, an operator builds none: a registry must have it",
            &instead,
        );
    } else if image.is_none() {
        losses.add(
            Weight::Stops,
            from,
            "the service names none",
            "name it in the custom resource, as `image` of its `k8sConfigGroup`",
        );
    }
    image
}

/// The items of a command line; a value of the custom resource must not become code of a shell.
fn arguments(
    peers: &Peers<'_>,
    items: &[String],
    from: &str,
    variables: &mut Variables,
    losses: &mut Losses,
) -> Vec<Draft> {
    let script = items.iter().any(|item| item == "-c");
    let mut before = "";
    let mut out = Vec::new();
    for item in items {
        peers.note(item, before, from, losses);
        before = item.as_str();
        out.push(if script {
            Draft::Text(with_defaults(item, from, losses).replace("$(", "$$("))
        } else {
            variables.text(item, from, losses)
        });
    }
    out
}

/// A command line: a list, or a text that is split.
fn line(spec: &Yaml, key: &str) -> Option<Vec<String>> {
    let items = match spec.get(key)? {
        Yaml::List(items) => items.iter().filter_map(Yaml::words).collect(),
        other => units::words(&other.words()?),
    };
    (!items.is_empty()).then_some(items)
}

/// Notes what a service waits for beyond the order, which the node types stand in.
fn waits(spec: &Yaml, title: &str, losses: &mut Losses) {
    for (service, options) in spec.entries_at(&["depends_on"]) {
        for (key, value) in options.entries() {
            if value.text() == Some("service_completed_successfully") {
                losses.add(
                    Weight::Stops,
                    format!("service {service}"),
                    "it ends when it is done, and pods of a node are started again for ever; who waits for its end does not",
                    "make it an init container of the node types that wait for it: `pod.initContainers`",
                );
                continue;
            }
            let usual = ["service_started", "service_healthy", "true", "false"];
            let usual = value.words().is_some_and(|word| {
                let same = match key.as_str() {
                    "restart" => word == "false",
                    "required" => word == "true",
                    _ => true,
                };
                same && usual.contains(&word.as_str())
            });
            if !usual {
                losses.add(
                    Weight::Changed,
                    format!(
                        "{title}, depends_on {service}, {key}: {}",
                        value.words().unwrap_or_default()
                    ),
                    "node types are brought up in the order in which they stand, each when the one before is ready, and that is all",
                    "",
                );
            }
        }
    }
}
