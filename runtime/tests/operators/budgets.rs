//! What reconciling costs the API server, counted by the proxy. Leases, events and the renewal of
//! watches are not counted.

use std::time::{Duration, Instant};

use dsoi_runtime::testing::{Logged, Mark, Verb};
use serde_json::{Value, json};

use crate::{
    crs,
    golden::Golden,
    objects::{id, says},
    scene::{Scene, Setup, lines},
};

/// What was written since a mark, by what it is.
#[derive(Debug, Default, PartialEq, Eq)]
struct Cost {
    creates: usize,
    /// JSON patches of who manages what, once in a child's life.
    flips: usize,
    dry_runs: usize,
    applies: usize,
    deletes: usize,
    other: usize,
}

fn cost(scene: &Scene, mark: Mark) -> Cost {
    let mut cost = Cost::default();
    for request in scene.proxy.writes(mark) {
        if request.resource == scene.golden.resource.plural {
            continue;
        }
        // An upgrade keeps what ran before: at most three writes for each type that changes.
        if request.resource == "controllerrevisions" {
            continue;
        }
        let json_patch = request.content_type.as_deref() == Some("application/json-patch+json");
        *match request.verb {
            _ if request.dry_run => &mut cost.dry_runs,
            Verb::Create => &mut cost.creates,
            Verb::Delete => &mut cost.deletes,
            Verb::Patch if request.is_apply() => &mut cost.applies,
            Verb::Patch if json_patch => &mut cost.flips,
            _ => &mut cost.other,
        } += 1;
    }
    cost
}

/// Status is written at acceptance, at the end, and at most once a second in between.
fn status_in_budget(scene: &Scene, mark: Mark, since: Instant) {
    let writes = scene.status_writes(mark);
    let limit = 2 + usize::try_from(since.elapsed().as_secs()).unwrap();
    assert!(
        writes.len() <= limit,
        "more than {limit} writes:\n{}",
        lines(&writes)
    );
    println!("status writes: {}", writes.len());
}

fn nothing_refused(requests: &[Logged]) {
    let refused: Vec<_> = requests
        .iter()
        .filter(|request| request.status.is_some_and(|status| status >= 400))
        .cloned()
        .collect();
    assert!(refused.is_empty(), "refused:\n{}", lines(&refused));
}

async fn creating_costs_its_creations(golden: &'static Golden, cr: Value) {
    let scene = Setup::new(golden).start().await;
    let (mark, start) = (scene.proxy.mark(), Instant::now());
    scene.create(&cr).await;
    let made = scene.proxy.writes(mark);
    // Claims of a StatefulSet's template are made by its controller.
    let children = scene.objects.children().await.into_iter();
    let ours: Vec<_> = children
        .filter(|c| managed_by(c, &golden.operator))
        .collect();
    let n = ours
        .iter()
        .filter(|child| child["metadata"]["annotations"]["dsoi.dev/applied"].is_string());
    let n = n.count();
    let expected = Cost {
        creates: n,
        ..Cost::default()
    };
    assert_eq!(cost(&scene, mark), expected, "{}", lines(&made));
    let reads = scene.proxy.reads(mark);
    assert!(reads.is_empty(), "{}", lines(&reads));
    nothing_refused(&scene.proxy.since(mark));
    status_in_budget(&scene, mark, start);
    println!("{}: {n} children, {n} creations, no read", golden.operator);
}

fn managed_by(object: &Value, operator: &str) -> bool {
    object["metadata"]["labels"]["app.kubernetes.io/managed-by"] == operator
}

#[tokio::test]
async fn creating_a_tally_costs_one_creation_for_each_child() {
    creating_costs_its_creations(Golden::quickstart(), crs::tally()).await;
}

#[tokio::test]
async fn creating_a_pinot_costs_one_creation_for_each_child() {
    creating_costs_its_creations(Golden::pinot(), crs::pinot()).await;
}

#[tokio::test]
async fn creating_a_parseable_tenant_costs_one_creation_for_each_child() {
    creating_costs_its_creations(Golden::parseable(), crs::parseable()).await;
}

#[tokio::test]
async fn an_edit_costs_the_children_that_it_changes() {
    let scene = Setup::new(Golden::pinot()).start().await;
    let mut cr = crs::pinot();
    scene.create(&cr).await;
    let generations = workload_generations(&scene).await;

    // The config map and the workload of one node: the workload is tried first (D9), and of both
    // the entry that the creation left is turned, once.
    let (mark, start) = (scene.proxy.mark(), Instant::now());
    crs::entry(&mut cr, "pinotNodeConfig", "broker")["data"] =
        json!("pinot.broker.client.queryPort=8100");
    scene.apply(&cr).await;
    scene.ready("orders").await;
    let first = Cost {
        flips: 2,
        dry_runs: 1,
        applies: 2,
        ..Cost::default()
    };
    assert_eq!(
        cost(&scene, mark),
        first,
        "{}",
        lines(&scene.proxy.writes(mark))
    );
    assert!(
        scene.proxy.reads(mark).is_empty(),
        "{}",
        lines(&scene.proxy.reads(mark))
    );
    nothing_refused(&scene.proxy.since(mark));
    status_in_budget(&scene, mark, start);

    // DS-27, OR-5: nobody else's template moved.
    let after = workload_generations(&scene).await;
    let moved: Vec<_> = after
        .iter()
        .filter(|now| !generations.contains(now))
        .collect();
    assert_eq!(moved.len(), 1, "{moved:?}");
    assert_eq!(moved[0].0, "Deployment orders-broker-broker");

    let (mark, start) = (scene.proxy.mark(), Instant::now());
    crs::entry(&mut cr, "pinotNodeConfig", "broker")["data"] =
        json!("pinot.broker.client.queryPort=8101");
    scene.apply(&cr).await;
    scene.ready("orders").await;
    let second = Cost {
        dry_runs: 1,
        applies: 2,
        ..Cost::default()
    };
    assert_eq!(
        cost(&scene, mark),
        second,
        "{}",
        lines(&scene.proxy.writes(mark))
    );
    assert!(scene.proxy.reads(mark).is_empty());
    status_in_budget(&scene, mark, start);
}

