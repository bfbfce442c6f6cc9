//! Who owns which field, as fieldsV1 trees: what a document covers, and the value below a key.
//!
//! Keys of items hold all their scalars, where a server takes the merge keys alone: the model never
//! changes an item under its key.

use serde_json::{Map, Value, json};

use crate::ownership::GRANULAR_LISTS;

/// The tree of everything that `document` has, but what belongs to nobody.
pub(super) fn tree(document: &Value) -> Value {
    let mut fields = Map::new();
    for (key, value) in document.as_object().into_iter().flatten() {
        match key.as_str() {
            "apiVersion" | "kind" | "status" => {}
            "metadata" => {
                let mut metadata = value.clone();
                if let Some(metadata) = metadata.as_object_mut() {
                    metadata.retain(|key, _| {
                        matches!(
                            key.as_str(),
                            "labels" | "annotations" | "ownerReferences" | "finalizers"
                        )
                    });
                }
                fields.insert("f:metadata".to_owned(), below("metadata", &metadata));
            }
            _ => {
                fields.insert(format!("f:{key}"), below(key, value));
            }
        }
    }
    Value::Object(fields)
}

fn below(name: &str, value: &Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (format!("f:{key}"), below(key, value)))
                .collect(),
        ),
        Value::Array(items) if GRANULAR_LISTS.contains(&name) => Value::Object(
            items
                .iter()
                .map(|item| (key_of(item), below("", item)))
                .collect(),
        ),
        _ => json!({}),
    }
}

fn key_of(item: &Value) -> String {
    let Some(fields) = item.as_object() else {
        return format!("v:{item}");
    };
    // An item is known by its name or path where it has one, else by all that it is.
    for key in ["uid", "name", "mountPath"] {
        if let Some(value) = fields.get(key) {
            return format!("k:{}", json!({ key: value }));
        }
    }
    let scalars: Map<String, Value> = fields
        .iter()
        .filter(|(_, value)| !value.is_object() && !value.is_array())
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    format!("k:{}", Value::Object(scalars))
}

/// The value that a key of a tree stands for.
pub(super) fn value_at<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    if let Some(name) = key.strip_prefix("f:") {
        return value.get(name);
    }
    value.as_array()?.iter().find(|item| key_of(item) == key)
}

/// Lays `new` over `old`: maps and lists of items are merged, everything else is replaced.
pub(super) fn merge(name: &str, old: &mut Value, new: &Value) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            for (key, value) in new {
                match old.get_mut(key) {
                    Some(old) => merge(key, old, value),
                    None => {
                        old.insert(key.clone(), value.clone());
                    }
                }
            }
        }
        (Value::Array(old), Value::Array(new)) if GRANULAR_LISTS.contains(&name) => {
            for item in new {
                let key = key_of(item);
                match old.iter_mut().find(|old| key_of(old) == key) {
                    Some(old) => merge("", old, item),
                    None => old.push(item.clone()),
                }
            }
        }
        (old, new) => *old = new.clone(),
    }
}

/// Takes out of `live` what `before` owned and neither `after` nor any of the others does.
pub(super) fn drop_unowned(live: &mut Value, before: &Value, after: &Value, others: &[&Value]) {
    for (key, sub) in before.as_object().into_iter().flatten() {
        let after_sub = after.get(key);
        let others: Vec<&Value> = others.iter().filter_map(|tree| tree.get(key)).collect();
        if after_sub.is_none() && others.is_empty() {
            remove(live, key);
            continue;
        }
        let empty = json!({});
        let child = match key.strip_prefix("f:") {
            Some(name) => live.get_mut(name),
            None => live
                .as_array_mut()
                .and_then(|items| items.iter_mut().find(|item| key_of(item) == *key)),
        };
        if let Some(child) = child {
            drop_unowned(child, sub, after_sub.unwrap_or(&empty), &others);
        }
    }
}

fn remove(live: &mut Value, key: &str) {
    match live {
        Value::Object(fields) => {
            if let Some(name) = key.strip_prefix("f:") {
                fields.remove(name);
            }
        }
        Value::Array(items) => items.retain(|item| key_of(item) != key),
        _ => {}
    }
}

/// Takes from `tree` every leaf of `claimed` whose value differs between `old` and `new`.
pub(super) fn lose(tree: &mut Value, claimed: &Value, old: &Value, new: &Value) {
    let Some(fields) = tree.as_object_mut() else {
        return;
    };
    let mut lost = Vec::new();
    for (key, sub) in fields.iter_mut() {
        let Some(claimed) = claimed.get(key) else {
            continue;
        };
        let (before, after) = (value_at(old, key), value_at(new, key));
        let is_leaf = claimed.as_object().is_none_or(Map::is_empty);
        if is_leaf {
            if before != after {
                lost.push(key.clone());
            }
        } else if let (Some(before), Some(after)) = (before, after) {
            lose(sub, claimed, before, after);
            if sub.as_object().is_some_and(Map::is_empty) {
                lost.push(key.clone());
            }
        }
    }
    for key in lost {
        fields.remove(&key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{desired, pinot, tally};
    use crate::ownership::uncovered;

    #[test]
    fn a_tree_covers_its_document() {
        let all = [
            desired::<tally::Tally>(&tally::sample()).unwrap(),
            desired::<pinot::Pinot>(&pinot::sample()).unwrap(),
        ];
        for child in all.iter().flat_map(|desired| &desired.children) {
            assert_eq!(
                uncovered(&child.document, &[tree(&child.document)]),
                None,
                "{}",
                child.id
            );
        }
    }

    #[test]
    fn what_another_changes_is_lost_and_what_he_writes_alike_is_shared() {
        let old = json!({"spec": {"a": 1, "b": 1}});
        let mut ours = tree(&old);
        let new = json!({"spec": {"a": 2, "b": 1}});
        lose(&mut ours, &tree(&new), &old, &new);
        assert_eq!(ours, json!({"f:spec": {"f:b": {}}}));
    }
}
