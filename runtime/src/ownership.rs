//! Whether a document is still ours, leaf by leaf, decided without comparing values.
//!
//! In: a desired document and the fieldsV1 trees of our manager's entries in `managedFields`.
//! Out: the first path that the trees do not cover. The server takes a path from a manager as soon
//! as anyone else changes or removes it, and leaves it when they write an equal value in other
//! words, so an uncovered leaf is drift and a covered one is not. fieldsV1 itself mostly tells which
//! lists are maps, sets or atomic. It has two blind spots: the order of an associative list, which
//! the cache keeps beside it, and `{}`, which says the same of an atomic value that is ours and of a
//! map or list whose members were all taken from us. For the latter, the names of the API tell.

use serde_json::{Map, Value};

/// The first leaf of `document` that no tree covers, as a dotted path.
///
/// `apiVersion`, `kind` and the object's name and namespace belong to nobody and are passed over.
pub(crate) fn uncovered(document: &Value, trees: &[Value]) -> Option<String> {
    if trees.is_empty() {
        return Some("metadata.managedFields".to_owned());
    }
    let trees: Vec<&Value> = trees.iter().collect();
    let fields = document.as_object()?;
    fields
        .iter()
        .filter(|(key, _)| !matches!(key.as_str(), "apiVersion" | "kind"))
        .find_map(|(key, value)| {
            let below = field(&trees, key);
            if key == "metadata" {
                metadata(value, &below)
            } else {
                leaf(value, &below, key)
            }
        })
}

fn metadata(value: &Value, trees: &[&Value]) -> Option<String> {
    value
        .as_object()?
        .iter()
        .filter(|(key, _)| !matches!(key.as_str(), "name" | "namespace" | "uid"))
        .find_map(|(key, value)| leaf(value, &field(trees, key), &format!("metadata.{key}")))
}

fn leaf(value: &Value, trees: &[&Value], path: &str) -> Option<String> {
    if trees.is_empty() {
        return (!is_empty(value)).then(|| path.to_owned());
    }
    if is_atomic(value, path) && trees.iter().any(|tree| is_bare(tree)) {
        return None;
    }
    match value {
        Value::Object(fields) => fields
            .iter()
            .find_map(|(key, value)| leaf(value, &field(trees, key), &format!("{path}.{key}"))),
        Value::Array(items) => items.iter().enumerate().find_map(|(index, item)| {
            let below = item_trees(trees, item);
            let path = format!("{path}[{index}]");
            if below.is_empty() {
                Some(path)
            } else {
                leaf(item, &below, &path)
            }
        }),
        _ => None,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn is_bare(tree: &Value) -> bool {
    tree.as_object().is_none_or(Map::is_empty)
}

/// Lists of the API whose items are owned one by one. All others are atomic.
pub(crate) const GRANULAR_LISTS: &[&str] = &[
    "claims",
    "containers",
    "env",
    "ephemeralContainers",
    "finalizers",
    "hostAliases",
    "imagePullSecrets",
    "initContainers",
    "ownerReferences",
    "ports",
    "resourceClaims",
    "schedulingGates",
    "topologySpreadConstraints",
    "volumeDevices",
    "volumeMounts",
    "volumes",
];

/// Whether a value is owned as a whole, by its name in the API: of objects, selectors and references
/// are, and what stands in a list under a key (an owner reference).
fn is_atomic(value: &Value, path: &str) -> bool {
    let name = path.rsplit_once('.').map_or(path, |(_, name)| name);
    match value {
        Value::Array(_) => !GRANULAR_LISTS.contains(&name),
        Value::Object(_) => {
            name.ends_with(']')
                || name.ends_with("elector")
                || name.ends_with("Ref")
                || name == "dataSource"
                // Of an ingress' backend.
                || name == "port"
                || name == "resource"
                || name == "requiredDuringSchedulingIgnoredDuringExecution"
                || is_empty(value)
        }
        _ => true,
    }
}

fn field<'a>(trees: &[&'a Value], key: &str) -> Vec<&'a Value> {
    let key = format!("f:{key}");
    trees.iter().filter_map(|tree| tree.get(&key)).collect()
}

/// The trees below `item`: `k:{…}` holds the merge keys of an associative list, `v:…` a set's value.
fn item_trees<'a>(trees: &[&'a Value], item: &Value) -> Vec<&'a Value> {
    trees
        .iter()
        .filter_map(|tree| tree.as_object())
        .flat_map(Map::iter)
        .filter(|(key, _)| is_key_of(key, item))
        .map(|(_, below)| below)
        .collect()
}

