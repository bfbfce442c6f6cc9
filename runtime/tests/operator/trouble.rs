//! The API server refuses, forbids, slows down or stays away.

use std::time::Duration;

use dsoi_runtime::testing::{Action, Fault, Logged, Verb, wait};
use serde_json::json;

use crate::scene::{SOON, Scene, shown};

fn role(without: &str) -> serde_json::Value {
    let rule = |group: &str, resources: &[&str], verbs: &[&str]| {
        let resources: Vec<&&str> = resources.iter().filter(|name| **name != without).collect();
        json!({"apiGroups": [group], "resources": resources, "verbs": verbs})
    };
    let all = ["create", "delete", "get", "list", "patch", "watch"];
    json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "operator"}, "rules": [
        rule("example.com", &["tallies"], &["get", "list", "watch"]),
        rule("example.com", &["tallies/status"], &["patch"]),
        rule("", &["configmaps", "services"], &all),
        rule("", &["persistentvolumeclaims"], &["list", "patch", "watch"]),
        rule("", &["pods"], &["delete", "list", "watch"]),
        rule("apps", &["statefulsets", "deployments", "controllerrevisions"], &all),
        rule("networking.k8s.io", &["networkpolicies", "ingresses"], &all),
        rule("policy", &["poddisruptionbudgets"], &all),
        rule("autoscaling", &["horizontalpodautoscalers"], &all),
        rule("events.k8s.io", &["events"], &["create", "patch"]),
    ]})
}

#[tokio::test]
async fn a_kind_that_may_not_be_listed_takes_no_part_and_heals() {
    let scene = Scene::new("unlisted").await;
    scene.apply(&role("services")).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let operator = scene.start();
    scene.create("t", |_| {}).await;
    let progressing = scene.condition("t", "Progressing", "True").await;
    assert_eq!(progressing["reason"], "Waiting");
    let degraded = scene.condition("t", "Degraded", "True").await;
    assert_eq!(degraded["reason"], "NotListed");
    let message = degraded["message"].as_str().unwrap();
    assert!(
        message.starts_with("Service cannot be listed: ")
            && message.contains("cannot list resource \"services\""),
        "{message}"
    );
    wait::until(SOON, "what does not depend on it is there", async || {
        scene.get("ConfigMap", "t-gate-config").await
    })
    .await
    .unwrap();
    assert_eq!(scene.get("Deployment", "t-gate").await, None);
    assert!(operator.log().contains("services"), "{}", operator.log());
    scene.apply(&role("")).await;
    scene.condition("t", "Ready", "True").await;
    scene.condition("t", "Degraded", "False").await;
    assert!(operator.exited().unwrap().is_none());
}

#[tokio::test]
async fn a_forbidden_write_is_named_and_heals() {
    let scene = Scene::new("forbidden").await;
    let mut role = role("");
    role["rules"][2]["verbs"] = json!(["get", "list", "watch"]);
    scene.apply(&role).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let _operator = scene.start();
    scene.create("t", |_| {}).await;
    let degraded = scene.condition("t", "Degraded", "True").await;
    assert_eq!(degraded["reason"], "Forbidden");
    assert!(
        degraded["message"]
            .as_str()
            .unwrap()
            .contains("cannot create resource \"configmaps\"")
    );
    // What depends on it is not made.
    assert_eq!(scene.get("Deployment", "t-gate").await, None);
    role["rules"][2]["verbs"] = json!(["create", "delete", "get", "list", "patch", "watch"]);
    scene.apply(&role).await;
    scene.condition("t", "Ready", "True").await;
    scene.condition("t", "Degraded", "False").await;
}

#[tokio::test]
async fn a_busy_server_is_given_the_time_that_it_asks_for() {
    let scene = Scene::new("busy").await;
    let _operator = scene.start();
    scene.settled().await;
    let create = |request: &Logged| request.verb == Verb::Create && request.resource == "services";
    let busy = Action::Answer {
        code: 429,
        retry_after: Some(2),
    };
    let injected = scene.proxy.inject(Fault::new(create, busy).times(1));
    scene.create("t", |_| {}).await;
    scene.condition("t", "Ready", "True").await;
    let log = scene.proxy.log();
    let refused = log
        .iter()
        .find(|r| injected.hits().contains(&r.number))
        .unwrap();
    let again = log
        .iter()
        .find(|r| r.number > refused.number && r.name == refused.name && r.verb == Verb::Create)
        .unwrap();
    assert!(again.at - refused.at >= Duration::from_secs(2));
}

#[tokio::test]
async fn errors_of_the_server_pass() {
    let scene = Scene::new("errors").await;
    let write = |request: &Logged| request.is_write() && !request.is_background();
    for (nth, action) in [
        (1, Action::answer(500)),
        (3, Action::answer(503)),
        (5, Action::RefuseBefore),
        (7, Action::TruncateReply { broken: true }),
        (9, Action::answer(500)),
    ] {
        scene.proxy.inject(Fault::new(write, action).nth(nth));
    }
    let _operator = scene.start();
    scene.create("t", |_| {}).await;
    scene.condition("t", "Ready", "True").await;
    scene.settled().await;
    let mark = scene.proxy.mark();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(shown(&scene.proxy.writes(mark)), Vec::<String>::new());
}

#[tokio::test]
async fn a_relist_neither_removes_nor_makes_anything() {
    let scene = Scene::new("relist").await;
    let _operator = scene.start();
    scene.create("t", |_| {}).await;
    scene.condition("t", "Ready", "True").await;
    scene.settled().await;
    let mark = scene.proxy.mark();
    assert!(scene.proxy.expire_watches(|_| true) > 0);
    wait::until(SOON, "it lists again", async || {
        let reads = scene.proxy.reads(mark);
        (reads.len() >= 6).then_some(())
    })
    .await
    .unwrap();
    scene.settled().await;
    assert_eq!(shown(&scene.proxy.writes(mark)), Vec::<String>::new());
}
