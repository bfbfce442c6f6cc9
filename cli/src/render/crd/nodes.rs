//! The nodes, what each node type allows, and the order of upgrades.

use serde_json::{Value, json};

use super::cel::{access, cel, rule, with_rules};
use super::field::Object;
use super::{MAX_NODES, is_called, list_map, meaning, name, node_type_enum};
use crate::model::{Cluster, LimitedName, NodeType, OrderBy, ReplicaRule, WorkloadKind};
use crate::render::meaning::described;

pub(super) fn nodes(cluster: &Cluster) -> Value {
    let words = &cluster.spelling;
    let mut object = Object::default();
    let mut node_name = name(cluster, Some(LimitedName::Node));
    let endings: Vec<Value> = cluster
        .reserved_suffixes
        .iter()
        .map(|suffix| {
            rule(
                &format!("!self.endsWith({})", cel(suffix)),
                &format!("a node's name may not end in `{suffix}`: other children's names do"),
            )
        })
        .collect();
    node_name = with_rules(node_name, endings);
    object.add("name", true, described(node_name, meaning::NODE_NAME));
    object.add(
        words.kind.wire.as_str(),
        true,
        json!({
            "type": "string",
            "enum": ["StatefulSet", "Statefulset", "Deployment"],
            "description": "The workload that runs the node's pods; `Statefulset` is an older spelling",
        }),
    );
    object.add(
        words.node_type.wire.as_str(),
        true,
        described(node_type_enum(cluster), &node_type_meaning(cluster)),
    );
    object.add(
        words.replicas.wire.as_str(),
        true,
        described(
            json!({"type": "integer", "format": "int32", "minimum": 0, "maximum": 10_000}),
            meaning::NODE_REPLICAS,
        ),
    );
    object.add(
        words.k8s_config_group.wire.as_str(),
        true,
        described(name(cluster, None), meaning::NODE_K8S_GROUP),
    );
    object.add(
        words.app_config_group.wire.as_str(),
        true,
        described(name(cluster, None), meaning::NODE_APP_GROUP),
    );
    for field in &cluster.node {
        object.field(cluster, field);
    }
    let rules = cluster
        .node_types
        .iter()
        .flat_map(|known| node_rules(cluster, known))
        .collect();
    let mut list = list_map(
        with_rules(object.finish(), rules),
        &["name"],
        MAX_NODES,
        "The nodes of the cluster, each with its own workload",
    );
    list["minItems"] = 1.into();
    list
}

/// What a node's type means, and which names of one are older.
fn node_type_meaning(cluster: &Cluster) -> String {
    let sentence = meaning::NODE_TYPE;
    let others = cluster.node_types.iter().flat_map(|known| {
        let aliases = known.aliases.iter();
        aliases.map(move |alias| format!("`{alias}` is another name of `{}`", known.name))
    });
    let others: Vec<String> = others.collect();
    if others.is_empty() {
        return sentence.to_owned();
    }
    format!("{}; {}", sentence.trim_end_matches('.'), others.join("; "))
}

fn node_rules(cluster: &Cluster, known: &NodeType) -> Vec<Value> {
    let words = &cluster.spelling;
    let node_type = format!("self{}", access(words.node_type.wire.as_str()));
    let other = if known.aliases.is_empty() {
        format!("{node_type} != {}", cel(known.name.as_str()))
    } else {
        format!("!({})", is_called(&node_type, known))
    };
    let kind = access(words.kind.wire.as_str());
    let replicas = access(words.replicas.wire.as_str());
    let mut rules = Vec::new();
    match known.rules.kinds.as_slice() {
        [WorkloadKind::StatefulSet] => rules.push(rule(
            &format!("{other} || self{kind} != 'Deployment'"),
            &format!("nodes of type `{}` run as a StatefulSet", known.name),
        )),
        [WorkloadKind::Deployment] => rules.push(rule(
            &format!("{other} || self{kind} == 'Deployment'"),
            &format!("nodes of type `{}` run as a Deployment", known.name),
        )),
        _ => {}
    }
    match &known.rules.replicas {
        ReplicaRule::Allowed(allowed) => rules.push(rule(
            &format!("{other} || self{replicas} in {allowed:?}"),
            &format!(
                "nodes of type `{}` have one of {allowed:?} replicas",
                known.name
            ),
        )),
        ReplicaRule::Range { min, max } => {
            if *min > 0 {
                rules.push(rule(
                    &format!("{other} || self{replicas} >= {min}"),
                    &format!(
                        "nodes of type `{}` have at least {min} replicas",
                        known.name
                    ),
                ));
            }
            if let Some(max) = max {
                rules.push(rule(
                    &format!("{other} || self{replicas} <= {max}"),
                    &format!("nodes of type `{}` have at most {max} replicas", known.name),
                ));
            }
        }
    }
    rules
}

pub(super) fn order(cluster: &Cluster) -> Value {
    let item = match cluster.order.by {
        OrderBy::NodeType => node_type_enum(cluster),
        OrderBy::Node => name(cluster, None),
    };
    json!({
        "type": "array",
        "maxItems": MAX_NODES,
        "x-kubernetes-list-type": "set",
        "items": item,
        "description": "In which order an upgrade rolls through the cluster",
    })
}
