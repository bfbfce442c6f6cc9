//! The `CustomResourceDefinition`: one projection of the model, structural and bounded.
//!
//! In: the model. Out: a YAML tree. Cross references and limits that the API server can check are CEL rules;
//! every list, map and text has a limit, which also keeps the rules' cost legal (SE-14).
//!
//! # Why some of Kubernetes' types are open
//! A definition stays below 100 KiB. Kubernetes' types stand in it whole, so that a typing mistake is refused at
//! the door, with one exception: the metrics and the behavior of an autoscaler are a language of their own, and
//! change more often than the rest. They go to the API server as they are, which refuses what it does not know
//! when the autoscaler is written; the custom resource's condition names the field then.

use serde_json::{Map, Value, json};

pub(crate) use self::cel::{access, cel};
use self::cel::{rule, with_rules};
use self::field::{Object, field_schema};
pub(super) use self::field::{any_case, layer, literal};
pub(super) use self::resource::{resource, root as resource_schema, status as resource_status};
use super::meaning::{self, described};
use super::yaml::Yaml;
use crate::model::{
    Cluster, Column, DnsLabel, KindName, LimitedName, MissingOrder, NodeType, Operator, OrderBy,
    Rule,
};
use crate::schema;

mod cel;
mod external;
mod field;
mod k8s;
mod nodes;
mod resource;
#[cfg(test)]
mod tests;

/// Most nodes of a custom resource, and most groups of a kind.
const MAX_NODES: u64 = 200;
const MAX_GROUPS: u64 = 64;
/// Longest text of the application's own: the body of a file, say.
const MAX_OWN_TEXT: u64 = 262_144;
const NAME: &str = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

/// The schema of the custom resource, as the definition has it.
pub(super) fn schema(operator: &Operator) -> Value {
    root(&operator.cluster)
}

/// The whole document.
pub(super) fn document(operator: &Operator) -> Yaml {
    let cluster = &operator.cluster;
    let names = Called {
        kind: &cluster.kind,
        plural: &cluster.plural,
        singular: &cluster.singular,
        short_names: &cluster.short_names,
        categories: &cluster.categories,
    };
    definition(operator, &names, &columns(cluster), root(cluster))
}

/// What a kind is called.
struct Called<'a> {
    kind: &'a KindName,
    plural: &'a DnsLabel,
    singular: &'a DnsLabel,
    short_names: &'a [DnsLabel],
    categories: &'a [DnsLabel],
}

/// The definition of a kind with one version.
fn definition(operator: &Operator, called: &Called<'_>, columns: &[Value], schema: Value) -> Yaml {
    let group = operator.api.group.as_str();
    let mut names = Map::new();
    names.insert("kind".into(), called.kind.as_str().into());
    names.insert("listKind".into(), format!("{}List", called.kind).into());
    names.insert("plural".into(), called.plural.as_str().into());
    names.insert("singular".into(), called.singular.as_str().into());
    for (key, list) in [
        ("shortNames", called.short_names),
        ("categories", called.categories),
    ] {
        if !list.is_empty() {
            names.insert(key.into(), texts(list));
        }
    }
    let mut document = json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{}.{group}", called.plural)},
        "spec": {
            "group": group,
            "names": names,
            "scope": "Namespaced",
            "versions": [{
                "name": operator.api.version.as_str(),
                "served": true,
                "storage": true,
                "additionalPrinterColumns": columns,
                // No `scale`: it is one number, and each node has one of its own.
                "subresources": {"status": {}},
                "schema": {},
            }],
        },
    });
    // What the macro is given, it copies.
    document["spec"]["versions"][0]["schema"]["openAPIV3Schema"] = schema;
    Yaml::from(&document)
}

/// A column that every kind of this sort has, unless the manifest has one of that name.
fn default_column(own: &[Column], name: &str, ty: &str, path: &str) -> Option<Value> {
    let taken = own.iter().any(|column| column.name == name);
    (!taken).then(|| json!({"name": name, "type": ty, "jsonPath": path}))
}

/// What `kubectl get` shows: whether the cluster is ready, what it is doing and how its upgrade stands, the manifest's own
/// columns, and the age. An own column takes the place of the one that it is named like.
fn columns(cluster: &Cluster) -> Vec<Value> {
    let default =
        |name: &str, ty: &str, path: &str| default_column(&cluster.columns, name, ty, path);
    let ready = default(
        "Ready",
        "string",
        ".status.conditions[?(@.type==\"Ready\")].status",
    );
    let progress = default(
        "Progress",
        "string",
        ".status.conditions[?(@.type==\"Progressing\")].reason",
    );
    let rollout = default("Rollout", "string", ".status.rollout.phase");
    let age = default("Age", "date", ".metadata.creationTimestamp");
    let own = cluster.columns.iter().map(column);
    ready
        .into_iter()
        .chain(progress)
        .chain(rollout)
        .chain(own)
        .chain(age)
        .collect()
}

