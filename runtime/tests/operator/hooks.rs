//! Hooks of node types on a real control plane: readiness of their own, and gates around an upgrade.
//! What the hooks of the fixture say is in annotations, of the resource and of pods.

use std::time::Duration;

use dsoi_runtime::testing::process::Operator;
use dsoi_runtime::testing::wait;
use serde_json::{Value, json};

use crate::rollout::{images, installed, phase, three};
use crate::scene::{SOON, Scene};

/// Lets a gate of a resource say that, or be open.
async fn say(scene: &Scene, name: &str, gate: &str, what: Option<&str>) {
    let patch = json!({"metadata": {"annotations": {format!("example.com/{gate}"): what}}});
    scene.patch("Tally", name, &patch).await;
}

/// Waits until the upgrade of a resource waits for that.
async fn waits_for(scene: &Scene, name: &str, what: &str) -> Value {
    let found = wait::until(SOON, &format!("{name} waits for {what}"), async || {
        let tally = scene.get("Tally", name).await?;
        let rollout = tally["status"]["rollout"].clone();
        let waiting = rollout["waitingFor"].as_str()?;
        waiting.contains(what).then_some(rollout)
    })
    .await;
    match found {
        Ok(rollout) => rollout,
        Err(error) => panic!(
            "{error}: {:#}",
            scene.get("Tally", name).await.unwrap_or_default()["status"]
        ),
    }
}

/// How often hooks were asked, by the operator's own account.
fn asked(operator: &Operator, gate: &str) -> usize {
    operator.log().matches(&format!("asks {gate}")).count()
}

#[tokio::test]
async fn a_gate_holds_an_upgrade_until_it_opens_and_is_not_asked_again() {
    // MF-20, D4, DS-24.
    let (scene, operator) = installed("gates").await;
    assert_eq!(asked(&operator, ""), 0, "an install asks nobody");
    say(&scene, "t", "before-store", Some("moving")).await;
    say(&scene, "t", "after-store", Some("settling")).await;
    say(&scene, "t", "before-edge", Some("pods")).await;
    say(&scene, "t", "after-gateway", Some("warming")).await;
    scene
        .create("t", |tally| three(tally, ["2", "2", "2"]))
        .await;
    let rollout = waits_for(&scene, "t", "before_upgrade: moving").await;
    assert_eq!(rollout["nodeType"], "store");
    assert_eq!(rollout["phase"], "Progressing");
    let progressing = scene.condition("t", "Progressing", "True").await;
    assert_eq!(
        progressing["message"],
        "store waits for before_upgrade: moving"
    );
    assert_eq!(images(&scene).await, ["1", "1", "1"]);
    let map = scene.get("ConfigMap", "t-store-config").await;
    assert!(map.is_some());

    say(&scene, "t", "before-store", None).await;
    let rollout = waits_for(&scene, "t", "after_upgrade: settling").await;
    assert_eq!(rollout["nodeType"], "store");
    assert_eq!(images(&scene).await, ["2", "1", "1"]);
    assert_eq!(asked(&operator, "before_upgrade of edge"), 0);

    say(&scene, "t", "after-store", None).await;
    let rollout = waits_for(&scene, "t", "before_upgrade: ").await;
    assert_eq!(rollout["nodeType"], "edge");
    // The addresses of two pods that no Service names.
    let addresses = rollout["waitingFor"].as_str().unwrap_or_default();
    assert_eq!(addresses.matches('.').count(), 6, "{addresses}");
    assert_eq!(images(&scene).await, ["2", "1", "1"]);
    // What opened stays open.
    let opened = asked(&operator, "after_upgrade of store");

    say(&scene, "t", "before-edge", None).await;
    waits_for(&scene, "t", "after_upgrade: warming").await;
    assert_eq!(images(&scene).await, ["2", "2", "2"]);
    assert_eq!(asked(&operator, "after_upgrade of store"), opened);

    // A process that begins anew asks again, and nothing is complete before the last gate is open.
    operator.kill();
    operator.wait(SOON).await.unwrap();
    let operator = scene.start_with(&scene.launch().env("RECONCILE_WAIT", "1s"));
    wait::until(SOON, "it asks again", async || {
        (asked(&operator, "after_upgrade of gateway") > 1).then_some(())
    })
    .await
    .unwrap();
    waits_for(&scene, "t", "after_upgrade: warming").await;
    say(&scene, "t", "after-gateway", None).await;
    phase(&scene, "Complete").await;
    scene.condition("t", "Ready", "True").await;
    scene.settled().await;
    let before = asked(&operator, "");
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(asked(&operator, ""), before, "at rest nobody is asked");
}

