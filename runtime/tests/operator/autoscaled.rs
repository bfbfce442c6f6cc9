//! A workload under an autoscaler through the rest of its life: its claims grow, and it stops.

use dsoi_runtime::testing::wait;
use kube::api::{Patch, PatchParams};
use serde_json::{Value, json};

use crate::scene::{SOON, Scene};
use crate::storage::{bound, grown, size, uids};

/// The sample under an autoscaler, with this much storage.
fn scaled(storage: &'static str) -> impl Fn(&mut Value) {
    move |tally: &mut Value| {
        let small = &mut tally["spec"]["k8sConfigGroup"][0];
        small["horizontalPodAutoscaler"] = json!({"minReplicas": 2, "maxReplicas": 9});
        size(tally, storage);
    }
}

/// How many pods the store is asked for, and how many are ready.
async fn store(scene: &Scene) -> (Value, Value) {
    let store = scene.get("StatefulSet", "t-store").await;
    let store = store.unwrap_or_default();
    let ready = store["status"]["readyReplicas"].clone();
    (store["spec"]["replicas"].clone(), ready)
}

async fn has(scene: &Scene, replicas: i32) {
    wait::until(SOON, &format!("{replicas} pods are ready"), async || {
        (store(scene).await == (json!(replicas), json!(replicas))).then_some(())
    })
    .await
    .unwrap();
}

// DR-4, DR-7, D3, NC-25
#[tokio::test]
async fn claims_grow_and_a_cluster_stops_under_an_autoscaler() {
    let scene = Scene::new("autoscaled").await;
    let _operator = scene.start();
    scene.create("t", scaled("1Gi")).await;
    scene.condition("t", "Ready", "True").await;
    let five = Patch::Merge(json!({"spec": {"replicas": 5}}));
    let params = PatchParams::default();
    let sets = scene.api("StatefulSet");
    sets.patch_scale("t-store", &params, &five).await.unwrap();
    has(&scene, 5).await;
    wait::until(SOON, "the autoscaler sees five", async || {
        let autoscaler = scene.get("HorizontalPodAutoscaler", "t-store").await?;
        (autoscaler["status"]["currentReplicas"] == 5).then_some(())
    })
    .await
    .unwrap();
    bound(&scene).await;
    scene.settled().await;

    // The StatefulSet is made anew over its pods: as many as the autoscaler had asked for.
    let before = scene.get("StatefulSet", "t-store").await.unwrap();
    let pods = uids(&scene, "Pod").await;
    scene.create("t", scaled("2Gi")).await;
    grown(&scene, "2Gi").await;
    let after = scene.get("StatefulSet", "t-store").await.unwrap();
    assert_ne!(after["metadata"]["uid"], before["metadata"]["uid"]);
    has(&scene, 5).await;
    assert_eq!(uids(&scene, "Pod").await, pods);

    let claims = uids(&scene, "PersistentVolumeClaim").await;
    let stop = |stopped: bool| {
        move |tally: &mut Value| {
            scaled("2Gi")(tally);
            tally["spec"]["stopped"] = json!(stopped);
        }
    };
    scene.create("t", stop(true)).await;
    scene.condition("t", "Stopped", "True").await;
    wait::until(SOON, "no pod is left", async || {
        scene.names("Pod").await.is_empty().then_some(())
    })
    .await
    .unwrap();
    scene.settled().await;
    assert_eq!(store(&scene).await.0, 0, "no autoscaler leaves zero");
    assert_eq!(uids(&scene, "PersistentVolumeClaim").await, claims);

    // It starts as the resource says, on the claims that it had.
    scene.create("t", stop(false)).await;
    scene.condition("t", "Ready", "True").await;
    has(&scene, 3).await;
    assert_eq!(uids(&scene, "PersistentVolumeClaim").await, claims);
    sets.patch_scale("t-store", &params, &five).await.unwrap();
    has(&scene, 5).await;
    scene.settled().await;
    assert_eq!(store(&scene).await.0, 5, "the number is the autoscaler's");
}
