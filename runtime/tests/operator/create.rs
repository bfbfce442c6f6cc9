//! First installs: what they cost, and what disturbs them.

use std::time::{Duration, Instant};

use dsoi_runtime::testing::{Action, Fault, Verb, wait};
use kube::api::{DeleteParams, ListParams};
use serde_json::json;

use crate::scene::{SOON, Scene, shown};

/// OR-9.
#[tokio::test]
async fn a_new_resource_costs_one_create_per_child_and_a_status() {
    let scene = Scene::new("create").await;
    let _operator = scene.start();
    // Shows that everything was listed, which is no part of the price.
    scene.create("first", |_| {}).await;
    scene.condition("first", "Ready", "True").await;
    scene.settled().await;
    let (mark, start) = (scene.proxy.mark(), Instant::now());
    scene.create("t", |_| {}).await;
    scene.condition("t", "Ready", "True").await;
    scene.settled().await;
    // At acceptance, at the end, and at most once a second in between.
    let statuses = 2 + usize::try_from(start.elapsed().as_secs()).unwrap();
    let requests = scene.proxy.since(mark);
    let writes = shown(&scene.proxy.writes(mark));
    let of = |verb: &str| {
        writes
            .iter()
            .filter(|write| write.starts_with(verb))
            .count()
    };
    assert_eq!((of("Create"), of("Delete")), (6, 0), "{writes:#?}");
    assert!(of("Patch tallies") <= statuses, "{writes:#?}");
    assert_eq!(
        of("Create") + of("Patch tallies"),
        writes.len(),
        "{writes:#?}"
    );
    assert!(scene.proxy.reads(mark).is_empty());
    assert!(requests.iter().all(|request| request.status != Some(409)));
    assert!(
        requests
            .iter()
            .all(|request| { request.user_agent.as_deref() == Some("tally-operator/0.1.0") })
    );
}

/// OR-1.
#[tokio::test]
async fn kinds_are_created_in_order() {
    let scene = Scene::new("order").await;
    scene.create("t", |_| {}).await;
    let _operator = scene.start();
    scene.condition("t", "Ready", "True").await;
    let mut creates = scene.proxy.log();
    creates.retain(|request| request.verb == Verb::Create && !request.is_background());
    let kinds: Vec<u8> = creates
        .iter()
        .map(|request| match request.resource.as_str() {
            "configmaps" => 0,
            "services" => 1,
            _ => 3,
        })
        .collect();
    assert!(kinds.is_sorted(), "{:#?}", shown(&creates));
}

/// OR-18.
#[tokio::test]
async fn each_child_is_announced_once_after_the_status() {
    let scene = Scene::new("events").await;
    let _operator = scene.start();
    scene.create("t", |_| {}).await;
    scene.condition("t", "Ready", "True").await;
    let events = wait::until(SOON, "six children were announced", async || {
        let events = scene.api("Event").list(&ListParams::default()).await.ok()?;
        let mut notes: Vec<String> = events
            .items
            .iter()
            .filter(|event| event.data["reason"] == "tallyOperatorCreateObjectSuccess")
            .filter_map(|event| Some(event.data["note"].as_str()?.to_owned()))
            .collect();
        notes.sort();
        (notes.len() >= 6).then_some(notes)
    })
    .await
    .unwrap();
    assert_eq!(
        events,
        [
            "Created ConfigMap t-gate-config",
            "Created ConfigMap t-store-config",
            "Created Deployment t-gate",
            "Created Service t-gate",
            "Created Service t-store-headless",
            "Created StatefulSet t-store",
        ]
    );
    let log = scene.proxy.log();
    let first = |resource: &str, verb: Verb| {
        log.iter()
            .find(|request| request.resource == resource && request.verb == verb)
            .unwrap()
            .number
    };
    assert!(first("tallies", Verb::Patch) < first("events", Verb::Create));
}

#[tokio::test]
async fn a_create_whose_reply_is_lost_makes_no_second_object() {
    let scene = Scene::new("lost").await;
    let create = |request: &dsoi_runtime::testing::Logged| {
        request.verb == Verb::Create && !request.is_background()
    };
    scene
        .proxy
        .inject(Fault::new(create, Action::DropReplyAfterCommit).times(4));
    let _operator = scene.start();
    scene.create("t", |_| {}).await;
    scene.condition("t", "Ready", "True").await;
    scene.settled().await;
    let mark = scene.proxy.mark();
    assert_eq!(scene.names("Service").await.len(), 2);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(shown(&scene.proxy.writes(mark)), Vec::<String>::new());
}

#[tokio::test]
async fn a_name_that_is_taken_is_left_alone_and_taken_up_when_it_is_free() {
    let scene = Scene::new("conflict").await;
    scene
        .apply(&json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "t-gate", "labels": {"mine": "yes"}},
            "spec": {"ports": [{"port": 1}]}}))
        .await;
    let before = scene.get("Service", "t-gate").await.unwrap();
    let _operator = scene.start();
    scene.create("t", |_| {}).await;
    let degraded = scene.condition("t", "Degraded", "True").await;
    assert_eq!(degraded["reason"], "NameConflict");
    let message = degraded["message"].as_str().unwrap();
    assert!(
        message.contains("/t-gate belongs to another owner"),
        "{message}"
    );
    // Another node does not wait for it.
    wait::until(SOON, "the other node is there", async || {
        scene.get("StatefulSet", "t-store").await
    })
    .await
    .unwrap();
    assert_eq!(scene.get("Deployment", "t-gate").await, None);
    assert_eq!(scene.get("Service", "t-gate").await.unwrap(), before);
    // The watch does not show that object: it is looked for, and no more often than its wait allows.
    let log = scene.proxy.log();
    let tries = log.iter().filter(|request| {
        request.verb == Verb::Create
            && request.name.as_deref() == Some("t-gate")
            && request.resource == "services"
    });
    assert!(tries.count() <= 3);
    scene
        .api("Service")
        .delete("t-gate", &DeleteParams::default())
        .await
        .unwrap();
    scene.condition("t", "Ready", "True").await;
    scene.condition("t", "Degraded", "False").await;
}

#[tokio::test]
async fn a_resource_that_is_made_again_waits_for_its_predecessors_children() {
    let scene = Scene::new("again").await;
    let _operator = scene.start();
    scene.create("t", |_| {}).await;
    scene.condition("t", "Ready", "True").await;
    let old = scene.get("Service", "t-gate").await.unwrap();
    scene
        .api("Tally")
        .delete("t", &DeleteParams::default())
        .await
        .unwrap();
    scene.create("t", |_| {}).await;
    // The garbage collector looks for new kinds every thirty seconds.
    let new = wait::until(
        Duration::from_secs(90),
        "it has children of its own",
        async || {
            let tally = scene.get("Tally", "t").await?;
            let service = scene.get("Service", "t-gate").await?;
            let owner = &service["metadata"]["ownerReferences"][0]["uid"];
            (*owner == tally["metadata"]["uid"]).then_some(service)
        },
    )
    .await
    .unwrap();
    scene.condition("t", "Ready", "True").await;
    assert_ne!(old["metadata"]["uid"], new["metadata"]["uid"]);
}