fn column(column: &Column) -> Value {
    json!({"name": column.name, "type": column.ty, "jsonPath": column.path})
}

fn texts(names: &[DnsLabel]) -> Value {
    json!(names.iter().map(ToString::to_string).collect::<Vec<_>>())
}

fn root(cluster: &Cluster) -> Value {
    let mut rules = Vec::new();
    if let Some(max) = limit(cluster, LimitedName::Cr) {
        rules.push(rule(
            &format!("size(self.metadata.name) <= {max}"),
            &format!(
                "the name is longer than {max} characters: children's names are built from it and from those of nodes, and Kubernetes bounds them"
            ),
        ));
    }
    for Rule::Cel {
        rule: text,
        message,
    } in &cluster.rules
    {
        rules.push(rule(text, message));
    }
    let mut root = json!({
        "type": "object",
        "required": ["spec"],
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
        },
    });
    root["properties"]["spec"] = spec(cluster);
    root["properties"]["status"] = status(cluster);
    let kind = cluster.kind.as_str();
    let doc = cluster
        .doc
        .clone()
        .unwrap_or_else(|| format!("A {kind} cluster"));
    root["description"] = match limit(cluster, LimitedName::Cr) {
        Some(max) => format!("{doc}\nIts name may have {max} characters."),
        None => doc,
    }
    .into();
    with_rules(root, rules)
}

fn spec(cluster: &Cluster) -> Value {
    let words = &cluster.spelling;
    let mut object = Object::default();
    object.add(
        words.k8s_config_group.wire.as_str(),
        true,
        k8s::k8s_groups(cluster),
    );
    object.add(
        words.app_config_group.wire.as_str(),
        true,
        config_groups(cluster),
    );
    object.add(words.nodes.wire.as_str(), true, nodes::nodes(cluster));
    // An order that may leave nothing out cannot be left out itself.
    let whole = cluster.order.missing == MissingOrder::Refuse;
    object.add(
        words.deployment_order.wire.as_str(),
        whole,
        nodes::order(cluster),
    );
    if !cluster.external.is_empty() {
        let required = cluster.external.iter().any(|external| !external.optional);
        object.add(
            words.external.wire.as_str(),
            required,
            external::externals(cluster),
        );
    }
    if let Some(word) = &cluster.common.k8s {
        object.add(word.wire.as_str(), false, k8s::common_k8s(cluster));
    }
    if let Some(word) = &cluster.common.config {
        let mut common = Object::default();
        for field in cluster.config.iter().map(layer) {
            common.field(cluster, &field);
        }
        let mut common = common.finish();
        common["description"] =
            "Application settings under those of every group; maps merge by key".into();
        object.add(word.wire.as_str(), false, common);
    }
    object.add("rollout", false, schema::expand("RolloutSpec"));
    object.add(
        "stopped",
        false,
        described(json!({"type": "boolean"}), meaning::STOPPED),
    );
    for field in &cluster.spec {
        object.field(cluster, field);
    }
    with_rules(object.finish(), references(cluster))
}

