//! A cluster that is stopped keeps everything but its pods; one that is paused is left alone.

use dsoi_runtime::testing::wait;
use kube::api::ListParams;
use serde_json::{Value, json};

use crate::scene::{SOON, Scene, shown};

/// Kinds, names and uids of all that a cluster is made of, but pods.
async fn uids(scene: &Scene) -> Vec<String> {
    let mut uids = Vec::new();
    for kind in [
        "ConfigMap",
        "Service",
        "StatefulSet",
        "Deployment",
        "PersistentVolumeClaim",
    ] {
        let list = scene.api(kind).list(&ListParams::default()).await.unwrap();
        uids.extend(list.items.into_iter().map(|object| {
            let metadata = object.metadata;
            format!(
                "{kind} {} {}",
                metadata.name.unwrap(),
                metadata.uid.unwrap()
            )
        }));
    }
    uids
}

async fn replicas(scene: &Scene) -> [Value; 2] {
    let of = async |kind: &str, name: &str| {
        let workload = scene.get(kind, name).await.unwrap();
        workload["spec"]["replicas"].clone()
    };
    [
        of("StatefulSet", "t-store").await,
        of("Deployment", "t-gate").await,
    ]
}

fn stopped(tally: &mut Value) {
    tally["spec"]["stopped"] = json!(true);
    // Else the claims would be deleted with the pods.
    careless(tally);
}

fn careless(tally: &mut Value) {
    tally["spec"]["k8sConfigGroup"][0]["persistentVolumeClaimRetentionPolicy"] =
        json!({"whenScaled": "Delete"});
}

// NC-25
#[tokio::test]
async fn a_stopped_cluster_keeps_everything_but_its_pods_and_comes_back() {
    let scene = Scene::new("stopped").await;
    let _operator = scene.start();
    scene.create("t", careless).await;
    scene.condition("t", "Ready", "True").await;
    scene.settled().await;
    let before = uids(&scene).await;
    let counts = replicas(&scene).await;
    assert_eq!(counts, [json!(3), json!(2)]);

    let mark = scene.proxy.mark();
    scene.create("t", stopped).await;
    scene.condition("t", "Stopped", "True").await;
    let ready = scene.condition("t", "Ready", "False").await;
    assert_eq!(ready["reason"], "Stopped");
    wait::until(SOON, "no pod is left", async || {
        scene.names("Pod").await.is_empty().then_some(())
    })
    .await
    .unwrap();
    scene.condition("t", "Progressing", "False").await;
    scene.settled().await;
    assert_eq!(uids(&scene).await, before);
    let mut writes = shown(&scene.proxy.writes(mark));
    writes.retain(|write| !write.starts_with("Patch tallies") && !write.contains("dry run"));
    assert!(
        writes
            .iter()
            .all(|write| write == "Patch statefulsets t-store"
                || write == "Patch deployments t-gate"),
        "{writes:#?}"
    );

    scene.create("t", careless).await;
    scene.condition("t", "Stopped", "False").await;
    scene.condition("t", "Ready", "True").await;
    assert_eq!(uids(&scene).await, before);
    assert_eq!(replicas(&scene).await, counts);
}

// OK-26, OR-16: a pause comes before a stop, and writes nothing but the status.
#[tokio::test]
async fn a_paused_cluster_is_not_stopped() {
    let scene = Scene::new("paused-stop").await;
    let _operator = scene.start_with(&scene.launch().env("RECONCILE_WAIT", "1s"));
    scene.create("t", |_| {}).await;
    scene.condition("t", "Ready", "True").await;
    scene.settled().await;
    let pause = |value: Value| json!({"metadata": {"annotations": {"example.com/ignored": value}}});
    scene.patch("Tally", "t", &pause(json!("true"))).await;
    scene.condition("t", "Paused", "True").await;
    let mark = scene.proxy.mark();
    let stop = json!({"spec": {"stopped": true}});
    scene.patch("Tally", "t", &stop).await;
    scene.condition("t", "Paused", "True").await;
    // Three resyncs.
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    let mut writes = shown(&scene.proxy.writes(mark));
    writes.retain(|write| write != "Patch tallies t");
    assert_eq!(writes, Vec::<String>::new());
    assert_eq!(replicas(&scene).await, [json!(3), json!(2)]);
    scene.patch("Tally", "t", &pause(Value::Null)).await;
    scene.condition("t", "Stopped", "True").await;
    wait::until(SOON, "it is stopped", async || {
        (replicas(&scene).await == [json!(0), json!(0)]).then_some(())
    })
    .await
    .unwrap();
}
