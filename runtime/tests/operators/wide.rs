//! An operator of a whole cluster, with its Lease, on a control plane of its own.

use std::time::Duration;

use dsoi_runtime::testing::{ControlPlane, Verb};
use serde_json::{Value, json};

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

/// DR-21.
#[tokio::test]
async fn an_operator_of_the_whole_cluster_serves_every_namespace_but_the_denied() {
    let plane = plane().await;
    let denied = plane.namespace("denied", &[]).await.unwrap();
    let mut scene = Setup::new(Golden::quickstart())
        .cluster_wide(plane)
        .apart()
        .elected()
        .reachable_metrics()
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

    metrics_are_for_who_may(&scene).await;

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

/// SE-15: with the rights that `config/rbac/metrics.yaml` gives to the operator, and to a scraper.
async fn metrics_are_for_who_may(scene: &Scene) {
    let plane = scene.namespace.plane();
    let home = &scene.home;
    let account = |name: &str| json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": home}});
    for name in ["scraper", "stranger"] {
        plane.apply_yaml(&account(name).to_string()).await.unwrap();
    }
    let reader = scene.installed.reader.as_ref().unwrap();
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
        "metadata": {"name": "scraper"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": reader},
        "subjects": [{"kind": "ServiceAccount", "name": "scraper", "namespace": home}],
    });
    plane.apply_yaml(&binding.to_string()).await.unwrap();
    let token = async |name: &str| plane.service_account_token(home, name).await.unwrap();
    let (scraper, stranger) = (token("scraper").await, token("stranger").await);
    let mark = scene.proxy.mark();
    for (token, code) in [
        (None, 401),
        (Some("no token of anybody"), 401),
        (Some(stranger.as_str()), 403),
        (Some(scraper.as_str()), 200),
        (Some(scraper.as_str()), 200),
        (Some(stranger.as_str()), 403),
    ] {
        let (answered, text) = scene.guarded_metrics(token).await;
        assert_eq!(answered, code, "{text}");
        assert_eq!(text.contains("dsoi_reconciles_total"), code == 200);
    }
    let reviews = |kind: &str| {
        let log = scene.proxy.since(mark);
        log.iter()
            .filter(|request| request.resource == kind)
            .count()
    };
    // An answer is kept for a while.
    assert_eq!(reviews("tokenreviews"), 3);
    assert_eq!(reviews("subjectaccessreviews"), 2);

    // No text of a user is in a label, so the number of series does not depend on users.
    let (_, text) = scene.guarded_metrics(Some(scraper.as_str())).await;
    for word in ["books", "ledger", "front", scene.namespace.name()] {
        assert!(!text.contains(word), "{word} is in\n{text}");
    }
    let series = text.lines().filter(|line| !line.starts_with('#')).count();
    println!("{series} series");
    assert!(series < 150, "{text}");
}

async fn holder(scene: &Scene) -> String {
    let plane = scene.namespace.plane();
    let home = Objects::new(plane.admin().unwrap(), &scene.home, &scene.golden.resource);
    let lease: Value = home.get("Lease", &scene.installed.lease).await;
    text(&lease, "/spec/holderIdentity").to_owned()
}
