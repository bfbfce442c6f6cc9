//! What befalls a namespace, a quota, a name or an owner, and resources that fail in our own code.

use std::time::{Duration, Instant};

use dsoi_runtime::testing::{Verb, wait};
use k8s_openapi::api::core::v1::Namespace;
use kube::Api;
use kube::api::DeleteParams;
use serde_json::{Value, json};

use crate::scene::{OPERATOR, SOON, Scene, shown};

// RL-21.
#[tokio::test]
async fn a_resource_on_which_a_hook_panics_hurts_no_other() {
    let scene = Scene::new("poison").await;
    let poison = |tally: &mut Value| {
        tally["metadata"]["annotations"] = json!({"example.com/poison": "true"});
    };
    scene.create("bad", poison).await;
    let operator = scene.start();
    scene.create("good", |_| {}).await;
    scene.condition("good", "Ready", "True").await;
    let refused = scene.condition("bad", "Accepted", "False").await;
    assert_eq!(refused["reason"], "Invalid");
    let message = refused["message"].as_str().unwrap();
    assert!(
        message.contains("the operator failed on this resource"),
        "{message}"
    );
    assert_eq!(scene.get("ConfigMap", "bad-gate-config").await, None);
    // It costs nothing while nothing changes, and heals.
    scene.settled().await;
    let mark = scene.proxy.mark();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(shown(&scene.proxy.writes(mark)), Vec::<String>::new());
    scene
        .patch("Tally", "bad", &json!({"metadata": {"annotations": null}}))
        .await;
    scene.condition("bad", "Ready", "True").await;
    assert!(operator.exited().unwrap().is_none());
}

// RL-28.
#[tokio::test]
async fn a_quota_is_named_holds_back_nothing_else_and_heals_when_it_is_raised() {
    let scene = Scene::new("quota").await;
    let quota = |services: &str| {
        json!({
            "apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "few"},
            "spec": {"hard": {"services": services}},
        })
    };
    scene.apply(&quota("1")).await;
    wait::until(SOON, "the quota counts", async || {
        let quota = scene.get("ResourceQuota", "few").await?;
        quota["status"]["hard"]["services"]
            .is_string()
            .then_some(())
    })
    .await
    .unwrap();
    let _operator = scene.start();
    scene.create("t", |_| {}).await;
    let progressing = scene.condition("t", "Progressing", "False").await;
    assert_eq!(progressing["reason"], "QuotaExceeded");
    let message = progressing["message"].as_str().unwrap();
    assert!(message.contains("exceeded quota: few"), "{message}");
    scene.settled().await;
    // One of the two Services is there, and the workload of its node with it.
    let services = scene.names("Service").await;
    let workloads = [
        scene.names("StatefulSet").await,
        scene.names("Deployment").await,
    ]
    .concat();
    assert_eq!(
        (services.len(), workloads.len()),
        (1, 1),
        "{services:?} {workloads:?}"
    );
    let mark = scene.proxy.mark();
    tokio::time::sleep(Duration::from_secs(5)).await;
    let mut tries = shown(&scene.proxy.writes(mark));
    tries.retain(|write| !write.starts_with("Patch tallies"));
    println!("five seconds within the quota: {} tries", tries.len());
    assert!(tries.len() <= 5, "{tries:#?}");
    assert!(
        tries
            .iter()
            .all(|write| write.starts_with("Create services")),
        "{tries:#?}"
    );
    let start = Instant::now();
    scene.apply(&quota("10")).await;
    scene.condition("t", "Ready", "True").await;
    println!("healed {:?} after the quota was raised", start.elapsed());
}

// RL-30.
#[tokio::test]
async fn of_two_resources_that_want_one_name_the_first_keeps_it_until_it_goes() {
    let scene = Scene::new("names").await;
    let _operator = scene.start();
    let node = |name: &'static str| {
        move |tally: &mut Value| {
            tally["spec"]["nodes"].as_array_mut().unwrap().remove(0);
            tally["spec"]["nodes"][0]["name"] = json!(name);
        }
    };
    scene.create("a", node("b-c")).await;
    scene.condition("a", "Ready", "True").await;
    scene.settled().await;
    let mark = scene.proxy.mark();
    scene.create("a-b", node("c")).await;
    let degraded = scene.condition("a-b", "Degraded", "True").await;
    assert_eq!(degraded["reason"], "NameConflict");
    tokio::time::sleep(Duration::from_secs(5)).await;
    scene.settled().await;
    let mut writes = shown(&scene.proxy.writes(mark));
    writes.retain(|write| !write.starts_with("Patch tallies"));
    println!(
        "a name that is taken: {} writes in five seconds",
        writes.len()
    );
    assert!(writes.len() <= 1, "{writes:#?}");
    scene.condition("a", "Ready", "True").await;
    scene
        .api("Tally")
        .delete("a", &DeleteParams::background())
        .await
        .unwrap();
    scene.condition("a-b", "Ready", "True").await;
}

