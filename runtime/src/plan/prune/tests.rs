//! What is no longer desired goes when nobody needs it any more.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::jiff::Timestamp;
use serde_json::json;

use super::*;
use crate::cache::{Applied, Identity, Owner, Workload};
use crate::observe::{Known, Subject};

const UID: &str = "uid-t";

fn id(kind: ChildKind, name: &str) -> ObjectId {
    ObjectId::new(kind, "prod", name)
}

fn wanted(kind: ChildKind, name: &str, node: &str) -> DesiredChild {
    DesiredChild {
        id: id(kind, name),
        node: (!node.is_empty()).then(|| node.to_owned()),
        node_type: Some("store".to_owned()),
        document: Arc::new(json!({"spec": {"replicas": 2}})),
        hash: "new".to_owned(),
        start: None,
    }
}

/// An object of ours, made this many seconds after the first.
fn live(kind: ChildKind, name: &str, node: &str, created: i64) -> (ObjectId, Child) {
    let child = Child {
        uid: "uid-c".into(),
        created: Timestamp::from_second(created).unwrap(),
        owner: Some(Owner {
            uid: UID.into(),
            kind: "Tally".into(),
            group: "example.com".into(),
            name: "t".into(),
        }),
        identity: Identity {
            ours: true,
            instance: Some("t".into()),
            node: (!node.is_empty()).then(|| node.into()),
            ..Identity::default()
        },
        applied: Some(Applied::new("new", 1)),
        ..Child::default()
    };
    (id(kind, name), child)
}

/// A workload of which this many of two replicas are ready.
fn workload(name: &str, node: &str, created: i64, ready: i32) -> (ObjectId, Child) {
    let (id, child) = live(ChildKind::StatefulSet, name, node, created);
    let workload = Workload {
        generation: 1,
        observed_generation: 1,
        asked: 2,
        replicas: 2,
        updated: 2,
        ready,
        node_type: Some("store".into()),
        ..Workload::default()
    };
    let child = Child {
        workload: Some(Box::new(workload)),
        ..child
    };
    (id, child)
}

fn observed(children: impl IntoIterator<Item = (ObjectId, Child)>) -> Observed {
    let known = |(id, child)| {
        let child = Arc::new(child);
        (id, Known { child, drift: None })
    };
    Observed {
        subject: Subject {
            namespace: "prod".to_owned(),
            name: "t".to_owned(),
            uid: UID.to_owned(),
            generation: 2,
            kind: "Tally".to_owned(),
            group: "example.com".to_owned(),
        },
        children: children.into_iter().map(known).collect(),
        pods: BTreeMap::new(),
        unlisted: BTreeSet::new(),
        denied: BTreeMap::new(),
        unready: BTreeMap::new(),
    }
}

fn desired(children: impl IntoIterator<Item = DesiredChild>) -> Desired {
    Desired {
        children: children.into_iter().collect(),
        ..Desired::default()
    }
}

/// `Act name` of each step, by name.
fn shown(desired: &Desired, observed: &Observed) -> Vec<String> {
    let mut shown: Vec<String> = prune(desired, observed)
        .iter()
        .map(|step| format!("{} {:?}", step.id.name, step.act))
        .collect();
    shown.sort();
    shown
}

/// The old node `a`: a workload, what it reads, and what stands around it.
fn old_node() -> Vec<(ObjectId, Child)> {
    vec![
        workload("old", "a", 0, 2),
        live(ChildKind::ConfigMap, "old-config", "a", 0),
        live(ChildKind::Service, "old-service", "a", 0),
        live(ChildKind::NetworkPolicy, "old-policy", "a", 0),
        live(ChildKind::ConfigMap, "old-shared", "", 0),
    ]
}

