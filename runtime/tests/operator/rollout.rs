//! Upgrades of a cluster of three types on a real control plane: in order, halted by a crash, cured.

use std::time::Duration;

use dsoi_runtime::testing::process::Operator;
use dsoi_runtime::testing::{Mark, wait};
use kube::api::{ListParams, Patch, PatchParams};
use serde_json::{Value, json};

use crate::scene::{SOON, Scene};

/// The types in their order, each with its node and its workload.
const NODES: [(&str, &str); 3] = [
    ("StatefulSet", "t-store"),
    ("StatefulSet", "t-edge"),
    ("Deployment", "t-gate"),
];

/// A store, an edge whose pods come one after the other, and a gateway; an image for each.
pub(crate) fn three(tally: &mut Value, images: [&str; 3]) {
    let spec = &mut tally["spec"];
    if let Some(groups) = spec["k8sConfigGroup"].as_array_mut() {
        groups.insert(1, json!({"name": "middle"}));
        for (group, image) in groups.iter_mut().zip(images) {
            group["image"] = json!(format!("ghcr.io/example/tally:{image}"));
        }
    }
    if let Some(nodes) = spec["nodes"].as_array_mut() {
        nodes.insert(
            1,
            json!({"name": "edge", "kind": "StatefulSet", "nodeType": "edge", "replicas": 2,
                "k8sConfigGroup": "middle", "appConfigGroup": "main"}),
        );
    }
}

pub(crate) async fn installed(name: &str) -> (Scene, Operator) {
    let scene = Scene::new(name).await;
    let operator = scene.start();
    scene
        .create("t", |tally| three(tally, ["1", "1", "1"]))
        .await;
    scene.condition("t", "Ready", "True").await;
    scene.settled().await;
    (scene, operator)
}

pub(crate) async fn images(scene: &Scene) -> Vec<String> {
    let mut images = Vec::new();
    for (kind, name) in NODES {
        let workload = scene.get(kind, name).await.unwrap();
        let image = &workload["spec"]["template"]["spec"]["containers"][0]["image"];
        let image = image.as_str().unwrap_or_default();
        images.push(image.rsplit(':').next().unwrap_or_default().to_owned());
    }
    images
}

/// Waits until the upgrade is in this phase.
pub(crate) async fn phase(scene: &Scene, phase: &str) -> Value {
    let found = wait::until(SOON, &format!("the upgrade is {phase}"), async || {
        let tally = scene.get("Tally", "t").await?;
        let rollout = tally["status"]["rollout"].clone();
        (rollout["phase"] == phase).then_some(rollout)
    })
    .await;
    match found {
        Ok(rollout) => rollout,
        Err(error) => panic!(
            "{error}: {:#}",
            scene.get("Tally", "t").await.unwrap()["status"]
        ),
    }
}

/// Reasons and notes of the events about upgrades, without the prefix.
async fn told(scene: &Scene) -> Vec<(String, String)> {
    let events = scene
        .api("Event")
        .list(&ListParams::default())
        .await
        .unwrap();
    let mut events: Vec<Value> = events
        .items
        .into_iter()
        .map(|event| serde_json::to_value(event).unwrap())
        .collect();
    events.sort_by_key(|event| event["eventTime"].to_string());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    events
        .iter()
        .filter(|event| {
            ["Rollout", "Rollback"]
                .iter()
                .any(|word| text(&event["reason"]).contains(word))
        })
        .map(|event| {
            let reason = text(&event["reason"]).replace("tallyOperator", "");
            (reason, text(&event["note"]))
        })
        .collect()
}

/// Waits until an event of this reason was published. Returns its note.
pub(crate) async fn tells(scene: &Scene, reason: &str) -> String {
    wait::until(SOON, reason, async || {
        let told = told(scene).await;
        told.into_iter()
            .find(|(known, _)| known == reason)
            .map(|(_, note)| note)
    })
    .await
    .unwrap()
}

/// The workloads whose change was applied, in order.
fn applied(scene: &Scene, mark: Mark) -> Vec<String> {
    let mut writes = scene.proxy.writes(mark);
    writes.retain(|write| {
        ["statefulsets", "deployments"].contains(&write.resource.as_str()) && !write.dry_run
    });
    let mut names: Vec<String> = writes.into_iter().filter_map(|write| write.name).collect();
    names.dedup();
    names
}

