//! Rollbacks on a real control plane: what is impossible is told, and what is lost starts nothing anew.

use std::time::Duration;

use dsoi_runtime::testing::{Verb, wait};
use kube::api::{DeleteParams, Patch, PatchParams};
use serde_json::{Value, json};

use crate::rollout::{images, phase, revisions, tells, three};
use crate::scene::{SOON, Scene};

/// The three types with these images, and a short time before a rollback.
fn rolled(images: [&'static str; 3]) -> impl Fn(&mut Value) {
    move |tally: &mut Value| {
        three(tally, images);
        tally["spec"]["rollout"] = json!({"onCrash": "rollback", "after": "2s"});
    }
}

/// Installs `t`, of which every type is kept as one that ran well.
async fn runs_well(scene: &Scene) {
    scene.create("t", rolled(["1", "1", "1"])).await;
    scene.condition("t", "Ready", "True").await;
    wait::until(SOON, "what runs is kept", async || {
        (revisions(scene).await.len() == 3).then_some(())
    })
    .await
    .unwrap();
}

/// What the condition says of a rollback that there cannot be.
async fn impossible(scene: &Scene) -> String {
    wait::until(SOON, "the condition says so", async || {
        let progressing = scene.condition("t", "Progressing", "False").await;
        let message = progressing["message"].as_str()?.to_owned();
        (progressing["reason"] == "RollbackImpossible").then_some(message)
    })
    .await
    .unwrap()
}

/// DS-25.
#[tokio::test]
async fn a_rollback_that_is_impossible_is_told() {
    // DS-25: while the policy was another one, nothing was kept.
    let scene = Scene::new("impossible").await;
    let _operator = scene.start();
    scene
        .create("t", |tally| three(tally, ["1", "1", "1"]))
        .await;
    scene.condition("t", "Ready", "True").await;
    scene.settled().await;
    assert_eq!(revisions(&scene).await, [""; 0]);

    scene.create("t", rolled(["1", "crash", "1"])).await;
    let why = "it cannot be rolled back: nothing is known that edge ran well before";
    let told = impossible(&scene).await;
    assert!(told.starts_with("edge cannot go on: pod t-edge-"), "{told}");
    assert!(told.ends_with(why), "{told}");
    let note = tells(&scene, "RollbackImpossible").await;
    let cannot = "edge cannot be rolled back: nothing is known that edge ran well before";
    assert_eq!(note, cannot);
    scene.settled().await;
    assert_eq!(images(&scene).await, ["1", "crash", "1"]);

    scene.create("t", rolled(["1", "2", "1"])).await;
    phase(&scene, "Complete").await;
    scene.condition("t", "Ready", "True").await;
}

#[tokio::test]
async fn a_node_that_is_new_does_not_go_back_to_another_ones_past() {
    // DS-25, D6: no workload could say that it went back, and its config would flip with restarts.
    let scene = Scene::new("new-node").await;
    let _operator = scene.start();
    runs_well(&scene).await;
    let mark = scene.proxy.mark();
    scene
        .create("t", |tally| {
            rolled(["2", "crash", "1"])(tally);
            tally["spec"]["nodes"][1]["name"] = json!("rim");
        })
        .await;
    let note = tells(&scene, "RollbackImpossible").await;
    let why =
        "edge cannot be rolled back: no node of edge ran before under the name that it has now";
    assert_eq!(note, why);
    scene.settled().await;
    let label = json!({"metadata": {"labels": {"pass": "1"}}});
    scene.patch("Tally", "t", &label).await;
    scene.settled().await;
    // The revision was read once, whatever comes of it; the old node serves on.
    let mut reads = scene.proxy.since(mark);
    reads.retain(|read| read.resource == "controllerrevisions" && read.verb == Verb::Get);
    assert_eq!(reads.len(), 1, "{:?}", crate::scene::shown(&reads));
    let old = scene.get("StatefulSet", "t-edge").await.unwrap();
    assert_eq!(old["status"]["readyReplicas"], 2);
}

#[tokio::test]
async fn where_only_a_new_node_crashes_its_type_does_not_go_back() {
    // DS-25: the others run the same already, so that nothing would be cured by it.
    let scene = Scene::new("one-more").await;
    let _operator = scene.start();
    runs_well(&scene).await;
    let before = scene.get("StatefulSet", "t-edge").await.unwrap();
    scene
        .create("t", |tally| {
            rolled(["1", "1", "1"])(tally);
            let spec = &mut tally["spec"];
            let mut group = spec["k8sConfigGroup"][1].clone();
            group["name"] = json!("broken");
            group["image"] = json!("ghcr.io/example/tally:crash");
            spec["k8sConfigGroup"].as_array_mut().unwrap().push(group);
            let mut node = spec["nodes"][1].clone();
            node["name"] = json!("rim");
            node["k8sConfigGroup"] = json!("broken");
            spec["nodes"].as_array_mut().unwrap().push(node);
        })
        .await;
    let note = tells(&scene, "RollbackImpossible").await;
    let why = "cannot be rolled back: the nodes of edge that ran before run the same now";
    assert_eq!(note, format!("edge {why}"));
    let told = impossible(&scene).await;
    assert!(told.starts_with("rim") && told.ends_with(why), "{told}");
    scene.settled().await;
    let after = scene.get("StatefulSet", "t-edge").await.unwrap();
    assert_eq!(
        after["metadata"]["generation"],
        before["metadata"]["generation"]
    );
    let marker = "/metadata/annotations/dsoi.dev~1rolled-back";
    assert_eq!(after.pointer(marker), None);
}

#[tokio::test]
async fn a_workload_that_was_rolled_back_and_is_lost_comes_back_as_it_ran() {
    // D6, DS-28: the revision says so too, also to a process that begins anew.
    let scene = Scene::new("lost").await;
    let operator = scene.start();
    runs_well(&scene).await;
    scene.create("t", rolled(["1", "crash", "1"])).await;
    phase(&scene, "RolledBack").await;
    scene.settled().await;

    operator.kill();
    operator.wait(SOON).await.unwrap();
    let before = scene.get("StatefulSet", "t-edge").await.unwrap();
    let sets = scene.api("StatefulSet");
    let gone = DeleteParams::background();
    sets.delete("t-edge", &gone).await.unwrap();
    wait::until(SOON, "the workload is gone", async || {
        let set = scene.get("StatefulSet", "t-edge").await;
        set.is_none().then_some(())
    })
    .await
    .unwrap();
    let wiped = Patch::Merge(json!({"status": null}));
    let tallies = scene.api("Tally");
    let params = PatchParams::default();
    tallies.patch_status("t", &params, &wiped).await.unwrap();
    let mark = scene.proxy.mark();
    let _operator = scene.start();
    phase(&scene, "RolledBack").await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    scene.settled().await;
    let after = scene.get("StatefulSet", "t-edge").await.unwrap();
    assert_ne!(after["metadata"]["uid"], before["metadata"]["uid"]);
    assert_eq!(images(&scene).await, ["1", "1", "1"]);
    // Made once, as it ran: what was refused was not tried again.
    let mut writes = crate::scene::shown(&scene.proxy.writes(mark));
    writes.retain(|write| write.contains("statefulsets t-edge") && !write.ends_with("(dry run)"));
    assert_eq!(writes.len(), 1, "{writes:?}");
    assert!(writes[0].starts_with("Create"), "{writes:?}");
}

#[tokio::test]
async fn an_alert_names_the_pod() {
    // DS-25: what is said again and again is said a first time at once.
    let scene = Scene::new("alert").await;
    let _operator = scene.start();
    let with = |edge: &'static str| {
        move |tally: &mut Value| {
            three(tally, ["1", edge, "1"]);
            tally["spec"]["rollout"] = json!({"onCrash": "alert", "after": "0s"});
        }
    };
    scene.create("t", with("1")).await;
    scene.condition("t", "Ready", "True").await;
    scene.create("t", with("crash")).await;
    phase(&scene, "Halted").await;
    let note = tells(&scene, "RolloutHalted").await;
    assert!(note.starts_with("edge cannot go on: pod t-edge-"), "{note}");
    // However short the time, it is not said with every pass.
    scene.settled().await;
    assert_eq!(images(&scene).await, ["1", "crash", "1"]);
    let progressing = scene.condition("t", "Progressing", "False").await;
    assert_eq!(progressing["reason"], "RolloutHalted");
}
