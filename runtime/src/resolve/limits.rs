//! How many, how long, of which kind: the bounds of Kubernetes, of the runtime and of the manifest.

use crate::cluster::{Cluster, NodeFields, StorageMode, names_of};
use crate::names;
use crate::problem::Problems;

use super::ResolvedNode;

/// More nodes than one reconcile should build (SE-14).
const NODES_MAX: usize = 200;
/// More replicas than the addresses of a node's pods could be written down for.
const REPLICAS_MAX: i32 = 1000;

/// The resource's own name, which is a label of every child.
pub(super) fn identity<C: Cluster>(cr: &C, problems: &mut Problems) {
    let name = cr.cr_name();
    if name.len() > names::LABEL_VALUE_MAX {
        problems.add(
            "metadata.name",
            format!(
                "has {} characters; at most {} are possible, as children carry it as a label",
                name.len(),
                names::LABEL_VALUE_MAX
            ),
        );
    } else if !names::is_dns_subdomain(name) || !names::is_label_value(name) {
        problems.add(
            "metadata.name",
            "must consist of lower-case letters, digits, `-` and `.`, and start and end with a letter or digit",
        );
    }
}

/// How many nodes there are, in all and of each type.
pub(super) fn counts<C: Cluster>(cr: &C, problems: &mut Problems) {
    let path = format!("spec.{}", C::SPELLING.nodes);
    let count = cr.nodes().len();
    if count == 0 {
        problems.add(path, "must not be empty: a cluster has at least one node");
        return;
    }
    if count > NODES_MAX {
        problems.add(
            path.clone(),
            format!("has {count} nodes; at most {NODES_MAX} are possible"),
        );
    }
    for node_type in C::NODE_TYPES {
        let bounds = node_type.rules().nodes;
        let names = names_of(*node_type);
        let of_type = |node: &&C::Node| names.contains(&node.node_type());
        let count = cr.nodes().iter().filter(of_type).count();
        if !bounds.holds(count) {
            problems.add(
                path.clone(),
                format!(
                    "has {count} nodes of type `{}`; there must be {}",
                    node_type.name(),
                    bounds.text()
                ),
            );
        }
    }
}

/// One node: its name, its kind, its replicas, its volumes.
pub(super) fn node<C: Cluster>(node: &ResolvedNode<'_, C>, problems: &mut Problems) {
    let path = C::SPELLING.node(node.index);
    let (spec, rules) = (node.spec, node.node_type.rules());
    let name = spec.name();
    if !names::is_dns_label(name) {
        problems.add(
            format!("{path}.name"),
            format!(
                "`{}` must consist of at most {} lower-case letters, digits and `-`, and start and end with a letter or digit",
                name.escape_debug(),
                names::LABEL_VALUE_MAX
            ),
        );
    }
    if !rules.kinds.is_empty() && !rules.kinds.contains(&spec.kind()) {
        let kinds: Vec<&str> = rules.kinds.iter().map(|kind| kind.as_str()).collect();
        problems.add(
            format!("{path}.kind"),
            format!(
                "nodes of type `{}` must be `{}`",
                spec.node_type(),
                kinds.join("` or `")
            ),
        );
    }
    if let Some(fault) = replicas_fault(spec.replicas(), &rules) {
        problems.add(format!("{path}.replicas"), fault);
    }
    storage(node, &rules, problems);
}

fn replicas_fault(replicas: i32, rules: &crate::cluster::Rules) -> Option<String> {
    let Ok(count) = usize::try_from(replicas) else {
        return Some("must not be negative".to_owned());
    };
    if replicas > REPLICAS_MAX {
        return Some(format!(
            "is {replicas}; at most {REPLICAS_MAX} are possible"
        ));
    }
    if !rules.replicas_allowed.is_empty() && !rules.replicas_allowed.contains(&replicas) {
        let allowed: Vec<String> = rules
            .replicas_allowed
            .iter()
            .map(ToString::to_string)
            .collect();
        return Some(format!(
            "is {replicas}; it must be one of {}",
            allowed.join(", ")
        ));
    }
    let bounds = rules.replicas;
    (!bounds.holds(count)).then(|| format!("is {replicas}; it must be {}", bounds.text()))
}

fn storage<C: Cluster>(
    node: &ResolvedNode<'_, C>,
    rules: &crate::cluster::Rules,
    problems: &mut Problems,
) {
    let path = format!("{}.storageConfig", C::SPELLING.k8s_group(node.k8s_index));
    let (spec, storage) = (node.spec, node.k8s.storage());
    if rules.storage_mode(spec.kind()) == StorageMode::Refuse && !storage.is_empty() {
        problems.add(
            path.clone(),
            format!(
                "asks for volumes, which the {} of node `{}` cannot have",
                spec.kind(),
                spec.name()
            ),
        );
    }
    for (name, mount_path) in &rules.volumes {
        match storage.iter().position(|entry| entry.name == *name) {
            None => problems.add(
                path.clone(),
                format!(
                    "needs an entry `{name}` at `{mount_path}`, where nodes of type `{}` keep their data",
                    spec.node_type()
                ),
            ),
            Some(index) => {
                let entry = storage.get(index).map(|entry| entry.mount_path.trim_end_matches('/'));
                if entry != Some(mount_path.trim_end_matches('/')) {
                    problems.add(
                        format!("{path}[{index}].mountPath"),
                        format!(
                            "must be `{mount_path}`, where nodes of type `{}` keep their data",
                            spec.node_type()
                        ),
                    );
                }
            }
        }
    }
}
