//! Values that a field may have: those that its schema takes of what the fields of Kubernetes look like.

use dsoi::model::{self, ExternalShape};
use serde_json::{Value, json};

use super::fields::Field;

/// Texts that some field or other takes, the plainest first.
const TEXTS: &[&str] = &[
    "a1",
    "b1",
    "/a",
    "/b",
    "1",
    "2",
    "1Gi",
    "2Gi",
    "5m",
    "7m",
    "example/a:1",
    "example/b:2",
    "https://a.example.com",
    "https://b.example.com",
    "Always",
    "IfNotPresent",
    "{\"a\": 1}",
    "ClusterIP",
    "NodePort",
    "RollingUpdate",
    "OnDelete",
    "Recreate",
    "2026-01-01T00:00:00Z",
    "2026-01-02T00:00:00Z",
];

/// Values of objects that the definition says nothing of, by the ends of their paths.
const OPEN: &[(&str, &str)] = &[
    ("updateStrategy", r#"{"type": "OnDelete"}"#),
    ("updateStrategy", r#"{"type": "Recreate"}"#),
    ("podDisruptionBudget", r#"{"minAvailable": 1}"#),
    (
        ".service",
        r#"{"ports": [{"name": "http", "port": 8080, "targetPort": 8080}]}"#,
    ),
    (
        ".service",
        r#"{"ports": [{"name": "http", "port": 8080, "targetPort": 8080}], "type": "NodePort"}"#,
    ),
    (
        ".services",
        r#"[{"name": "more", "spec": {"ports": [{"port": 9999}]}}]"#,
    ),
    (".volumeMount", r#"[{"name": "a1", "mountPath": "/a"}]"#),
    (".volumeMount", r#"[{"name": "b1", "mountPath": "/a"}]"#),
    (".env", r#"[{"name": "A", "value": "1"}]"#),
    (".volumes", r#"[{"name": "v", "emptyDir": {}}]"#),
    (".port", r#"[{"containerPort": 8080}]"#),
    (".port", r#"[{"containerPort": 8081}]"#),
    ("Pod.env[]", r#"{"name": "A", "value": "1"}"#),
    ("Pod.env[]", r#"{"name": "A", "value": "2"}"#),
    (
        "Pod.readinessProbe",
        r#"{"httpGet": {"path": "/a", "port": 80}}"#,
    ),
    (
        "Pod.readinessProbe",
        r#"{"httpGet": {"path": "/b", "port": 80}}"#,
    ),
    ("Pod.resources", r#"{"limits": {"cpu": "1"}}"#),
    ("Pod.resources", r#"{"limits": {"cpu": "2"}}"#),
    ("Pod.service", r#"{"externalTrafficPolicy": "Local"}"#),
    ("Pod.service", r#"{"externalTrafficPolicy": "Cluster"}"#),
    ("Pod.volumes[]", r#"{"name": "v", "emptyDir": {}}"#),
    (
        "Pod.volumes[]",
        r#"{"name": "v", "emptyDir": {"medium": "Memory"}}"#,
    ),
    ("Pod.volumeMount[]", r#"{"name": "a1", "mountPath": "/a"}"#),
    ("Pod.volumeMount[]", r#"{"name": "a1", "mountPath": "/b"}"#),
];

/// The key that a map gets, whose keys are their author's.
pub(super) fn key(path: &str) -> &'static str {
    if path.ends_with("limits") || path.ends_with("requests") {
        "cpu"
    } else {
        "k"
    }
}

/// Values of a field, the likeliest first.
pub(super) fn pool(field: &Field, resource: &Value, model: &model::Operator) -> Vec<Value> {
    let spelling = &model.cluster.spelling;
    let node = |word: &model::Word| format!("spec.{}[].{}", spelling.nodes.wire, word.wire);
    let names = |word: &model::Word| -> Vec<Value> {
        let groups = resource["spec"][word.wire.as_str()].as_array();
        let groups = groups.into_iter().flatten();
        groups.map(|group| group["name"].clone()).collect()
    };
    let path = field.path.as_str();
    if path == node(&spelling.node_type) {
        let types = model.cluster.node_types.iter();
        return types.map(|known| json!(known.name.as_str())).collect();
    }
    for word in [&spelling.k8s_config_group, &spelling.app_config_group] {
        if path == node(word) {
            return names(word);
        }
    }
    if path == format!("spec.{}", spelling.deployment_order.wire) {
        let types = model.cluster.node_types.iter();
        let mut types: Vec<Value> = types.map(|known| json!(known.name.as_str())).collect();
        let forth = json!(types);
        types.reverse();
        return vec![forth, json!(types)];
    }
    let own = OPEN.iter().filter(|(end, _)| path.ends_with(end));
    let own: Vec<Value> = own
        .map(|(_, text)| serde_json::from_str(text).unwrap())
        .collect();
    let is_open = |schema: &Value| schema.get("properties").is_none();
    if !own.is_empty() && (field.whole || is_open(&field.schema)) {
        return own;
    }
    if field.whole {
        return vec![of_each_type(something(&field.schema), field, model)];
    }
    let schema = &field.schema;
    let validator = jsonschema::validator_for(schema).unwrap();
    let mut all: Vec<Value> = Vec::new();
    all.extend(schema["enum"].as_array().into_iter().flatten().cloned());
    all.extend([json!(true), json!(false)]);
    let least = schema["minimum"].as_i64().unwrap_or(0);
    all.extend(
        [1, 2, 3, 4, 80, 8080]
            .map(|number| json!(number.max(least) + i64::from(number < least) * number)),
    );
    all.extend(TEXTS.iter().map(|text| json!(text)));
    all.extend(
        [1, 2].map(|number| json!({"name": "side", "image": format!("example/side:{number}")})),
    );
    all.extend([json!({"k": "1"}), json!({"k": "2"}), json!({"k": 1})]);
    all.retain(|value| validator.is_valid(value));
    all
}

/// A list whose entries are for node types, with an entry for each.
fn of_each_type(mut whole: Value, field: &Field, model: &model::Operator) -> Value {
    for external in &model.cluster.external {
        let at = format!(
            "spec.{}.{}",
            model.cluster.spelling.external.wire, external.wire
        );
        let ExternalShape::List { key, .. } = &external.shape else {
            continue;
        };
        if field.path == at
            && let Some(entry) = whole["spec"].get(0).cloned()
        {
            let types = model.cluster.node_types.iter();
            let entries = types.map(|known| {
                let mut entry = entry.clone();
                entry[key.as_str()] = json!(known.name.as_str());
                entry
            });
            whole["spec"] = entries.collect();
        }
    }
    whole
}

/// An object, a list or a scalar with as little in it as its schema asks for, and with something in it.
pub(super) fn filled(schema: &Value) -> Value {
    if let Some(items) = schema.get("items") {
        return json!([something(items)]);
    }
    if schema["properties"].get("hostPort").is_some() {
        // What names a port goes by this one.
        return json!({"name": "http", "containerPort": 8081});
    }
    if schema.get("properties").is_some() || schema["additionalProperties"].is_object() {
        let mut object = json!({});
        let required = schema["required"].as_array().into_iter().flatten();
        for name in required.filter_map(Value::as_str) {
            object[name] = something(&schema["properties"][name]);
        }
        return object;
    }
    scalar(schema)
}

fn something(schema: &Value) -> Value {
    let inner = &schema["additionalProperties"];
    if inner.is_object() {
        return json!({ "k": something(inner) });
    }
    let least = filled(schema);
    if !least.as_object().is_some_and(serde_json::Map::is_empty) {
        return least;
    }
    match schema["properties"]
        .as_object()
        .and_then(|all| all.iter().next())
    {
        Some((name, field)) => json!({ name: something(field) }),
        None => least,
    }
}

fn scalar(schema: &Value) -> Value {
    let validator = jsonschema::validator_for(schema).unwrap();
    let enumerated = schema["enum"].as_array().into_iter().flatten().cloned();
    let numbers = [json!(1), json!(8080)].into_iter();
    let texts = TEXTS.iter().map(|text| json!(text));
    let others = [
        json!(true),
        json!({"name": "side", "image": "example/side:1"}),
    ];
    let mut all = enumerated.chain(texts).chain(numbers).chain(others);
    let found = all.find(|value| validator.is_valid(value));
    found.unwrap_or_default()
}
