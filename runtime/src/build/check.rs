//! What the API server would refuse, or take once and never again, in a pod or a Service.
//!
//! Lists that are maps to the server must not have a key twice: a create takes them, and the first
//! apply then fails for ever.

use std::collections::BTreeSet;
use std::fmt::Display;

use k8s_openapi::api::core::v1::{Container, PodSpec};
use serde_json::Value;

use super::meta::Origin;
use crate::names;
use crate::problem::Problem;
use crate::spec::{UpdateStrategy, WorkloadKind};

/// Everything that is wrong with a pod. `templates` are volumes that claim templates bring.
pub(crate) fn pod(pod: &PodSpec, templates: &[String], origin: &Origin) -> Vec<Problem> {
    let mut faults = Vec::new();
    let inits = pod.init_containers.as_deref().unwrap_or_default();
    let containers: Vec<&Container> = pod.containers.iter().chain(inits).collect();
    let volumes: Vec<&str> = pod
        .volumes
        .iter()
        .flatten()
        .map(|volume| volume.name.as_str())
        .collect();

    twice(
        containers.iter().map(|container| container.name.as_str()),
        |name| {
            faults.push(origin.problem(format!("two containers of the pod are named `{name}`")));
        },
    );
    for name in containers.iter().map(|container| &container.name) {
        if !names::is_dns_label(name) {
            faults.push(origin.problem(format!("the container name `{name}` {NOT_A_LABEL}")));
        }
    }
    twice(
        volumes
            .iter()
            .copied()
            .chain(templates.iter().map(String::as_str)),
        |name| {
            faults
                .push(origin.k8s_problem("", format!("two volumes of the pod are named `{name}`")));
        },
    );
    let secrets = pod.image_pull_secrets.iter().flatten();
    twice(secrets.map(|secret| secret.name.as_str()), |name| {
        faults.push(origin.k8s_problem("", format!("names the image pull secret `{name}` twice")));
    });
    let spreads = pod.topology_spread_constraints.iter().flatten();
    twice(
        spreads.map(|c| format!("{} {}", c.topology_key, c.when_unsatisfiable)),
        |key| {
            faults.push(origin.k8s_problem(
                "",
                format!("has two topology spread constraints for `{key}`"),
            ));
        },
    );
    for container in containers {
        ports(container, origin, &mut faults);
        mounts(container, &volumes, templates, origin, &mut faults);
    }
    faults
}

pub(crate) const NOT_A_LABEL: &str = "must consist of at most 63 lower-case letters, digits and `-`, and start and end with a letter or digit";

fn ports(container: &Container, origin: &Origin, faults: &mut Vec<Problem>) {
    let name = &container.name;
    let all = || container.ports.iter().flatten();
    let numbers = all().map(|port| {
        format!(
            "{}/{}",
            port.container_port,
            port.protocol.as_deref().unwrap_or("TCP")
        )
    });
    twice(numbers, |port| {
        faults
            .push(origin.k8s_problem("", format!("container `{name}` has the port {port} twice")));
    });
    twice(all().filter_map(|port| port.name.as_deref()), |port| {
        let message = format!("two ports of container `{name}` are named `{port}`");
        faults.push(origin.k8s_problem("", message));
    });
    for port in all() {
        if !(1..=65535).contains(&port.container_port) {
            let message = format!("{} is no port: one is from 1 to 65535", port.container_port);
            faults.push(origin.k8s_problem("", message));
        }
        if let Some(port) = port
            .name
            .as_deref()
            .filter(|port| !names::is_port_name(port))
        {
            let message = format!(
                "the port name `{port}` must be at most 15 lower-case letters, digits and single `-`, with a letter"
            );
            faults.push(origin.k8s_problem("", message));
        }
    }
}

fn mounts(
    container: &Container,
    volumes: &[&str],
    templates: &[String],
    origin: &Origin,
    faults: &mut Vec<Problem>,
) {
    let all = || container.volume_mounts.iter().flatten();
    twice(
        all().map(|mount| mount.mount_path.trim_end_matches('/')),
        |path| {
            let message = format!(
                "two volumes are mounted at `{path}` in container `{}`",
                container.name
            );
            faults.push(origin.k8s_problem("", message));
        },
    );
    for mount in all() {
        let path = &mount.mount_path;
        if let Some(fault) = names::path_fault(path) {
            faults.push(origin.k8s_problem(
                "",
                format!("the mount path `{}` {fault}", path.escape_debug()),
            ));
        }
        if let Some(sub) = mount.sub_path.as_deref()
            && (sub.starts_with('/') || sub.split('/').any(|part| part == ".."))
        {
            let message = format!("the sub-path `{sub}` must stay inside its volume");
            faults.push(origin.k8s_problem("", message));
        }
        let known = volumes.contains(&mount.name.as_str()) || templates.contains(&mount.name);
        if !known {
            let message = format!(
                "mounts the volume `{}`, which the pod does not have",
                mount.name
            );
            faults.push(origin.k8s_problem("", message));
        }
    }
}

/// What of an update strategy belongs to the other kind of workload.
pub(crate) fn strategy(
    strategy: &UpdateStrategy,
    kind: WorkloadKind,
    origin: &Origin,
) -> Vec<Problem> {
    let stateful = kind == WorkloadKind::StatefulSet;
    let rolling = strategy.rolling_update.as_ref();
    let type_ = strategy.type_.as_deref();
    let foreign = [
        ("type", type_ == Some("Recreate") && stateful),
        ("type", type_ == Some("OnDelete") && !stateful),
        (
            "rollingUpdate.maxSurge",
            stateful && rolling.is_some_and(|rolling| rolling.max_surge.is_some()),
        ),
        (
            "rollingUpdate.partition",
            !stateful && rolling.is_some_and(|rolling| rolling.partition.is_some()),
        ),
    ];
    foreign
        .into_iter()
        .filter(|(_, foreign)| *foreign)
        .map(|(field, _)| {
            origin.k8s_problem(
                &format!("updateStrategy.{field}"),
                format!("has no meaning for the {kind} of {}", origin.path),
            )
        })
        .collect()
}

/// What is wrong with the ports of a Service's spec.
pub(crate) fn service(spec: &Value, origin: &Origin) -> Vec<Problem> {
    let mut faults = Vec::new();
    let ports = spec
        .get("ports")
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    let text =
        |port: &Value, key: &str| port.get(key).and_then(Value::as_str).map(ToOwned::to_owned);
    let numbers = ports.iter().map(|port| {
        let number = port.get("port").and_then(Value::as_i64).unwrap_or_default();
        format!("{number}/{}", text(port, "protocol").unwrap_or_default())
    });
    twice(numbers, |port| {
        faults.push(origin.k8s_problem("service", format!("has the port {port} twice")));
    });
    twice(ports.iter().filter_map(|port| text(port, "name")), |name| {
        faults.push(origin.k8s_problem("service", format!("has two ports named `{name}`")));
    });
    if ports.len() > 1 && ports.iter().any(|port| text(port, "name").is_none()) {
        faults.push(origin.k8s_problem("service", "has several ports, so each needs a name"));
    }
    faults
}

/// Calls `tell` once for each key that comes more than once.
fn twice<K: Ord + Display + Clone>(keys: impl Iterator<Item = K>, mut tell: impl FnMut(&K)) {
    let mut seen = BTreeSet::new();
    let mut told = BTreeSet::new();
    for key in keys {
        if !seen.insert(key.clone()) && told.insert(key.clone()) {
            tell(&key);
        }
    }
}
