//! What there is in a namespace, and waiting for it.

use std::collections::BTreeMap;
use std::time::Duration;

use dsoi_runtime::testing::wait;
use kube::api::{DeleteParams, ListParams};
use serde_json::{Value, json};

use crate::scene::Scene;
use crate::workload::NAME;

/// Kinds that an operator makes.
pub(crate) const KINDS: [&str; 6] = [
    "ConfigMap",
    "Service",
    "NetworkPolicy",
    "StatefulSet",
    "Deployment",
    "PersistentVolumeClaim",
];

/// On a machine that other tests keep busy.
pub(crate) const LONG: Duration = Duration::from_secs(150);
/// After which nothing more is expected.
pub(crate) const QUIET: Duration = Duration::from_millis(1200);

/// Every object of the kinds of children, and the resource, without what differs from run to run.
pub(crate) async fn of(scene: &Scene) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    for kind in KINDS {
        let list = scene.api(kind).list(&ListParams::default()).await.unwrap();
        for object in list {
            let name = object.metadata.name.clone().unwrap_or_default();
            if name != "kube-root-ca.crt" {
                let object = serde_json::to_value(object).unwrap();
                all.insert(format!("{kind} {name}"), masked(object, scene));
            }
        }
    }
    if let Some(resource) = scene.get("Tally", NAME).await {
        let conditions = resource["status"]["conditions"].as_array();
        let conditions: Vec<Value> = conditions
            .into_iter()
            .flatten()
            .map(|found| json!([found["type"], found["status"], found["reason"]]))
            .collect();
        let status = json!({
            "spec": masked(resource["spec"].clone(), scene),
            "observed": resource["status"]["observedGeneration"] == resource["metadata"]["generation"],
            "conditions": conditions,
        });
        all.insert(format!("Tally {NAME}"), status);
    }
    all
}

/// Without identities, times, addresses, and what follows from them.
fn masked(mut object: Value, scene: &Scene) -> Value {
    for pointer in [
        "/metadata/uid",
        "/metadata/resourceVersion",
        "/metadata/generation",
        "/metadata/creationTimestamp",
        "/metadata/managedFields",
        "/spec/clusterIP",
        "/spec/clusterIPs",
        "/spec/volumeName",
    ] {
        remove(&mut object, pointer);
    }
    let owners = object.pointer_mut("/metadata/ownerReferences");
    for owner in owners.and_then(Value::as_array_mut).into_iter().flatten() {
        remove(owner, "/uid");
    }
    for pointer in [
        "/metadata/annotations",
        "/spec/template/metadata/annotations",
    ] {
        let annotations = object.pointer_mut(pointer).and_then(Value::as_object_mut);
        for (key, value) in annotations.into_iter().flatten() {
            // Digests of what holds the namespace and the owner, and how often pods were replaced.
            if key.starts_with("dsoi.dev/") || key.starts_with("pv.kubernetes.io/") {
                *value = json!("masked");
            }
        }
    }
    let phase = object.pointer("/status/phase").cloned();
    let ready = object.pointer("/status/readyReplicas").cloned();
    remove(&mut object, "/status");
    object["status"] = json!({ "phase": phase, "ready": ready });
    let text = object
        .to_string()
        .replace(scene.namespace.name(), "NAMESPACE");
    serde_json::from_str(&text).unwrap()
}

fn remove(value: &mut Value, pointer: &str) {
    if let Some((parent, key)) = pointer.rsplit_once('/')
        && let Some(parent) = value.pointer_mut(parent).and_then(Value::as_object_mut)
    {
        parent.remove(key);
    }
}

/// What is in one state and not, or otherwise, in another.
pub(crate) fn differences(
    expected: &BTreeMap<String, Value>,
    found: &BTreeMap<String, Value>,
) -> Vec<String> {
    let mut all = Vec::new();
    for (id, wanted) in expected {
        match found.get(id) {
            None => all.push(format!("{id} is missing")),
            Some(found) if found != wanted => compare(id, wanted, found, &mut all),
            Some(_) => {}
        }
    }
    let more = found.keys().filter(|id| !expected.contains_key(*id));
    all.extend(more.map(|id| format!("{id} is left over")));
    all
}

fn compare(path: &str, wanted: &Value, found: &Value, all: &mut Vec<String>) {
    if let (Value::Object(wanted), Value::Object(found)) = (wanted, found) {
        let keys = wanted.keys().chain(found.keys());
        for key in keys.collect::<std::collections::BTreeSet<_>>() {
            let none = Value::Null;
            let (wanted, found) = (
                wanted.get(key).unwrap_or(&none),
                found.get(key).unwrap_or(&none),
            );
            if wanted != found {
                compare(&format!("{path}.{key}"), wanted, found, all);
            }
        }
    } else {
        all.push(format!("{path} should be {wanted}, is {found}"));
    }
}

/// Waits until the resource is Ready in its present generation.
pub(crate) async fn ready(scene: &Scene) {
    says(scene, "Ready", "True", None).await;
}

/// Waits until an upgrade does not go on because of a crash.
pub(crate) async fn halted(scene: &Scene) {
    says(scene, "Progressing", "False", Some("RolloutHalted")).await;
}

/// Waits until a type runs again what it ran before.
pub(crate) async fn rolled_back(scene: &Scene) {
    says(scene, "Progressing", "False", Some("RolledBack")).await;
}

async fn says(scene: &Scene, type_: &str, status: &str, reason: Option<&str>) {
    let found = wait::until(LONG, &format!("{type_}={status}"), async || {
        let resource = scene.get("Tally", NAME).await?;
        let generation = &resource["metadata"]["generation"];
        let conditions = resource["status"]["conditions"].as_array()?;
        conditions
            .iter()
            .any(|found| {
                found["type"] == type_
                    && found["status"] == status
                    && reason.is_none_or(|reason| found["reason"] == reason)
                    && found["observedGeneration"] == *generation
            })
            .then_some(())
    })
    .await;
    if let Err(error) = found {
        let resource = scene.get("Tally", NAME).await.unwrap_or_default();
        panic!("{error}: {}", resource["status"]);
    }
}

pub(crate) async fn quiet(scene: &Scene) {
    scene.proxy.settled(QUIET, LONG).await.unwrap();
}

/// A person deletes the resource.
pub(crate) async fn delete(scene: &Scene) {
    let background = DeleteParams::background();
    scene.api("Tally").delete(NAME, &background).await.unwrap();
}

/// Waits until the resource is no longer there; its children may be.
pub(crate) async fn gone(scene: &Scene) {
    wait::until(LONG, "the resource is gone", async || {
        scene.get("Tally", NAME).await.is_none().then_some(())
    })
    .await
    .unwrap();
}
