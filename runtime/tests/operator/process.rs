//! The process: rest, restart, lease, signals, settings.

use std::io::{Read, Write};
use std::time::Duration;

use dsoi_runtime::testing::{Action, Fault, Logged, Verb, wait};
use serde_json::json;

use crate::scene::{OPERATOR, SOON, Scene, shown};

#[tokio::test]
async fn a_converged_resource_costs_nothing_resync_after_resync() {
    let scene = Scene::new("rest").await;
    let _operator = scene.start_with(&scene.launch().env("RECONCILE_WAIT", "300ms"));
    scene.create("t", |_| {}).await;
    scene.condition("t", "Ready", "True").await;
    scene.settled().await;
    let mark = scene.proxy.mark();
    tokio::time::sleep(Duration::from_secs(4)).await;
    let requests = scene.proxy.since(mark);
    assert_eq!(shown(&requests), Vec::<String>::new());
}

#[tokio::test]
async fn a_restart_over_fifty_resources_writes_nothing() {
    let scene = Scene::new("restart").await;
    let operator = scene.start();
    for number in 0..50 {
        scene
            .create(&format!("t{number}"), |tally| {
                tally["spec"]["nodes"][0]["replicas"] = json!(1);
                tally["spec"]["nodes"][1]["replicas"] = json!(0);
            })
            .await;
    }
    for number in 0..50 {
        scene
            .condition(&format!("t{number}"), "Ready", "True")
            .await;
    }
    scene.settled().await;
    let status = operator.terminate(SOON).await.unwrap();
    assert!(status.success(), "{}", operator.log());
    scene.proxy.clear();
    let operator = scene.start();
    wait::until(SOON, "it lists", async || {
        let lists = scene
            .proxy
            .log()
            .iter()
            .filter(|r| r.verb == Verb::Watch)
            .count();
        (lists >= 8).then_some(())
    })
    .await
    .unwrap();
    scene.settled().await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(
        scene.all_writes(),
        Vec::<String>::new(),
        "{}",
        operator.log()
    );
    eprintln!("resident: {} MiB", operator.resident_bytes().unwrap() >> 20);
}

#[tokio::test]
async fn a_lease_is_taken_handed_over_and_never_made() {
    let scene = Scene::new("lease").await;
    let launch = scene
        .launch()
        .env("LEADER_ELECT", "true")
        .env("POD_NAMESPACE", scene.namespace.name());
    let first = scene.start_with(&launch);
    scene.create("t", |_| {}).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(scene.get("Lease", OPERATOR).await.is_none());
    assert_eq!(scene.all_writes(), Vec::<String>::new());
    scene
        .apply(&json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": OPERATOR}}))
        .await;
    scene.condition("t", "Ready", "True").await;
    let second = scene.start_with(&launch);
    let holder = async || {
        let lease = scene.get("Lease", OPERATOR).await?;
        Some(lease["spec"]["holderIdentity"].as_str()?.to_owned())
    };
    let before = holder().await.unwrap();
    assert!(
        first.terminate(SOON).await.unwrap().success(),
        "{}",
        first.log()
    );
    wait::until(Duration::from_secs(5), "the second leads", async || {
        let now = holder().await?;
        (!now.is_empty() && now != before).then_some(())
    })
    .await
    .unwrap();
    scene
        .create("t", |tally| {
            tally["spec"]["appConfigGroup"][0]["logLevel"] = json!("debug");
        })
        .await;
    scene.condition("t", "Ready", "True").await;
    assert!(second.exited().unwrap().is_none());
}

/// OR-17.
#[tokio::test]
async fn a_setting_that_cannot_be_read_ends_the_process() {
    let scene = Scene::new("settings").await;
    let operator = scene.start_with(&scene.launch().env("RECONCILE_WAIT", "abc"));
    let status = operator.wait(SOON).await.unwrap();
    assert!(!status.success());
    assert!(
        operator.log().contains("`abc` is no duration"),
        "{}",
        operator.log()
    );
}

#[tokio::test]
async fn readiness_names_what_is_missing() {
    let scene = Scene::new("ready").await;
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .unwrap();
    // A second namespace is watched too, in which nothing may be listed.
    let launch = scene
        .launch()
        .env(
            "WATCH_NAMESPACE",
            format!("{},elsewhere", scene.namespace.name()),
        )
        .env("HEALTH_ADDRESS", port.to_string());
    let _operator = scene.start_with(&launch);
    let ask = async |path: &str| -> Option<String> {
        let mut stream = std::net::TcpStream::connect(port).ok()?;
        write!(stream, "GET {path} HTTP/1.0\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer)
    };
    let answer = wait::until(SOON, "only the other namespace is missing", async || {
        let answer = ask("/readyz").await?;
        (answer.contains("services in namespace elsewhere: the API server answered 403")
            && !answer.contains(&format!("in namespace {}", scene.namespace.name())))
        .then_some(answer)
    })
    .await
    .unwrap();
    assert!(answer.starts_with("HTTP/1.0 503"), "{answer}");
    assert!(ask("/livez").await.unwrap().starts_with("HTTP/1.0 200"));
    // What is there is looked after all the same.
    scene.create("t", |_| {}).await;
    scene.condition("t", "Ready", "True").await;
}

#[tokio::test]
async fn fifty_resources_of_a_megabyte_fit_into_memory() {
    let scene = Scene::new("large").await;
    let spare = "x".repeat(900 * 1024);
    for number in 0..50 {
        scene
            .create(&format!("t{number}"), |tally| {
                let groups = tally["spec"]["appConfigGroup"].as_array_mut().unwrap();
                groups.push(json!({"name": "spare", "extra": {"text": spare}}));
                tally["spec"]["nodes"][0]["replicas"] = json!(1);
                tally["spec"]["nodes"][1]["replicas"] = json!(0);
            })
            .await;
    }
    let operator = scene.start();
    for number in 0..50 {
        scene
            .condition(&format!("t{number}"), "Ready", "True")
            .await;
    }
    let resident = operator.resident_bytes().unwrap() >> 20;
    assert!(resident <= 250, "{resident} MiB");
    eprintln!("large: {resident} MiB");
}

#[tokio::test]
async fn a_lease_that_cannot_be_renewed_ends_writing_and_then_the_process() {
    let scene = Scene::new("lost").await;
    scene
        .apply(&json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": OPERATOR}}))
        .await;
    let launch = scene
        .launch()
        .env("LEADER_ELECT", "true")
        .env("POD_NAMESPACE", scene.namespace.name());
    let operator = scene.start_with(&launch);
    scene.create("t", |_| {}).await;
    scene.condition("t", "Ready", "True").await;
    let renewal = |request: &Logged| request.resource == "leases" && request.verb == Verb::Update;
    scene
        .proxy
        .inject(Fault::new(renewal, Action::answer(500)).always());
    // Past the renew deadline, and before others may take the lease.
    tokio::time::sleep(Duration::from_secs(11)).await;
    let mark = scene.proxy.mark();
    scene
        .create("t", |tally| {
            tally["spec"]["appConfigGroup"][0]["logLevel"] = json!("debug");
        })
        .await;
    let status = operator.wait(SOON).await.unwrap();
    assert!(!status.success());
    assert!(
        operator.log().contains("the lease was lost"),
        "{}",
        operator.log()
    );
    let mut writes = scene.proxy.writes(mark);
    writes.retain(|request| request.resource != "leases");
    assert_eq!(shown(&writes), Vec::<String>::new());
}
