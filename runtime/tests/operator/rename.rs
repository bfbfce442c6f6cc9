//! Nodes that are renamed, and what was switched off meanwhile.

use dsoi_runtime::testing::wait;
use serde_json::{Value, json};

use crate::scene::{SOON, Scene, shown};

/// The gateway under another name, with this image.
fn renamed(image: &'static str) -> impl Fn(&mut Value) {
    move |tally| {
        let spec = &mut tally["spec"];
        let mut group = spec["k8sConfigGroup"][1].clone();
        group["name"] = json!("moved");
        group["image"] = json!(image);
        spec["k8sConfigGroup"].as_array_mut().unwrap().push(group);
        spec["nodes"][1]["name"] = json!("front");
        spec["nodes"][1]["k8sConfigGroup"] = json!("moved");
    }
}

fn policy(tally: &mut Value) {
    tally["spec"]["k8sConfigGroup"][0]["networkPolicy"] = json!({"ingress": [{}]});
}

// PN-9, DR-23: the old node serves until the new one does, however long that takes.
#[tokio::test]
async fn a_renamed_node_is_ready_before_the_old_one_goes() {
    let scene = Scene::new("rename").await;
    let _operator = scene.start();
    scene.create("t", policy).await;
    scene.condition("t", "Ready", "True").await;
    scene.settled().await;
    let old = [
        ("Deployment", "t-gate"),
        ("Service", "t-gate"),
        ("ConfigMap", "t-gate-config"),
    ];
    let uids = async || {
        let mut uids = Vec::new();
        for (kind, name) in old {
            let object = scene.get(kind, name).await;
            uids.push(object.map(|object| object["metadata"]["uid"].clone()));
        }
        uids
    };
    let before = uids().await;
    assert!(before.iter().all(Option::is_some));
    let selector = async |name: &str| {
        let gate = scene.get("Deployment", name).await.unwrap();
        gate["spec"]["selector"].clone()
    };
    let selects = selector("t-gate").await;

    // The new one never gets ready. What is switched off with the same edit goes at once.
    let mark = scene.proxy.mark();
    scene
        .create("t", renamed("ghcr.io/example/tally:crash"))
        .await;
    wait::until(SOON, "the policy is gone, the new node there", async || {
        let gone = scene.get("NetworkPolicy", "t-store").await.is_none();
        let there = scene.get("Deployment", "t-front").await.is_some();
        (gone && there).then_some(())
    })
    .await
    .unwrap();
    scene.settled().await;
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    assert_eq!(uids().await, before);
    assert_eq!(selector("t-gate").await, selects);
    let ready = scene.get("Deployment", "t-gate").await.unwrap()["status"]["readyReplicas"].clone();
    assert_eq!(ready, json!(2));
    let tally = scene.get("Tally", "t").await.unwrap();
    let conditions = tally["status"]["conditions"].to_string();
    assert!(conditions.contains("front"), "{conditions}");
    let deletes = |mark| {
        let mut writes = shown(&scene.proxy.writes(mark));
        writes.retain(|write| write.starts_with("Delete"));
        writes
    };
    let policies = |write: &String| write.starts_with("Delete networkpolicies");
    assert!(deletes(mark).iter().all(policies), "{:?}", deletes(mark));

    scene
        .create("t", renamed("ghcr.io/example/tally:2.2"))
        .await;
    scene.condition("t", "Ready", "True").await;
    wait::until(SOON, "the old node is gone", async || {
        uids().await.iter().all(Option::is_none).then_some(())
    })
    .await
    .unwrap();
    let front = scene.get("Deployment", "t-front").await.unwrap();
    assert_eq!(front["status"]["readyReplicas"], json!(2));
    let removed = deletes(mark);
    let of = |what: &str| removed.iter().position(|write| write.contains(what));
    // The pods go before what they read.
    assert!(of("deployments t-gate") < of("configmaps t-gate-config"));
    assert_ne!(selector("t-front").await, selects);
}

// NC-26: what a forbidden LIST hides is not removed; everything else is.
#[tokio::test]
async fn a_kind_that_is_hidden_is_not_removed_and_others_are() {
    let scene = Scene::new("hidden").await;
    let _operator = scene.start();
    scene.create("t", |_| {}).await;
    scene.condition("t", "Ready", "True").await;
    scene.settled().await;
    let role = scene.role().await;
    let mut without = role.clone();
    for rule in without["rules"].as_array_mut().unwrap() {
        if let Some(resources) = rule["resources"].as_array_mut() {
            resources.retain(|resource| resource != "services");
        }
    }
    scene.apply(&without).await;
    let is_hidden = |request: &dsoi_runtime::testing::Logged| request.resource == "services";
    wait::until(SOON, "the kind is hidden", async || {
        scene.proxy.expire_watches(is_hidden);
        let tally = scene.get("Tally", "t").await?;
        let conditions = tally["status"]["conditions"].as_array()?.clone();
        let hidden = |condition: &Value| condition["reason"] == "NotListed";
        conditions.iter().any(hidden).then_some(())
    })
    .await
    .unwrap();
    let mark = scene.proxy.mark();
    scene
        .create("t", |tally| {
            tally["spec"]["nodes"].as_array_mut().unwrap().remove(0);
        })
        .await;
    wait::until(SOON, "the other kinds are gone", async || {
        let set = scene.get("StatefulSet", "t-store").await;
        let map = scene.get("ConfigMap", "t-store-config").await;
        (set.is_none() && map.is_none()).then_some(())
    })
    .await
    .unwrap();
    scene.settled().await;
    let log = scene.proxy.writes(mark);
    assert!(!log.iter().any(is_hidden), "{:#?}", shown(&log));
    assert!(scene.get("Service", "t-store-headless").await.is_some());
    scene.apply(&role).await;
    wait::until(SOON, "the hidden one is gone as well", async || {
        let service = scene.get("Service", "t-store-headless").await;
        service.is_none().then_some(())
    })
    .await
    .unwrap();
    scene.condition("t", "Degraded", "False").await;
}
