//! Which steps lead from what is observed to what is desired, and in which order.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::build::DesiredChild;
use crate::cache::{Applied, Child, Entries, Identity, Owner, Version};
use crate::kind::ChildKind;
use crate::observe::{Known, Subject};

const UID: &str = "uid-t";

fn id(kind: ChildKind, name: &str) -> ObjectId {
    ObjectId::new(kind, "prod", name)
}

fn wanted(kind: ChildKind, name: &str) -> DesiredChild {
    DesiredChild {
        id: id(kind, name),
        node: Some("gate".to_owned()),
        node_type: Some("gateway".to_owned()),
        document: Arc::new(
            json!({"metadata": {"labels": {"dsoi.dev/node": "gate", "dsoi.dev/storage": "data"}}}),
        ),
        hash: "new".to_owned(),
        start: None,
    }
}

fn desired(children: impl IntoIterator<Item = DesiredChild>) -> Desired {
    Desired {
        children: children.into_iter().collect(),
        ..Desired::default()
    }
}

/// A child of ours, as we created it with this content.
fn child(hash: &str) -> Child {
    Child {
        uid: "uid-c".into(),
        version: Version::new("7"),
        terminating: false,
        owner: Some(Owner {
            uid: UID.into(),
            kind: "Tally".into(),
            group: "example.com".into(),
            name: "t".into(),
        }),
        identity: Identity {
            ours: true,
            instance: Some("t".into()),
            node: Some("gate".into()),
            workload: None,
            storage: Some("data".into()),
        },
        applied: Some(Applied::new(hash, 3)),
        entries: Entries {
            apply: false,
            update: Some(0),
            replicas: false,
        },
        ..Child::default()
    }
}

fn other_owner(kind: &str, name: &str) -> Owner {
    Owner {
        uid: "uid-x".into(),
        kind: kind.into(),
        group: "example.com".into(),
        name: name.into(),
    }
}

