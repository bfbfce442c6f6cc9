//! Keeps `cli/src/schema/k8s.json` equal to what k8s-openapi says of the Kubernetes types, and `dsoi.json` to what the
//! runtime says of the status.
//!
//! The generator links no Kubernetes client: it reads this file. Each definition is named by its Rust type,
//! tells its module, and refers to others by `$ref`, so that the generator can write both the schema of a
//! custom resource and a struct literal. `SNAPSHOTS=overwrite` writes the file anew.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use dsoi_runtime::spec::{
    ClusterStatus, Condition, NodePhase, NodeStatus, NodeTypeStatus, RolloutPhase, RolloutStatus,
    WorkloadKind,
};
use dsoi_runtime::testing::lost_fields;
use k8s_openapi::api::{apps, core, networking, policy};
use schemars::generate::SchemaSettings;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// What every Kubernetes server accepts as a quantity; without it a custom resource could hold `10Gx`.
const QUANTITY: &str = r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$";

/// Lists that Kubernetes merges by key: (type, field, keys). The published Rust types do not say it.
const LIST_MAPS: &[(&str, &str, &[&str])] = &[
    ("Container", "env", &["name"]),
    ("Container", "ports", &["containerPort", "protocol"]),
    ("Container", "volumeDevices", &["devicePath"]),
    ("Container", "volumeMounts", &["mountPath"]),
    ("EphemeralContainer", "env", &["name"]),
    (
        "EphemeralContainer",
        "ports",
        &["containerPort", "protocol"],
    ),
    ("EphemeralContainer", "volumeDevices", &["devicePath"]),
    ("EphemeralContainer", "volumeMounts", &["mountPath"]),
    ("PodSpec", "containers", &["name"]),
    ("PodSpec", "ephemeralContainers", &["name"]),
    ("PodSpec", "hostAliases", &["ip"]),
    ("PodSpec", "imagePullSecrets", &["name"]),
    ("PodSpec", "initContainers", &["name"]),
    ("PodSpec", "resourceClaims", &["name"]),
    ("PodSpec", "schedulingGates", &["name"]),
    (
        "PodSpec",
        "topologySpreadConstraints",
        &["topologyKey", "whenUnsatisfiable"],
    ),
    ("PodSpec", "volumes", &["name"]),
    ("ResourceRequirements", "claims", &["name"]),
    ("ServiceSpec", "ports", &["port", "protocol"]),
];

/// Fields that the server fills because they are half of a list's key.
const DEFAULTS: &[(&str, &str, &str)] = &[
    ("ContainerPort", "protocol", "TCP"),
    ("ServicePort", "protocol", "TCP"),
];

/// Fields with a closed set of words.
const ENUMS: &[(&str, &str, &[&str])] = &[
    (
        "Container",
        "imagePullPolicy",
        &["Always", "IfNotPresent", "Never"],
    ),
    ("ContainerPort", "protocol", &["TCP", "UDP", "SCTP"]),
    ("ServicePort", "protocol", &["TCP", "UDP", "SCTP"]),
];

#[test]
fn the_committed_schema_is_what_the_kubernetes_types_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cli/src/schema/k8s.json");
    let written = print(&definitions());
    if std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
        std::fs::write(&path, &written).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == written,
        "cli/src/schema/k8s.json is out of date: run SNAPSHOTS=overwrite cargo test -p dsoi-runtime --test schema"
    );
}