// RL-31.
#[tokio::test]
async fn an_owner_that_is_stripped_is_set_again_and_another_is_respected() {
    let scene = Scene::new("owner").await;
    let _operator = scene.start();
    scene.create("t", |_| {}).await;
    scene.condition("t", "Ready", "True").await;
    scene.settled().await;
    let owner = async || {
        let map = scene.get("ConfigMap", "t-gate-config").await.unwrap();
        map["metadata"]["ownerReferences"].clone()
    };
    let ours = owner().await;
    let mark = scene.proxy.mark();
    let strip = json!({"metadata": {"ownerReferences": null}});
    scene.patch("ConfigMap", "t-gate-config", &strip).await;
    wait::until(SOON, "it is ours again", async || {
        (owner().await == ours).then_some(())
    })
    .await
    .unwrap();
    scene.settled().await;
    assert_eq!(
        shown(&scene.proxy.writes(mark)),
        ["Patch configmaps t-gate-config"]
    );

    // Somebody else's now: an owner that exists, or the garbage collector would delete it.
    scene
        .apply(&json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "boss"}}))
        .await;
    let boss = scene.get("ConfigMap", "boss").await.unwrap();
    let theirs = json!({"metadata": {"ownerReferences": [{
        "apiVersion": "v1", "kind": "ConfigMap", "name": "boss", "uid": boss["metadata"]["uid"], "controller": true,
    }]}});
    let mark = scene.proxy.mark();
    scene.patch("ConfigMap", "t-gate-config", &theirs).await;
    let degraded = scene.condition("t", "Degraded", "True").await;
    assert_eq!(degraded["reason"], "NameConflict");
    tokio::time::sleep(Duration::from_secs(3)).await;
    scene.settled().await;
    let mut writes = shown(&scene.proxy.writes(mark));
    writes.retain(|write| !write.starts_with("Patch tallies"));
    assert_eq!(writes, Vec::<String>::new(), "it fights");
    // With its owner it goes, and ours takes its place.
    scene
        .api("ConfigMap")
        .delete("boss", &DeleteParams::background())
        .await
        .unwrap();
    scene.condition("t", "Ready", "True").await;
    assert_eq!(owner().await[0]["uid"], ours[0]["uid"]);
}

// RL-26, RL-27.
#[tokio::test]
async fn nothing_is_made_in_a_namespace_that_ends_and_all_of_it_in_its_successor() {
    let scene = Scene::apart("ending").await;
    let operator = scene.start();
    scene.create("t", |_| {}).await;
    scene.condition("t", "Ready", "True").await;
    scene.settled().await;
    let first = scene.get("Service", "t-gate").await.unwrap();

    // The resource outlives its children, so that there is something to be tempted by.
    let plane = scene.namespace.plane();
    let name = scene.namespace.name().to_owned();
    let keep = keep_tallies(&name);
    plane.apply_yaml(&keep).await.unwrap();
    wait::until(SOON, "the resource cannot be deleted", async || {
        let dry = DeleteParams {
            dry_run: true,
            ..DeleteParams::default()
        };
        scene
            .api("Tally")
            .delete("t", &dry)
            .await
            .is_err()
            .then_some(())
    })
    .await
    .unwrap();
    let namespaces: Api<Namespace> = Api::all(scene.admin.clone());
    let mark = scene.proxy.mark();
    namespaces
        .delete(&name, &DeleteParams::default())
        .await
        .unwrap();
    wait::until(SOON, "its children are gone", async || {
        scene.names("Service").await.is_empty().then_some(())
    })
    .await
    .unwrap();
    tokio::time::sleep(Duration::from_secs(6)).await;
    let creates: Vec<_> = scene
        .proxy
        .since(mark)
        .into_iter()
        .filter(|request| request.verb == Verb::Create && !request.is_background())
        .collect();
    let refused = creates.iter().find(|request| request.status == Some(403));
    let after = creates.iter().filter(|request| {
        refused.is_some_and(|first| request.at > first.at + Duration::from_millis(500))
    });
    println!(
        "{} tries to create in a namespace that ends, {} of them after the first was refused",
        creates.len(),
        after.clone().count()
    );
    assert_eq!(after.count(), 0, "{:#?}", shown(&creates));
    let warnings: Vec<Value> = scene
        .list("Event")
        .await
        .into_iter()
        .filter(|event| {
            event["type"] == "Warning" && event["reportingController"] == "tally-control-plane"
        })
        .collect();
    assert!(warnings.is_empty(), "{warnings:#?}");

    let start = Instant::now();
    for document in keep.split("---\n") {
        let document: Value = serde_saphyr::from_str(document).unwrap();
        scene.delete_cluster_wide(&document).await;
    }
    wait::until(SOON, "the namespace is gone", async || {
        let found = namespaces.get_opt(&name).await.ok()?;
        found.is_none().then_some(())
    })
    .await
    .unwrap();
    println!("the namespace was gone after {:?}", start.elapsed());

    let again: Namespace = serde_json::from_value(json!({"metadata": {"name": name}})).unwrap();
    wait::until(SOON, "the namespace is made again", async || {
        let params = kube::api::PostParams::default();
        namespaces.create(&params, &again).await.ok()
    })
    .await
    .unwrap();
    scene.create("t", |_| {}).await;
    scene.condition("t", "Ready", "True").await;
    let second = scene.get("Service", "t-gate").await.unwrap();
    assert_ne!(first["metadata"]["uid"], second["metadata"]["uid"]);
    assert!(operator.exited().unwrap().is_none(), "{}", operator.log());
}

/// A policy that lets nobody delete a Tally of this namespace.
fn keep_tallies(namespace: &str) -> String {
    format!(
        "apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {{name: keep-{OPERATOR}-{namespace}}}
spec:
  matchConstraints:
    resourceRules:
    - apiGroups: [example.com]
      apiVersions: ['*']
      operations: [DELETE]
      resources: [tallies]
  validations: [{{expression: 'false', message: it is kept}}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {{name: keep-{OPERATOR}-{namespace}}}
spec:
  policyName: keep-{OPERATOR}-{namespace}
  validationActions: [Deny]
  matchResources:
    namespaceSelector:
      matchLabels: {{kubernetes.io/metadata.name: {namespace}}}
"
    )
}
