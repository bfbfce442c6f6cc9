//! Groups of Kubernetes settings, and what lies under all of them.

use serde_json::{Value, json};

use super::cel::{rule, with_rules};
use super::field::Object;
use super::{MAX_GROUPS, limit, list_map, meaning, name};
use crate::model::{Cluster, Form, K8sField, K8sGroupField, LimitedName};
use crate::render::meaning::described;
use crate::schema;

pub(super) fn k8s_groups(cluster: &Cluster) -> Value {
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

pub(super) fn k8s_field(cluster: &Cluster, field: &K8sGroupField) -> Value {
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
            let mut list = json!({"type": "array", "maxItems": max});
            list["items"] = one;
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

/// The fields of a group once more, which lie under all groups. What is deep is not spelled out again, as a definition has
/// to stay small: the types of the operator read it, and the API server checks what becomes of it.
pub(super) fn common_k8s(cluster: &Cluster) -> Value {
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
