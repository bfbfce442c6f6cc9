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

use super::meaning::{self, described};
use super::yaml::Yaml;
use crate::model::{
    Change, Cluster, External, ExternalShape, Field, Form, K8sField, K8sGroupField, LimitedName,
    Literal, MissingOrder, NodeType, Operator, OrderBy, ReplicaRule, Rule, StructType, Type,
    WorkloadKind,
};
use crate::schema;

#[cfg(test)]
mod tests;

/// Most nodes of a custom resource, and most groups of a kind.
const MAX_NODES: u64 = 200;
const MAX_GROUPS: u64 = 64;
/// Longest text of the application's own: the body of a file, say.
const MAX_OWN_TEXT: u64 = 262_144;
const NAME: &str = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

/// The whole document.
pub(super) fn document(operator: &Operator) -> Yaml {
    let cluster = &operator.cluster;
    let group = operator.api.group.as_str();
    let mut names = Map::new();
    names.insert("kind".into(), cluster.kind.as_str().into());
    names.insert("listKind".into(), format!("{}List", cluster.kind).into());
    names.insert("plural".into(), cluster.plural.as_str().into());
    names.insert("singular".into(), cluster.singular.as_str().into());
    let texts = |names: &[crate::model::DnsLabel]| {
        json!(names.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    if !cluster.short_names.is_empty() {
        names.insert("shortNames".into(), texts(&cluster.short_names));
    }
    if !cluster.categories.is_empty() {
        names.insert("categories".into(), texts(&cluster.categories));
    }

    let document = json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{}.{group}", cluster.plural)},
        "spec": {
            "group": group,
            "names": names,
            "scope": "Namespaced",
            "versions": [{
                "name": operator.api.version.as_str(),
                "served": true,
                "storage": true,
                "additionalPrinterColumns": columns(cluster),
                // No `scale`: it is one number, and each node has one of its own.
                "subresources": {"status": {}},
                "schema": {"openAPIV3Schema": root(cluster)},
            }],
        },
    });
    Yaml::from(&document)
}

