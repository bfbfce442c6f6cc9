//! What operators of this kind get wrong, and a generated one must not: the traps of PN-9, PA-3,
//! OR-6, OR-10, OR-14 and OR-15, and what was seen when the upstream operators were run.

use std::{collections::BTreeSet, time::Duration};

use serde_json::{Value, json};

use crate::{
    crs::{self, entry, named},
    golden::Golden,
    objects::{name, says, text, uid},
    scene::{Scene, Setup, lines},
};

/// Applies what must not be carried out, and returns who said no and in which words: the API
/// server at admission, or the operator by `Accepted=False`. Nothing may have been written.
pub(crate) async fn refusal(scene: &Scene, cr: &Value) -> (&'static str, String) {
    let mark = scene.proxy.mark();
    // Created and not applied: the server's own merge answers 500 to two entries of one key.
    let said = match scene.objects.try_create(cr).await {
        Err(kube::Error::Api(status)) => {
            assert!((400..500).contains(&status.code), "{status:?}");
            ("the API server", status.message)
        }
        Err(error) => panic!("{error}"),
        Ok(applied) => {
            let (_, message) = scene.condition(name(&applied), "Accepted", "False").await;
            let resource = scene.resource(name(&applied)).await;
            assert!(says(&resource, "Ready", "False"), "{resource:#}");
            ("the operator", message)
        }
    };
    scene.settle().await;
    let written = scene.child_writes(mark);
    assert!(written.is_empty(), "half applied:\n{}", lines(&written));
    said
}

/// What `check` of an operator says of a resource that it refuses.
pub(crate) fn refused_offline(golden: &Golden, cr: &Value) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), cr.to_string()).unwrap();
    let output = std::process::Command::new(&golden.binary)
        .args(["check", "-f"])
        .arg(file.path())
        .output()
        .unwrap();
    assert!(!output.status.success(), "accepted: {cr:#}");
    String::from_utf8(output.stderr).unwrap()
}

/// What makes a resource one that cannot be built.
type Change = fn(&mut Value);

/// PN-9: each of these once ended in a panic, in a loop, or in half a cluster.
#[tokio::test]
async fn a_pinot_that_cannot_be_built_is_refused_whole_with_the_field_at_fault() {
    let scene = Setup::new(Golden::pinot()).start().await;
    let cases: [(&str, &str, Change); 13] = [
        ("a short order", "deploymentOrder", |cr| {
            cr["spec"]["deploymentOrder"] = json!(["controller"]);
        }),
        ("an empty order", "deploymentOrder", |cr| {
            cr["spec"]["deploymentOrder"] = json!([]);
        }),
        ("an unknown type in the order", "deploymentOrder", |cr| {
            cr["spec"]["deploymentOrder"] =
                json!(["controller", "broker", "server", "minion", "miner"]);
        }),
        ("no nodes", "spec.nodes", |cr| {
            cr["spec"]["nodes"] = json!([]);
        }),
        ("two nodes of one name", "spec.nodes", |cr| {
            cr["spec"]["nodes"][1]["name"] = json!("orders-controller");
        }),
        ("an unknown k8s group", "k8sConfig", |cr| {
            cr["spec"]["nodes"][3]["k8sConfig"] = json!("nowhere");
        }),
        ("an unknown config group", "pinotNodeConfig", |cr| {
            cr["spec"]["nodes"][3]["pinotNodeConfig"] = json!("nowhere");
        }),
        ("an unknown node type", "nodeType", |cr| {
            cr["spec"]["nodes"][3]["nodeType"] = json!("miner");
        }),
        ("an unknown kind", "kind", |cr| {
            cr["spec"]["nodes"][0]["kind"] = json!("DaemonSet");
        }),
        ("no external", "external", |cr| {
            cr["spec"].as_object_mut().unwrap().remove("external");
        }),
        ("no ZooKeeper", "zookeeper", |cr| {
            cr["spec"]["external"]
                .as_object_mut()
                .unwrap()
                .remove("zookeeper");
        }),
        ("two storages of one claim name", "storageConfig", |cr| {
            let group = entry(cr, "k8sConfig", "server");
            let mut second = group["storageConfig"][0].clone();
            second["name"] = json!("more");
            second["mountPath"] = json!("/more");
            group["storageConfig"].as_array_mut().unwrap().push(second);
        }),
        ("a Deployment with storage", "storageConfig", |cr| {
            cr["spec"]["nodes"][0]["kind"] = json!("Deployment");
        }),
    ];
    for (number, (what, field, change)) in cases.into_iter().enumerate() {
        let mut cr = named(crs::pinot(), &format!("bad-{number}"));
        change(&mut cr);
        let (who, message) = refusal(&scene, &cr).await;
        println!("{what}: refused by {who}: {message}");
        assert!(
            message.contains(field),
            "{what}: `{field}` is not named in: {message}"
        );
        // Whoever of the two refuses it, `check` does so beforehand.
        let said = refused_offline(scene.golden, &cr);
        println!("{said}");
        assert!(said.contains(field), "{what}: `{field}` is not in: {said}");
    }
    // And all the while another cluster is served.
    scene.create(&crs::pinot()).await;
}

