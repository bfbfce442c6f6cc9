//! What is kept of a child.

use serde_json::json;

use super::*;

fn ours() -> Ours {
    Ours {
        manager: "op".to_owned(),
        kind: "Tally.example.com".to_owned(),
        reads_pods: false,
    }
}

fn child(object: &serde_json::Value) -> Child {
    serde_json::from_str::<Body>(&object.to_string())
        .unwrap()
        .into_child(&ours())
}

#[test]
fn only_our_own_entries_without_a_subresource_count() {
    let child = child(
        &json!({"metadata": {"name": "a", "uid": "u", "resourceVersion": "7", "managedFields": [
            {"manager": "kube-controller-manager", "operation": "Update", "subresource": "status", "fieldsV1": {"f:status": {}}},
            {"manager": "op", "operation": "Update", "subresource": "status", "fieldsV1": {"f:status": {}}},
            {"manager": "op", "operation": "Update", "fieldsV1": {"f:spec": {}}},
            {"manager": "op", "operation": "Apply", "fieldsV1": {"f:data": {}}},
        ]}}),
    );
    assert_eq!(
        child.entries,
        Entries {
            apply: true,
            update: Some(2),
            replicas: false,
        }
    );
    assert_eq!(child.evidence.raw.unwrap().trees.len(), 2);
}

#[test]
fn a_foreign_edit_of_foreign_fields_changes_nothing() {
    let object = |label: &str, manager: &str| {
        child(
            &json!({"metadata": {"name": "a", "uid": "u", "resourceVersion": label, "labels": {"team": label}, "managedFields": [
                {"manager": manager, "operation": "Update", "fieldsV1": {"f:metadata": {}}},
            ]}}),
        )
    };
    assert!(!object("1", "bob").differs(&object("2", "eve")));
}

#[test]
fn a_reordered_list_changes_the_digest() {
    let object = |first: &str, second: &str| {
        child(
            &json!({"metadata": {"uid": "u"}, "spec": {"template": {"spec": {"containers": [
                {"name": "c", "env": [{"name": first}, {"name": second}]}
            ]}}}}),
        )
    };
    assert!(object("A", "B").differs(&object("B", "A")));
}

#[test]
fn a_workload_that_cannot_make_pods_says_why() {
    let child = child(
        &json!({"metadata": {"uid": "u", "generation": 2}, "spec": {"template": {}},
        "status": {"observedGeneration": 1, "replicas": 3, "conditions": [
            {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "exceeded quota"}]}}),
    );
    let workload = child.workload.unwrap();
    assert_eq!(workload.failure.as_deref(), Some("exceeded quota"));
    assert_eq!((workload.generation, workload.observed_generation), (2, 1));
}

#[test]
fn what_hooks_read_of_a_pod_is_kept_where_one_reads_it() {
    let pod = |note: &str, ip: &str, reads_pods: bool| {
        let object = json!({"metadata": {"uid": "u",
            "labels": {"dsoi.dev/workload": "a"},
            "annotations": {"example.com/lag": note, "dsoi.dev/template": "t", "example.com/long": "x".repeat(5000)}},
            "status": {"podIP": ip}});
        let ours = Ours {
            reads_pods,
            ..ours()
        };
        serde_json::from_str::<Body>(&object.to_string())
            .unwrap()
            .into_child(&ours)
    };
    let kept = pod("3", "10.0.0.1", true);
    let seen = kept.pod.as_ref().unwrap().seen.as_deref().unwrap();
    assert_eq!(seen.ip.as_deref(), Some("10.0.0.1"));
    let annotations: Vec<_> = seen.annotations.iter().collect();
    assert_eq!(
        annotations,
        [(&"example.com/lag".to_owned(), &"3".to_owned())]
    );
    assert!(kept.differs(&pod("2", "10.0.0.1", true)));
    assert!(kept.differs(&pod("3", "10.0.0.2", true)));
    assert!(!pod("3", "10.0.0.1", false).differs(&pod("2", "10.0.0.2", false)));
}

#[test]
fn what_claims_and_their_templates_ask_for_is_kept() {
    let requests = |size: &str| json!({"resources": {"requests": {"storage": size}}});
    let set = child(
        &json!({"metadata": {"uid": "u"}, "spec": {"template": {}, "volumeClaimTemplates": [
            {"metadata": {"name": "data"}, "spec": requests("1Gi")},
            {"metadata": {"name": "log"}, "spec": requests("2Gi")},
        ]}}),
    );
    let templates = set.workload.unwrap().templates;
    assert_eq!(templates.get("data").map(|size| &**size), Some("1Gi"));
    assert_eq!(templates.get("log").map(|size| &**size), Some("2Gi"));
    assert!(set.claim.is_none());

    let claim = |phase: &str| {
        child(
            &json!({"metadata": {"uid": "u", "labels": {"dsoi.dev/workload": "a"}}, "spec": requests("1Gi"), "status": {"phase": phase}}),
        )
    };
    let bound = claim("Bound");
    assert!(bound.pod.is_none());
    assert!(bound.differs(&claim("Pending")));
    assert_eq!(
        bound.claim.as_deref(),
        Some(&Claim {
            storage: "1Gi".into(),
            bound: true
        })
    );
    assert!(bound.workload.is_none());
}
