//! Somebody else changes children: what is ours comes back, what is theirs stays.

use std::time::{Duration, Instant};

use dsoi_runtime::testing::process::Operator;
use dsoi_runtime::testing::{Mark, wait};
use kube::api::{DeleteParams, Patch, PatchParams};
use serde_json::{Value, json};

use crate::scene::{SOON, Scene, shown};

async fn installed(name: &str) -> (Scene, Operator) {
    let scene = Scene::new(name).await;
    let operator = scene.start();
    scene.create("t", |_| {}).await;
    scene.condition("t", "Ready", "True").await;
    scene.settled().await;
    (scene, operator)
}

fn writes(scene: &Scene, mark: Mark) -> Vec<String> {
    let mut writes = shown(&scene.proxy.writes(mark));
    writes.retain(|write| !write.starts_with("Patch tallies"));
    writes
}

/// Waits until a child is as `is` says, and gives the time that it took.
async fn mended(scene: &Scene, kind: &str, name: &str, is: impl Fn(&Value) -> bool) -> Duration {
    let since = Instant::now();
    wait::until(SOON, &format!("{kind} {name} is mended"), async || {
        let child = scene.get(kind, name).await?;
        is(&child).then_some(())
    })
    .await
    .unwrap();
    since.elapsed()
}

#[tokio::test]
async fn a_deleted_child_is_back_at_once_with_one_write() {
    let (scene, _operator) = installed("deleted").await;
    for (kind, name) in [
        ("ConfigMap", "t-gate-config"),
        ("Service", "t-gate"),
        ("Deployment", "t-gate"),
    ] {
        let uid = scene.get(kind, name).await.unwrap()["metadata"]["uid"].clone();
        let mark = scene.proxy.mark();
        scene
            .api(kind)
            .delete(name, &DeleteParams::default())
            .await
            .unwrap();
        let took = mended(&scene, kind, name, |child| child["metadata"]["uid"] != uid).await;
        assert!(took < Duration::from_secs(1), "{kind} took {took:?}");
        scene.settled().await;
        let plural = format!("{}s", kind.to_lowercase());
        assert_eq!(writes(&scene, mark), [format!("Create {plural} {name}")]);
    }
}

#[tokio::test]
async fn an_edited_field_of_ours_is_back_at_once_with_one_write() {
    let (scene, _operator) = installed("edited").await;
    let image = "/spec/template/spec/containers/0/image";
    let cases = [
        (
            "ConfigMap",
            "t-gate-config",
            json!({"data": {"app.yaml": "evil"}}),
            "/data/app.yaml",
        ),
        (
            "ConfigMap",
            "t-store-config",
            json!({"data": {"app.yaml": null}}),
            "/data/app.yaml",
        ),
        (
            "Service",
            "t-gate",
            json!({"spec": {"selector": {"x": "y", "dsoi.dev/node": null}}}),
            "/spec/selector",
        ),
        (
            "Deployment",
            "t-gate",
            json!({"spec": {"replicas": 7}}),
            "/spec/replicas",
        ),
        (
            "StatefulSet",
            "t-store",
            json!({"metadata": {"ownerReferences": null}}),
            "/metadata/ownerReferences/0/uid",
        ),
        (
            "Service",
            "t-store-headless",
            json!({"metadata": {"labels": {"app.kubernetes.io/managed-by": null}}}),
            "/metadata/labels",
        ),
    ];
    for (kind, name, patch, pointer) in cases {
        let before = scene.get(kind, name).await.unwrap();
        let mark = scene.proxy.mark();
        scene.patch(kind, name, &patch).await;
        let took = mended(&scene, kind, name, |child| {
            child.pointer(pointer) == before.pointer(pointer)
        })
        .await;
        assert!(
            took < Duration::from_secs(1),
            "{kind} {patch} took {took:?}"
        );
        scene.settled().await;
        let after = scene.get(kind, name).await.unwrap();
        assert_eq!(
            after["metadata"]["annotations"],
            before["metadata"]["annotations"]
        );
        assert_eq!(after["metadata"]["uid"], before["metadata"]["uid"]);
        let writes = writes(&scene, mark);
        // A stripped label takes the child out of the watch: it is looked for by a create first.
        let labels = pointer == "/metadata/labels";
        assert_eq!(
            writes.len(),
            if labels { 2 } else { 1 },
            "{kind} {patch}: {writes:#?}"
        );
    }
    let gate = scene.get("Deployment", "t-gate").await.unwrap();
    assert_eq!(
        gate.pointer(image),
        Some(&json!("ghcr.io/example/tally:2.1"))
    );
}

