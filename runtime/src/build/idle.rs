//! What a custom resource says in vain, beside what a file's own layers overrule (SE-12).
//!
//! In: resolved nodes, and of whose pods somebody asked the names. Out: a note each, with its path. Refuses nothing: what is said
//! here is legal, and something else decides.

use std::collections::BTreeSet;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use crate::cluster::{AppConfigGroup, Cluster, NodeFields};
use crate::problem::Problem;
use crate::resolve::Resolved;
use crate::spec::K8sConfigGroup;

/// What groups say in vain, and autoscaled nodes whose pods are listed.
pub(super) fn notes<C: Cluster>(
    resolved: &Resolved<'_, C>,
    asked: &BTreeSet<String>,
) -> Vec<Problem> {
    let mut notes = Vec::new();
    let common = resolved.cr.k8s_common();
    let below = common.as_ref();
    if let Some(common) = below {
        overruled(common, &format!("spec.{}", common.name), &mut notes);
    }
    for (index, group) in resolved.cr.k8s_config_groups().iter().enumerate() {
        let path = C::SPELLING.k8s_group(index);
        overruled(group, &path, &mut notes);
        let ingress = group.ingress.or(below.and_then(|below| below.ingress));
        if ingress.is_none() && group.ingress_annotations.is_some_and(|all| !all.is_empty()) {
            notes.push(note(
                format!("{path}.ingressAnnotations"),
                "is for an `ingress`, and the group has none: it has no effect",
            ));
        }
    }
    for entry in &resolved.nodes {
        let (spec, group) = (entry.spec, &entry.k8s);
        if group.horizontal_pod_autoscaler.is_none() || !asked.contains(spec.name()) {
            continue;
        }
        let replicas = spec.replicas();
        notes.push(note(
            format!("{}.replicas", C::SPELLING.node(entry.index)),
            &format!(
                "the pods of `{}` are listed by name for others to find: {replicas}, as said here; those that its `horizontalPodAutoscaler` adds are in no list",
                spec.name()
            ),
        ));
    }
    notes
}

/// Groups that no node uses.
pub(crate) fn unused<C: Cluster>(resolved: &Resolved<'_, C>) -> Vec<Problem> {
    let nodes = &resolved.nodes;
    let k8s = resolved.cr.k8s_config_groups();
    let k8s = k8s.iter().enumerate().filter_map(|(index, group)| {
        let idle = !nodes.iter().any(|node| node.k8s_index == index);
        idle.then(|| (C::SPELLING.k8s_group(index), group.name.to_owned()))
    });
    let configs = resolved.configs.iter().enumerate();
    let configs = configs.filter_map(|(index, group)| {
        let idle = !nodes.iter().any(|node| node.config_index == index);
        idle.then(|| (C::SPELLING.config_group(index), group.name().to_owned()))
    });
    k8s.chain(configs)
        .map(|(path, name)| note(path, &format!("no node uses `{name}`: it has no effect")))
        .collect()
}

/// Which pods an object is about, and what is scaled, is never the group's to say.
fn overruled(group: &K8sConfigGroup<'_>, path: &str, notes: &mut Vec<Problem>) {
    let chosen = |selector: Option<&LabelSelector>| {
        selector.is_some_and(|selector| *selector != LabelSelector::default())
    };
    let budget = group.pod_disruption_budget;
    let policy = group.network_policy;
    let scaler = group.horizontal_pod_autoscaler;
    let service = group.service;
    let mut said = vec![
        (
            "podDisruptionBudget.selector".to_owned(),
            chosen(budget.and_then(|budget| budget.selector.as_ref())),
        ),
        (
            "networkPolicy.podSelector".to_owned(),
            chosen(policy.and_then(|policy| policy.pod_selector.as_ref())),
        ),
        (
            "horizontalPodAutoscaler.scaleTargetRef".to_owned(),
            scaler.is_some_and(|scaler| scaler.scale_target_ref.is_some()),
        ),
        (
            "service.selector".to_owned(),
            service.is_some_and(|service| service.selector.is_some()),
        ),
    ];
    for (index, service) in group.services.unwrap_or_default().iter().enumerate() {
        said.push((
            format!("services[{index}].spec.selector"),
            service.spec.selector.is_some(),
        ));
    }
    for (field, _) in said.into_iter().filter(|(_, said)| *said) {
        notes.push(note(
            format!("{path}.{field}"),
            "the operator decides it: what stands here has no effect",
        ));
    }
}

fn note(path: String, message: &str) -> Problem {
    Problem {
        path,
        message: message.to_owned(),
    }
}