/// Upstream, the names of two nodes can meet, and then they fight.
#[tokio::test]
async fn two_nodes_whose_names_would_meet_are_refused() {
    let scene = Setup::new(Golden::pinot()).start().await;
    let mut cr = crs::pinot();
    // `a` with `b-c`, and `a-b` with `c`, are both `a-b-c`.
    let mut first = entry(&mut cr, "k8sConfig", "minion").clone();
    let mut second = first.clone();
    first["name"] = json!("b-c");
    second["name"] = json!("c");
    cr["spec"]["k8sConfig"]
        .as_array_mut()
        .unwrap()
        .extend([first, second]);
    for (node, group) in [("a", "b-c"), ("a-b", "c")] {
        let mut copy = entry(&mut cr, "nodes", "orders-minion").clone();
        copy["name"] = json!(node);
        copy["k8sConfig"] = json!(group);
        cr["spec"]["nodes"].as_array_mut().unwrap().push(copy);
    }
    let (_, message) = refusal(&scene, &cr).await;
    assert!(message.contains("a-b-c"), "{message}");
}

/// PA-3: only the first entry of the order was honoured, an empty one panicked.
#[tokio::test]
async fn node_types_that_the_order_leaves_out_are_made_as_well() {
    let scene = Setup::new(Golden::quickstart()).start().await;
    for (number, order) in [json!([]), json!(["gateway"]), json!(["gateway", "store"])]
        .into_iter()
        .enumerate()
    {
        let mut cr = named(crs::tally(), &format!("order-{number}"));
        cr["spec"]["deploymentOrder"] = order;
        scene.create(&cr).await;
        for (kind, node) in [
            ("StatefulSet", "ledger"),
            ("StatefulSet", "archive"),
            ("Deployment", "front"),
            ("Deployment", "back"),
        ] {
            scene
                .objects
                .get(kind, &format!("order-{number}-{node}"))
                .await;
        }
    }
}

/// OR-6: upstream swallowed it.
#[tokio::test]
async fn a_foreign_service_of_our_name_is_a_condition_and_an_event_and_the_rest_goes_on() {
    let scene = Setup::new(Golden::quickstart())
        .env("RECONCILE_WAIT", "6s")
        .start()
        .await;
    let foreign = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": { "name": "books-front" },
        "spec": { "ports": [{ "port": 1234 }], "selector": { "app": "other" } },
    });
    let foreign = scene.objects.create(&foreign).await;
    scene.apply(&crs::tally()).await;
    let (reason, message) = scene.condition("books", "Ready", "False").await;
    println!("{reason}: {message}");
    scene
        .until("books", "NameConflict", |cr| {
            cr["status"]["conditions"]
                .to_string()
                .contains("NameConflict")
        })
        .await;
    scene.settle().await;
    // What the node itself still lacks may wait for its Service; no other node does.
    for (kind, node) in [
        ("StatefulSet", "ledger"),
        ("StatefulSet", "archive"),
        ("Deployment", "back"),
    ] {
        scene.objects.get(kind, &format!("books-{node}")).await;
    }
    assert_eq!(scene.objects.get("Service", "books-front").await, foreign);
    // OR-15: told once for each time, not in a new event for each.
    let events = scene.objects.events("Tally", "books").await;
    let warnings: Vec<_> = events.iter().filter(|e| e["type"] == "Warning").collect();
    assert!(!warnings.is_empty(), "{events:#?}");
    assert!(
        warnings
            .iter()
            .any(|e| text(e, "/note").contains("books-front")),
        "{warnings:#?}"
    );
    assert!(events.iter().any(|e| e["type"] == "Normal"), "{events:#?}");
    let notes: BTreeSet<_> = warnings
        .iter()
        .map(|e| (text(e, "/reason"), text(e, "/note")))
        .collect();
    assert_eq!(notes.len(), warnings.len(), "repeated: {warnings:#?}");
    // RL-30: heals after the foreign object goes.
    scene.objects.delete("Service", "books-front").await;
    scene.ready("books").await;
}

/// OR-15: the words that people's alerts know.
#[tokio::test]
async fn events_keep_the_source_and_the_reasons_that_people_know() {
    for (golden, cr, resource, source, prefix) in [
        (
            Golden::pinot(),
            crs::pinot(),
            "orders",
            "pinot-control-plane",
            "pinotOperator",
        ),
        (
            Golden::parseable(),
            crs::parseable(),
            "logs",
            "parseable-operator",
            "ParseableOperator",
        ),
    ] {
        let scene = Setup::new(golden).start().await;
        scene.create(&cr).await;
        let events = scene.objects.events(&golden.resource.kind, resource).await;
        let created = format!("{prefix}CreateObjectSuccess");
        assert!(
            events.iter().any(|e| text(e, "/reason") == created),
            "no {created}: {events:#?}"
        );
        for event in &events {
            assert_eq!(text(event, "/reportingController"), source);
            assert!(text(event, "/reason").starts_with(prefix), "{event:#}");
            assert!(!text(event, "/note").is_empty());
        }
    }
}

