//! A hundred resources at rest, and under restart after restart.

use std::time::{Duration, Instant};

use dsoi_runtime::testing::wait;
use serde_json::{Value, json};

use crate::scene::{Probe, SOON, Scene, shown};

const MANY: usize = 100;
const RESYNC: Duration = Duration::from_secs(6);
const RESTARTS: usize = 20;

/// Every object of the namespace and its version.
async fn versions(scene: &Scene) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for kind in [
        "Tally",
        "ConfigMap",
        "Service",
        "StatefulSet",
        "Deployment",
        "Event",
    ] {
        for object in scene.list(kind).await {
            let metadata = &object["metadata"];
            let name = format!("{kind} {}", metadata["name"].as_str().unwrap_or_default());
            found.push((name, metadata["resourceVersion"].clone()));
        }
    }
    found
}

// RL-8, RL-9.
#[tokio::test]
async fn a_hundred_resources_at_rest_cost_nothing_and_a_restart_writes_nothing() {
    let scene = Scene::new("rest-many").await;
    let probe = Probe::new();
    let launch = scene
        .launch()
        .env("RECONCILE_WAIT", format!("{}s", RESYNC.as_secs()))
        .env("HEALTH_ADDRESS", probe.address());
    let mut operator = scene.start_with(&launch);
    for number in 0..MANY {
        scene
            .create(&format!("t{number}"), |tally| {
                // Without pods, which would only test the machine.
                tally["spec"]["nodes"][1]["replicas"] = json!(0);
                tally["spec"]["nodes"].as_array_mut().unwrap().remove(0);
            })
            .await;
    }
    for number in 0..MANY {
        let name = format!("t{number}");
        scene.condition(&name, "Ready", "True").await;
    }
    scene.settled().await;

    let before = versions(&scene).await;
    let mark = scene.proxy.mark();
    let passes = || operator.log().matches("passed").count();
    let earlier = passes();
    tokio::time::sleep(RESYNC * 10).await;
    let requests = scene.proxy.since(mark);
    assert_eq!(shown(&requests), Vec::<String>::new());
    assert_eq!(versions(&scene).await, before);
    let resyncs = (passes() - earlier) / MANY;
    assert!(resyncs >= 9, "{resyncs} resyncs");
    println!("{MANY} resources, {resyncs} resyncs of each in a minute: no request");

    let mut slowest = Duration::ZERO;
    for _ in 0..RESTARTS {
        let ended = operator.terminate(SOON).await.unwrap();
        assert!(ended.success(), "{}", operator.log());
        scene.proxy.clear();
        let start = Instant::now();
        operator = scene.start_with(&launch);
        wait::until(SOON, "it is ready", async || {
            (probe.ask("/readyz").await? == 200).then_some(())
        })
        .await
        .unwrap();
        slowest = slowest.max(start.elapsed());
        wait::until(SOON, "it has looked at every resource", async || {
            (operator.log().matches("passed").count() >= MANY).then_some(())
        })
        .await
        .unwrap();
        scene.settled().await;
        assert_eq!(
            scene.all_writes(),
            Vec::<String>::new(),
            "{}",
            operator.log()
        );
    }
    assert_eq!(versions(&scene).await, before);
    println!(
        "{RESTARTS} restarts over {MANY} resources: no write, ready after {slowest:?} at most"
    );
    // The machine may be busy with other tests.
    assert!(slowest < Duration::from_secs(20), "{slowest:?}");
}
