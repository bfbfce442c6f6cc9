//! The sample: a custom resource that the API server takes, from the manifest alone (MF-19).
//!
//! Out: `config/samples/KIND.yaml`. Every node type stands in it with a node and groups of its own. Required fields
//! are filled, fields with a default show it, optional ones are left out: an invented bucket or plug-in would keep
//! the pods from starting. An author's own CEL rule may ask for more than can be known here.

mod k8s;
mod made_up;
mod pattern;
mod resource;
mod value;

pub use resource::resource;

use std::collections::BTreeSet;

use super::editor::sample_line;
use super::yaml::Yaml;
use crate::model::{
    External, ExternalShape, K8sField, LimitedName, MissingOrder, NodeType, Operator, OrderBy,
    ReplicaRule, StorageMode, WorkloadKind,
};

/// Where the sample stands in the project.
pub fn path(operator: &Operator) -> String {
    format!("config/samples/{}.yaml", operator.cluster.singular)
}

/// The name of the resource in it.
pub fn name(operator: &Operator) -> String {
    Names::new(operator, LimitedName::Cr).take(operator.cluster.singular.as_str())
}

/// The text of the sample.
pub fn sample(operator: &Operator) -> String {
    let kind = &operator.cluster.kind;
    let made_up: String = made_up::fields(operator)
        .iter()
        .map(|field| format!("#   {field}\n"))
        .collect();
    let made_up = if made_up.is_empty() {
        made_up
    } else {
        format!("# CHANGE what is made up here, as the manifest says nothing of it:\n{made_up}")
    };
    let schema = sample_line(operator.cluster.singular.as_str());
    format!(
        "{schema}# A {kind} with a node of each type. Every field: docs/reference/fields.md\n{made_up}{}",
        document(operator).print_open()
    )
}

fn document(operator: &Operator) -> Yaml {
    let cluster = &operator.cluster;
    Yaml::map([
        (
            "apiVersion",
            Yaml::str(format!("{}/{}", operator.api.group, operator.api.version)),
        ),
        ("kind", Yaml::str(cluster.kind.as_str())),
        ("metadata", Yaml::map([("name", Yaml::Str(name(operator)))])),
        ("spec", spec(operator)),
    ])
}

fn spec(operator: &Operator) -> Yaml {
    let cluster = &operator.cluster;
    let spelling = &cluster.spelling;
    let parts = parts(operator);
    let mut entries = value::fields(operator, &cluster.spec);

    let external: Vec<_> = cluster
        .external
        .iter()
        .filter(|external| !external.optional)
        .map(|external| (external.wire.to_string(), dependency(operator, external)))
        .collect();
    if !external.is_empty() {
        entries.push((spelling.external.wire.to_string(), Yaml::Map(external)));
    }

    let nodes = parts.iter().flat_map(|part| {
        part.nodes
            .iter()
            .map(|name| node(operator, part, name.clone()))
    });
    entries.push((spelling.nodes.wire.to_string(), Yaml::Seq(nodes.collect())));

    // An operator that refuses an incomplete order shows a complete one.
    if cluster.order.missing == MissingOrder::Refuse {
        entries.push((
            spelling.deployment_order.wire.to_string(),
            Yaml::texts(order(operator, &parts)),
        ));
    }

    // What lies under every group stands there once: a copy in each group would win over it.
    if let Some(word) = &cluster.common.k8s {
        entries.push((word.wire.to_string(), common_k8s(operator)));
    }
    if let Some(word) = &cluster.common.config {
        let fields = value::fields(operator, &cluster.config);
        entries.push((word.wire.to_string(), Yaml::Map(fields)));
    }
    let groups = parts.iter().map(|part| k8s_group(operator, part));
    entries.push((
        spelling.k8s_config_group.wire.to_string(),
        Yaml::Seq(groups.collect()),
    ));
    let configs = parts.iter().map(|part| {
        let mut entries = vec![("name".to_owned(), Yaml::str(&part.config))];
        if cluster.common.config.is_none() {
            entries.extend(value::fields(operator, &cluster.config));
        }
        Yaml::Map(entries)
    });
    entries.push((
        spelling.app_config_group.wire.to_string(),
        Yaml::Seq(configs.collect()),
    ));
    Yaml::Map(entries)
}

