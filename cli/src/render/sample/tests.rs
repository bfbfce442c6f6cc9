//! Samples that the definition and the operator take.

use serde_json::{Value, json};

use super::*;
use crate::model::fixture::{field, k8s_field, label, optional, tally, type_name, wire, word};
use crate::model::{AbsolutePath, LengthLimit, Literal, MissingOrder, Port, RequiredVolume, Type};
use crate::render::testing::documents;

fn read(operator: &Operator) -> Value {
    documents::<Value>(&sample(operator)).remove(0)
}

#[test]
fn the_quick_start_has_a_node_of_each_type() {
    assert_eq!(
        read(&tally()),
        json!({
            "apiVersion": "example.com/v1alpha1",
            "kind": "Tally",
            "metadata": {"name": "tally"},
            "spec": {
                "external": {"database": {"spec": {"url": "https://database.example.com"}}},
                "nodes": [
                    {
                        "name": "store", "kind": "StatefulSet", "replicas": 1, "nodeType": "store",
                        "k8sConfigGroup": "store", "appConfigGroup": "store",
                    },
                    {
                        "name": "gateway", "kind": "Deployment", "replicas": 1, "nodeType": "gateway",
                        "k8sConfigGroup": "gateway", "appConfigGroup": "gateway",
                    },
                ],
                "k8sConfigGroup": [
                    {"name": "store", "service": {"ports": [{"name": "http", "port": 8080, "targetPort": "http"}]}},
                    {"name": "gateway", "service": {"ports": [{"name": "http", "port": 8080, "targetPort": "http"}]}},
                ],
                "appConfigGroup": [
                    {"name": "store", "logLevel": "info"},
                    {"name": "gateway", "logLevel": "info"},
                ],
            },
        })
    );
}

#[test]
fn the_sample_is_spelled_like_its_api() {
    let mut operator = tally();
    operator.cluster.spelling.k8s_config_group = word("k8sConfig", "k8s_config");
    operator.cluster.spelling.node_type = word("type", "r#type");
    let node = read(&operator)["spec"]["nodes"][0].clone();
    assert_eq!(node["k8sConfig"], "store");
    assert_eq!(node["type"], "store");
    assert!(read(&operator)["spec"]["k8sConfig"].is_array());
}

#[test]
fn required_fields_of_kubernetes_are_filled() {
    let mut operator = tally();
    operator.cluster.image = None;
    operator.cluster.k8s_group.fields = [
        K8sField::Image,
        K8sField::Ports,
        K8sField::Service,
        K8sField::ReadinessProbe,
        K8sField::StorageConfig,
        K8sField::Affinity,
    ]
    .map(|field| crate::model::K8sGroupField {
        required: true,
        ..k8s_field(field)
    })
    .to_vec();
    operator.cluster.node_types[0].container.ports = [9000, 9001]
        .map(|number| Port {
            name: None,
            number,
            protocol: "UDP",
        })
        .to_vec();
    assert_eq!(
        read(&operator)["spec"]["k8sConfigGroup"][0],
        json!({
            "name": "store",
            "image": "example/tally:1.0",
            "ports": [{"containerPort": 9000, "protocol": "UDP"}, {"containerPort": 9001, "protocol": "UDP"}],
            "service": {"ports": [
                {"name": "port-9000", "port": 9000, "targetPort": 9000, "protocol": "UDP"},
                {"name": "port-9001", "port": 9001, "targetPort": 9001, "protocol": "UDP"},
            ]},
            "readinessProbe": {"tcpSocket": {"port": 9000}},
            "storageConfig": [{
                "name": "data", "mountPath": "/var/lib/tally",
                "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
            }],
            "affinity": {},
        })
    );
}

#[test]
fn a_node_type_that_needs_storage_gets_it() {
    let mut operator = tally();
    let gateway = &mut operator.cluster.node_types[1];
    gateway.rules.volumes = vec![RequiredVolume {
        name: label("data"),
        path: AbsolutePath::new("/var/lib/x").unwrap(),
    }];
    gateway.rules.replicas = ReplicaRule::Allowed(vec![0, 5, 3]);
    let spec = read(&operator)["spec"].clone();
    assert_eq!(spec["nodes"][1]["kind"], "StatefulSet");
    assert_eq!(spec["nodes"][1]["replicas"], 3);
    let storage = &spec["k8sConfigGroup"][1]["storageConfig"][0];
    assert_eq!(
        (&storage["name"], &storage["mountPath"]),
        (&json!("data"), &json!("/var/lib/x"))
    );
}

#[test]
fn an_order_that_must_be_complete_is_written_out() {
    let mut operator = tally();
    assert!(read(&operator)["spec"].get("deploymentOrder").is_none());
    operator.cluster.order.missing = MissingOrder::Refuse;
    operator.cluster.order.default = Some(vec![type_name("gateway")]);
    assert_eq!(
        read(&operator)["spec"]["deploymentOrder"],
        json!(["gateway", "store"])
    );
}

