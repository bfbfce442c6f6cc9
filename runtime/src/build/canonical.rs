//! Documents as the API server would write them, so that what is sent is what it stores (design §5).
//!
//! No nulls, no empty lists, no empty maps where the API drops them, merge keys written out: two
//! documents that mean the same are the same, and every leaf of one is found in its managed fields.

use serde::Serialize;
use serde_json::{Map, Value};

/// Maps that are the same to the API empty and absent. An empty struct elsewhere means something:
/// `emptyDir: {}`, `labelSelector: {}`.
const DROPPED_EMPTY: &[&str] = &[
    "annotations",
    "binaryData",
    "data",
    "labels",
    "limits",
    "matchLabels",
    "metadata",
    "nodeSelector",
    "requests",
    "resources",
];

/// A Kubernetes value as a tree, canonical.
pub(crate) fn value(value: &impl Serialize) -> Value {
    let mut tree = serde_json::to_value(value)
        .expect("Kubernetes types are trees whose maps have strings as keys");
    prune(&mut tree);
    tree
}

/// Makes a tree canonical.
pub(crate) fn prune(tree: &mut Value) {
    match tree {
        Value::Object(map) => {
            for value in map.values_mut() {
                prune(value);
            }
            if let Some(Value::Array(ports)) = map.get_mut("ports") {
                ports.iter_mut().for_each(write_protocol);
            }
            map.retain(|key, value| !dropped(key, value));
        }
        Value::Array(items) => items.iter_mut().for_each(prune),
        _ => {}
    }
}

fn dropped(key: &str, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty() && DROPPED_EMPTY.contains(&key),
        _ => false,
    }
}

/// The protocol is half of a port's merge key; an apply without it does not find its own port.
fn write_protocol(port: &mut Value) {
    if let Value::Object(port) = port {
        port.entry("protocol").or_insert_with(|| "TCP".into());
    }
}

/// `map` without what is absent, as an object.
pub(crate) fn object<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    let fields = fields
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), value?)));
    Value::Object(fields.collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_api_drops_is_not_sent_and_what_means_something_stays() {
        let mut tree = json!({
            "a": null,
            "env": [],
            "nodeSelector": {},
            "resources": {"limits": {}, "requests": {}},
            "volumes": [{"name": "x", "emptyDir": {}, "y": null}],
            "labelSelector": {"matchLabels": {}},
            "ports": [{"containerPort": 1}, {"containerPort": 1, "protocol": "UDP"}],
            "ingress": [{}],
        });
        prune(&mut tree);
        assert_eq!(
            tree,
            json!({
                "volumes": [{"name": "x", "emptyDir": {}}],
                "labelSelector": {},
                "ports": [
                    {"containerPort": 1, "protocol": "TCP"},
                    {"containerPort": 1, "protocol": "UDP"},
                ],
                "ingress": [{}],
            })
        );
    }
}
