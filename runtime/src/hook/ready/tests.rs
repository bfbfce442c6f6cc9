//! What a `ready` hook is asked, and what follows from its answer.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::*;
use crate::build::build;
use crate::cache::{Applied, Child, Owner, Pod, PodSeen, Workload};
use crate::fixture::tally::{Tally, sample};
use crate::hook::LivePod;
use crate::kind::{ChildKind, ObjectId};
use crate::observe::{Known, Subject};
use crate::resolve::resolve;
use crate::rollout::facts::template;

fn cr(annotation: Option<&str>) -> Tally {
    let mut cr: Tally = serde_json::from_value(sample()).unwrap();
    cr.metadata.annotations =
        annotation.map(|key| BTreeMap::from([(key.to_owned(), "true".to_owned())]));
    cr
}

fn child(workload: Option<Workload>, pod: Option<Pod>) -> Child {
    Child {
        owner: Some(Owner {
            uid: "u-1".into(),
            kind: "Tally".into(),
            group: "example.com".into(),
            name: "t".into(),
        }),
        workload: workload.map(Box::new),
        pod: pod.map(Box::new),
        ..Child::default()
    }
}

/// Three pods of the store, of which so many are ready, and one has this annotation.
fn observed(desired: &Desired, ready: i32, annotation: &str) -> Observed {
    let store = desired
        .children
        .iter()
        .find(|child| child.id.name == "t-store" && child.id.kind.is_workload())
        .unwrap();
    let digest = template(&store.document).map(Box::<str>::from);
    let live = Workload {
        generation: 1,
        observed_generation: 1,
        template: digest.clone(),
        asked: 3,
        replicas: 3,
        ready,
        updated: 3,
        ..Workload::default()
    };
    let applied = Some(Applied::new(&store.hash, 1));
    let known = Known {
        child: Arc::new(Child {
            applied,
            ..child(Some(live), None)
        }),
        drift: None,
    };
    let pods = (0..3).map(|ordinal: i32| {
        let mut seen = PodSeen {
            ip: Some(format!("10.0.0.{ordinal}").into()),
            ..PodSeen::default()
        };
        if ordinal == 1 {
            seen.annotations
                .insert(annotation.to_owned(), String::new());
        }
        let pod = Pod {
            workload: "t-store".into(),
            template: digest.clone(),
            ready: ordinal < ready,
            trouble: None,
            seen: Some(Box::new(seen)),
        };
        let id = ObjectId::new(ChildKind::Pod, "prod", format!("t-store-{ordinal}"));
        (id, Arc::new(child(None, Some(pod))))
    });
    Observed {
        subject: Subject {
            namespace: "prod".to_owned(),
            name: "t".to_owned(),
            uid: "u-1".to_owned(),
            generation: 1,
            kind: "Tally".to_owned(),
            group: "example.com".to_owned(),
        },
        children: BTreeMap::from([(store.id.clone(), known)]),
        pods: pods.collect(),
        unlisted: BTreeSet::new(),
        denied: BTreeMap::new(),
        unready: BTreeMap::new(),
    }
}

fn asked(cr: &Tally, ready: i32, annotation: &str) -> BTreeMap<String, String> {
    let desired = build(&resolve(cr).unwrap(), "op").unwrap();
    unready(cr, &desired, &observed(&desired, ready, annotation))
}

#[test]
fn a_node_is_not_ready_for_the_reason_that_its_types_hook_gives() {
    // MF-20.
    let behind = "pod t-store-1 is behind".to_owned();
    let expected = BTreeMap::from([("store".to_owned(), behind)]);
    assert_eq!(asked(&cr(None), 3, "example.com/behind"), expected);
    assert_eq!(asked(&cr(None), 3, "example.com/other"), BTreeMap::new());
}

#[test]
fn nobody_asks_about_a_node_that_kubernetes_does_not_call_ready() {
    assert_eq!(asked(&cr(None), 2, "example.com/behind"), BTreeMap::new());
    let mut stopped = cr(None);
    stopped.spec.stopped = true;
    assert_eq!(asked(&stopped, 3, "example.com/behind"), BTreeMap::new());
}

#[test]
fn a_hook_that_panics_is_the_reason_itself() {
    // RL-21.
    let poisoned = cr(Some("example.com/bad-ready"));
    let why = asked(&poisoned, 3, "example.com/other");
    let why = why.get("store").map(String::as_str);
    assert_eq!(why, Some("the hook `ready` panicked"));
}

#[test]
fn a_hook_sees_pods_by_ordinal_with_their_addresses() {
    let cr = cr(None);
    let desired = build(&resolve(&cr).unwrap(), "op").unwrap();
    let observed = observed(&desired, 2, "example.com/behind");
    let store = desired
        .children
        .iter()
        .find(|child| child.id.name == "t-store" && child.id.kind.is_workload())
        .unwrap();
    let node = LiveNode::of(store, &observed);
    assert_eq!((node.replicas, node.ready, node.updated), (3, 2, 3));
    assert_eq!(
        node.pods[1],
        LivePod {
            name: "t-store-1".to_owned(),
            ordinal: Some(1),
            host: Some("t-store-1.t-store-headless.prod.svc".to_owned()),
            ip: Some("10.0.0.1".to_owned()),
            ready: true,
            updated: true,
            trouble: None,
            annotations: BTreeMap::from([("example.com/behind".to_owned(), String::new())]),
        }
    );
    assert!(!node.pods[2].ready);
}
