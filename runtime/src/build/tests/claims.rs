//! Claims: whose they are, and what becomes of them.

use serde_json::{Value, json};

use crate::fixture::{child, desired, parseable, problems, tally, with};
use crate::kind::ChildKind::{PersistentVolumeClaim, Service, StatefulSet};

/// PA-2, DR-12: claims outlive the resource.
#[test]
fn a_claim_has_no_owner_and_carries_its_identity() {
    let out = desired::<parseable::ParseableTenant>(&parseable::sample()).unwrap();
    let claim = child(&out, PersistentVolumeClaim, "server-small-data");
    assert_eq!(claim["metadata"].get("ownerReferences"), None);
    assert_eq!(
        claim["metadata"]["labels"],
        json!({
            "app.kubernetes.io/managed-by": "test-operator",
            "app.kubernetes.io/instance": "tenant",
            "dsoi.dev/kind": "ParseableTenant.parseable.io",
            "dsoi.dev/node": "server",
            "dsoi.dev/storage": "data",
        })
    );
    let service = child(&out, Service, "server-small");
    assert_eq!(service["metadata"]["labels"].get("app"), None);
}

/// B17: what nobody can change on a claim template depends on nothing that changes.
#[test]
fn a_claim_template_is_the_same_whatever_becomes_of_groups_and_labels() {
    let metadata = |cr: &Value| {
        let store = child(
            &desired::<tally::Tally>(cr).unwrap(),
            StatefulSet,
            "t-store",
        );
        store["spec"]["volumeClaimTemplates"][0]["metadata"].clone()
    };
    let sample = tally::sample();
    assert_eq!(
        metadata(&sample),
        json!({"name": "data", "labels": {
            "app.kubernetes.io/managed-by": "test-operator",
            "app.kubernetes.io/instance": "t",
            "dsoi.dev/kind": "Tally.example.com",
            "dsoi.dev/node": "store",
        }})
    );
    let mut other = with(&sample, "/spec/k8sConfigGroup/0/name", json!("large"));
    other = with(&other, "/spec/nodes/0/k8sConfigGroup", json!("large"));
    assert_eq!(metadata(&sample), metadata(&other));
}

/// DR-8: the k8s config group says what becomes of claims; nobody's word is `Retain`.
#[test]
fn the_group_says_what_becomes_of_claims() {
    let at = "/spec/k8sConfigGroup/0/persistentVolumeClaimRetentionPolicy";
    let policy = |policy: Value| {
        let cr = with(&tally::sample(), at, policy);
        let store = child(
            &desired::<tally::Tally>(&cr).unwrap(),
            StatefulSet,
            "t-store",
        );
        store["spec"]["persistentVolumeClaimRetentionPolicy"].clone()
    };
    assert_eq!(
        policy(json!({"whenScaled": "Delete"})),
        json!({"whenDeleted": "Retain", "whenScaled": "Delete"})
    );
    assert_eq!(
        policy(json!({"whenDeleted": "Delete"})),
        json!({"whenDeleted": "Delete", "whenScaled": "Retain"})
    );
    let cr = with(&tally::sample(), at, json!({"whenDeleted": "delete"}));
    assert_eq!(
        problems::<tally::Tally>(&cr),
        [
            "spec.k8sConfigGroup[0].persistentVolumeClaimRetentionPolicy.whenDeleted: is `delete`; it must be `Retain` or `Delete`"
        ]
    );
}

/// PA-2, DR-12: a claim that stands alone goes with the resource only where that asks for it.
#[test]
fn a_claim_that_shall_go_with_the_resource_has_it_as_owner() {
    let at = "/spec/k8sConfig/0/persistentVolumeClaimRetentionPolicy";
    let owners = |when: &str| {
        let cr = with(&parseable::sample(), at, json!({"whenDeleted": when}));
        let out = desired::<parseable::ParseableTenant>(&cr).unwrap();
        child(&out, PersistentVolumeClaim, "server-small-data")["metadata"]["ownerReferences"]
            .clone()
    };
    assert_eq!(owners("Retain"), Value::Null);
    assert_eq!(owners("Delete")[0]["kind"], "ParseableTenant");
}