/// What the sample has of one node type.
struct Part<'a> {
    node_type: &'a NodeType,
    kind: WorkloadKind,
    nodes: Vec<String>,
    k8s: String,
    config: String,
}

fn parts(operator: &Operator) -> Vec<Part<'_>> {
    let mut nodes = Names::new(operator, LimitedName::Node);
    let mut k8s = Names::new(operator, LimitedName::K8sGroup);
    let mut configs = Names::new(operator, LimitedName::ConfigGroup);
    operator
        .cluster
        .node_types
        .iter()
        .map(|node_type| {
            // Nodes and groups keep their names when a node type gets another: it would be another node.
            let name = node_type.type_name.as_str();
            let count = node_type.rules.min_nodes.max(1);
            Part {
                node_type,
                kind: workload_kind(node_type),
                nodes: (0..count).map(|_| nodes.take(name)).collect(),
                k8s: k8s.take(name),
                config: configs.take(name),
            }
        })
        .collect()
}

fn node(operator: &Operator, part: &Part<'_>, name: String) -> Yaml {
    let spelling = &operator.cluster.spelling;
    let kind = match part.kind {
        WorkloadKind::StatefulSet => "StatefulSet",
        WorkloadKind::Deployment => "Deployment",
    };
    let mut entries = vec![
        ("name".to_owned(), Yaml::Str(name)),
        (spelling.kind.wire.to_string(), Yaml::str(kind)),
        (
            spelling.replicas.wire.to_string(),
            Yaml::Int(i64::from(replicas(&part.node_type.rules.replicas))),
        ),
        (
            spelling.node_type.wire.to_string(),
            Yaml::str(part.node_type.name.as_str()),
        ),
        (
            spelling.k8s_config_group.wire.to_string(),
            Yaml::str(&part.k8s),
        ),
        (
            spelling.app_config_group.wire.to_string(),
            Yaml::str(&part.config),
        ),
    ];
    entries.extend(value::fields(operator, &operator.cluster.node));
    Yaml::Map(entries)
}

/// One replica, or as few more as the node type allows.
fn replicas(rule: &ReplicaRule) -> u32 {
    match rule {
        ReplicaRule::Range { min, max } => max.unwrap_or(u32::MAX).min((*min).max(1)),
        ReplicaRule::Allowed(counts) => {
            let some = counts.iter().copied().filter(|count| *count > 0).min();
            some.unwrap_or(0)
        }
    }
}

/// A Deployment for what keeps nothing, else a StatefulSet, as far as the node type allows.
fn workload_kind(node_type: &NodeType) -> WorkloadKind {
    let rules = &node_type.rules;
    let refuses = rules.storage.deployment == StorageMode::Refuse;
    let named = node_type
        .services
        .main
        .as_ref()
        .is_some_and(|service| service.governing);
    let keeps = named || (!rules.volumes.is_empty() && refuses);
    let wanted = if keeps {
        WorkloadKind::StatefulSet
    } else {
        WorkloadKind::Deployment
    };
    if rules.kinds.contains(&wanted) {
        wanted
    } else {
        rules.kinds.first().copied().unwrap_or(wanted)
    }
}