async fn workload_generations(scene: &Scene) -> Vec<(String, i64)> {
    let mut found = Vec::new();
    for kind in ["StatefulSet", "Deployment"] {
        for workload in scene.objects.list(kind).await {
            found.push((
                id(&workload),
                workload["metadata"]["generation"].as_i64().unwrap(),
            ));
        }
    }
    found
}

#[tokio::test]
async fn a_converged_cluster_costs_nothing_for_a_minute() {
    let scene = Setup::new(Golden::pinot()).start().await;
    scene.create(&crs::pinot()).await;
    let versions = scene.objects.resource_versions().await;
    let resource = scene.resource("orders").await;
    let mark = scene.proxy.mark();
    tokio::time::sleep(Duration::from_secs(60)).await;
    let mut asked = scene.proxy.since(mark);
    asked.retain(|request| !request.is_background() && request.verb != Verb::Watch);
    assert!(asked.is_empty(), "{}", lines(&asked));
    assert_eq!(scene.objects.resource_versions().await, versions);
    assert_eq!(scene.resource("orders").await, resource);
}

#[tokio::test]
async fn a_resync_of_a_converged_cluster_costs_nothing() {
    let scene = Setup::new(Golden::quickstart())
        .env("RECONCILE_WAIT", "2s")
        .start()
        .await;
    scene.create(&crs::tally()).await;
    let mark = scene.proxy.mark();
    tokio::time::sleep(Duration::from_secs(12)).await;
    let mut asked = scene.proxy.since(mark);
    asked.retain(|request| !request.is_background() && request.verb != Verb::Watch);
    assert!(asked.is_empty(), "{}", lines(&asked));
}

#[tokio::test]
async fn a_restart_over_fifty_converged_clusters_writes_nothing() {
    let mut scene = Setup::new(Golden::quickstart()).start().await;
    for number in 0..50 {
        scene
            .apply(&crs::small_tally(&format!("tally-{number}")))
            .await;
    }
    for number in 0..50 {
        let name = format!("tally-{number}");
        scene
            .until(&name, "Ready", |cr| says(cr, "Ready", "True"))
            .await;
    }
    scene.settle().await;
    scene.stop().await;
    let (mark, start) = (scene.proxy.mark(), Instant::now());
    scene.start().await;
    println!("started and settled in {:?}", start.elapsed());
    let writes = scene.proxy.writes(mark);
    assert!(writes.is_empty(), "{}", lines(&writes));
    let mut gets = scene.proxy.reads(mark);
    gets.retain(|request| request.verb == Verb::Get);
    assert!(gets.is_empty(), "{}", lines(&gets));
    // Custom resources come in pages, for one may be a megabyte.
    let mut lists = scene.proxy.reads(mark);
    lists.retain(|list| list.resource != scene.golden.resource.plural);
    let mut kinds: Vec<_> = lists.iter().map(|list| &list.resource).collect();
    kinds.sort();
    kinds.dedup();
    assert_eq!(
        kinds.len(),
        lists.len(),
        "one list for each kind:\n{}",
        lines(&lists)
    );
}

#[tokio::test]
async fn drift_made_while_the_operator_was_down_costs_one_write_each() {
    let mut scene = Setup::new(Golden::quickstart()).start().await;
    scene.create(&crs::tally()).await;
    scene.stop().await;
    let objects = &scene.objects;
    objects
        .merge(
            "ConfigMap",
            "books-ledger-config",
            &json!({ "data": { "app.yaml": "x" } }),
        )
        .await;
    objects
        .merge(
            "Service",
            "books-front",
            &json!({ "spec": { "ports": [{ "name": "http", "port": 80, "targetPort": 81 }] } }),
        )
        .await;
    objects
        .merge(
            "Deployment",
            "books-front",
            // Its replicas are the autoscaler's.
            &json!({ "spec": { "strategy": { "type": "Recreate", "rollingUpdate": null } } }),
        )
        .await;
    objects.delete("StatefulSet", "books-archive").await;
    let mark = scene.proxy.mark();
    scene.start().await;
    let limit = std::time::Duration::from_secs(60);
    let back = |found: Option<&serde_json::Value>| found.is_some();
    scene
        .objects
        .becomes("StatefulSet", "books-archive", limit, "is back", back)
        .await;
    scene.ready("books").await;
    scene.settle().await;
    let expected = Cost {
        creates: 1,
        applies: 3,
        ..Cost::default()
    };
    assert_eq!(
        cost(&scene, mark),
        expected,
        "{}",
        lines(&scene.proxy.writes(mark))
    );
    let service = scene.objects.get("Service", "books-front").await;
    assert_eq!(service["spec"]["ports"][0]["targetPort"], "http");
}
