//! What the modelled API server of `src/model` says, shown on a real one: rule by rule.
//!
//! No operator runs here. Each test is one rule that the plan, its execution and the exploration of
//! all states stand on.

use std::time::Duration;

use dsoi_runtime::testing::wait;
use kube::Error;
use kube::api::{
    DeleteParams, DynamicObject, Patch, PatchParams, PostParams, Preconditions, PropagationPolicy,
};
use serde_json::{Value, json};

use crate::scene::{SOON, Scene};

const MANAGER: &str = "conformance";

fn config_map(data: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": data})
}

fn object(value: &Value) -> DynamicObject {
    serde_json::from_value(value.clone()).unwrap()
}

async fn post(scene: &Scene, document: &Value) -> Result<DynamicObject, Error> {
    let params = PostParams {
        field_manager: Some(MANAGER.to_owned()),
        ..PostParams::default()
    };
    let kind = document["kind"].as_str().unwrap();
    scene.api(kind).create(&params, &object(document)).await
}

async fn apply(scene: &Scene, document: &Value) -> Result<DynamicObject, Error> {
    let (kind, name) = (&document["kind"], &document["metadata"]["name"]);
    let params = PatchParams::apply(MANAGER).force();
    scene
        .api(kind.as_str().unwrap())
        .patch(name.as_str().unwrap(), &params, &Patch::Apply(document))
        .await
}

/// Code and field of a refusal.
fn refusal(result: Result<DynamicObject, Error>) -> (u16, String) {
    match result {
        Err(Error::Api(status)) => {
            let field = status.details.as_ref().and_then(|details| {
                let cause = details.causes.first()?;
                Some(cause.field.clone())
            });
            (status.code, field.unwrap_or_default())
        }
        other => panic!("no refusal: {other:?}"),
    }
}

fn meta(found: &DynamicObject) -> (String, String, Option<i64>) {
    let meta = &found.metadata;
    (
        meta.uid.clone().unwrap(),
        meta.resource_version.clone().unwrap(),
        meta.generation,
    )
}

/// D1: `model::api` answers a second POST of a name with 409.
#[tokio::test]
async fn a_name_is_taken_once() {
    let scene = Scene::new("conformance").await;
    post(&scene, &config_map(&json!({}))).await.unwrap();
    assert_eq!(
        refusal(post(&scene, &config_map(&json!({"a": "b"}))).await).0,
        409
    );
}

/// D1: an apply with a uid is about that object or none, and one with a version alone is about any.
#[tokio::test]
async fn an_apply_with_a_uid_makes_no_object_and_takes_none_over() {
    let scene = Scene::new("conformance").await;
    let first = post(&scene, &config_map(&json!({}))).await.unwrap();
    let (uid, version, _) = meta(&first);
    scene
        .api("ConfigMap")
        .delete("a", &DeleteParams::default())
        .await
        .unwrap();
    let mut about = config_map(&json!({"a": "1"}));
    about["metadata"]["uid"] = json!(uid);
    assert_eq!(refusal(apply(&scene, &about).await).0, 409);
    let second = post(&scene, &config_map(&json!({}))).await.unwrap();
    assert_ne!(meta(&second).0, uid);
    assert_eq!(
        refusal(apply(&scene, &about).await),
        (422, "metadata.uid".to_owned())
    );
    let merge = json!({"metadata": {"uid": uid}, "data": {"a": "2"}});
    let merged = scene
        .api("ConfigMap")
        .patch("a", &PatchParams::default(), &Patch::Merge(&merge))
        .await;
    assert!(matches!(refusal(merged).0, 409 | 422));
    assert_eq!(
        scene.get("ConfigMap", "a").await.unwrap()["data"],
        Value::Null
    );
    // What a version alone is worth: the object is made again.
    scene
        .api("ConfigMap")
        .delete("a", &DeleteParams::default())
        .await
        .unwrap();
    let mut with_version = config_map(&json!({"a": "1"}));
    with_version["metadata"]["resourceVersion"] = json!(version);
    assert!(apply(&scene, &with_version).await.is_ok());
}