#[tokio::test]
async fn an_item_under_another_key_makes_room_for_ours() {
    let (scene, _operator) = installed("key").await;
    let moved = json!({"spec": {"ports": [{"name": "http", "port": 99, "targetPort": 1}]}});
    let mark = scene.proxy.mark();
    scene.patch("Service", "t-gate", &moved).await;
    let took = mended(&scene, "Service", "t-gate", |child| {
        let ports = child["spec"]["ports"].as_array().unwrap();
        ports.len() == 1 && ports[0]["port"] == 80
    })
    .await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    scene.settled().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(writes(&scene, mark), ["Patch services t-gate"]);
}

#[tokio::test]
async fn what_others_add_survives_drift_and_change() {
    let (scene, _operator) = installed("foreign").await;
    let theirs =
        json!({"metadata": {"labels": {"team": "x"}, "annotations": {"example.org/note": "y"}}});
    scene.patch("Service", "t-gate", &theirs).await;
    scene
        .patch(
            "Deployment",
            "t-gate",
            &json!({"spec": {"revisionHistoryLimit": 3}, "metadata": theirs["metadata"]}),
        )
        .await;
    scene.settled().await;
    let mark = scene.proxy.mark();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(writes(&scene, mark), Vec::<String>::new());

    scene
        .patch("Deployment", "t-gate", &json!({"spec": {"replicas": 0}}))
        .await;
    mended(&scene, "Deployment", "t-gate", |child| {
        child["spec"]["replicas"] == 2
    })
    .await;
    scene
        .create("t", |tally| {
            tally["spec"]["appConfigGroup"][0]["logLevel"] = json!("debug");
            tally["spec"]["k8sConfigGroup"][1]["service"]["ports"][0]["port"] = json!(81);
        })
        .await;
    mended(&scene, "Service", "t-gate", |child| {
        child["spec"]["ports"][0]["port"] == 81
    })
    .await;
    scene.condition("t", "Ready", "True").await;
    for kind in ["Service", "Deployment"] {
        let child = scene.get(kind, "t-gate").await.unwrap();
        assert_eq!(child["metadata"]["labels"]["team"], "x");
        assert_eq!(child["metadata"]["annotations"]["example.org/note"], "y");
    }
    let gate = scene.get("Deployment", "t-gate").await.unwrap();
    assert_eq!(gate["spec"]["revisionHistoryLimit"], 3);
}

#[tokio::test]
async fn a_wiped_status_is_written_again_and_nothing_else() {
    let (scene, _operator) = installed("wiped").await;
    let mark = scene.proxy.mark();
    let wiped = json!({"status": null});
    scene
        .api("Tally")
        .patch_status("t", &PatchParams::default(), &Patch::Merge(&wiped))
        .await
        .unwrap();
    scene.condition("t", "Ready", "True").await;
    scene.settled().await;
    assert_eq!(shown(&scene.proxy.writes(mark)), ["Patch tallies t"]);
}

#[tokio::test]
async fn a_forged_generation_is_mended_after_one_look() {
    let (scene, _operator) = installed("forged").await;
    let service = scene.get("Service", "t-gate").await.unwrap();
    let applied = service["metadata"]["annotations"]["dsoi.dev/applied"]
        .as_str()
        .unwrap();
    let (hash, generation) = applied.split_once(';').unwrap();
    assert_eq!(generation, "1");
    let mark = scene.proxy.mark();
    let forged = json!({"metadata": {"annotations": {"dsoi.dev/applied": format!("{hash};99")}}});
    scene.patch("Service", "t-gate", &forged).await;
    mended(&scene, "Service", "t-gate", |child| {
        child["metadata"]["annotations"]["dsoi.dev/applied"] == applied
    })
    .await;
    scene.settled().await;
    assert_eq!(writes(&scene, mark), ["Patch services t-gate"]);
    assert_eq!(shown(&scene.proxy.reads(mark)), ["Get tallies t"]);
}
