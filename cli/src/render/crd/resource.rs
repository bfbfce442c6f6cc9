//! The definition of a kind outside of Kubernetes (PN-2).

use serde_json::{Map, Value, json};

use super::field::Object;
use super::{Called, column, default_column, definition};
use crate::model::{Column, Operator, Resource, StatusValue, Type};
use crate::render::meaning::described;
use crate::render::yaml::Yaml;
use crate::schema;

/// Longest text of a status: what was sent may be as long as a field of the spec.
const MAX_STATUS_TEXT: u64 = super::MAX_OWN_TEXT;

/// The whole document.
pub(in crate::render) fn resource(operator: &Operator, resource: &Resource) -> Yaml {
    let names = Called {
        kind: &resource.kind,
        plural: &resource.plural,
        singular: &resource.singular,
        short_names: &resource.short_names,
        categories: &[],
    };
    let columns = columns(&resource.columns);
    definition(operator, &names, &columns, root(operator, resource))
}

/// What `kubectl get` shows: whether it is as asked for, why not, the manifest's own columns, and the age.
fn columns(own: &[Column]) -> Vec<Value> {
    let ready = ".status.conditions[?(@.type==\"Ready\")]";
    let default = |name: &str, ty: &str, path: &str| default_column(own, name, ty, path);
    default("Ready", "string", &format!("{ready}.status"))
        .into_iter()
        .chain(default("Reason", "string", &format!("{ready}.reason")))
        .chain(own.iter().map(column))
        .chain(default("Age", "date", ".metadata.creationTimestamp"))
        .collect()
}

/// The schema of the custom resource.
pub(in crate::render) fn root(operator: &Operator, resource: &Resource) -> Value {
    let mut spec = Object::default();
    for field in &resource.spec {
        spec.field(&operator.cluster, field);
    }
    let doc = resource
        .doc
        .clone()
        .unwrap_or_else(|| format!("A {} that lies outside of Kubernetes", resource.kind));
    json!({
        "type": "object",
        "description": doc,
        "required": ["spec"],
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
            "spec": spec.finish(),
            "status": status(resource),
        },
    })
}

/// The status: nothing of it is required, as the first one says little.
pub(in crate::render) fn status(resource: &Resource) -> Value {
    let of_cluster = schema::expand("ClusterStatus");
    let text = |doc: &str| described(json!({"type": "string"}), doc);
    let mut properties = Map::new();
    for shared in ["conditions", "observedGeneration"] {
        properties.insert(shared.to_owned(), of_cluster["properties"][shared].clone());
    }
    properties["conditions"]["description"] =
        "Ready, and Paused where changes are held, each with a reason and a message".into();
    properties.insert(
        "externalId".to_owned(),
        text("What the server calls it; fixed at the first success"),
    );
    properties.insert(
        "applied".to_owned(),
        text("Digest of what the server was told last"),
    );
    if resource.flat_condition {
        for (name, doc) in [
            ("type", "What was done last"),
            ("status", "Whether it succeeded"),
            ("reason", "What the server answered, cut short"),
            ("message", "What came of it"),
        ] {
            properties.insert(name.to_owned(), text(doc));
        }
        let time = json!({"type": "string", "format": "date-time"});
        properties.insert(
            "lastUpdateTime".to_owned(),
            described(time, "When that was"),
        );
    }
    for field in &resource.status {
        let schema = match &field.value {
            StatusValue::Body => described(
                json!({"type": "string", "maxLength": MAX_STATUS_TEXT}),
                "What the server was told last",
            ),
            StatusValue::Value(expr) => match expr.ty {
                Type::Int | Type::Port => json!({"type": "integer", "format": "int64"}),
                Type::Bool => json!({"type": "boolean"}),
                _ => json!({"type": "string", "maxLength": MAX_STATUS_TEXT}),
            },
        };
        properties.insert(field.wire.to_string(), schema);
    }
    json!({"type": "object", "properties": properties})
}