/// OR-7, DS-23.
#[tokio::test]
async fn types_are_upgraded_one_after_the_other_and_the_status_tells_when() {
    // OR-7, OR-8, DS-14, DS-23, DS-24, DR-1, DR-2.
    let (scene, _operator) = installed("ordered").await;
    let tally = scene.get("Tally", "t").await.unwrap();
    assert_eq!(
        tally["status"]["rollout"],
        Value::Null,
        "an install is no upgrade"
    );
    let mark = scene.proxy.mark();
    scene
        .create("t", |tally| three(tally, ["2", "2", "2"]))
        .await;
    let rollout = phase(&scene, "Complete").await;
    scene.condition("t", "Ready", "True").await;
    scene.settled().await;
    assert_eq!(images(&scene).await, ["2", "2", "2"]);
    assert_eq!(applied(&scene, mark), ["t-store", "t-edge", "t-gate"]);
    for field in ["startedAt", "finishedAt", "took"] {
        assert!(rollout[field].is_string(), "{field} in {rollout}");
    }
    tells(&scene, "RolloutFinished").await;
    // They are published side by side.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let told: Vec<String> = told(&scene)
        .await
        .into_iter()
        .map(|(reason, _)| reason)
        .collect();
    for (reason, times) in [
        ("RolloutStarted", 1),
        ("NodeTypeRolloutStarted", 3),
        ("NodeTypeRolloutFinished", 3),
        ("RolloutFinished", 1),
    ] {
        let count = told.iter().filter(|known| *known == reason).count();
        assert_eq!(count, times, "{reason} in {told:?}");
    }
}

/// DS-21, RL-38.
#[tokio::test]
async fn a_crash_halts_an_upgrade_and_names_node_and_pod_and_a_fix_resumes_it() {
    // DS-21, DS-23, DS-25, D4, D5, D6, DR-5, RL-38, NC-24.
    let (scene, operator) = installed("halted").await;
    scene
        .create("t", |tally| three(tally, ["2", "crash", "2"]))
        .await;
    let rollout = phase(&scene, "Halted").await;
    assert_eq!(rollout["nodeType"], "edge");
    let progressing = scene.condition("t", "Progressing", "False").await;
    assert_eq!(progressing["reason"], "RolloutHalted");
    let message = progressing["message"].as_str().unwrap_or_default();
    let why = "edge cannot go on: pod t-edge-1 of node edge: CrashLoopBackOff";
    assert!(message.starts_with(why), "{message}");
    scene.condition("t", "Degraded", "True").await;
    let note = tells(&scene, "RolloutHalted").await;
    assert!(note.starts_with(why), "{note}");
    scene.settled().await;
    assert_eq!(images(&scene).await, ["2", "crash", "1"]);

    // A restart, and a status that somebody wiped, change nothing but the status.
    operator.kill();
    operator.wait(SOON).await.unwrap();
    let mark = scene.proxy.mark();
    let _operator = scene.start();
    let wiped = Patch::Merge(json!({"status": null}));
    let tallies = scene.api("Tally");
    tallies
        .patch_status("t", &PatchParams::default(), &wiped)
        .await
        .unwrap();
    phase(&scene, "Halted").await;
    scene.settled().await;
    assert_eq!(applied(&scene, mark), [] as [&str; 0]);
    assert_eq!(images(&scene).await, ["2", "crash", "1"]);

    scene
        .create("t", |tally| three(tally, ["2", "3", "2"]))
        .await;
    phase(&scene, "Complete").await;
    scene.condition("t", "Ready", "True").await;
    scene.condition("t", "Degraded", "False").await;
    assert_eq!(images(&scene).await, ["2", "3", "2"]);
    tells(&scene, "RolloutResumed").await;
    tells(&scene, "RolloutFinished").await;
}

/// The names of the revisions that the operator keeps.
pub(crate) async fn revisions(scene: &Scene) -> Vec<String> {
    let ours = ListParams::default().labels("dsoi.dev/node-type");
    let list = scene.api("ControllerRevision").list(&ours).await.unwrap();
    let names = list.items.into_iter();
    names
        .filter_map(|revision| revision.metadata.name)
        .collect()
}

