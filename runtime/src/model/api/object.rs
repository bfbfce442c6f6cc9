//! An object as a server stores it, with the owners of its fields.

use serde_json::{Value, json};

use super::super::fields::value_at;
use crate::kind::ObjectId;

/// What the server stores of one object.
#[derive(Clone, Debug)]
pub(in crate::model) struct Object {
    /// Its document, with `metadata` as people write it.
    pub(in crate::model) live: Value,
    pub(in crate::model) uid: String,
    pub(in crate::model) version: u64,
    pub(in crate::model) generation: i64,
    pub(in crate::model) entries: Vec<Entry>,
    pub(in crate::model) deleting: bool,
    pub(in crate::model) status: Value,
}

/// One entry of `managedFields`.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::model) struct Entry {
    pub(in crate::model) manager: String,
    pub(in crate::model) operation: String,
    pub(in crate::model) tree: Value,
}

impl Object {
    /// As the server sends it.
    pub(in crate::model) fn whole(&self, id: &ObjectId) -> Value {
        let mut whole = self.live.clone();
        whole["apiVersion"] = json!(id.kind.row().api_version());
        whole["kind"] = json!(id.kind.as_str());
        let metadata = &mut whole["metadata"];
        metadata["name"] = json!(id.name);
        metadata["namespace"] = json!(id.namespace);
        metadata["uid"] = json!(self.uid);
        metadata["resourceVersion"] = json!(self.version.to_string());
        metadata["generation"] = json!(self.generation);
        metadata["creationTimestamp"] = json!("2026-01-01T00:00:00Z");
        if self.deleting {
            metadata["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
        }
        metadata["managedFields"] = self
            .entries
            .iter()
            .map(|entry| {
                json!({"manager": entry.manager, "operation": entry.operation,
                       "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": entry.tree})
            })
            .collect();
        if !self.status.is_null() {
            whole["status"] = self.status.clone();
        }
        whole
    }

    /// The controller's uid.
    pub(in crate::model) fn owner(&self) -> Option<String> {
        self.live
            .pointer("/metadata/ownerReferences")?
            .as_array()?
            .iter()
            .find(|owner| owner["controller"] == true)
            .and_then(|owner| Some(owner["uid"].as_str()?.to_owned()))
    }
}

/// Of a tree of claims, those whose value changed.
pub(super) fn keep_changed(claims: &mut Value, old: &Value, new: &Value) {
    let Some(fields) = claims.as_object_mut() else {
        return;
    };
    fields.retain(|key, below| {
        let (before, after) = (value_at(old, key), value_at(new, key));
        if before == after {
            return false;
        }
        if let (Some(before), Some(after)) = (before, after) {
            keep_changed(below, before, after);
        }
        after.is_some()
    });
}

pub(super) fn json_merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    let Some(target) = target.as_object_mut() else {
        return;
    };
    for (key, value) in patch {
        if value.is_null() {
            target.remove(key);
        } else {
            json_merge(target.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}