/// D3: preconditions of a deletion hold.
#[tokio::test]
async fn a_deletion_is_about_one_version_of_one_object() {
    let scene = Scene::new("conformance").await;
    let found = post(&scene, &config_map(&json!({}))).await.unwrap();
    let (uid, version, _) = meta(&found);
    let delete = async |uid: &str, version: &str| {
        let params = DeleteParams {
            preconditions: Some(Preconditions {
                uid: Some(uid.to_owned()),
                resource_version: Some(version.to_owned()),
            }),
            ..DeleteParams::background()
        };
        match scene.api("ConfigMap").delete("a", &params).await {
            Ok(_) => 200,
            Err(Error::Api(status)) => status.code,
            Err(other) => panic!("{other}"),
        }
    };
    let other = "00000000-0000-0000-0000-000000000000";
    assert_eq!(delete(other, &version).await, 409);
    scene
        .patch("ConfigMap", "a", &json!({"data": {"x": "y"}}))
        .await;
    assert_eq!(delete(&uid, &version).await, 409);
    let version = scene.get("ConfigMap", "a").await.unwrap()["metadata"]["resourceVersion"].clone();
    assert_eq!(delete(&uid, version.as_str().unwrap()).await, 200);
    assert_eq!(delete(&uid, version.as_str().unwrap()).await, 404);
}

/// The image of the one container; `nginx` never fails, and a tag `crash` always does.
fn stateful_set(image: &str) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "s"},
        "spec": {
            "replicas": 2, "serviceName": "s", "podManagementPolicy": "OrderedReady",
            "selector": {"matchLabels": {"app": "s"}},
            "template": {
                "metadata": {"labels": {"app": "s"}},
                "spec": {"containers": [{"name": "main", "image": image}]},
            },
        },
    })
}

/// `model::api::store`: a content change bumps the generation, nothing else does, and an apply that
/// changes nothing is no new version.
#[tokio::test]
async fn a_generation_counts_changes_of_content_alone() {
    let scene = Scene::new("conformance").await;
    let mut document = stateful_set("example/app:1");
    document["spec"]["replicas"] = json!(0);
    let made = apply(&scene, &document).await.unwrap();
    assert_eq!(made.metadata.generation, Some(1));
    document["metadata"]["labels"] = json!({"x": "y"});
    let labelled = apply(&scene, &document).await.unwrap();
    assert_eq!(labelled.metadata.generation, Some(1));
    document["spec"]["template"]["metadata"]["annotations"] = json!({"a": "b"});
    let changed = apply(&scene, &document).await.unwrap();
    assert_eq!(changed.metadata.generation, Some(2));
    // The controller's own status writes end before the two versions are compared.
    scene_observes(&scene, 2).await;
    let before = meta(&object(&scene.get("StatefulSet", "s").await.unwrap()));
    let again = apply(&scene, &document).await.unwrap();
    assert_eq!(meta(&again), before);
    let map = post(&scene, &config_map(&json!({}))).await.unwrap();
    assert_eq!(map.metadata.generation, None);
}

async fn scene_observes(scene: &Scene, generation: i64) {
    wait::until(SOON, "the controller has seen it", async || {
        let found = scene.get("StatefulSet", "s").await?;
        (found["status"]["observedGeneration"] == generation).then_some(())
    })
    .await
    .unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
}

/// `model::world::advance`: what a deleted owner left is collected by its uid, also where there is
/// an owner of the same name again; orphans stay.
#[tokio::test]
async fn the_children_of_a_uid_go_with_it() {
    let scene = Scene::new("conformance").await;
    let owner =
        |name: &str| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}});
    let child = |name: &str, owner: &str, uid: &str| {
        let mut child = config_map(&json!({}));
        child["metadata"] = json!({"name": name, "ownerReferences": [{
            "apiVersion": "v1", "kind": "ConfigMap", "name": owner, "uid": uid, "controller": true,
        }]});
        child
    };
    let first = meta(&post(&scene, &owner("o")).await.unwrap()).0;
    post(&scene, &child("of-first", "o", &first)).await.unwrap();
    let params = DeleteParams::background();
    scene.api("ConfigMap").delete("o", &params).await.unwrap();
    let second = meta(&post(&scene, &owner("o")).await.unwrap()).0;
    post(&scene, &child("of-second", "o", &second))
        .await
        .unwrap();
    wait::until(SOON, "the first one's child is gone", async || {
        scene
            .get("ConfigMap", "of-first")
            .await
            .is_none()
            .then_some(())
    })
    .await
    .unwrap();
    assert!(scene.get("ConfigMap", "of-second").await.is_some());
    let orphan = DeleteParams {
        propagation_policy: Some(PropagationPolicy::Orphan),
        ..DeleteParams::default()
    };
    scene.api("ConfigMap").delete("o", &orphan).await.unwrap();
    wait::until(SOON, "the second one's child is nobody's", async || {
        let child = scene.get("ConfigMap", "of-second").await?;
        child["metadata"]["ownerReferences"].is_null().then_some(())
    })
    .await
    .unwrap();
}