/// Seen upstream: Parseable's claims were deleted with the resource.
#[tokio::test]
async fn claims_outlive_the_resource_and_are_taken_up_by_the_next() {
    for (golden, cr) in [
        (Golden::parseable(), crs::parseable()),
        (Golden::pinot(), crs::pinot()),
    ] {
        let scene = Setup::new(golden).start().await;
        let resource = scene.create(&cr).await;
        let mut claims: Vec<_> = uids(&scene, "PersistentVolumeClaim").await;
        assert!(!claims.is_empty());
        let kind = &golden.resource.kind;
        scene.objects.delete(kind, name(&resource)).await;
        for workload in ["StatefulSet", "Deployment", "Service"] {
            let start = std::time::Instant::now();
            while !scene.objects.list(workload).await.is_empty() {
                assert!(
                    start.elapsed() < Duration::from_secs(180),
                    "{workload}s are left"
                );
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        scene.settle().await;
        assert_eq!(uids(&scene, "PersistentVolumeClaim").await, claims);
        for claim in scene.objects.list("PersistentVolumeClaim").await {
            assert!(claim["metadata"]["ownerReferences"].is_null(), "{claim:#}");
        }
        scene.create(&cr).await;
        claims.sort();
        assert_eq!(uids(&scene, "PersistentVolumeClaim").await, claims);
    }
}

async fn uids(scene: &Scene, kind: &str) -> Vec<String> {
    let mut uids: Vec<_> = scene
        .objects
        .list(kind)
        .await
        .iter()
        .map(|o| uid(o).to_owned())
        .collect();
    uids.sort();
    uids
}

/// DR-20, OR-16, and seen upstream: the timed pass did not look at the annotation.
#[tokio::test]
async fn an_ignored_resource_is_left_alone_until_the_annotation_goes() {
    let scene = Setup::new(Golden::pinot())
        .env("RECONCILE_WAIT", "2s")
        .start()
        .await;
    let mut cr = crs::pinot();
    scene.create(&cr).await;
    let versions = scene.objects.resource_versions().await;
    cr["metadata"]["annotations"] = json!({ "pinot.datainfra.io/reconcile": "true" });
    entry(&mut cr, "nodes", "orders-broker")["replicas"] = json!(1);
    scene.apply(&cr).await;
    scene
        .objects
        .delete("ConfigMap", "orders-minion-config")
        .await;
    tokio::time::sleep(Duration::from_secs(8)).await;
    let mut now = scene.objects.resource_versions().await;
    assert_eq!(
        now.insert("ConfigMap orders-minion-config".into(), String::new()),
        None
    );
    let names =
        |m: &std::collections::BTreeMap<String, String>| m.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&now), names(&versions));
    let broker = scene
        .objects
        .get("Deployment", "orders-broker-broker")
        .await;
    assert_eq!(broker["spec"]["replicas"], 2);
    cr["metadata"]
        .as_object_mut()
        .unwrap()
        .remove("annotations");
    scene.apply(&cr).await;
    scene.ready("orders").await;
    let broker = scene
        .objects
        .get("Deployment", "orders-broker-broker")
        .await;
    assert_eq!(broker["spec"]["replicas"], 1);
    assert!(
        scene
            .objects
            .find("ConfigMap", "orders-minion-config")
            .await
            .is_some()
    );
}

/// Seen upstream: once a pod cannot be scheduled, no correction reaches it (`OrderedReady`).
#[tokio::test]
async fn a_corrected_stateful_set_gets_past_a_pod_that_never_ran() {
    let scene = Setup::new(Golden::pinot()).start().await;
    let mut cr = crs::pinot();
    entry(&mut cr, "k8sConfig", "server")["nodeSelector"] = json!({ "example.com/disk": "none" });
    scene.apply(&cr).await;
    scene
        .until("orders", "seen", |cr| says(cr, "Ready", "False"))
        .await;
    scene.settle().await;
    entry(&mut cr, "k8sConfig", "server")
        .as_object_mut()
        .unwrap()
        .remove("nodeSelector");
    scene.apply(&cr).await;
    scene.ready("orders").await;
}

/// DS-46, and seen upstream: one of the two spellings silently made nothing.
#[tokio::test]
async fn kind_words_of_both_spellings_make_a_workload() {
    let scene = Setup::new(Golden::parseable()).start().await;
    let mut cr = crs::parseable();
    entry(&mut cr, "nodes", "store")["kind"] = json!("StatefulSet");
    scene.create(&cr).await;
    let before = scene.objects.get("StatefulSet", "durable-store").await;
    let mark = scene.proxy.mark();
    entry(&mut cr, "nodes", "store")["kind"] = json!("Statefulset");
    scene.apply(&cr).await;
    scene.ready("logs").await;
    assert!(
        scene.child_writes(mark).is_empty(),
        "{}",
        lines(&scene.child_writes(mark))
    );
    assert_eq!(
        uid(&scene.objects.get("StatefulSet", "durable-store").await),
        uid(&before)
    );
}
