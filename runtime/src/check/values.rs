//! Values that a schema takes and a cluster never would: said offline, where nobody has to wait for it.
//!
//! In: resolved nodes and their children. Out: mistakes with their paths. A reconcile asks nothing of this: there the API server
//! answers for itself.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ServiceSpec;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde_json::Value;

use super::hint;
use crate::build::Desired;
use crate::cluster::{Cluster, NodeFields};
use crate::problem::Problems;
use crate::resolve::Resolved;
use crate::spec::K8sConfigGroup;

const SERVICE_TYPES: [&str; 4] = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const METRIC_TYPES: [&str; 5] = [
    "ContainerResource",
    "External",
    "Object",
    "Pods",
    "Resource",
];

/// What is wrong with the groups, one by one.
pub(super) fn of_groups<C: Cluster>(cr: &C, problems: &mut Problems) {
    if let Some(common) = cr.k8s_common() {
        group(&common, &format!("spec.{}", common.name), problems);
    }
    for (index, own) in cr.k8s_config_groups().iter().enumerate() {
        group(own, &C::SPELLING.k8s_group(index), problems);
    }
}

fn group(group: &K8sConfigGroup<'_>, path: &str, problems: &mut Problems) {
    if let Some(image) = group.image.filter(|image| !is_image(image)) {
        problems.add(
            format!("{path}.image"),
            format!("`{}` is no image", image.escape_debug()),
        );
    }
    if let Some(budget) = group.pod_disruption_budget {
        let bounds = [
            ("minAvailable", &budget.min_available),
            ("maxUnavailable", &budget.max_unavailable),
        ];
        for (field, bound) in bounds {
            if let Some(IntOrString::String(text)) = bound
                && !is_percentage(text)
            {
                problems.add(
                    format!("{path}.podDisruptionBudget.{field}"),
                    format!(
                        "`{}` is neither a number nor a percentage such as `50%`",
                        text.escape_debug()
                    ),
                );
            }
        }
    }
    let metrics = group
        .horizontal_pod_autoscaler
        .and_then(|scaler| scaler.metrics.as_ref());
    for (index, metric) in metrics.into_iter().flatten().enumerate() {
        let kind = metric.get("type").and_then(Value::as_str);
        if let Some(kind) = kind.filter(|kind| !METRIC_TYPES.contains(kind)) {
            problems.add(
                format!("{path}.horizontalPodAutoscaler.metrics[{index}].type"),
                word(kind, &METRIC_TYPES),
            );
        }
    }
    for (path, service) in services(group, path) {
        let kind = service.type_.as_deref().unwrap_or("ClusterIP");
        if !SERVICE_TYPES.contains(&kind) {
            problems.add(format!("{path}.type"), word(kind, &SERVICE_TYPES));
        }
        let free = kind == "ExternalName" || service.cluster_ip.as_deref() == Some("None");
        if service.ports.as_ref().is_none_or(Vec::is_empty) && !free {
            problems.add(format!("{path}.ports"), "needs at least one port");
        }
    }
}

/// The group's own Services, each with the path of its spec.
fn services<'a>(group: &K8sConfigGroup<'a>, path: &str) -> Vec<(String, &'a ServiceSpec)> {
    let first = group.service.map(|spec| (format!("{path}.service"), spec));
    let more = group.services.unwrap_or_default().iter().enumerate();
    let more =
        more.map(|(index, service)| (format!("{path}.services[{index}].spec"), &service.spec));
    first.into_iter().chain(more).collect()
}