#[tokio::test]
async fn a_crash_is_rolled_back_after_its_time_and_a_good_image_completes() {
    // D5, D6, DS-25, DS-28, RL-10, RL-17, RL-38.
    let scene = Scene::new("rollback").await;
    let operator = scene.start();
    let with = |images: [&'static str; 3]| {
        move |tally: &mut Value| {
            three(tally, images);
            tally["spec"]["rollout"] = json!({"onCrash": "rollback", "after": "4s"});
        }
    };
    scene.create("t", with(["1", "1", "1"])).await;
    scene.condition("t", "Ready", "True").await;
    scene.settled().await;
    let first = revisions(&scene).await;
    assert_eq!(first.len(), 3, "{first:?}");

    scene.create("t", with(["2", "crash", "2"])).await;
    let edited = scene.get("Tally", "t").await.unwrap();
    phase(&scene, "Halted").await;
    let halted = std::time::Instant::now();
    let rollout = phase(&scene, "RolledBack").await;
    assert!(halted.elapsed() > Duration::from_secs(2), "never early");
    let to = rollout["rolledBackTo"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert!(first.contains(&to), "{to} is not in {first:?}");
    assert_eq!(images(&scene).await, ["2", "1", "1"]);
    for pod in ["t-edge-0", "t-edge-1"] {
        let pod = scene.get("Pod", pod).await.unwrap();
        let image = &pod["spec"]["containers"][0]["image"];
        assert_eq!(image, "ghcr.io/example/tally:1");
        assert_eq!(pod["status"]["phase"], "Running");
    }
    let progressing = scene.condition("t", "Progressing", "False").await;
    assert_eq!(progressing["reason"], "RolledBack");
    scene.condition("t", "Degraded", "True").await;
    tells(&scene, "RolloutRollingBack").await;
    tells(&scene, "RolloutRolledBack").await;
    let now = scene.get("Tally", "t").await.unwrap();
    assert_eq!(now["spec"].to_string(), edited["spec"].to_string());
    assert_eq!(
        now["metadata"]["generation"],
        edited["metadata"]["generation"]
    );
    scene.settled().await;

    // A restart, and a status that somebody wiped, change nothing but the status.
    operator.kill();
    operator.wait(SOON).await.unwrap();
    let mark = scene.proxy.mark();
    let _operator = scene.start();
    let wiped = Patch::Merge(json!({"status": null}));
    let tallies = scene.api("Tally");
    let params = PatchParams::default();
    tallies.patch_status("t", &params, &wiped).await.unwrap();
    let again = phase(&scene, "RolledBack").await;
    assert_eq!(again["rolledBackTo"], to.as_str());
    tokio::time::sleep(Duration::from_secs(6)).await;
    scene.settled().await;
    let mut writes = crate::scene::shown(&scene.proxy.writes(mark));
    // A process that begins anew tries what waits, once.
    writes.retain(|write| !write.starts_with("Patch tallies") && !write.ends_with("(dry run)"));
    assert_eq!(writes, [] as [&str; 0]);

    scene.create("t", with(["2", "3", "2"])).await;
    let rollout = phase(&scene, "Complete").await;
    scene.condition("t", "Ready", "True").await;
    assert!(rollout["finishedAt"].is_string(), "{rollout}");
    assert_eq!(rollout["rolledBackTo"], Value::Null);
    assert_eq!(images(&scene).await, ["2", "3", "2"]);
    let edge = scene.get("StatefulSet", "t-edge").await.unwrap();
    let annotations = &edge["metadata"]["annotations"];
    assert_eq!(annotations["dsoi.dev/rolled-back"], Value::Null);
    scene.settled().await;
    assert_eq!(revisions(&scene).await.len(), 6);
}

#[tokio::test]
async fn what_was_ready_for_a_moment_only_is_not_gone_back_to() {
    // DS-25: nothing shows yet that it can run.
    let scene = Scene::new("good").await;
    let launch = scene.launch().env("GOOD_AFTER", "10s");
    let _operator = scene.start_with(&launch);
    let with = |edge: &'static str| {
        move |tally: &mut Value| {
            three(tally, ["1", edge, "1"]);
            tally["spec"]["rollout"] = json!({"onCrash": "rollback", "after": "2s"});
        }
    };
    scene.create("t", with("1")).await;
    scene.condition("t", "Ready", "True").await;
    assert_eq!(revisions(&scene).await, [""; 0]);
    wait::until(SOON, "what lasts is kept", async || {
        (revisions(&scene).await.len() == 3).then_some(())
    })
    .await
    .unwrap();
    scene.create("t", with("2")).await;
    phase(&scene, "Complete").await;
    scene.create("t", with("crash")).await;
    phase(&scene, "RolledBack").await;
    assert_eq!(images(&scene).await, ["1", "1", "1"]);
    assert_eq!(revisions(&scene).await.len(), 3);
}