/// A status that the server prunes, or that it accepts and the operator cannot read, would stop a cluster.
#[test]
fn the_schema_of_the_status_is_what_the_runtime_writes_and_reads() {
    let dsoi: Value = serde_json::from_str(include_str!("../../cli/src/schema/dsoi.json")).unwrap();
    let status = ClusterStatus {
        observed_generation: Some(1),
        conditions: vec![Condition {
            last_transition_time: serde_json::from_value(json!("2001-02-03T04:05:06Z")).unwrap(),
            message: "all is well".to_owned(),
            observed_generation: Some(1),
            reason: "Done".to_owned(),
            status: "True".to_owned(),
            type_: "Ready".to_owned(),
        }],
        node_types: vec![NodeTypeStatus::default()],
        nodes: vec![NodeStatus {
            name: "a".to_owned(),
            node_type: "a".to_owned(),
            kind: WorkloadKind::StatefulSet,
            workload: "a".to_owned(),
            replicas: 1,
            ready: 1,
            updated: 1,
            phase: NodePhase::Ready,
        }],
        rollout: Some(RolloutStatus {
            phase: RolloutPhase::Halted,
            started_at: serde_json::from_value(json!("2001-02-03T04:05:06Z")).unwrap(),
            finished_at: serde_json::from_value(json!("2001-02-03T04:06:06Z")).unwrap(),
            took: Some("1m".to_owned()),
            node_type: Some("a".to_owned()),
            waiting_for: Some("a".to_owned()),
            waiting_since: serde_json::from_value(json!("2001-02-03T04:05:06Z")).unwrap(),
            rolled_back_to: Some("a".to_owned()),
        }),
        legacy: BTreeMap::new(),
    };
    let schema = resolved(&dsoi["ClusterStatus"], &dsoi);
    assert_eq!(
        paths_of(&serde_json::to_value(status).unwrap()),
        paths_of_schema(&schema)
    );

    for kind in [WorkloadKind::StatefulSet, WorkloadKind::Deployment] {
        assert!(words(&dsoi["NodeStatus"]["properties"]["kind"]).contains(&json!(kind)));
    }
    for phase in [
        NodePhase::Pending,
        NodePhase::Progressing,
        NodePhase::Ready,
        NodePhase::Failed,
    ] {
        for of in ["NodeStatus", "NodeTypeStatus"] {
            assert!(words(&dsoi[of]["properties"]["phase"]).contains(&json!(phase)));
        }
    }

    for phase in [
        RolloutPhase::Progressing,
        RolloutPhase::Halted,
        RolloutPhase::RollingBack,
        RolloutPhase::RolledBack,
        RolloutPhase::Complete,
    ] {
        assert!(words(&dsoi["RolloutStatus"]["properties"]["phase"]).contains(&json!(phase)));
    }

    let crd = json!({"spec": {"group": "example.com", "names": {"kind": "Any"}, "versions": [{
        "name": "v1",
        "schema": {"openAPIV3Schema": {"type": "object", "properties": {
            "spec": {"type": "object"}, "status": schema,
        }}},
    }]}});
    assert_eq!(
        lost_fields::<WithStatus>(&crd.to_string()),
        Vec::<String>::new()
    );
}

/// A resource as far as its status goes.
#[derive(Deserialize, Serialize)]
struct WithStatus {
    #[serde(default)]
    status: ClusterStatus,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

fn words(schema: &Value) -> &[Value] {
    schema["enum"].as_array().unwrap()
}

/// The schema with every reference replaced by what it refers to.
fn resolved(schema: &Value, definitions: &Value) -> Value {
    match schema {
        Value::Object(object) => match object.get("$ref").and_then(Value::as_str) {
            Some(name) => resolved(&definitions[name], definitions),
            None => object
                .iter()
                .map(|(key, value)| (key.clone(), resolved(value, definitions)))
                .collect::<Map<_, _>>()
                .into(),
        },
        other => other.clone(),
    }
}

fn paths_of(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Object(object) => {
            let fields = object.iter();
            fields
                .flat_map(|(key, value)| {
                    let deeper = paths_of(value).into_iter();
                    deeper.map(move |path| format!(".{key}{path}"))
                })
                .collect()
        }
        Value::Array(items) => items.iter().flat_map(paths_of).collect(),
        _ => [String::new()].into(),
    }
}

fn paths_of_schema(schema: &Value) -> BTreeSet<String> {
    if let Some(properties) = schema["properties"].as_object() {
        let fields = properties.iter();
        fields
            .flat_map(|(key, schema)| {
                let deeper = paths_of_schema(schema).into_iter();
                deeper.map(move |path| format!(".{key}{path}"))
            })
            .collect()
    } else if schema["items"].is_object() {
        paths_of_schema(&schema["items"])
    } else {
        [String::new()].into()
    }
}