// PN-9: a renamed node, or one that moves to another group, which gives its objects other names.
#[test]
fn what_is_replaced_stays_until_its_replacement_is_ready() {
    for node in ["b", "a"] {
        let wants = desired([wanted(ChildKind::StatefulSet, "new", node)]);
        let kept = [
            "old Hold",
            "old-config Hold",
            "old-policy Hold",
            "old-service Hold",
            "old-shared Hold",
        ];
        assert_eq!(shown(&wants, &observed(old_node())), kept, "{node}");
        for ready in [0, 1] {
            let mut children = old_node();
            children.push(workload("new", node, 9, ready));
            assert_eq!(shown(&wants, &observed(children)), kept, "{node} {ready}");
        }
        let mut children = old_node();
        children.push(workload("new", node, 9, 2));
        let gone = kept.map(|text| text.replace("Hold", "Delete"));
        assert_eq!(shown(&wants, &observed(children)), gone, "{node}");
    }
}

// OR-14: a node that is simply gone waits for nothing, whatever becomes of those that stay.
#[test]
fn what_nothing_replaces_goes_at_once() {
    let wants = desired([wanted(ChildKind::StatefulSet, "other", "c")]);
    let mut children = old_node();
    children.push(workload("other", "c", 0, 0));
    let shown = shown(&wants, &observed(children));
    assert_eq!(
        shown,
        [
            "old Delete",
            "old-config Delete",
            "old-policy Delete",
            "old-service Delete",
            // Pods of the other node may still read it.
            "old-shared Hold",
        ]
    );
}

// OR-14, D4: what cannot run for lack of room gets it by the removal of another.
#[test]
fn a_halt_does_not_hold_what_it_waits_for() {
    let web = DesiredChild {
        node_type: Some("web".to_owned()),
        ..wanted(ChildKind::StatefulSet, "web", "w")
    };
    // Made later, as any node may be, or made anew when its claims grew; or not made yet.
    for made in [Some(9), None] {
        let mut children = old_node();
        children.extend(made.map(|made| workload("web", "w", made, 1)));
        let steps = shown(&desired([web.clone()]), &observed(children));
        assert!(
            steps[..4].iter().all(|step| step.ends_with("Delete")),
            "{steps:?}"
        );
    }
    // What an older operator wrote does not tell its type.
    let mut children = old_node();
    if let Some(old) = children[0].1.workload.as_mut() {
        old.node_type = None;
    }
    let steps = shown(&desired([web]), &observed(children));
    assert!(steps.contains(&"old Hold".to_owned()), "{steps:?}");
}

#[test]
fn an_old_workload_that_serves_nobody_makes_way_for_its_replacement() {
    let wants = desired([wanted(ChildKind::StatefulSet, "new", "b")]);
    let old = observed([workload("old", "a", 0, 0)]);
    assert_eq!(shown(&wants, &old), ["old Delete"]);
}

#[test]
fn what_pods_of_the_older_template_read_stays_until_they_are_gone() {
    let wants = desired([wanted(ChildKind::StatefulSet, "store", "a")]);
    let around = || {
        vec![
            live(ChildKind::ConfigMap, "config", "a", 0),
            live(ChildKind::Service, "service", "a", 0),
            live(ChildKind::ConfigMap, "shared", "", 0),
            live(ChildKind::NetworkPolicy, "policy", "a", 0),
        ]
    };
    let mut rolling = around();
    rolling.push(workload("store", "a", 0, 1));
    assert_eq!(
        shown(&wants, &observed(rolling)),
        [
            "config Hold",
            // Nobody reads it: it was switched off.
            "policy Delete",
            "service Hold",
            "shared Hold",
        ]
    );
    let mut done = around();
    done.push(workload("store", "a", 0, 2));
    let observed = observed(done);
    let steps = shown(&wants, &observed);
    assert!(
        steps.iter().all(|step| step.ends_with("Delete")),
        "{steps:?}"
    );
    assert_eq!(steps.len(), 4);
}

// NC-26, DR-23
#[test]
fn a_kind_that_may_not_be_listed_is_not_removed_and_others_are() {
    let mut observed = observed([
        live(ChildKind::Service, "service", "a", 0),
        live(ChildKind::ConfigMap, "config", "a", 0),
        live(ChildKind::NetworkPolicy, "policy", "a", 0),
    ]);
    observed.denied.insert(ChildKind::Service, "no".to_owned());
    observed.unlisted.insert(ChildKind::NetworkPolicy);
    assert_eq!(shown(&desired([]), &observed), ["config Delete"]);
}