/// What `kubectl get` shows: whether the cluster is ready, what it is doing and how its upgrade stands, the manifest's own
/// columns, and the age. An own column takes the place of the one that it is named like.
fn columns(cluster: &Cluster) -> Vec<Value> {
    let default = |name: &str, ty: &str, path: &str| {
        let own = cluster.columns.iter().any(|column| column.name == name);
        (!own).then(|| json!({"name": name, "type": ty, "jsonPath": path}))
    };
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
    let own = cluster
        .columns
        .iter()
        .map(|column| json!({"name": column.name, "type": column.ty, "jsonPath": column.path}));
    ready
        .into_iter()
        .chain(progress)
        .chain(rollout)
        .chain(own)
        .chain(age)
        .collect()
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
            "spec": spec(cluster),
            "status": status(cluster),
        },
    });
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
        k8s_groups(cluster),
    );
    object.add(
        words.app_config_group.wire.as_str(),
        true,
        config_groups(cluster),
    );
    object.add(words.nodes.wire.as_str(), true, nodes(cluster));
    // An order that may leave nothing out cannot be left out itself.
    let whole = cluster.order.missing == MissingOrder::Refuse;
    object.add(words.deployment_order.wire.as_str(), whole, order(cluster));
    if !cluster.external.is_empty() {
        let required = cluster.external.iter().any(|external| !external.optional);
        object.add(words.external.wire.as_str(), required, externals(cluster));
    }
    if let Some(word) = &cluster.common.k8s {
        object.add(word.wire.as_str(), false, common_k8s(cluster));
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
            "self{nodes}.filter(n, n{node_type} == {}).size()",
            cel(known.name.as_str())
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

fn k8s_groups(cluster: &Cluster) -> Value {
    let mut object = Object::default();
    let group_name = name(cluster, Some(LimitedName::K8sGroup));
    object.add("name", true, described(group_name, meaning::GROUP_NAME));
    for field in &cluster.k8s_group.fields {
        object.add(
            field.wire.as_str(),
            field.required && cluster.common.k8s.is_none(),
            described(k8s_field(cluster, field), field.field.meaning()),
        );
    }
    list_map(
        object.finish(),
        &["name"],
        MAX_GROUPS,
        "Named groups of pod settings; nodes refer to them",
    )
}

fn k8s_field(cluster: &Cluster, field: &K8sGroupField) -> Value {
    let (form, ty) = field.field.form();
    let one = match (field.field, ty) {
        (K8sField::Image, _) => json!({"type": "string", "minLength": 1, "maxLength": 512}),
        (K8sField::ImagePullPolicy, _) => {
            json!({"type": "string", "enum": ["Always", "IfNotPresent", "Never"]})
        }
        (K8sField::PodManagementPolicy, _) => {
            json!({"type": "string", "enum": ["OrderedReady", "Parallel"]})
        }
        (K8sField::DnsPolicy, _) => {
            json!({"type": "string", "enum": ["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"]})
        }
        (K8sField::ServiceAccountName | K8sField::PriorityClassName, _) => {
            json!({"type": "string", "maxLength": 253})
        }
        (K8sField::StorageConfig, _) => storage(cluster),
        (K8sField::PodDisruptionBudget, ty) => with_rules(
            schema::expand(ty),
            vec![rule(
                "!has(self.minAvailable) || !has(self.maxUnavailable)",
                "`minAvailable` and `maxUnavailable` exclude each other",
            )],
        ),
        (K8sField::HorizontalPodAutoscaler, ty) => with_rules(
            schema::expand(ty),
            vec![rule(
                "!has(self.minReplicas) || self.minReplicas <= self.maxReplicas",
                "`minReplicas` is more than `maxReplicas`",
            )],
        ),
        (K8sField::ClaimRetention, ty) => retention(ty),
        // A whole container would take a third of what a definition may have.
        (K8sField::AdditionalContainers | K8sField::InitContainers, _) => json!({
            "type": "object",
            "required": ["name"],
            "properties": {"name": name(cluster, None)},
            "x-kubernetes-preserve-unknown-fields": true,
        }),
        (_, "string") => json!({"type": "string", "maxLength": schema::MAX_TEXT}),
        (_, "int") => json!({"type": "integer", "format": "int64", "minimum": 0}),
        (_, ty) => schema::expand(ty),
    };
    match form {
        Form::One => one,
        Form::Map => {
            json!({"type": "object", "maxProperties": schema::MAX_ENTRIES, "additionalProperties": one})
        }
        Form::List => {
            let max = match field.field {
                K8sField::StorageConfig => cluster.k8s_group.max_storage.map_or(16, u64::from),
                _ => schema::MAX_ENTRIES,
            };
            let mut list = json!({"type": "array", "maxItems": max, "items": one});
            if let Some(keys) = list_keys(ty) {
                list["x-kubernetes-list-type"] = "map".into();
                list["x-kubernetes-list-map-keys"] = keys;
            }
            list
        }
    }
}

/// The server takes any text as a policy, and then keeps the claims.
fn retention(ty: &str) -> Value {
    let mut retention = schema::expand(ty);
    for field in ["whenDeleted", "whenScaled"] {
        retention["properties"][field] = json!({"type": "string", "enum": ["Delete", "Retain"]});
    }
    retention
}

/// A field of a layer: nothing is required of it, and nothing is filled in that would hide the layer below.
pub(super) fn layer(field: &Field) -> Field {
    Field {
        optional: true,
        default: None,
        ..field.clone()
    }
}

/// The fields of a group once more, which lie under all groups. What is deep is not spelled out again, as a definition has
/// to stay small: the types of the operator read it, and the API server checks what becomes of it.
fn common_k8s(cluster: &Cluster) -> Value {
    let mut object = Object::default();
    for field in &cluster.k8s_group.fields {
        let (form, ty) = field.field.form();
        let bare = [K8sField::AdditionalContainers, K8sField::InitContainers];
        let deep = schema::module(ty).is_some() && !bare.contains(&field.field);
        let any = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
        let value = match form {
            Form::One if deep => any,
            Form::List if deep => {
                json!({"type": "array", "maxItems": schema::MAX_ENTRIES, "items": any})
            }
            _ => k8s_field(cluster, field),
        };
        object.add(field.wire.as_str(), false, value);
    }
    let mut common = object.finish();
    common["description"] = "Pod settings under those of every group; env, volumes and volumeMount extend, envFrom follows, maps merge by key, all else is replaced".into();
    common
}

fn storage(cluster: &Cluster) -> Value {
    let mut storage = schema::expand("StorageConfig");
    if let Some(max) = limit(cluster, LimitedName::Storage) {
        storage["properties"]["name"]["maxLength"] = max.into();
    }
    storage
}

/// The keys by which Kubernetes merges a list of this type in a pod.
fn list_keys(ty: &str) -> Option<Value> {
    if matches!(ty, "StorageConfig" | "NamedService") {
        return Some(json!(["name"]));
    }
    ["Container", "PodSpec"].iter().find_map(|owner| {
        let fields = schema::definition(owner)?.get("properties")?.as_object()?;
        fields.values().find_map(|field| {
            (field.get("items")?.get("$ref")? == ty)
                .then(|| field.get("x-kubernetes-list-map-keys").cloned())
                .flatten()
        })
    })
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

fn nodes(cluster: &Cluster) -> Value {
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
        described(node_type_enum(cluster), meaning::NODE_TYPE),
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

fn node_rules(cluster: &Cluster, known: &NodeType) -> Vec<Value> {
    let words = &cluster.spelling;
    let other = format!(
        "self{} != {}",
        access(words.node_type.wire.as_str()),
        cel(known.name.as_str())
    );
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

fn order(cluster: &Cluster) -> Value {
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

fn externals(cluster: &Cluster) -> Value {
    let mut object = Object::default();
    for external in &cluster.external {
        object.add(
            external.wire.as_str(),
            !external.optional,
            dependency(cluster, external),
        );
    }
    described(object.finish(), meaning::EXTERNAL)
}

fn dependency(cluster: &Cluster, external: &External) -> Value {
    let mut object = Object::default();
    match &external.shape {
        ExternalShape::One(ty) => object.add("spec", true, structure(cluster, ty)),
        ExternalShape::List { item, key } => {
            let item = structure(cluster, item);
            object.add(
                "spec",
                true,
                list_map(item, &[key.as_str()], MAX_GROUPS, ""),
            );
        }
        ExternalShape::OneOf { common, variants } => {
            let words: Vec<&str> = variants
                .iter()
                .map(|variant| variant.wire.as_str())
                .collect();
            let words = json!({"type": "string", "enum": words});
            object.add("type", true, described(words, meaning::VARIANT));
            let mut spec = Object::default();
            for field in &common.fields {
                spec.field(cluster, field);
            }
            let mut rules = Vec::new();
            for variant in variants {
                for field in &variant.fields {
                    spec.add(field.wire.as_str(), false, field_schema(cluster, field));
                    let known = access(field.wire.as_str());
                    if field.required() {
                        rules.push(rule(
                            &format!(
                                "self.type != {} || has(self.spec{known})",
                                cel(variant.wire.as_str())
                            ),
                            &format!("`{}` needs `spec.{}`", variant.wire, field.wire),
                        ));
                    }
                }
            }
            object.add("spec", true, spec.finish());
            return with_rules(object.finish(), rules);
        }
    }
    object.finish()
}

fn status(cluster: &Cluster) -> Value {
    let mut status = schema::expand("ClusterStatus");
    for field in &cluster.status {
        status["properties"][field.wire.as_str()] = field_schema(cluster, field);
    }
    status
}

/// A struct of fields under construction.
#[derive(Default)]
struct Object {
    properties: Map<String, Value>,
    required: Vec<String>,
    rules: Vec<Value>,
}

impl Object {
    fn add(&mut self, name: &str, required: bool, schema: Value) {
        self.properties.insert(name.to_owned(), schema);
        if required {
            self.required.push(name.to_owned());
        }
    }

    fn field(&mut self, cluster: &Cluster, field: &Field) {
        if field.optional && field.change != Change::Free {
            // The field's own rule does not run while there is no field: leaving it out and writing it anew would get around it.
            let known = access(field.wire.as_str());
            self.rules.push(rule(
                &format!("!has(oldSelf{known}) || has(self{known})"),
                &format!("`{}` cannot be removed once it is set", field.wire),
            ));
        }
        self.add(
            field.wire.as_str(),
            field.required(),
            field_schema(cluster, field),
        );
    }

    fn finish(mut self) -> Value {
        self.required.sort();
        let mut out = json!({"type": "object", "properties": self.properties});
        if !self.required.is_empty() {
            out["required"] = json!(self.required);
        }
        with_rules(out, self.rules)
    }
}

fn structure(cluster: &Cluster, ty: &StructType) -> Value {
    let mut object = Object::default();
    for field in &ty.fields {
        object.field(cluster, field);
    }
    object.finish()
}

fn field_schema(cluster: &Cluster, field: &Field) -> Value {
    let mut out = type_schema(cluster, &field.ty);
    if field.any_case
        && let Type::Enum(ty) = &field.ty
    {
        let words = ty.values.iter().flat_map(|value| any_case(&value.wire));
        out["enum"] = json!(words.collect::<Vec<_>>());
    }
    if let Some(pattern) = &field.pattern {
        out["pattern"] = pattern.as_str().into();
    }
    let (min, max) = match out.get("type").and_then(Value::as_str) {
        Some("string") => ("minLength", "maxLength"),
        Some("array") => ("minItems", "maxItems"),
        Some("object") => ("minProperties", "maxProperties"),
        _ => ("minimum", "maximum"),
    };
    if let Some(value) = field.min {
        out[min] = value.into();
    }
    if let Some(value) = field.max {
        out[max] = value.into();
    }
    if let Some(default) = &field.default {
        out["default"] = literal(default);
    }
    if let Some(doc) = &field.doc {
        out["description"] = doc.as_str().into();
    }
    match field.change {
        Change::Free => out,
        Change::Immutable => with_rules(
            out,
            vec![rule(
                "self == oldSelf",
                &format!("`{}` cannot change", field.wire),
            )],
        ),
        Change::GrowOnly => with_rules(
            out,
            vec![rule(
                "self >= oldSelf",
                &format!("`{}` cannot shrink", field.wire),
            )],
        ),
    }
}

/// The spellings that an enum without regard to case takes.
pub(super) fn any_case(word: &str) -> Vec<String> {
    let lower = word.to_lowercase();
    let upper = word.to_uppercase();
    let mut first = lower.clone();
    if let Some(head) = first.get_mut(..1) {
        head.make_ascii_uppercase();
    }
    let mut words = vec![word.to_owned(), lower, upper, first];
    words.sort();
    words.dedup();
    words
}

fn type_schema(cluster: &Cluster, ty: &Type) -> Value {
    match ty {
        Type::String | Type::Json(_) => json!({"type": "string", "maxLength": MAX_OWN_TEXT}),
        Type::Int => json!({"type": "integer", "format": "int64"}),
        Type::Bool => json!({"type": "boolean"}),
        Type::Port => {
            json!({"type": "integer", "format": "int32", "minimum": 1, "maximum": 65_535})
        }
        Type::Quantity => schema::expand("Quantity"),
        Type::Duration => {
            json!({"type": "string", "maxLength": 32, "pattern": "^([0-9]+(ms|s|m|h|d))+$"})
        }
        Type::Tree => json!({
            "type": "object",
            "maxProperties": schema::MAX_ENTRIES,
            "x-kubernetes-preserve-unknown-fields": true,
        }),
        Type::SecretKey => schema::expand("SecretKeyRef"),
        Type::SecretRef => schema::expand("SecretRef"),
        Type::NodeType => node_type_enum(cluster),
        Type::K8s(ty) => schema::expand(ty.as_str()),
        Type::List(item) => json!({
            "type": "array",
            "maxItems": schema::MAX_ENTRIES,
            "items": type_schema(cluster, item),
        }),
        Type::KeyedList { item, key } => {
            list_map(structure(cluster, item), &[key.as_str()], MAX_GROUPS, "")
        }
        Type::Map(value) => json!({
            "type": "object",
            "maxProperties": schema::MAX_ENTRIES,
            "additionalProperties": type_schema(cluster, value),
        }),
        Type::Enum(ty) => {
            let words: Vec<&str> = ty.values.iter().map(|value| value.wire.as_str()).collect();
            json!({"type": "string", "enum": words})
        }
        Type::Struct(ty) => structure(cluster, ty),
        // Only expressions are of these types.
        Type::Node | Type::Pod => json!({"type": "object"}),
    }
}

/// A constant as JSON.
pub(super) fn literal(value: &Literal) -> Value {
    match value {
        Literal::Null => Value::Null,
        Literal::Bool(value) => (*value).into(),
        Literal::Int(value) => (*value).into(),
        Literal::Float(text) => serde_json::from_str(text).unwrap_or_else(|_| text.as_str().into()),
        Literal::String(text) => text.as_str().into(),
        Literal::List(items) => items.iter().map(literal).collect(),
        Literal::Map(entries) => entries
            .iter()
            .map(|(key, value)| (key.clone(), literal(value)))
            .collect::<Map<_, _>>()
            .into(),
    }
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

fn node_type_enum(cluster: &Cluster) -> Value {
    let names: Vec<&str> = cluster
        .node_types
        .iter()
        .map(|ty| ty.name.as_str())
        .collect();
    json!({"type": "string", "enum": names})
}

fn rule(rule: &str, message: &str) -> Value {
    json!({"rule": rule, "message": message})
}

fn with_rules(mut schema: Value, rules: Vec<Value>) -> Value {
    if rules.is_empty() {
        return schema;
    }
    match schema
        .get_mut("x-kubernetes-validations")
        .and_then(Value::as_array_mut)
    {
        Some(known) => known.extend(rules),
        None => schema["x-kubernetes-validations"] = Value::Array(rules),
    }
    schema
}

/// The field in CEL, escaped as the API server escapes names that are no identifiers.
fn access(wire: &str) -> String {
    const WORDS: &[&str] = &[
        "true",
        "false",
        "null",
        "in",
        "as",
        "break",
        "const",
        "continue",
        "else",
        "for",
        "function",
        "if",
        "import",
        "let",
        "loop",
        "package",
        "namespace",
        "return",
        "var",
        "void",
        "while",
    ];
    if WORDS.contains(&wire) {
        return format!(".__{wire}__");
    }
    let escaped = wire
        .replace("__", "__underscores__")
        .replace('.', "__dot__")
        .replace('-', "__dash__")
        .replace('/', "__slash__");
    format!(".{escaped}")
}

/// A text in CEL.
fn cel(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}
