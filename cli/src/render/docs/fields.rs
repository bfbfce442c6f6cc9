//! The walk over all fields of the custom resource.

use std::collections::BTreeSet;

use super::status;
use super::{FieldDoc, children};
use crate::model::{
    ExternalShape, Field, K8sField, LimitedName, Literal, NodeType, OnCrash, Operator, OrderBy,
    ReplicaRule, Strategy, StructType, Type, Word,
};
use crate::render::{crd, meaning};

/// The title of a section, and the sentence under it.
type Heading = (&'static str, &'static str);

/// All fields, in the order in which a reader meets them.
pub(super) fn sections(operator: &Operator) -> Vec<(Heading, Vec<FieldDoc>)> {
    let spelling = &operator.cluster.spelling;
    let at = |word: &crate::model::Word| format!("spec.{}", word.wire);
    let nodes = format!("{}[]", at(&spelling.nodes));
    let k8s = format!("{}[]", at(&spelling.k8s_config_group));
    let config = format!("{}[]", at(&spelling.app_config_group));
    let mut sections = vec![
        (
            (
                "Nodes",
                "A node is one workload, a StatefulSet or a Deployment, with what belongs to it.",
            ),
            node_fields(operator, &nodes),
        ),
        (
            (
                "Kubernetes settings of nodes",
                "Groups that nodes share by name. A field that is set here wins over what the operator would write.",
            ),
            k8s_fields(operator, &k8s, operator.cluster.common.k8s.is_none()),
        ),
        (
            (
                "Application settings of nodes",
                "Groups that nodes share by name.",
            ),
            config_fields(operator, &config),
        ),
        (
            (
                "Settings of all nodes",
                "They lie under every group. Lists of variables, volumes and mounts extend by name, maps merge by key, and all else is replaced by what a group says.",
            ),
            common_fields(operator),
        ),
        (
            ("Dependencies", meaning::EXTERNAL),
            external_fields(operator, &at(&spelling.external)),
        ),
        (
            ("The cluster as a whole", "What holds for all nodes."),
            spec_fields(operator),
        ),
    ];
    sections.push((
        (
            "Status",
            "What the operator says of the cluster. Nothing is ever decided from it.",
        ),
        status::fields(),
    ));
    let known: BTreeSet<_> = sections
        .iter()
        .flat_map(|(_, fields)| fields.iter().map(|field| field.field.clone()))
        .collect();
    // The map also knows names and parts of Kubernetes types, which have no line of their own above.
    let others = operator.effects.iter().map(|effect| effect.field.as_str());
    let further = others
        .filter(|field| !known.contains(*field))
        .map(|field| plain(operator, field.to_owned(), String::new(), false, None))
        .collect();
    sections.push((
        (
            "Further places",
            "Names, and parts of the fields above, that end up in children too.",
        ),
        further,
    ));
    sections
}

fn plain(
    operator: &Operator,
    field: String,
    ty: String,
    required: bool,
    doc: Option<String>,
) -> FieldDoc {
    let children = children(operator, &field);
    FieldDoc {
        field,
        ty,
        required,
        default: None,
        doc,
        children,
    }
}

fn node_fields(operator: &Operator, at: &str) -> Vec<FieldDoc> {
    let spelling = &operator.cluster.spelling;
    let own = |word: &str, ty: String, doc: &str| {
        plain(
            operator,
            format!("{at}.{word}"),
            ty,
            true,
            Some(doc.to_owned()),
        )
    };
    let types = operator.cluster.node_types.iter();
    let names: Vec<_> = types.clone().map(|node| node.name.as_str()).collect();
    let replicas: Vec<_> = types.map(replicas).collect();
    let mut fields = vec![
        own("name", "string".to_owned(), meaning::NODE_NAME),
        own(
            spelling.kind.wire.as_str(),
            "StatefulSet or Deployment".to_owned(),
            "The kind of its workload.",
        ),
        own(
            spelling.replicas.wire.as_str(),
            "integer".to_owned(),
            &format!("{} {}", meaning::NODE_REPLICAS, replicas.join(" ")),
        ),
        own(
            spelling.node_type.wire.as_str(),
            format!("one of {}", names.join(", ")),
            meaning::NODE_TYPE,
        ),
        own(
            spelling.k8s_config_group.wire.as_str(),
            "string".to_owned(),
            meaning::NODE_K8S_GROUP,
        ),
        own(
            spelling.app_config_group.wire.as_str(),
            "string".to_owned(),
            meaning::NODE_APP_GROUP,
        ),
    ];
    declared(operator, at, &operator.cluster.node, &mut fields);
    fields
}

