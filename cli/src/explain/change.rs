//! What follows when a field of a custom resource changes.

use std::collections::{BTreeMap, BTreeSet};

use super::rules::Bound;
use crate::model::{ChildPath, Operator};

/// What follows a change of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// One word for programs; each means the same for ever.
    pub word: &'static str,
    /// The node types whose pods restart; sorted.
    pub restarts: Vec<String>,
    /// The same for people.
    pub text: String,
}

/// Decides it from what the definition refuses and from what the field sets.
pub(super) fn change(operator: &Operator, path: &str, bound: Bound, sets: &[ChildPath]) -> Change {
    let spelling = &operator.cluster.spelling;
    let nodes = format!("spec.{}[]", spelling.nodes.wire);
    let named = |word: &'static str, text: &str| Change {
        word,
        restarts: Vec::new(),
        text: text.to_owned(),
    };
    if path == "status" || path.starts_with("status.") {
        return named(
            "output",
            "The operator writes it; nothing is decided from it.",
        );
    }
    if path.is_empty() || path == "spec" || path == "metadata" {
        return named("fields", "It depends on the field; explain one of them.");
    }
    if path == "metadata.name" {
        return named(
            "other-resource",
            "It cannot change: another name is another resource, with children of its own.",
        );
    }
    if bound == Bound::Fixed {
        return named("refused", "A change is refused once it is set.");
    }
    if path == format!("{nodes}.name") {
        return named(
            "other-node",
            "Another name is another node: the children of the old one go, and new ones are made. Its storage is not taken along.",
        );
    }
    if path == format!("{nodes}.{}", spelling.kind.wire) {
        return named(
            "replaces",
            "A change replaces the workload of the node, and its pods with it.",
        );
    }
    if path == "spec.stopped" {
        return named(
            "stops",
            "`true` takes all pods away, `false` brings them back; nothing else changes.",
        );
    }
    if path == format!("spec.{}", spelling.nodes.wire) {
        return named(
            "fields",
            "An entry more is a node more; one less takes its children away. Of an entry that stays it depends on the field.",
        );
    }
    let mut change = by_effects(operator, path, &nodes, sets);
    let templates = |child: &ChildPath| child.path == "spec.volumeClaimTemplates";
    if sets.iter().any(templates) && path.contains(']') && !path.starts_with(&nodes) {
        change.text.push_str(
            " A StatefulSet that is there keeps its claim templates: what changes them is refused, but for more `spec.resources.requests.storage`.",
        );
    }
    if bound == Bound::Grows {
        change.text = format!("A smaller value is refused. {}", change.text);
    }
    change
}

fn by_effects(operator: &Operator, path: &str, nodes: &str, sets: &[ChildPath]) -> Change {
    let spelling = &operator.cluster.spelling;
    let restarts = restarts(operator, sets);
    let all = operator.cluster.node_types.len();
    let names: Vec<&str> = restarts.iter().map(String::as_str).collect();
    let of = types_of(&names, all);
    let group = [&spelling.k8s_config_group, &spelling.app_config_group]
        .into_iter()
        .find(|word| path.starts_with(&format!("spec.{}[].", word.wire)));
    let whose = match group {
        Some(_) => format!("nodes of {of} that name the group"),
        None => format!("nodes of {of}"),
    };
    let replicas = path == format!("{nodes}.{}", spelling.replicas.wire);
    let (word, text) = if path == format!("{nodes}.{}", spelling.node_type.wire) {
        (
            "restarts",
            "A change makes it a node of the other type: its pods restart as that type builds them.".to_owned(),
        )
    } else if replicas && restarts.is_empty() {
        (
            "scales",
            "A change adds or removes pods; none restarts.".to_owned(),
        )
    } else if replicas {
        ("scales", counted(operator, sets))
    } else if !restarts.is_empty() {
        (
            "restarts",
            format!("A change restarts the pods of {whose}."),
        )
    } else if sets.is_empty() {
        (
            "none",
            "It sets nothing in a child; a change restarts no pod.".to_owned(),
        )
    } else {
        (
            "in-place",
            "A change is written in place; no pod restarts.".to_owned(),
        )
    };
    Change {
        word,
        restarts,
        text,
    }
}

/// What scaling a node comes to where pods are counted: it depends on what the node is.
fn counted(operator: &Operator, sets: &[ChildPath]) -> String {
    let mut by: BTreeMap<BTreeSet<&str>, Vec<&str>> = BTreeMap::new();
    let types = operator.cluster.node_types.iter();
    for scaled in types.map(|node_type| node_type.name.as_str()) {
        let of = sets.iter().filter(|child| {
            // Without one, a node counts its own pods.
            let from = child.from.as_deref().or(child.node_type.as_deref());
            child.restarts && from.is_none_or(|from| from == scaled)
        });
        let of: Vec<ChildPath> = of.cloned().collect();
        let restarted = restarts(operator, &of);
        let known = operator.cluster.node_types.iter();
        let known = known.map(|node_type| node_type.name.as_str());
        let restarted = known.filter(|known| restarted.iter().any(|name| name == known));
        by.entry(restarted.collect()).or_default().push(scaled);
    }
    let all = operator.cluster.node_types.len();
    let mut text = "A change adds or removes pods.".to_owned();
    for (restarted, scaled) in by {
        let restarted: Vec<&str> = restarted.into_iter().collect();
        let nodes = format!("At nodes of {}", types_of(&scaled, all));
        text.push_str(&if restarted.is_empty() {
            format!(" {nodes}, no pod restarts.")
        } else {
            let whose = types_of(&restarted, all);
            format!(" {nodes}, it restarts the pods of {whose}, which count them.")
        });
    }
    text
}

/// Node types in words.
fn types_of(names: &[&str], all: usize) -> String {
    match names {
        list if list.len() == all => "all node types".to_owned(),
        [one] => format!("the node type {one}"),
        list => format!("the node types {}", list.join(", ")),
    }
}

/// The node types whose pods restart; what is the same for all node types restarts all.
fn restarts(operator: &Operator, sets: &[ChildPath]) -> Vec<String> {
    let mut types = BTreeSet::new();
    for child in sets.iter().filter(|child| child.restarts) {
        match &child.node_type {
            Some(node_type) => {
                types.insert(node_type.clone());
            }
            None => types.extend(
                operator
                    .cluster
                    .node_types
                    .iter()
                    .map(|node_type| node_type.name.to_string()),
            ),
        }
    }
    types.into_iter().collect()
}