fn order(operator: &Operator, parts: &[Part<'_>]) -> Vec<String> {
    let given = operator.cluster.order.default.as_deref().unwrap_or(&[]);
    let all = parts
        .iter()
        .flat_map(|part| match operator.cluster.order.by {
            OrderBy::NodeType => vec![part.node_type.name.to_string()],
            OrderBy::Node => part.nodes.clone(),
        });
    let mut order: Vec<String> = given.iter().map(ToString::to_string).collect();
    for name in all {
        if !order.contains(&name) {
            order.push(name);
        }
    }
    order
}

/// What is the same for every node type: at least the image.
fn common_k8s(operator: &Operator) -> Yaml {
    let cluster = &operator.cluster;
    let fields = cluster.k8s_group.fields.iter();
    let shown = fields.filter(|field| {
        field.field == K8sField::Image || (field.required && !k8s::is_of_node_type(field.field))
    });
    let entries = cluster.node_types.first().into_iter().flat_map(|any| {
        shown
            .clone()
            .map(|field| (field.wire.to_string(), k8s::value(operator, any, field)))
    });
    Yaml::Map(entries.collect())
}

fn k8s_group(operator: &Operator, part: &Part<'_>) -> Yaml {
    let cluster = &operator.cluster;
    let mut entries = vec![("name".to_owned(), Yaml::str(&part.k8s))];
    for field in &cluster.k8s_group.fields {
        if cluster.common.k8s.is_some() && !k8s::is_of_node_type(field.field) {
            continue;
        }
        let rules = &part.node_type.rules;
        let shown = field.required
            || match field.field {
                K8sField::Image => cluster.image.is_none(),
                K8sField::Service => k8s::has_addresses(part.node_type),
                K8sField::StorageConfig => !rules.volumes.is_empty(),
                _ => false,
            };
        if shown {
            entries.push((
                field.wire.to_string(),
                k8s::value(operator, part.node_type, field),
            ));
        }
    }
    Yaml::Map(entries)
}

fn dependency(operator: &Operator, external: &External) -> Yaml {
    let name = external.wire.as_str();
    match &external.shape {
        ExternalShape::One(shape) => Yaml::map([(
            "spec",
            Yaml::Map(value::outside(operator, name, &shape.fields)),
        )]),
        ExternalShape::List { item, .. } => {
            let item = Yaml::Map(value::outside(operator, name, &item.fields));
            Yaml::map([("spec", Yaml::Seq(vec![item]))])
        }
        ExternalShape::OneOf { common, variants } => {
            let mut entries = Vec::new();
            let mut spec = value::outside(operator, name, &common.fields);
            if let Some(variant) = variants.first() {
                entries.push(("type", Yaml::str(variant.wire.as_str())));
                spec.extend(value::outside(operator, name, &variant.fields));
            }
            entries.push(("spec", Yaml::Map(spec)));
            Yaml::map(entries)
        }
    }
}

/// Gives names that are free, short enough and not reserved.
struct Names<'a> {
    max: usize,
    reserved: &'a [String],
    taken: BTreeSet<String>,
}

impl<'a> Names<'a> {
    fn new(operator: &'a Operator, of: LimitedName) -> Self {
        let limits = &operator.cluster.limits;
        let max = limits
            .iter()
            .filter(|limit| limit.of == of)
            .map(|l| l.max)
            .min();
        Self {
            max: max.and_then(|max| usize::try_from(max).ok()).unwrap_or(63),
            reserved: &operator.cluster.reserved_suffixes,
            taken: BTreeSet::new(),
        }
    }

    /// `wanted` as a DNS name has it, or with a number behind it.
    fn take(&mut self, wanted: &str) -> String {
        let wanted = wanted.to_lowercase();
        let mut number = 1_u32;
        loop {
            let end = match number {
                1 => String::new(),
                more => format!("-{more}"),
            };
            let room = self.max.saturating_sub(end.len()).max(1);
            let stem: String = wanted.chars().take(room).collect();
            let name = format!("{}{end}", stem.trim_end_matches('-'));
            let reserved = self.reserved.iter().any(|suffix| name.ends_with(suffix));
            if !reserved && self.taken.insert(name.clone()) {
                return name;
            }
            number += 1;
        }
    }
}

#[cfg(test)]
mod tests;