fn replicas(node_type: &NodeType) -> String {
    let name = &node_type.name;
    match &node_type.rules.replicas {
        ReplicaRule::Allowed(counts) => {
            let counts: Vec<_> = counts.iter().map(ToString::to_string).collect();
            format!("{name}: {}.", counts.join(", "))
        }
        ReplicaRule::Range { min, max: None } => format!("{name}: {min} or more."),
        ReplicaRule::Range {
            min,
            max: Some(max),
        } => format!("{name}: {min} to {max}."),
    }
}

/// `filled_in`: nothing lies under these, so that a default is theirs.
fn k8s_fields(operator: &Operator, at: &str, filled_in: bool) -> Vec<FieldDoc> {
    let mut fields = vec![group_name(operator, at)];
    let image = operator.cluster.image.as_ref();
    fields.extend(operator.cluster.k8s_group.fields.iter().map(|field| {
        FieldDoc {
            default: image
                .filter(|_| field.field == K8sField::Image && !field.required && filled_in)
                .map(|image| serde_json::Value::from(image.as_str())),
            ..plain(
                operator,
                format!("{at}.{}", field.wire),
                type_text(&field.ty),
                field.required && operator.cluster.common.k8s.is_none(),
                Some(match &operator.cluster.common.k8s {
                    Some(word) if field.required => needed(field.field.meaning(), word),
                    _ => field.field.meaning().to_owned(),
                }),
            )
        }
    }));
    fields
}

fn config_fields(operator: &Operator, at: &str) -> Vec<FieldDoc> {
    let mut fields = vec![group_name(operator, at)];
    declared(operator, at, &operator.cluster.config, &mut fields);
    if let Some(word) = &operator.cluster.common.config {
        let groups = format!("spec.{}[]", operator.cluster.spelling.app_config_group.wire);
        for field in fields.iter_mut().skip(1) {
            if field.required {
                field.doc = Some(needed(field.doc.as_deref().unwrap_or_default(), word));
            }
            field.required = false;
            if at == groups {
                field.default = None;
            }
        }
    }
    fields
}

/// The meaning of a field that has to stand in one of two places.
fn needed(doc: &str, common: &Word) -> String {
    let space = if doc.is_empty() { "" } else { " " };
    format!(
        "{doc}{space}Needed in `spec.{}`, or in every group.",
        common.wire
    )
}

/// What lies under every group: the same fields, where nothing is required.
fn common_fields(operator: &Operator) -> Vec<FieldDoc> {
    let cluster = &operator.cluster;
    let mut fields = Vec::new();
    if let Some(word) = &cluster.common.k8s {
        let group = k8s_fields(operator, &format!("spec.{}", word.wire), true);
        // All but the name, which comes first.
        fields.extend(group.into_iter().skip(1));
    }
    if let Some(word) = &cluster.common.config {
        let group = config_fields(operator, &format!("spec.{}", word.wire));
        fields.extend(group.into_iter().skip(1));
    }
    for field in &mut fields {
        field.required = false;
    }
    fields
}

fn group_name(operator: &Operator, at: &str) -> FieldDoc {
    plain(
        operator,
        format!("{at}.name"),
        "string".to_owned(),
        true,
        Some(meaning::GROUP_NAME.to_owned()),
    )
}