/// All definitions that the exposed types reach, by the name of their Rust type.
fn definitions() -> BTreeMap<String, Value> {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    generator.subschema_for::<core::v1::PodSpec>();
    generator.subschema_for::<core::v1::ServiceSpec>();
    generator.subschema_for::<core::v1::PersistentVolumeClaimSpec>();
    generator.subschema_for::<core::v1::SecretKeySelector>();
    generator.subschema_for::<networking::v1::NetworkPolicySpec>();
    generator.subschema_for::<networking::v1::IngressSpec>();
    generator.subschema_for::<policy::v1::PodDisruptionBudgetSpec>();
    generator.subschema_for::<apps::v1::StatefulSetSpec>();
    generator.subschema_for::<apps::v1::DeploymentSpec>();

    generator
        .take_definitions(true)
        .into_iter()
        .map(|(path, schema)| {
            let (module, name) = path.rsplit_once('.').unwrap();
            (
                name.to_owned(),
                definition(name, &rust_module(module), &schema),
            )
        })
        .collect()
}

fn rust_module(path: &str) -> String {
    path.trim_start_matches("io.k8s.").replace('.', "::")
}

/// One type: its module, its required fields, its properties without prose.
fn definition(name: &str, module: &str, schema: &Value) -> Value {
    let mut slim = slim(schema);
    let object = slim.as_object_mut().unwrap();
    if name == "Quantity" {
        object.insert("pattern".into(), QUANTITY.into());
    }
    if let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) {
        for (_, field, keys) in LIST_MAPS.iter().filter(|(of, ..)| *of == name) {
            let list = properties[*field].as_object_mut().unwrap();
            list.insert("x-kubernetes-list-type".into(), "map".into());
            list.insert("x-kubernetes-list-map-keys".into(), json!(keys));
        }
        for (_, field, value) in DEFAULTS.iter().filter(|(of, ..)| *of == name) {
            properties[*field]["default"] = json!(value);
        }
        for (_, field, words) in ENUMS.iter().filter(|(of, ..)| *of == name) {
            properties[*field]["enum"] = json!(words);
        }
    }
    object.insert("module".into(), module.into());
    slim
}

/// Drops prose and `nullable`, and shortens references to the name of the type.
fn slim(schema: &Value) -> Value {
    let Some(object) = schema.as_object() else {
        return schema.clone();
    };
    let mut out = Map::new();
    for (key, value) in object {
        match key.as_str() {
            "description" | "nullable" | "title" => {}
            "$ref" => {
                let name = value.as_str().unwrap().rsplit('.').next().unwrap();
                out.insert(key.clone(), name.into());
            }
            "properties" => {
                let fields = value.as_object().unwrap().iter();
                let fields = fields.map(|(name, field)| (name.clone(), slim(field)));
                out.insert(key.clone(), Value::Object(fields.collect()));
            }
            "items" | "additionalProperties" => {
                out.insert(key.clone(), slim(value));
            }
            _ => {
                out.insert(key.clone(), value.clone());
            }
        }
    }
    Value::Object(out)
}

/// One line per property, so that a change of Kubernetes reads well in a diff.
fn print(definitions: &BTreeMap<String, Value>) -> String {
    let mut out = String::from("{\n");
    for (index, (name, definition)) in definitions.iter().enumerate() {
        let comma = if index + 1 < definitions.len() {
            ","
        } else {
            ""
        };
        let mut head = definition.as_object().unwrap().clone();
        let properties = head.remove("properties");
        let head = Value::Object(head).to_string();
        let Some(properties) = properties.as_ref().and_then(Value::as_object) else {
            writeln!(out, "\"{name}\": {head}{comma}").unwrap();
            continue;
        };
        let head = head.strip_suffix('}').unwrap();
        writeln!(out, "\"{name}\": {head},\"properties\":{{").unwrap();
        for (index, (field, schema)) in properties.iter().enumerate() {
            let comma = if index + 1 < properties.len() {
                ","
            } else {
                ""
            };
            writeln!(out, "  \"{field}\": {schema}{comma}").unwrap();
        }
        writeln!(out, "}}}}{comma}").unwrap();
    }
    out.push_str("}\n");
    out
}
