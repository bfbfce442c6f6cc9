//! What the operator may do, and what people may do with its kind.
//!
//! Out: the context of `templates/config/rbac/*` and of the namespaced component. Rights come from the kinds of
//! children that the manifest can produce and from nothing else (SE-1): no `*`, no Secret, no pod, no delete of
//! a claim.

use serde::Serialize;

use crate::model::{ChildKind, Operator, RbacRule, ServerPlace, StorageMode, WorkloadKind};

/// One rule, and the reason that stands above it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rule {
    pub why: String,
    pub api_groups: Vec<String>,
    pub resources: Vec<String>,
    pub resource_names: Vec<String>,
    /// Paths of the API server in place of resources; a Role in a namespace cannot have them.
    pub non_resource_urls: Vec<String>,
    pub verbs: Vec<String>,
}

/// The context of every template about rights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rbac {
    /// The operator's name; the name of its roles starts with it.
    pub name: String,
    /// Where the operator itself runs.
    pub namespace: String,
    /// The namespaces of namespaced mode: those that the manifest lists, or the operator's own.
    pub targets: Vec<String>,
    pub rules: Vec<Rule>,
    /// The name of its Lease.
    pub lease: String,
    pub kind: String,
    pub group: String,
    /// The plurals of all kinds, and of each its status.
    pub kinds: Vec<String>,
    pub statuses: Vec<String>,
}

/// Computes the rights of an operator.
pub fn rbac(operator: &Operator) -> Rbac {
    Rbac {
        name: operator.name.to_string(),
        namespace: namespace(operator),
        targets: targets(operator),
        rules: rules(operator),
        lease: lease(operator),
        kind: operator.cluster.kind.to_string(),
        group: operator.api.group.to_string(),
        statuses: kinds(operator)
            .iter()
            .map(|plural| format!("{plural}/status"))
            .collect(),
        kinds: kinds(operator),
    }
}

/// The plurals of all kinds, the cluster's first.
pub(super) fn kinds(operator: &Operator) -> Vec<String> {
    std::iter::once(&operator.cluster.plural)
        .chain(operator.resources.iter().map(|resource| &resource.plural))
        .map(ToString::to_string)
        .collect()
}

/// The namespace that the operator runs in: `NAME-system`, or the name alone where that is too long.
pub fn namespace(operator: &Operator) -> String {
    let long = format!("{}-system", operator.name);
    if long.len() <= 63 {
        long
    } else {
        operator.name.to_string()
    }
}

fn targets(operator: &Operator) -> Vec<String> {
    if operator.watch.is_empty() {
        return vec![namespace(operator)];
    }
    let mut targets: Vec<_> = operator.watch.iter().map(ToString::to_string).collect();
    targets.sort();
    targets.dedup();
    targets
}

/// The name of the Lease: the manifest's, or the operator's.
pub fn lease(operator: &Operator) -> String {
    operator
        .lease
        .as_ref()
        .map_or_else(|| operator.name.to_string(), ToString::to_string)
}

fn rules(operator: &Operator) -> Vec<Rule> {
    let group = operator.api.group.as_str();
    let plural = operator.cluster.plural.as_str();
    let status = format!("{plural}/status");
    let mut rules = vec![
        rule(
            &format!(
                "Reads what people ask for; never writes a {}.",
                operator.cluster.kind
            ),
            group,
            plural,
            &["get", "list", "watch"],
        ),
        rule(
            "Reports there, and nowhere else.",
            group,
            &status,
            &["patch"],
        ),
    ];
    rules.extend(outside(operator));
    for kind in &operator.cluster.child_kinds {
        let row = row(*kind, has_claims_of_its_own(operator));
        rules.push(rule(row.why, row.group, row.plural, row.verbs));
    }
    rules.push(rule(
        "Tells what it did, in events about the custom resource.",
        "events.k8s.io",
        "events",
        &["create", "patch"],
    ));
    rules.extend(operator.rules.iter().map(extra));
    rules
}

/// What kinds outside of Kubernetes need.
fn outside(operator: &Operator) -> Vec<Rule> {
    let group = operator.api.group.as_str();
    let mut rules = Vec::new();
    for resource in &operator.resources {
        let plural = resource.plural.as_str();
        rules.push(rule(
            &format!(
                "Reads what people ask for; writes the finalizer of a {} and what its server calls it.",
                resource.kind
            ),
            group,
            plural,
            &["list", "patch", "watch"],
        ));
        rules.push(rule(
            "Reports there, and nowhere else.",
            group,
            &format!("{plural}/status"),
            &["patch"],
        ));
    }
    let used = operator.servers.iter().filter(|server| {
        let mut resources = operator.resources.iter();
        resources.any(|resource| resource.server == server.ident)
    });
    let used: Vec<_> = used.collect();
    let by_labels = used
        .iter()
        .any(|server| matches!(server.place, ServerPlace::Labels { .. }));
    if by_labels && !operator.cluster.child_kinds.contains(&ChildKind::Service) {
        rules.push(rule(
            "Finds the servers of what lies outside of Kubernetes.",
            "",
            "services",
            &["list"],
        ));
    }
    if reads_secrets(operator) {
        rules.push(rule(
            "Reads what requests to servers prove themselves by, and no other.",
            "",
            "secrets",
            &["get"],
        ));
    }
    rules
}