fn observed(
    children: impl IntoIterator<Item = (ObjectId, Child, Option<&'static str>)>,
) -> Observed {
    Observed {
        subject: Subject {
            namespace: "prod".to_owned(),
            name: "t".to_owned(),
            uid: UID.to_owned(),
            generation: 4,
            kind: "Tally".to_owned(),
            group: "example.com".to_owned(),
        },
        children: children
            .into_iter()
            .map(|(id, child, drift)| {
                let known = Known {
                    child: Arc::new(child),
                    drift: drift.map(str::to_owned),
                };
                (id, known)
            })
            .collect(),
        pods: std::collections::BTreeMap::new(),
        unlisted: BTreeSet::new(),
        denied: std::collections::BTreeMap::new(),
        unready: std::collections::BTreeMap::new(),
    }
}

fn acts(desired: &Desired, observed: &Observed) -> Vec<Act> {
    plan(desired, observed, &Rollout::at_once())
        .into_iter()
        .map(|step| step.act)
        .collect()
}

/// What is planned for one present child.
fn about(kind: ChildKind, child: Child, drift: Option<&'static str>) -> Vec<Act> {
    let name = "a";
    acts(
        &desired([wanted(kind, name)]),
        &observed([(id(kind, name), child, drift)]),
    )
}

/// OR-1.
#[test]
fn what_is_missing_is_created_in_the_order_of_kinds() {
    let desired = desired([
        wanted(ChildKind::Deployment, "a"),
        wanted(ChildKind::Service, "a"),
        wanted(ChildKind::ConfigMap, "b"),
        wanted(ChildKind::ConfigMap, "a"),
    ]);
    let steps = plan(&desired, &observed([]), &Rollout::at_once());
    let shown: Vec<String> = steps.iter().map(|step| step.id.to_string()).collect();
    assert_eq!(
        shown,
        [
            "ConfigMap prod/a",
            "ConfigMap prod/b",
            "Service prod/a",
            "Deployment prod/a"
        ]
    );
    assert!(
        steps
            .iter()
            .all(|step| step.act == Act::Create && step.reason == Reason::Missing)
    );
}

// DR-4
#[test]
fn replicas_that_an_autoscaler_gets_are_handed_over_before_they_are_dropped() {
    let scaled = DesiredChild {
        start: Some(2),
        ..wanted(ChildKind::StatefulSet, "a")
    };
    let known = |replicas, hash| {
        let mut child = child(hash);
        child.entries = Entries {
            apply: true,
            update: None,
            replicas,
        };
        observed([(id(ChildKind::StatefulSet, "a"), child, None)])
    };
    let desired = desired([scaled]);
    assert_eq!(
        acts(&desired, &known(true, "old")),
        [Act::Preflight, Act::HandOver, Act::Apply]
    );
    assert_eq!(
        acts(&desired, &known(false, "old")),
        [Act::Preflight, Act::Apply]
    );
    // Where a new one starts is nothing that is put back.
    assert_eq!(acts(&desired, &known(true, "new")), []);
}

#[test]
fn what_is_as_it_should_be_costs_nothing() {
    for row in crate::kind::all() {
        let mut settled = child("new");
        if row.prune == crate::kind::PrunePolicy::Keep {
            settled.owner = None;
        }
        assert_eq!(about(row.kind, settled, None), [], "{}", row.kind);
    }
}

#[test]
fn drift_is_one_apply() {
    assert_eq!(
        about(ChildKind::Service, child("new"), Some("spec.type")),
        [Act::Apply]
    );
}

#[test]
fn the_only_port_of_a_service_is_put_back_in_one_request() {
    let service = |ports: serde_json::Value| {
        let mut service = wanted(ChildKind::Service, "a");
        service.document = Arc::new(json!({ "spec": { "ports": ports } }));
        service
    };
    let about = |wanted: DesiredChild, drift| {
        let known = observed([(wanted.id.clone(), child("new"), Some(drift))]);
        acts(&desired([wanted]), &known)
    };
    let one = || service(json!([{ "port": 80 }]));
    assert_eq!(about(one(), "spec.ports[0]"), [Act::Replace]);
    assert_eq!(about(one(), "spec.ports"), [Act::Replace]);
    assert_eq!(about(one(), "spec.ports[0].targetPort"), [Act::Apply]);
    // Of several, others may have theirs among ours.
    let two = service(json!([{ "port": 80 }, { "port": 81 }]));
    assert_eq!(about(two, "spec.ports[0]"), [Act::Apply]);
}

#[test]
fn a_change_is_flip_dry_run_and_apply() {
    use Act::{Apply, Flip, Preflight, Unflip};
    let with = |apply, update| {
        let mut child = child("old");
        child.entries = Entries {
            apply,
            update,
            replicas: false,
        };
        child
    };
    for (kind, child, expected) in [
        (
            ChildKind::Service,
            with(false, Some(1)),
            &[Flip, Preflight, Apply][..],
        ),
        (
            ChildKind::Service,
            with(true, Some(1)),
            &[Unflip, Preflight, Apply],
        ),
        (ChildKind::Service, with(true, None), &[Preflight, Apply]),
        (ChildKind::ConfigMap, with(false, Some(0)), &[Flip, Apply]),
        (ChildKind::ConfigMap, with(true, None), &[Apply]),
    ] {
        assert_eq!(about(kind, child, None), expected, "{kind}");
    }
}

#[test]
fn every_dry_run_comes_before_the_first_write() {
    let desired = desired([
        wanted(ChildKind::ConfigMap, "a"),
        wanted(ChildKind::Service, "a"),
        wanted(ChildKind::Deployment, "a"),
        wanted(ChildKind::Deployment, "b"),
    ]);
    let observed = observed([
        (id(ChildKind::ConfigMap, "a"), child("old"), None),
        (id(ChildKind::Service, "a"), child("old"), None),
        (id(ChildKind::Deployment, "a"), child("old"), None),
    ]);
    let acts = acts(&desired, &observed);
    let last_dry_run = acts.iter().rposition(|act| *act == Act::Preflight);
    let first_write = acts
        .iter()
        .position(|act| matches!(act, Act::Create | Act::Apply));
    assert!(last_dry_run < first_write, "{acts:?}");
}

#[test]
fn a_child_that_lost_its_annotation_is_written_again() {
    let mut bare = child("new");
    bare.applied = None;
    assert_eq!(
        about(ChildKind::ConfigMap, bare, None),
        [Act::Flip, Act::Apply]
    );
}

#[test]
fn a_generation_that_was_never_reached_is_drift() {
    let mut forged = child("new");
    forged.applied = Some(Applied::new("new", 99));
    assert_eq!(about(ChildKind::Service, forged, None), [Act::Apply]);
}

#[test]
fn an_object_of_another_owner_is_refused() {
    let mut foreign = child("new");
    foreign.owner = Some(other_owner("Cache", "t"));
    assert_eq!(
        about(ChildKind::Service, foreign.clone(), None),
        [Act::Refuse]
    );
    foreign.owner = None;
    foreign.identity = Identity::default();
    assert_eq!(about(ChildKind::Service, foreign, None), [Act::Refuse]);
}

#[test]
fn a_child_whose_owner_reference_was_stripped_is_ours_if_labels_and_fields_are() {
    let mut stripped = child("new");
    stripped.owner = None;
    let drift = Some("metadata.ownerReferences");
    assert_eq!(
        about(ChildKind::Service, stripped.clone(), drift),
        [Act::Apply]
    );
    stripped.entries = Entries::default();
    assert_eq!(about(ChildKind::Service, stripped, drift), [Act::Refuse]);
}

#[test]
fn what_is_on_its_way_out_is_waited_for() {
    let mut ending = child("old");
    ending.terminating = true;
    assert_eq!(about(ChildKind::Service, ending, None), [Act::Wait]);
    let mut left = child("new");
    left.owner = Some(other_owner("Tally", "t"));
    assert_eq!(about(ChildKind::Service, left, None), [Act::Wait]);
}

#[test]
fn a_claim_is_used_as_it_is_and_only_ever_grown() {
    let claim = |applied: Option<&str>| {
        let mut claim = child("");
        claim.owner = None;
        claim.applied = applied.map(|hash| Applied::new(hash, 1));
        claim
    };
    let kind = ChildKind::PersistentVolumeClaim;
    assert_eq!(about(kind, claim(None), None), []);
    assert_eq!(about(kind, claim(Some("new")), None), []);
    assert_eq!(
        about(kind, claim(Some("old")), None),
        [Act::Preflight, Act::Grow]
    );
    let mut of_another_node = claim(Some("old"));
    of_another_node.identity.node = Some("other".into());
    assert_eq!(about(kind, of_another_node, None), [Act::Refuse]);
}

#[test]
fn only_what_the_resource_owns_is_removed_and_what_holds_data_never() {
    let mut foreign = child("old");
    foreign.owner = Some(other_owner("Tally", "other"));
    let mut unowned = child("old");
    unowned.owner = None;
    let mut ending = child("old");
    ending.terminating = true;
    let observed = observed([
        (id(ChildKind::Service, "ours"), child("old"), None),
        (id(ChildKind::Deployment, "ours"), child("old"), None),
        (id(ChildKind::Service, "foreign"), foreign, None),
        (id(ChildKind::Service, "unowned"), unowned, None),
        (id(ChildKind::Service, "ending"), ending, None),
        (
            id(ChildKind::PersistentVolumeClaim, "ours"),
            child("old"),
            None,
        ),
    ]);
    let steps = plan(&desired([]), &observed, &Rollout::at_once());
    let shown: Vec<String> = steps
        .iter()
        .map(|step| format!("{:?} {}", step.act, step.id))
        .collect();
    assert_eq!(
        shown,
        ["Delete Deployment prod/ours", "Delete Service prod/ours"]
    );
}

#[test]
fn a_kind_that_was_not_listed_takes_no_part() {
    let mut observed = observed([(id(ChildKind::Service, "old"), child("old"), None)]);
    observed.unlisted.insert(ChildKind::Service);
    let steps = plan(
        &desired([wanted(ChildKind::Service, "a")]),
        &observed,
        &Rollout::at_once(),
    );
    let shown: Vec<(Act, Reason)> = steps.into_iter().map(|s| (s.act, s.reason)).collect();
    assert_eq!(shown, [(Act::Wait, Reason::Unlisted)]);
}