#[tokio::test]
async fn a_gate_that_fails_holds_its_own_upgrade_and_no_other() {
    // RL-21, MF-20.
    let (scene, operator) = installed("gates-fail").await;
    let first = |tally: &mut Value| three(tally, ["1", "1", "1"]);
    let second = |tally: &mut Value| three(tally, ["2", "2", "2"]);
    for name in ["u", "v"] {
        scene.create(name, first).await;
        scene.condition(name, "Ready", "True").await;
    }
    for (name, what) in [("t", "panic"), ("u", "never")] {
        say(&scene, name, "before-store", Some(what)).await;
        scene.create(name, second).await;
    }
    waits_for(&scene, "t", "before_upgrade: it panicked").await;
    waits_for(&scene, "u", "before_upgrade").await;
    scene.create("v", second).await;
    wait::until(SOON, "another resource is upgraded", async || {
        let tally = scene.get("Tally", "v").await?;
        (tally["status"]["rollout"]["phase"] == "Complete").then_some(())
    })
    .await
    .unwrap();
    waits_for(&scene, "u", "before_upgrade: no answer within 10 s").await;
    say(&scene, "t", "before-store", Some("error")).await;
    waits_for(
        &scene,
        "t",
        "before_upgrade: the application does not answer",
    )
    .await;
    // The gate is asked less and less often, and not by every event.
    let asks = asked(&operator, "before_upgrade of store");
    assert!(asks < 20, "asked {asks} times");
    // The cure of a pod that cannot run never waits.
    assert_eq!(images(&scene).await, ["1", "1", "1"]);
    for name in ["t", "u"] {
        say(&scene, name, "before-store", None).await;
        // A change of the resource is a reason to ask at once.
        scene
            .create(name, |tally| three(tally, ["2", "3", "2"]))
            .await;
    }
    phase(&scene, "Complete").await;
    assert_eq!(images(&scene).await, ["2", "3", "2"]);
    wait::until(SOON, "so is the one that never answered", async || {
        let tally = scene.get("Tally", "u").await?;
        (tally["status"]["rollout"]["phase"] == "Complete").then_some(())
    })
    .await
    .unwrap();
    assert!(operator.exited().unwrap().is_none());
}

#[tokio::test]
async fn a_node_that_its_hook_calls_not_ready_holds_the_next_turn_and_the_status_says_why() {
    // MF-20, DS-26, RL-21.
    let (scene, operator) = installed("unready").await;
    let behind =
        |what: Option<&str>| json!({"metadata": {"annotations": {"example.com/behind": what}}});
    scene.patch("Pod", "t-store-1", &behind(Some("true"))).await;
    let ready = scene.condition("t", "Ready", "False").await;
    let why = "store (pod t-store-1 is behind)";
    assert_eq!(ready["message"], format!("not ready: {why}"));
    scene
        .create("t", |tally| three(tally, ["1", "2", "2"]))
        .await;
    let rollout = waits_for(&scene, "t", why).await;
    assert_eq!(rollout["nodeType"], "store");
    scene.settled().await;
    assert_eq!(images(&scene).await, ["1", "1", "1"]);
    let nodes = scene.get("Tally", "t").await.unwrap()["status"]["nodes"].clone();
    assert_eq!(nodes[0]["phase"], "Progressing", "{nodes}");

    say(&scene, "t", "bad-ready", Some("true")).await;
    waits_for(&scene, "t", "store (the hook `ready` panicked)").await;
    say(&scene, "t", "bad-ready", None).await;
    scene.patch("Pod", "t-store-1", &behind(None)).await;
    phase(&scene, "Complete").await;
    scene.condition("t", "Ready", "True").await;
    assert_eq!(images(&scene).await, ["1", "2", "2"]);
    assert!(operator.exited().unwrap().is_none());
}
