//! An operator of a whole cluster, with its Lease, on a control plane of its own.

use std::time::Duration;

use dsoi_runtime::testing::{ControlPlane, Verb};
use serde_json::Value;

use crate::{
    crs,
    golden::Golden,
    objects::{Objects, says, text},
    scene::{Scene, Setup, lines},
};

async fn plane() -> &'static ControlPlane {
    // For the rest of the process: its programs end with it.
    Box::leak(Box::new(ControlPlane::start().await.unwrap()))
}

#[tokio::test]
async fn an_operator_of_the_whole_cluster_serves_every_namespace_but_the_denied() {
    let plane = plane().await;
    let denied = plane.namespace("denied", &[]).await.unwrap();
    let mut scene = Setup::new(Golden::quickstart())
        .cluster_wide(plane)
        .apart()
        .elected()
        .env("DENY_LIST", format!("kube-system, {}", denied.name()))
        .start()
        .await;
    let other = plane.namespace("other", &[]).await.unwrap();
    denied.apply_yaml(&crs::tally().to_string()).await.unwrap();
    other.apply_yaml(&crs::tally().to_string()).await.unwrap();
    scene.create(&crs::tally()).await;
    let others = Objects::new(plane.admin().unwrap(), other.name(), &scene.golden.resource);
    let start = std::time::Instant::now();
    while !says(&others.get("Tally", "books").await, "Ready", "True") {
        assert!(
            start.elapsed() < Duration::from_secs(180),
            "the other namespace is not served"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    scene.settle().await;
    let denied = Objects::new(
        plane.admin().unwrap(),
        denied.name(),
        &scene.golden.resource,
    );
    assert_eq!(denied.child_names().await, [""; 0]);
    assert!(denied.get("Tally", "books").await["status"].is_null());

    // One list and one watch for each kind, of the whole cluster.
    for request in scene.proxy.log() {
        if matches!(request.verb, Verb::List | Verb::Watch) {
            assert_eq!(request.namespace, None, "{}", request.path);
        }
        assert!(
            !matches!(request.status, Some(401 | 403)),
            "{}",
            lines(std::slice::from_ref(&request))
        );
    }

    // SE-20, GA-26: the Lease is held, and let go at the end.
    assert!(!holder(&scene).await.is_empty());
    let ended = scene.stop().await;
    assert!(ended.success(), "{ended}");
    assert_eq!(holder(&scene).await, "", "the Lease was not let go");
    let mark = scene.proxy.mark();
    let start = std::time::Instant::now();
    scene.start().await;
    println!("took the Lease over and settled in {:?}", start.elapsed());
    assert!(
        scene.proxy.writes(mark).is_empty(),
        "{}",
        lines(&scene.proxy.writes(mark))
    );
}

async fn holder(scene: &Scene) -> String {
    let plane = scene.namespace.plane();
    let home = Objects::new(plane.admin().unwrap(), &scene.home, &scene.golden.resource);
    let lease: Value = home.get("Lease", &scene.installed.lease).await;
    text(&lease, "/spec/holderIdentity").to_owned()
}