/// Whether requests prove themselves by a Secret.
pub(super) fn reads_secrets(operator: &Operator) -> bool {
    operator.servers.iter().any(|server| {
        let mut resources = operator.resources.iter();
        server.auth.is_some() && resources.any(|resource| resource.server == server.ident)
    })
}

/// What an operator needs on a kind of child.
struct Row {
    group: &'static str,
    plural: &'static str,
    verbs: &'static [&'static str],
    why: &'static str,
}

/// `get` is the one look after a create was answered with 409; all other reads come from the watch.
const WRITE: &[&str] = &["create", "delete", "get", "list", "patch", "watch"];
const LOOK: &[&str] = &["delete", "list", "watch"];
const KEEP: &[&str] = &["create", "get", "list", "patch", "watch"];
/// Claims that a StatefulSet makes.
const GROW: &[&str] = &["list", "patch", "watch"];

/// Whether the operator makes claims itself, beside those of StatefulSets.
pub(super) fn has_claims_of_its_own(operator: &Operator) -> bool {
    operator.cluster.node_types.iter().any(|node_type| {
        let storage = &node_type.rules.storage;
        node_type.rules.kinds.iter().any(|kind| {
            let mode = match kind {
                WorkloadKind::StatefulSet => storage.stateful_set,
                WorkloadKind::Deployment => storage.deployment,
            };
            mode == StorageMode::Claim
        })
    })
}

fn row(kind: ChildKind, makes_claims: bool) -> Row {
    let (group, plural, verbs, why) = match kind {
        ChildKind::ConfigMap => (
            "",
            "configmaps",
            WRITE,
            "Config files and variables of the nodes.",
        ),
        ChildKind::Service => ("", "services", WRITE, "The addresses of nodes and pods."),
        ChildKind::StatefulSet => (
            "apps",
            "statefulsets",
            WRITE,
            "Nodes whose pods have names and storage of their own.",
        ),
        ChildKind::Deployment => ("apps", "deployments", WRITE, "Nodes whose pods are alike."),
        ChildKind::PersistentVolumeClaim if !makes_claims => (
            "",
            "persistentvolumeclaims",
            GROW,
            "Storage of nodes, which their StatefulSets make: only ever enlarged.",
        ),
        ChildKind::PersistentVolumeClaim => (
            "",
            "persistentvolumeclaims",
            KEEP,
            "Storage of nodes: made, labelled and grown. No `delete`: data outlives its node.",
        ),
        ChildKind::NetworkPolicy => (
            "networking.k8s.io",
            "networkpolicies",
            WRITE,
            "Who may talk to the pods of a node.",
        ),
        ChildKind::Pod => (
            "",
            "pods",
            LOOK,
            "What an upgrade waits for. Deletes only a pod that is not ready and would never be replaced.",
        ),
        ChildKind::ControllerRevision => (
            "apps",
            "controllerrevisions",
            WRITE,
            "What a node type ran before, to go back to it after a crash.",
        ),
        ChildKind::PodDisruptionBudget => (
            "policy",
            "poddisruptionbudgets",
            WRITE,
            "How many pods of a node may be away at once.",
        ),
        ChildKind::HorizontalPodAutoscaler => (
            "autoscaling",
            "horizontalpodautoscalers",
            WRITE,
            "When a node gets more or fewer pods.",
        ),
        ChildKind::Ingress => (
            "networking.k8s.io",
            "ingresses",
            WRITE,
            "How requests from outside reach a node.",
        ),
    };
    Row {
        group,
        plural,
        verbs,
        why,
    }
}

fn rule(why: &str, group: &str, resource: &str, verbs: &[&str]) -> Rule {
    Rule {
        why: why.to_owned(),
        api_groups: vec![group.to_owned()],
        resources: vec![resource.to_owned()],
        resource_names: Vec::new(),
        non_resource_urls: Vec::new(),
        verbs: verbs.iter().map(ToString::to_string).collect(),
    }
}

fn extra(rule: &RbacRule) -> Rule {
    Rule {
        why: rule.why.clone(),
        api_groups: rule.api_groups.clone(),
        resources: rule.resources.clone(),
        resource_names: rule.resource_names.clone(),
        non_resource_urls: rule.non_resource_urls.clone(),
        verbs: rule.verbs.clone(),
    }
}

#[cfg(test)]
mod tests;
