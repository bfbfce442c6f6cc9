//! Which resources are looked after: paused, denied, and undecodable ones are not.

use std::time::Duration;

use dsoi_runtime::testing::wait;
use kube::api::{DeleteParams, ListParams};
use serde_json::json;

use crate::scene::{SOON, Scene, shown};

#[tokio::test]
async fn an_ignored_resource_is_left_alone_until_it_is_not() {
    let scene = Scene::new("paused").await;
    let _operator = scene.start_with(&scene.launch().env("RECONCILE_WAIT", "1s"));
    scene.create("t", |_| {}).await;
    scene.condition("t", "Ready", "True").await;
    scene.settled().await;
    scene
        .patch(
            "Tally",
            "t",
            &json!({"metadata": {"annotations": {"example.com/ignored": "true"}}}),
        )
        .await;
    scene.condition("t", "Paused", "True").await;
    scene.settled().await;
    let mark = scene.proxy.mark();
    scene
        .patch(
            "Tally",
            "t",
            &json!({"spec": {"appConfigGroup": [{"name": "main", "logLevel": "debug"}]}}),
        )
        .await;
    scene
        .api("Service")
        .delete("t-gate", &DeleteParams::default())
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let writes: Vec<String> = shown(&scene.proxy.writes(mark))
        .into_iter()
        .filter(|write| write != "Patch tallies t")
        .collect();
    assert_eq!(writes, Vec::<String>::new());
    scene
        .patch(
            "Tally",
            "t",
            &json!({"metadata": {"annotations": {"example.com/ignored": null}}}),
        )
        .await;
    scene.condition("t", "Paused", "False").await;
    scene.condition("t", "Ready", "True").await;
    let map = scene.get("ConfigMap", "t-gate-config").await.unwrap();
    assert!(map["data"]["app.yaml"].as_str().unwrap().contains("debug"));
}

// SE-12.
#[tokio::test]
async fn a_setting_without_effect_is_announced_and_holds_nothing_back() {
    let scene = Scene::new("vain").await;
    let _operator = scene.start();
    scene
        .create("t", |tally| {
            tally["spec"]["appConfigGroup"][0]["extra"] = json!({"log": "trace"});
        })
        .await;
    scene.condition("t", "Ready", "True").await;
    let note = wait::until(SOON, "it was announced", async || {
        let events = scene.list("Event").await;
        let event = events
            .iter()
            .find(|event| event["reason"] == "tallyOperatorSettingWithoutEffect")?;
        Some(event["note"].as_str()?.to_owned())
    })
    .await
    .unwrap();
    assert!(
        note.starts_with("spec.appConfigGroup[0]: sets `log` of the file `app`"),
        "{note}"
    );
}

#[tokio::test]
async fn a_denied_namespace_is_left_alone() {
    let scene = Scene::new("denied").await;
    let deny = format!("elsewhere , {} ", scene.namespace.name());
    let _operator = scene.start_with(&scene.launch().env("DENY_LIST", deny));
    scene.create("t", |_| {}).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(scene.all_writes(), Vec::<String>::new());
}

#[tokio::test]
async fn a_resource_that_does_not_decode_hurts_no_other() {
    let scene = Scene::new("unsound").await;
    scene
        .create("bad", |tally| {
            tally["spec"]["nodes"][0]["replicas"] = json!("many");
        })
        .await;
    scene.create("good", |_| {}).await;
    let operator = scene.start();
    scene.condition("good", "Ready", "True").await;
    let note = wait::until(SOON, "it was announced", async || {
        let events = scene.api("Event").list(&ListParams::default()).await.ok()?;
        let event = events
            .items
            .iter()
            .find(|event| event.data["reason"] == "tallyOperatorUndecodableResource")?;
        Some(event.data["note"].as_str()?.to_owned())
    })
    .await
    .unwrap();
    assert!(
        note.starts_with("spec.nodes[0].replicas: invalid type"),
        "{note}"
    );
    assert!(
        operator.log().contains("spec.nodes[0].replicas"),
        "{}",
        operator.log()
    );
    scene.create("bad", |_| {}).await;
    scene.condition("bad", "Ready", "True").await;
    assert!(operator.exited().unwrap().is_none());
}