/// `model::api::apply`: a field that was `POST`ed survives an apply without it, until the entry is
/// made one of operation Apply.
#[tokio::test]
async fn a_flipped_entry_loses_the_fields_that_the_next_apply_lacks() {
    let scene = Scene::new("conformance").await;
    let both = config_map(&json!({"a": "1", "b": "2"}));
    let one = config_map(&json!({"a": "1"}));
    post(&scene, &both).await.unwrap();
    let kept = apply(&scene, &one).await.unwrap();
    assert_eq!(kept.data["data"]["b"], "2");
    scene
        .api("ConfigMap")
        .delete("a", &DeleteParams::default())
        .await
        .unwrap();
    let posted = post(&scene, &both).await.unwrap();
    let (_, version, _) = meta(&posted);
    let flip = |version: &str| {
        json!([
            {"op": "test", "path": "/metadata/resourceVersion", "value": version},
            {"op": "test", "path": "/metadata/managedFields/0/manager", "value": MANAGER},
            {"op": "replace", "path": "/metadata/managedFields/0/operation", "value": "Apply"},
        ])
    };
    let patch = async |patch: Value| {
        let patch: Patch<()> = Patch::Json(serde_json::from_value(patch).unwrap());
        let params = PatchParams {
            field_manager: Some(MANAGER.to_owned()),
            ..PatchParams::default()
        };
        scene.api("ConfigMap").patch("a", &params, &patch).await
    };
    assert_eq!(refusal(patch(flip("1")).await).0, 422);
    let flipped = patch(flip(&version)).await.unwrap();
    let entries = flipped.metadata.managed_fields.unwrap();
    assert_eq!(entries[0].operation.as_deref(), Some("Apply"));
    let lost = apply(&scene, &one).await.unwrap();
    assert_eq!(lost.data["data"], json!({"a": "1"}));
}

/// `model::fields`: who writes another value takes the field, and who writes the same shares it.
#[tokio::test]
async fn a_field_is_taken_by_who_changes_it() {
    let scene = Scene::new("conformance").await;
    let document = config_map(&json!({"a": "1", "b": "2"}));
    apply(&scene, &document).await.unwrap();
    scene
        .patch("ConfigMap", "a", &json!({"data": {"a": "9", "b": "2"}}))
        .await;
    let found = scene.get("ConfigMap", "a").await.unwrap();
    let entries = found["metadata"]["managedFields"].as_array().unwrap();
    let ours = entries.iter().find(|entry| entry["manager"] == MANAGER);
    assert_eq!(ours.unwrap()["fieldsV1"]["f:data"], json!({"f:b": {}}));
    let again = apply(&scene, &document).await.unwrap();
    assert_eq!(again.data["data"], json!({"a": "1", "b": "2"}));
}

/// D5: a pod that never got ready is not replaced by a template that would, and its deletion helps.
#[tokio::test]
async fn an_ordered_stateful_set_waits_for_a_pod_that_never_gets_ready() {
    let scene = Scene::new("conformance").await;
    apply(&scene, &stateful_set("example/app:crash"))
        .await
        .unwrap();
    wait::until(SOON, "the first pod crashes", async || {
        let pod = scene.get("Pod", "s-0").await?;
        (pod["status"]["containerStatuses"][0]["state"]["waiting"]["reason"] == "CrashLoopBackOff")
            .then_some(())
    })
    .await
    .unwrap();
    apply(&scene, &stateful_set("example/app:1")).await.unwrap();
    scene_observes(&scene, 2).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let pod = scene.get("Pod", "s-0").await.unwrap();
    assert_eq!(
        pod["spec"]["containers"][0]["image"], "example/app:crash",
        "the controller replaced it"
    );
    assert!(scene.get("Pod", "s-1").await.is_none());
    let at_once = DeleteParams::default().grace_period(0);
    scene.api("Pod").delete("s-0", &at_once).await.unwrap();
    wait::until(SOON, "both pods are ready", async || {
        let found = scene.get("StatefulSet", "s").await?;
        (found["status"]["readyReplicas"] == 2).then_some(())
    })
    .await
    .unwrap();
}