#[test]
fn the_names_of_a_node_type_with_capitals_are_names_to_the_server() {
    let mut operator = tally();
    operator.cluster.node_types[0].name = type_name("BigStore");
    operator.cluster.node_types[0].type_name = type_name("BigStore");
    let sample = read(&operator);
    let node = &sample["spec"]["nodes"][0];
    assert_eq!(node["name"], "bigstore");
    assert_eq!(node["nodeType"], "BigStore");
    assert_eq!(node["k8sConfigGroup"], "bigstore");
    assert_eq!(
        node["appConfigGroup"],
        sample["spec"]["appConfigGroup"][0]["name"]
    );
}

#[test]
fn names_keep_to_their_limits() {
    let mut operator = tally();
    operator.cluster.node_types[0].name = type_name("a-config");
    operator.cluster.node_types[0].type_name = type_name("a-config");
    operator.cluster.node_types[0].rules.min_nodes = 2;
    operator.cluster.limits = vec![LengthLimit {
        of: LimitedName::K8sGroup,
        max: 3,
    }];
    let spec = read(&operator)["spec"].clone();
    let names: Vec<_> = spec["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| &n["name"])
        .collect();
    assert_eq!(names, ["a-config-2", "a-config-3", "gateway"]);
    assert_eq!(spec["nodes"][0]["k8sConfigGroup"], "a-c");
    assert_eq!(spec["nodes"][2]["k8sConfigGroup"], "gat");
}

#[test]
fn a_field_gets_a_value_of_its_type() {
    let mut operator = tally();
    let mut code = field("code", Type::String);
    code.pattern = Some("^[a-z]{2}[0-9]$".to_owned());
    let mut size = field("size", Type::Int);
    size.min = Some(3);
    let mut flag = field("flag", Type::Bool);
    flag.default = Some(Literal::Bool(true));
    operator.cluster.config = vec![
        code,
        size,
        flag,
        field("text", Type::String),
        field("items", Type::List(Box::new(Type::String))),
        field("env", Type::Map(Box::new(Type::String))),
        field("password", Type::SecretKey),
        field("role", Type::NodeType),
        optional("gone", Type::String),
    ];
    assert_eq!(
        read(&operator)["spec"]["appConfigGroup"][0],
        json!({
            "name": "store", "code": "aa0", "size": 3, "flag": true, "text": "", "items": [], "env": {},
            "password": {"name": "example", "key": "password"}, "role": "store",
        })
    );
}

/// DS-16, DR-16.
#[test]
fn a_chosen_variant_stands_beside_its_fields() {
    let mut operator = tally();
    let ExternalShape::One(common) = operator.cluster.external[0].shape.clone() else {
        panic!("the fixture has one plain dependency");
    };
    operator.cluster.external[0].shape = ExternalShape::OneOf {
        variants: vec![crate::model::Variant {
            wire: wire("postgresql"),
            ident: crate::model::RustIdent::new("postgresql").unwrap(),
            type_ident: common.ident.clone(),
            fields: vec![field("dbHost", Type::String)],
        }],
        common,
    };
    assert_eq!(
        read(&operator)["spec"]["external"]["database"],
        json!({"type": "postgresql", "spec": {"url": "https://database.example.com", "dbHost": "database.example.com"}})
    );
}

#[test]
fn a_hostile_default_stays_one_text() {
    let mut operator = tally();
    let hostile = "x\n  evil: true # \"";
    let mut text = field("text", Type::String);
    text.default = Some(Literal::String(hostile.to_owned()));
    operator.cluster.config = vec![text];
    assert_eq!(
        read(&operator)["spec"]["appConfigGroup"][0]["text"],
        hostile
    );
}

#[test]
fn what_lies_under_every_group_stands_once() {
    let mut operator = tally();
    operator.cluster.common.k8s = Some(word("everyPod", "every_pod"));
    operator.cluster.common.config = Some(word("everyConfig", "every_config"));
    let spec = read(&operator)["spec"].clone();
    assert_eq!(spec["everyConfig"], json!({"logLevel": "info"}));
    assert_eq!(
        spec["everyPod"],
        json!({"image": "ghcr.io/example/tally:2.1"})
    );
    assert_eq!(
        spec["appConfigGroup"],
        json!([{"name": "store"}, {"name": "gateway"}])
    );
    assert!(spec["k8sConfigGroup"][0].get("service").is_some());
}

#[test]
fn what_is_made_up_is_listed() {
    let mut operator = tally();
    let text = sample(&operator);
    assert!(text.contains("# CHANGE what is made up here"), "{text}");
    assert!(
        text.contains("\n#   spec.external.database.spec.url\napiVersion"),
        "{text}"
    );
    operator.cluster.image = None;
    operator.cluster.external.clear();
    let text = sample(&operator);
    assert!(
        text.contains("\n#   spec.k8sConfigGroup[].image\napiVersion"),
        "{text}"
    );
}