/// Rules that compare one part of the spec with another.
fn references(cluster: &Cluster) -> Vec<Value> {
    let words = &cluster.spelling;
    let nodes = access(words.nodes.wire.as_str());
    let node_type = access(words.node_type.wire.as_str());
    let mut rules = Vec::new();
    for list in [&words.k8s_config_group, &words.app_config_group] {
        let word = list.wire.as_str();
        let path = access(word);
        // Without the node's name: the server has no bound for a message that is put together from a list, and refuses it.
        rules.push(rule(
            &format!("self{nodes}.all(n, self{path}.exists(g, g.name == n{path}))"),
            &format!("a node's `{word}` names no entry of `spec.{word}`"),
        ));
    }
    let required_k8s = cluster.k8s_group.fields.iter();
    let required_k8s = required_k8s.filter(|field| field.required);
    let required_config = cluster.config.iter().filter(|field| field.required());
    for (common, groups, fields) in [
        (
            &cluster.common.k8s,
            &words.k8s_config_group,
            required_k8s.map(|field| &field.wire).collect::<Vec<_>>(),
        ),
        (
            &cluster.common.config,
            &words.app_config_group,
            required_config.map(|field| &field.wire).collect(),
        ),
    ] {
        let Some(common) = common else { continue };
        let (under, list) = (access(common.wire.as_str()), access(groups.wire.as_str()));
        for field in fields {
            let field_path = access(field.as_str());
            rules.push(rule(
                &format!("(has(self{under}) && has(self{under}{field_path})) || self{list}.all(g, has(g{field_path}))"),
                &format!(
                    "`{field}` is needed in `spec.{}`, or in every entry of `spec.{}`",
                    common.wire, groups.wire
                ),
            ));
        }
    }
    let order_word = words.deployment_order.wire.as_str();
    let order = access(order_word);
    if cluster.order.by == OrderBy::Node {
        rules.push(rule(
            &format!("!has(self{order}) || self{order}.all(o, self{nodes}.exists(n, n.name == o))"),
            &format!("`{order_word}` names a node that does not exist"),
        ));
    }
    if cluster.order.missing == MissingOrder::Refuse {
        let key = match cluster.order.by {
            OrderBy::NodeType => node_type.clone(),
            OrderBy::Node => access("name"),
        };
        rules.push(rule(
            &format!("self{nodes}.all(n, n{key} in self{order})"),
            &format!("`{order_word}` leaves out a node"),
        ));
    }
    for known in &cluster.node_types {
        let count = format!(
            "self{nodes}.filter(n, {}).size()",
            is_called(&format!("n{node_type}"), known)
        );
        if known.rules.min_nodes > 0 {
            let min = known.rules.min_nodes;
            rules.push(rule(
                &format!("{count} >= {min}"),
                &format!("at least {min} nodes of type `{}` are needed", known.name),
            ));
        }
        if let Some(max) = known.rules.max_nodes {
            rules.push(rule(
                &format!("{count} <= {max}"),
                &format!("at most {max} nodes of type `{}` may exist", known.name),
            ));
        }
    }
    rules
}

fn config_groups(cluster: &Cluster) -> Value {
    let mut object = Object::default();
    let group_name = name(cluster, Some(LimitedName::ConfigGroup));
    object.add("name", true, described(group_name, meaning::GROUP_NAME));
    let fields = cluster.config.iter();
    if cluster.common.config.is_some() {
        for field in fields.map(layer) {
            object.field(cluster, &field);
        }
    } else {
        for field in fields {
            object.field(cluster, field);
        }
    }
    list_map(
        object.finish(),
        &["name"],
        MAX_GROUPS,
        "Named groups of application settings; nodes refer to them",
    )
}

fn status(cluster: &Cluster) -> Value {
    let mut status = schema::expand("ClusterStatus");
    for field in &cluster.status {
        status["properties"][field.wire.as_str()] = field_schema(cluster, field);
    }
    status
}

fn list_map(item: Value, keys: &[&str], max: u64, doc: &str) -> Value {
    let mut list = json!({
        "type": "array",
        "maxItems": max,
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": keys,
    });
    list["items"] = item;
    // The keys of a list-map have to be short: rules compare them.
    for key in keys {
        let key = &mut list["items"]["properties"][*key];
        if key["type"] == "string" && key.get("enum").is_none() {
            let max = key["maxLength"].as_u64().unwrap_or(253).min(253);
            key["maxLength"] = max.into();
        }
    }
    if !doc.is_empty() {
        list["description"] = doc.into();
    }
    list
}

fn name(cluster: &Cluster, of: Option<LimitedName>) -> Value {
    let max = of.and_then(|of| limit(cluster, of)).unwrap_or(63).min(63);
    json!({"type": "string", "minLength": 1, "maxLength": max, "pattern": NAME})
}

pub(super) fn limit(cluster: &Cluster, of: LimitedName) -> Option<u32> {
    cluster
        .limits
        .iter()
        .filter(|limit| limit.of == of)
        .map(|limit| limit.max)
        .min()
}

/// Whether a text is what a custom resource may call a node type, in CEL.
fn is_called(text: &str, node_type: &NodeType) -> String {
    match node_type.called().as_slice() {
        [name] => format!("{text} == {}", cel(name)),
        names => {
            let names: Vec<String> = names.iter().map(|name| cel(name)).collect();
            format!("{text} in [{}]", names.join(", "))
        }
    }
}

fn node_type_enum(cluster: &Cluster) -> Value {
    let names: Vec<&str> = cluster
        .node_types
        .iter()
        .flat_map(|ty| ty.called())
        .collect();
    json!({"type": "string", "enum": names})
}
