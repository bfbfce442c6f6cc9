//! A resource that is deleted and made again under its name, faster than anybody can follow.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use dsoi_runtime::testing::wait;
use futures::StreamExt;
use kube::api::{DeleteParams, DynamicObject, ListParams, PostParams};
use kube::runtime::watcher::{Config, Event, watcher};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::scene::{SOON, Scene};
use crate::tally;

const KINDS: [&str; 5] = [
    "ConfigMap",
    "Service",
    "NetworkPolicy",
    "StatefulSet",
    "Deployment",
];
const ROUNDS: usize = 100;

/// The owner's uid of an object.
fn owner(object: &Value) -> String {
    let owner = &object["metadata"]["ownerReferences"][0]["uid"];
    owner.as_str().unwrap_or_default().to_owned()
}

/// Notes of every object who owned it.
fn owners(scene: &Scene, watches: &mut JoinSet<()>) -> Arc<Mutex<BTreeMap<String, String>>> {
    let seen: Arc<Mutex<BTreeMap<String, String>>> = Arc::default();
    for kind in KINDS {
        let (api, seen) = (scene.api(kind), Arc::clone(&seen));
        watches.spawn(async move {
            let mut events = std::pin::pin!(watcher(api, Config::default()));
            while let Some(event) = events.next().await {
                if let Ok(Event::Apply(object) | Event::InitApply(object)) = event {
                    let object = serde_json::to_value(object).unwrap();
                    let uid = object["metadata"]["uid"].as_str().unwrap().to_owned();
                    seen.lock().unwrap().insert(uid, owner(&object));
                }
            }
        });
    }
    seen
}

/// RL-40, B3, B20: no write of the one's is to an object of the other's.
#[tokio::test]
async fn a_hundred_resources_of_one_name_do_not_touch_each_others_children() {
    let scene = Scene::new("recreate").await;
    let mut watches = JoinSet::new();
    let owners = owners(&scene, &mut watches);
    let operator = scene.start();
    let mut cr = tally::sample();
    cr["metadata"] = json!({"name": "t", "namespace": scene.namespace.name()});
    cr["spec"]["nodes"][0]["replicas"] = json!(1);
    cr["spec"]["nodes"][1]["replicas"] = json!(1);
    let object: DynamicObject = serde_json::from_value(cr.clone()).unwrap();
    let api = scene.api("Tally");
    for round in 0..ROUNDS {
        let created = wait::until(SOON, "the name is free", async || {
            api.create(&PostParams::default(), &object).await.ok()
        })
        .await;
        created.unwrap_or_else(|error| panic!("round {round}: {error}"));
        if round % 4 == 0 {
            // Time for a child, and a change that the next one's children may meet.
            let present = wait::until(SOON, "a child of this one", async || {
                let uid = &scene.get("Tally", "t").await?["metadata"]["uid"];
                let child = scene.get("ConfigMap", "t-gate-config").await?;
                (owner(&child) == uid.as_str()?).then_some(())
            });
            present.await.unwrap();
            let level =
                json!({"spec": {"appConfigGroup": [{"name": "main", "logLevel": "debug"}]}});
            scene.patch("Tally", "t", &level).await;
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
        if round + 1 < ROUNDS {
            api.delete("t", &DeleteParams::background()).await.unwrap();
        }
    }
    scene.condition("t", "Ready", "True").await;
    scene.settled().await;
    let last = scene.get("Tally", "t").await.unwrap();
    let last = last["metadata"]["uid"].as_str().unwrap();
    for kind in KINDS {
        for object in scene.api(kind).list(&ListParams::default()).await.unwrap() {
            let object = serde_json::to_value(object).unwrap();
            if object["metadata"]["name"] != "kube-root-ca.crt" {
                assert_eq!(owner(&object), last, "{object:#}");
            }
        }
    }
    let owners = owners.lock().unwrap();
    let mut looked_at = 0;
    for write in scene.proxy.log() {
        let stored = write.upstream.is_some_and(|code| code < 300) && !write.dry_run;
        let Some(body) = write.json().filter(|_| write.is_write() && stored) else {
            continue;
        };
        // An apply names the object that it is about, and whose it is to be.
        let Some(owner_of_it) = body["metadata"]["uid"]
            .as_str()
            .and_then(|uid| owners.get(uid))
        else {
            continue;
        };
        let meant = owner(&body);
        assert!(meant.is_empty() || meant == *owner_of_it, "{write:?}");
        looked_at += 1;
    }
    eprintln!(
        "{ROUNDS} resources, {} children, {looked_at} changes",
        owners.len()
    );
    assert!(owners.len() >= ROUNDS / 4 && operator.exited().unwrap().is_none());
}
