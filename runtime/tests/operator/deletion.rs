//! A resource that goes while something holds its children, or while the operator is at work on it.

use std::time::Duration;

use dsoi_runtime::testing::{Action, Fault, Verb, wait};
use kube::api::DeleteParams;
use serde_json::{Value, json};

use crate::scene::{SOON, Scene, shown};

const KINDS: [&str; 9] = [
    "ConfigMap",
    "Service",
    "NetworkPolicy",
    "StatefulSet",
    "Deployment",
    "PersistentVolumeClaim",
    "PodDisruptionBudget",
    "HorizontalPodAutoscaler",
    "Ingress",
];
const HELD: &str = "example.com/held";

/// The sample, with a child of every kind.
fn all_kinds(tally: &mut Value) {
    tally["spec"]["nodes"][0]["replicas"] = json!(1);
    tally["spec"]["nodes"][1]["replicas"] = json!(1);
    let group = &mut tally["spec"]["k8sConfigGroup"][1];
    group["networkPolicy"] = json!({"ingress": [{}]});
    group["podDisruptionBudget"] = json!({"minAvailable": 1});
    group["horizontalPodAutoscaler"] = json!({"maxReplicas": 2});
    group["ingress"] =
        json!({"defaultBackend": {"service": {"name": "t-gate", "port": {"number": 80}}}});
}

/// The children of the resource, by kind and name; claims of StatefulSets are nobody's.
async fn children(scene: &Scene) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    for kind in KINDS {
        for child in scene.list(kind).await {
            if child["metadata"]["ownerReferences"][0]["kind"] == "Tally" {
                let name = child["metadata"]["name"].as_str().unwrap();
                found.push((kind, name.to_owned()));
            }
        }
    }
    found
}

/// Makes the resource, and returns its children when all of them are there.
async fn installed(scene: &Scene) -> Vec<(&'static str, String)> {
    scene.create("t", all_kinds).await;
    scene.condition("t", "Accepted", "True").await;
    wait::until(SOON, "the autoscaler is there", async || {
        scene.get("HorizontalPodAutoscaler", "t-gate").await
    })
    .await
    .unwrap();
    scene.settled().await;
    children(scene).await
}