fn external_fields(operator: &Operator, at: &str) -> Vec<FieldDoc> {
    let mut fields = Vec::new();
    for external in &operator.cluster.external {
        let at = format!("{at}.{}", external.wire);
        let dependency = |ty: &str| {
            plain(
                operator,
                at.clone(),
                ty.to_owned(),
                !external.optional,
                None,
            )
        };
        match &external.shape {
            ExternalShape::One(shape) => {
                fields.push(dependency("object"));
                declared(operator, &format!("{at}.spec"), &shape.fields, &mut fields);
            }
            ExternalShape::List { item, key } => {
                fields.push(dependency(&format!("list by {key}")));
                declared(operator, &format!("{at}.spec[]"), &item.fields, &mut fields);
            }
            ExternalShape::OneOf { common, variants } => {
                fields.push(dependency("object"));
                let names: Vec<_> = variants.iter().map(|v| v.wire.as_str()).collect();
                fields.push(plain(
                    operator,
                    format!("{at}.type"),
                    format!("one of {}", names.join(", ")),
                    true,
                    Some(meaning::VARIANT.to_owned()),
                ));
                let at = format!("{at}.spec");
                declared(operator, &at, &common.fields, &mut fields);
                for variant in variants {
                    let mut own = Vec::new();
                    declared(operator, &at, &variant.fields, &mut own);
                    for field in &mut own {
                        let of = format!("Of {} only.", variant.wire);
                        let doc = field.doc.take();
                        field.doc = Some(doc.map_or(of.clone(), |doc| format!("{of} {doc}")));
                    }
                    fields.extend(own);
                }
            }
        }
    }
    fields
}

fn spec_fields(operator: &Operator) -> Vec<FieldDoc> {
    let cluster = &operator.cluster;
    let (ty, doc) = match cluster.order.by {
        OrderBy::NodeType => (
            "list of node types",
            "The order in which node types are upgraded.",
        ),
        OrderBy::Node => ("list of nodes", "The order in which nodes are upgraded."),
    };
    let mut fields = Vec::new();
    if let Some(max) = crd::limit(cluster, LimitedName::Cr) {
        let doc = format!(
            "At most {max} characters: children's names are built from it and from those of nodes, and Kubernetes bounds them."
        );
        fields.push(plain(
            operator,
            "metadata.name".to_owned(),
            "string".to_owned(),
            true,
            Some(doc),
        ));
    }
    fields.push(plain(
        operator,
        format!("spec.{}", cluster.spelling.deployment_order.wire),
        ty.to_owned(),
        false,
        Some(doc.to_owned()),
    ));
    fields.extend(lifecycle(operator));
    declared(operator, "spec", &cluster.spec, &mut fields);
    fields
}

/// In the largest unit that tells it in whole numbers.
fn duration_text(seconds: u64) -> String {
    let units = [(3600, 'h'), (60, 'm')];
    let unit = units
        .into_iter()
        .find(|(unit, _)| seconds > 0 && seconds.is_multiple_of(*unit));
    let (unit, letter) = unit.unwrap_or((1, 's'));
    format!("{}{letter}", seconds / unit)
}

/// The word of the custom resource.
pub(super) fn on_crash(policy: OnCrash) -> &'static str {
    match policy {
        OnCrash::Wait => "wait",
        OnCrash::Alert => "alert",
        OnCrash::Rollback => "rollback",
    }
}

/// How upgrades go, and whether the cluster runs at all.
fn lifecycle(operator: &Operator) -> Vec<FieldDoc> {
    let policy = operator.cluster.rollout;
    let strategy = match policy.strategy {
        Strategy::Ordered => "ordered",
        Strategy::Parallel => "parallel",
    };
    let on_crash = on_crash(policy.on_crash);
    let after = policy.after.as_secs();
    let own = |field: &str, ty: &str, default: Option<String>, doc: &str| FieldDoc {
        default: default.map(serde_json::Value::from),
        ..plain(
            operator,
            format!("spec.{field}"),
            ty.to_owned(),
            false,
            Some(doc.to_owned()),
        )
    };
    vec![
        own(
            "rollout.strategy",
            "one of ordered, parallel",
            Some(strategy.to_owned()),
            "Whether node types are upgraded one after the other, or all at once.",
        ),
        own(
            "rollout.onCrash",
            "one of wait, alert, rollback",
            Some(on_crash.to_owned()),
            "What follows when a pod of an upgraded node cannot run, beside that nothing after it moves: the operator waits for somebody, says it again and again, or goes back to what ran before, as far as that ran for a while under this policy.",
        ),
        own(
            "rollout.after",
            "duration",
            Some(duration_text(after)),
            "How long after a crash a rollback begins, and how often an alert is repeated; hours, minutes and seconds.",
        ),
        FieldDoc {
            default: Some(false.into()),
            ..own("stopped", "boolean", None, meaning::STOPPED)
        },
    ]
}

