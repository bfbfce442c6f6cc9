//! What others do to children: what is ours comes back at once, what is theirs stays.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    crs,
    golden::Golden,
    objects::{id, name, text, uid},
    scene::{Scene, Setup},
};

/// From the damage to its end. Far below the resync, so that nothing but a watch can be what mends
/// it; how long it took is printed, and is some tens of milliseconds on an idle machine.
const AT_ONCE: Duration = Duration::from_secs(15);

/// One child of each kind that a Tally has.
const CHILDREN: [(&str, &str); 8] = [
    ("ConfigMap", "books-ledger-config"),
    ("Service", "books-front"),
    ("NetworkPolicy", "books-front"),
    ("StatefulSet", "books-archive"),
    ("Deployment", "books-back"),
    ("PodDisruptionBudget", "books-front"),
    ("HorizontalPodAutoscaler", "books-front"),
    ("Ingress", "books-front"),
];

async fn tally() -> Scene {
    let scene = Setup::new(Golden::quickstart()).start().await;
    scene.create(&crs::tally()).await;
    scene
}

/// RL-37.
#[tokio::test]
async fn a_deleted_child_is_back_at_once() {
    let scene = tally().await;
    for (kind, child) in CHILDREN {
        let before = scene.objects.get(kind, child).await;
        scene.objects.delete(kind, child).await;
        let took = scene
            .objects
            .becomes(kind, child, AT_ONCE, "it is back", |now| {
                now.is_some_and(|now| uid(now) != uid(&before))
            })
            .await;
        println!("deleted {kind}: back after {took:?}");
        let now = scene.objects.get(kind, child).await;
        assert_eq!(
            now["spec"]["template"], before["spec"]["template"],
            "{kind} {child}"
        );
        assert_eq!(now["data"], before["data"], "{kind} {child}");
    }
    scene.ready("books").await;
}

#[tokio::test]
async fn an_edited_field_of_ours_is_mended_at_once() {
    let scene = tally().await;
    let edits = [
        (
            "ConfigMap",
            "books-ledger-config",
            "/data/app.yaml",
            json!("edited"),
        ),
        ("Service", "books-front", "/spec/ports/0/port", json!(81)),
        (
            "NetworkPolicy",
            "books-front",
            "/spec/policyTypes/0",
            json!("Egress"),
        ),
        ("StatefulSet", "books-archive", "/spec/replicas", json!(3)),
        (
            "Deployment",
            "books-back",
            "/spec/template/spec/containers/0/image",
            json!("example/other:1"),
        ),
        (
            "Deployment",
            "books-back",
            "/spec/template/spec/containers/0/args/0",
            json!("edited"),
        ),
        (
            "PodDisruptionBudget",
            "books-front",
            "/spec/maxUnavailable",
            json!(2),
        ),
        (
            "HorizontalPodAutoscaler",
            "books-front",
            "/spec/maxReplicas",
            json!(9),
        ),
        (
            "Ingress",
            "books-front",
            "/spec/rules/0/host",
            json!("another.example.com"),
        ),
        (
            "Deployment",
            "books-back",
            "/metadata/labels/app.kubernetes.io~1managed-by",
            json!("nobody"),
        ),
        (
            "Service",
            "books-back",
            "/metadata/labels/dsoi.dev~1node",
            json!("another"),
        ),
    ];
    for (kind, child, pointer, edited) in edits {
        let before = scene.objects.get(kind, child).await;
        let mut now = before.clone();
        *now.pointer_mut(pointer)
            .unwrap_or_else(|| panic!("{kind} {child}: no {pointer}")) = edited;
        // What the API server counts is not ours to send.
        now["metadata"]
            .as_object_mut()
            .unwrap()
            .remove("resourceVersion");
        scene.objects.merge(kind, child, &now).await;
        let took = scene
            .objects
            .becomes(kind, child, AT_ONCE, pointer, |now| {
                now.is_some_and(|now| now.pointer(pointer) == before.pointer(pointer))
            })
            .await;
        println!("edited {kind} {pointer}: mended after {took:?}");
    }
    scene.ready("books").await;
}

#[tokio::test]
async fn a_removed_field_of_ours_is_back_at_once() {
    let scene = tally().await;
    let removals = [
        (
            "ConfigMap",
            "books-ledger-config",
            json!({ "data": null }),
            "/data/app.yaml",
        ),
        (
            "ConfigMap",
            "books-ledger-config",
            json!({ "data": { "app.yaml": null } }),
            "/data/app.yaml",
        ),
        (
            "Service",
            "books-front",
            json!({ "metadata": { "labels": null } }),
            "/metadata/labels/dsoi.dev~1node",
        ),
        (
            "Deployment",
            "books-back",
            json!({ "metadata": { "ownerReferences": null } }),
            "/metadata/ownerReferences/0/uid",
        ),
        (
            "StatefulSet",
            "books-archive",
            json!({ "metadata": { "annotations": null } }),
            "/metadata/annotations/dsoi.dev~1applied",
        ),
    ];
    for (kind, child, patch, pointer) in removals {
        let before = scene.objects.get(kind, child).await;
        assert!(
            before.pointer(pointer).is_some(),
            "{kind} {child} has no {pointer}"
        );
        scene.objects.merge(kind, child, &patch).await;
        let took = scene
            .objects
            .becomes(kind, child, AT_ONCE, pointer, |now| {
                now.is_some_and(|now| now.pointer(pointer) == before.pointer(pointer))
            })
            .await;
        println!("removed {kind} {pointer}: back after {took:?}");
    }
    scene.ready("books").await;
}