async fn hold(scene: &Scene, children: &[(&'static str, String)], finalizers: &Value) {
    for (kind, name) in children {
        let patch = json!({"metadata": {"finalizers": finalizers}});
        scene.patch(kind, name, &patch).await;
    }
}

/// Waits until no child is left.
async fn empty(scene: &Scene) {
    wait::until(SOON, "no child is left", async || {
        children(scene).await.is_empty().then_some(())
    })
    .await
    .unwrap();
}

/// RL-39: whatever holds the children, a resource that goes causes no write, and leaves nothing.
#[tokio::test]
async fn a_resource_whose_children_cannot_go_yet_is_left_alone_until_they_can() {
    for cascade in [DeleteParams::background(), DeleteParams::foreground()] {
        let scene = Scene::new("stuck").await;
        let operator = scene.start();
        let held = installed(&scene).await;
        for kind in KINDS
            .iter()
            .filter(|kind| **kind != "PersistentVolumeClaim")
        {
            assert!(held.iter().any(|(of, _)| of == kind), "no {kind}: {held:?}");
        }
        hold(&scene, &held, &json!([HELD])).await;
        scene.settled().await;

        let mark = scene.proxy.mark();
        scene.api("Tally").delete("t", &cascade).await.unwrap();
        wait::until(SOON, "every child is going", async || {
            for (kind, name) in &held {
                let child = scene.get(kind, name).await?;
                if child["metadata"]["deletionTimestamp"].is_null() {
                    return None;
                }
            }
            Some(())
        })
        .await
        .unwrap();
        scene.settled().await;
        let writes = shown(&scene.proxy.writes(mark));
        assert_eq!(writes, Vec::<String>::new(), "{cascade:?}");

        hold(&scene, &held, &json!(null)).await;
        empty(&scene).await;
        wait::until(SOON, "the resource is gone", async || {
            scene.get("Tally", "t").await.is_none().then_some(())
        })
        .await
        .unwrap();
        scene.settled().await;
        let writes = shown(&scene.proxy.writes(mark));
        assert_eq!(writes, Vec::<String>::new(), "{cascade:?}");
        assert!(operator.exited().unwrap().is_none(), "{}", operator.log());
        assert!(!operator.log().contains("panicked"), "{}", operator.log());
        let policy = cascade.propagation_policy;
        println!("{policy:?}: {} children held, no write", held.len());
    }
}

/// RL-39: what was on its way when the resource went does not outlive it.
#[tokio::test]
async fn a_child_that_is_made_while_its_resource_goes_goes_too() {
    let scene = Scene::new("raced").await;
    let operator = scene.start();
    let held = scene.proxy.inject(
        Fault::new(
            |request| request.verb == Verb::Create && !request.is_background(),
            Action::Hold,
        )
        .always(),
    );
    scene.create("t", all_kinds).await;
    wait::until(SOON, "a create is held", async || {
        (!held.hits().is_empty()).then_some(())
    })
    .await
    .unwrap();
    let background = DeleteParams::background();
    scene.api("Tally").delete("t", &background).await.unwrap();
    wait::until(SOON, "the resource is gone", async || {
        scene.get("Tally", "t").await.is_none().then_some(())
    })
    .await
    .unwrap();
    // The operator is to know of it before its requests reach the server.
    tokio::time::sleep(Duration::from_millis(500)).await;
    held.release();
    held.remove();
    scene.settled().await;
    empty(&scene).await;
    scene.settled().await;
    assert_eq!(children(&scene).await, []);
    assert!(operator.exited().unwrap().is_none(), "{}", operator.log());
}

/// RL-39: an operator that does not see that its resource went makes nothing again.
#[tokio::test]
async fn what_is_collected_while_the_watch_of_its_resource_hangs_is_not_made_again() {
    let scene = Scene::new("unseen").await;
    let operator = scene.start();
    scene.create("t", |_| {}).await;
    scene.condition("t", "Ready", "True").await;
    scene.settled().await;
    let mark = scene.proxy.mark();
    let frozen = scene
        .proxy
        .freeze_watches(|request| request.verb == Verb::Watch && request.resource == "tallies");
    let background = DeleteParams::background();
    scene.api("Tally").delete("t", &background).await.unwrap();
    empty(&scene).await;
    // Several times what it would take to make the first of them again.
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(shown(&scene.proxy.writes(mark)), Vec::<String>::new());
    assert_eq!(children(&scene).await, []);
    frozen.thaw();
    scene.settled().await;
    assert_eq!(shown(&scene.proxy.writes(mark)), Vec::<String>::new());
    assert!(operator.exited().unwrap().is_none(), "{}", operator.log());
}

/// RL-39, OR-17: a pause holds the operator, not the garbage collector.
#[tokio::test]
async fn a_paused_resource_goes_with_its_children() {
    let scene = Scene::new("paused-away").await;
    let operator = scene.start();
    scene.create("t", |_| {}).await;
    scene.condition("t", "Ready", "True").await;
    let pause = json!({"metadata": {"annotations": {"example.com/ignored": "true"}}});
    scene.patch("Tally", "t", &pause).await;
    scene.condition("t", "Paused", "True").await;
    scene.settled().await;
    let mark = scene.proxy.mark();
    let background = DeleteParams::background();
    scene.api("Tally").delete("t", &background).await.unwrap();
    empty(&scene).await;
    scene.settled().await;
    assert_eq!(shown(&scene.proxy.writes(mark)), Vec::<String>::new());
    assert!(operator.exited().unwrap().is_none(), "{}", operator.log());
}

/// RL-39, D3: a child that somebody deletes, and something holds, is waited for and then made again.
#[tokio::test]
async fn a_child_that_cannot_go_is_waited_for_and_made_again_once() {
    let scene = Scene::new("held-child").await;
    let _operator = scene.start();
    let held = installed(&scene).await;
    hold(&scene, &held, &json!([HELD])).await;
    scene.settled().await;
    let mark = scene.proxy.mark();
    let background = DeleteParams::background();
    for (kind, name) in &held {
        scene.api(kind).delete(name, &background).await.unwrap();
    }
    scene.settled().await;
    let mut writes = shown(&scene.proxy.writes(mark));
    // A status is told, as often as there is something to tell; no child is touched.
    writes.retain(|write| !write.starts_with("Patch tallies"));
    assert_eq!(writes, Vec::<String>::new());
    hold(&scene, &held, &json!(null)).await;
    scene.condition("t", "Accepted", "True").await;
    wait::until(SOON, "every child is back", async || {
        for (kind, name) in &held {
            let child = scene.get(kind, name).await?;
            if !child["metadata"]["deletionTimestamp"].is_null() {
                return None;
            }
        }
        Some(())
    })
    .await
    .unwrap();
    scene.settled().await;
    let mut creates = shown(&scene.proxy.writes(mark));
    creates.retain(|write| write.starts_with("Create"));
    assert_eq!(creates.len(), held.len(), "{creates:#?}");
}