/// The fields of a struct, and below each those of its own structs.
pub(super) fn declared(operator: &Operator, at: &str, fields: &[Field], out: &mut Vec<FieldDoc>) {
    for field in fields {
        let path = format!("{at}.{}", field.wire);
        out.push(FieldDoc {
            default: field.default.as_ref().map(json),
            ..plain(
                operator,
                path.clone(),
                type_text(&field.ty),
                field.required(),
                field.doc.clone(),
            )
        });
        let (path, below) = below(path, &field.ty);
        if let Some(shape) = below {
            declared(operator, &path, &shape.fields, out);
        }
    }
}

fn below(path: String, ty: &Type) -> (String, Option<&StructType>) {
    match ty {
        Type::Struct(shape) => (path, Some(shape.as_ref())),
        Type::KeyedList { item, .. } => (format!("{path}[]"), Some(item.as_ref())),
        Type::List(inner) => below(format!("{path}[]"), inner),
        _ => (path, None),
    }
}

/// A type in words.
pub(super) fn type_text(ty: &Type) -> String {
    match ty {
        Type::String => "string".to_owned(),
        Type::Int => "integer".to_owned(),
        Type::Bool => "boolean".to_owned(),
        Type::Port => "port".to_owned(),
        Type::Quantity => "quantity".to_owned(),
        Type::Duration => "duration".to_owned(),
        Type::Tree => "any object".to_owned(),
        Type::Json(_) => "string that holds JSON".to_owned(),
        Type::SecretKey => "key of a Secret".to_owned(),
        Type::SecretRef => "name of a Secret".to_owned(),
        Type::NodeType => "node type".to_owned(),
        Type::K8s(name) => match name.as_str() {
            "StorageConfig" => "storage entry".to_owned(),
            "PodMetadata" => "labels and annotations".to_owned(),
            "NamedService" => "Service by name".to_owned(),
            "AutoscalerSpec" => "Kubernetes HorizontalPodAutoscalerSpec".to_owned(),
            "UpdateStrategy" => "strategy of a StatefulSet or a Deployment".to_owned(),
            name => format!("Kubernetes {name}"),
        },
        Type::List(inner) => format!("list of {}", type_text(inner)),
        Type::KeyedList { key, .. } => format!("list by {key}"),
        Type::Map(inner) => format!("map of {}", type_text(inner)),
        Type::Enum(values) => {
            let values: Vec<_> = values
                .values
                .iter()
                .map(|value| value.wire.as_str())
                .collect();
            format!("one of {}", values.join(", "))
        }
        Type::Struct(_) => "object".to_owned(),
        Type::Node => "node".to_owned(),
        Type::Pod => "pod".to_owned(),
    }
}

fn json(value: &Literal) -> serde_json::Value {
    match value {
        Literal::Null => serde_json::Value::Null,
        Literal::Bool(value) => (*value).into(),
        Literal::Int(value) => (*value).into(),
        Literal::Float(text) => text
            .parse::<f64>()
            .map_or_else(|_| text.as_str().into(), Into::into),
        Literal::String(text) => text.as_str().into(),
        Literal::List(items) => items.iter().map(json).collect(),
        Literal::Map(entries) => entries
            .iter()
            .map(|(key, value)| (key.clone(), json(value)))
            .collect(),
    }
}