/// DS-4, OR-3: server-side apply takes what it owns, and nothing else.
#[tokio::test]
async fn what_others_added_survives_drift_and_edits() {
    let scene = tally().await;
    let theirs = json!({ "metadata": {
        "labels": { "team": "search" }, "annotations": { "example.com/ticket": "7" },
    }});
    for (kind, child) in CHILDREN {
        scene.objects.merge(kind, child, &theirs).await;
    }
    let fields = [
        (
            "ConfigMap",
            "books-ledger-config",
            json!({ "data": { "theirs.txt": "kept" } }),
            "/data/theirs.txt",
        ),
        (
            "Deployment",
            "books-back",
            json!({ "spec": { "revisionHistoryLimit": 7 } }),
            "/spec/revisionHistoryLimit",
        ),
        (
            "StatefulSet",
            "books-archive",
            json!({ "spec": { "revisionHistoryLimit": 7 } }),
            "/spec/revisionHistoryLimit",
        ),
    ];
    for (kind, child, patch, _) in &fields {
        scene.objects.merge(kind, child, patch).await;
    }
    // Drift of ours on the same objects, then an edit that reaches every one of them.
    for (kind, child) in CHILDREN {
        scene
            .objects
            .merge(
                kind,
                child,
                &json!({ "metadata": { "labels": { "dsoi.dev/kind": "x" } } }),
            )
            .await;
    }
    scene.ready("books").await;
    let mut cr = crs::tally();
    for group in cr["spec"]["appConfigGroup"].as_array_mut().unwrap() {
        group["logLevel"] = json!("warn");
    }
    cr["spec"]["k8sConfigGroup"][2]["networkPolicy"]["ingress"][0]["ports"][0]["port"] =
        json!(8081);
    for group in cr["spec"]["k8sConfigGroup"].as_array_mut().unwrap() {
        group["service"]["ports"][0]["port"] = json!(8080);
    }
    scene.apply(&cr).await;
    scene.ready("books").await;
    for (kind, child) in CHILDREN {
        let now = scene.objects.get(kind, child).await;
        assert_eq!(
            now["metadata"]["labels"]["team"], "search",
            "{kind} {child}"
        );
        assert_eq!(
            now["metadata"]["annotations"]["example.com/ticket"], "7",
            "{kind} {child}"
        );
        assert_ne!(
            now["metadata"]["labels"]["dsoi.dev/kind"], "x",
            "{kind} {child}"
        );
    }
    for (kind, child, patch, pointer) in &fields {
        let now = scene.objects.get(kind, child).await;
        assert_eq!(
            now.pointer(pointer),
            patch.pointer(pointer),
            "{kind} {child} {pointer}"
        );
    }
    let config = scene.objects.get("ConfigMap", "books-ledger-config").await;
    assert!(
        text(&config, "/data/app.yaml").contains("warn"),
        "{config:#}"
    );
}

/// OR-14.
#[tokio::test]
async fn a_removed_node_takes_its_children_but_not_its_claims() {
    let scene = tally().await;
    let owned_by =
        |child: &Value, node: &str| child["metadata"]["labels"]["dsoi.dev/node"] == *node;
    let before = scene.objects.children().await;
    let gone: Vec<_> = before
        .iter()
        .filter(|c| owned_by(c, "ledger") || owned_by(c, "front"))
        .filter(|c| c["kind"] != "PersistentVolumeClaim")
        .map(id)
        .collect();
    for kind in [
        "ConfigMap",
        "Service",
        "StatefulSet",
        "Deployment",
        "NetworkPolicy",
        "PodDisruptionBudget",
        "HorizontalPodAutoscaler",
        "Ingress",
    ] {
        assert!(
            gone.iter().any(|id| id.starts_with(kind)),
            "no {kind} in {gone:?}"
        );
    }
    let claims: Vec<_> = before
        .iter()
        .filter(|c| c["kind"] == "PersistentVolumeClaim")
        .collect();
    assert!(!claims.is_empty());

    // Nobody's, however much it looks like a child.
    let config = scene.objects.get("ConfigMap", "books-ledger-config").await;
    let lookalike = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "data": { "app.yaml": "mine" },
        "metadata": { "name": "lookalike", "labels": config["metadata"]["labels"] },
    });
    scene.objects.create(&lookalike).await;

    let mark = scene.proxy.mark();
    let cr = crs::without(
        crs::without(crs::tally(), "nodes", "ledger"),
        "nodes",
        "front",
    );
    scene.apply(&cr).await;
    scene.ready("books").await;
    let after = scene.objects.child_names().await;
    for id in &gone {
        assert!(!after.contains(id), "{id} is still there");
    }
    for claim in claims {
        let now = scene
            .objects
            .get("PersistentVolumeClaim", name(claim))
            .await;
        assert_eq!(uid(&now), uid(claim));
        assert!(now["metadata"]["deletionTimestamp"].is_null());
    }
    let lookalike = scene.objects.get("ConfigMap", "lookalike").await;
    assert_eq!(lookalike["data"]["app.yaml"], "mine");
    let deletes = scene
        .child_writes(mark)
        .into_iter()
        .filter(|r| r.resource != "persistentvolumeclaims");
    let deletes = deletes.filter(|r| r.verb == dsoi_runtime::testing::Verb::Delete);
    // D3: each names what it means.
    for delete in deletes {
        let body = delete.json().unwrap_or_default();
        assert!(!text(&body, "/preconditions/uid").is_empty(), "{body}");
        assert!(
            !text(&body, "/preconditions/resourceVersion").is_empty(),
            "{body}"
        );
    }
}