/// Ports of Services that go by a name which no container of the node has.
pub(super) fn of_children<C: Cluster>(
    resolved: &Resolved<'_, C>,
    desired: &Desired,
    problems: &mut Problems,
) {
    let mut known: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for child in desired.children.iter().filter(|c| c.id.kind.is_workload()) {
        let Some(node) = child.node.as_deref() else {
            continue;
        };
        let template = child.document.pointer("/spec/template/spec");
        let containers = list(template, "containers").chain(list(template, "initContainers"));
        let ports = containers.flat_map(|container| list(Some(container), "ports"));
        let names = ports.filter_map(|port| port.get("name")?.as_str());
        known.entry(node).or_default().extend(names);
    }
    let common = resolved.cr.k8s_common();
    let groups = resolved.cr.k8s_config_groups();
    for entry in &resolved.nodes {
        let (Some(ports), Some(own)) = (known.get(entry.spec.name()), groups.get(entry.k8s_index))
        else {
            continue;
        };
        let mut all = services(own, &C::SPELLING.k8s_group(entry.k8s_index));
        if let Some(common) = &common {
            // The group's own list stands in place of the common one.
            let inherited = K8sConfigGroup {
                service: common.service.filter(|_| own.service.is_none()),
                services: common.services.filter(|_| own.services.is_none()),
                ..K8sConfigGroup::default()
            };
            all.extend(services(&inherited, &format!("spec.{}", common.name)));
        }
        for (path, service) in all {
            for (index, port) in service.ports.iter().flatten().enumerate() {
                if let Some(IntOrString::String(name)) = &port.target_port
                    && !ports.contains(&name.as_str())
                {
                    problems.add(
                        format!("{path}.ports[{index}].targetPort"),
                        format!(
                            "no container of node `{}` has a port `{}`{}",
                            entry.spec.name(),
                            name.escape_debug(),
                            hint(name, ports.iter().copied())
                        ),
                    );
                }
            }
        }
    }
}

fn list<'a>(of: Option<&'a Value>, key: &str) -> std::slice::Iter<'a, Value> {
    let list = of.and_then(|of| of.get(key)?.as_array());
    list.map_or(&[][..], Vec::as_slice).iter()
}

fn word(found: &str, known: &[&str]) -> String {
    let help = match hint(found, known.iter().copied()) {
        help if help.is_empty() => format!("; it must be one of `{}`", known.join("`, `")),
        help => help,
    };
    format!(
        "`{}` is none of the allowed words{help}",
        found.escape_debug()
    )
}

fn is_percentage(text: &str) -> bool {
    let digits = text.strip_suffix('%').unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// `[HOST[:PORT]/]NAME[/NAME…][:TAG][@DIGEST]`, as far as a text alone shows it.
fn is_image(text: &str) -> bool {
    let (rest, digest) = match text.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (text, None),
    };
    let (path, name) = match rest.rsplit_once('/') {
        Some((path, name)) => (Some(path), name),
        None => (None, rest),
    };
    let (name, tag) = match name.split_once(':') {
        Some((name, tag)) => (name, Some(tag)),
        None => (name, None),
    };
    let made_of = |text: &str, more: &[u8]| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || more.contains(&byte))
    };
    let mut parts = path.into_iter().flat_map(|path| path.split('/'));
    parts.next().is_none_or(|host| made_of(host, b"._-:[]"))
        && parts.all(|part| made_of(part, b"._-"))
        && made_of(name, b"._-")
        && !name.bytes().any(|byte| byte.is_ascii_uppercase())
        && tag.is_none_or(|tag| made_of(tag, b"._-") && tag.len() <= 128)
        && digest.is_none_or(|digest| made_of(digest, b":+._-") && digest.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_told_from_what_is_none() {
        for image in [
            "app",
            "example/app:1.0",
            "ghcr.io/example/app:2.1",
            "localhost:5000/app",
            "[::1]:5000/a/b_c/app:1-rc.1",
            "app:1@sha256:0123abcd",
        ] {
            assert!(is_image(image), "{image}");
        }
        for image in [
            "",
            "bad image:::",
            "a b",
            "app:",
            "app::1",
            "/app",
            "a//b",
            "App",
            "app@x",
            "a/:1",
        ] {
            assert!(!is_image(image), "{image}");
        }
    }
}