fn is_key_of(key: &str, item: &Value) -> bool {
    if let Some(keys) = key.strip_prefix("k:") {
        let Ok(Value::Object(keys)) = serde_json::from_str(keys) else {
            return false;
        };
        // A merge key that the document leaves out has its default on the server.
        keys.iter()
            .all(|(name, wanted)| item.get(name).is_none_or(|found| found == wanted))
    } else if let Some(member) = key.strip_prefix("v:") {
        serde_json::from_str::<Value>(member).is_ok_and(|member| member == *item)
    } else {
        false
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn service() -> Value {
        json!({
            "apiVersion": "v1", "kind": "Service",
            "metadata": {
                "name": "a", "namespace": "b", "labels": {"l": "1"}, "annotations": {"dsoi.dev/applied": "h;1"},
                "ownerReferences": [{"apiVersion": "v", "kind": "K", "name": "n", "uid": "u"}]
            },
            "spec": {
                "type": "ClusterIP", "selector": {"x": "1"},
                "ports": [{"name": "a", "port": 80, "protocol": "TCP", "targetPort": "h"}, {"name": "b", "port": 81, "protocol": "TCP"}]
            }
        })
    }

    // As a kube-apiserver 1.36 records it after a POST.
    fn recorded() -> Value {
        json!({
            "f:metadata": {
                "f:annotations": {".": {}, "f:dsoi.dev/applied": {}},
                "f:labels": {".": {}, "f:l": {}},
                "f:ownerReferences": {".": {}, "k:{\"uid\":\"u\"}": {}}
            },
            "f:spec": {
                "f:internalTrafficPolicy": {},
                "f:ports": {
                    ".": {},
                    "k:{\"port\":80,\"protocol\":\"TCP\"}": {".": {}, "f:name": {}, "f:port": {}, "f:protocol": {}, "f:targetPort": {}},
                    "k:{\"port\":81,\"protocol\":\"TCP\"}": {".": {}, "f:name": {}, "f:port": {}, "f:protocol": {}, "f:targetPort": {}}
                },
                "f:selector": {}, "f:sessionAffinity": {}, "f:type": {}
            }
        })
    }

    fn without(mut tree: Value, pointer: &str, key: &str) -> Value {
        tree.pointer_mut(pointer)
            .unwrap()
            .as_object_mut()
            .unwrap()
            .remove(key);
        tree
    }

    #[test]
    fn what_we_wrote_and_nobody_touched_is_covered() {
        assert_eq!(uncovered(&service(), &[recorded()]), None);
    }

    #[test]
    fn each_field_that_was_taken_from_us_is_found() {
        let port = "k:{\"port\":80,\"protocol\":\"TCP\"}";
        let port_pointer = format!("/f:spec/f:ports/{port}");
        for (pointer, key, path) in [
            ("/f:metadata/f:labels", "f:l", "metadata.labels.l"),
            (
                "/f:metadata/f:annotations",
                "f:dsoi.dev/applied",
                "metadata.annotations.dsoi.dev/applied",
            ),
            (
                "/f:metadata/f:ownerReferences",
                "k:{\"uid\":\"u\"}",
                "metadata.ownerReferences[0]",
            ),
            (
                "/f:metadata",
                "f:ownerReferences",
                "metadata.ownerReferences",
            ),
            ("/f:spec", "f:selector", "spec.selector"),
            ("/f:spec", "f:type", "spec.type"),
            ("/f:spec/f:ports", port, "spec.ports[0]"),
            (&port_pointer, "f:targetPort", "spec.ports[0].targetPort"),
        ] {
            let tree = without(recorded(), pointer, key);
            assert_eq!(
                uncovered(&service(), &[tree]).as_deref(),
                Some(path),
                "{pointer} {key}"
            );
        }
    }

    #[test]
    fn the_last_member_of_a_map_or_list_is_found_too() {
        let map = json!({"data": {"a": "b"}});
        let taken = json!({"f:data": {}});
        assert_eq!(uncovered(&map, &[taken]).as_deref(), Some("data.a"));
        let list = json!({"spec": {"ports": [{"port": 80}]}});
        let taken = json!({"f:spec": {"f:ports": {}}});
        assert_eq!(uncovered(&list, &[taken]).as_deref(), Some("spec.ports[0]"));
    }

    #[test]
    fn fields_that_the_document_does_not_have_do_not_matter() {
        let tree = without(recorded(), "/f:spec", "f:sessionAffinity");
        assert_eq!(uncovered(&service(), &[tree]), None);
    }

    #[test]
    fn two_entries_of_ours_cover_together() {
        let first = without(recorded(), "/f:spec", "f:type");
        let second = json!({"f:spec": {"f:type": {}}});
        assert_eq!(uncovered(&service(), &[first, second]), None);
    }

    #[test]
    fn an_object_without_an_entry_of_ours_is_not_covered() {
        assert_eq!(
            uncovered(&service(), &[]).as_deref(),
            Some("metadata.managedFields")
        );
    }

    #[test]
    fn members_of_a_set_are_found_by_value() {
        let document = json!({"metadata": {"finalizers": ["a/b"]}});
        let tree = json!({"f:metadata": {"f:finalizers": {".": {}, "v:\"a/b\"": {}}}});
        assert_eq!(uncovered(&document, &[tree]), None);
        let other = json!({"f:metadata": {"f:finalizers": {".": {}, "v:\"c/d\"": {}}}});
        assert_eq!(
            uncovered(&document, &[other]).as_deref(),
            Some("metadata.finalizers[0]")
        );
    }

    #[test]
    fn empty_values_belong_to_nobody() {
        let document = json!({"spec": {"a": {}, "b": "", "c": [], "d": null}});
        assert_eq!(
            uncovered(&document, &[json!({"f:spec": {"f:x": {}}})]),
            None
        );
    }
}
