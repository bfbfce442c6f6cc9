//! Which revision is gone back to, when, and when not again.

use serde_json::json;

use super::*;
use crate::cache::{Revision, Workload};
use crate::observe::{Known, Subject};

fn id(kind: ChildKind, name: &str) -> ObjectId {
    ObjectId::new(kind, "prod", name)
}

fn workload(template: &str, replicas: i32) -> DesiredChild {
    let labels = json!({
        "app.kubernetes.io/managed-by": "op", "app.kubernetes.io/instance": "t",
        "dsoi.dev/kind": "Tally.example.com", "dsoi.dev/node": "edge",
    });
    child(
        ChildKind::StatefulSet,
        "t-edge",
        json!({
            "metadata": {"name": "t-edge", "labels": labels, "ownerReferences": [{"uid": "u"}]},
            "spec": {"replicas": replicas, "template": {
                "metadata": {"annotations": {"dsoi.dev/template": template}}}},
        }),
    )
}

fn map(name: &str, text: &str) -> DesiredChild {
    child(
        ChildKind::ConfigMap,
        name,
        json!({"metadata": {"name": name}, "data": {"a": text}}),
    )
}

fn child(kind: ChildKind, name: &str, document: Value) -> DesiredChild {
    DesiredChild {
        id: id(kind, name),
        node: Some("edge".to_owned()),
        node_type: Some("edge".to_owned()),
        start: None,
        hash: names::digest(document.to_string().as_bytes()),
        document: Arc::new(document),
    }
}

fn desired(children: impl IntoIterator<Item = DesiredChild>) -> Desired {
    Desired {
        children: children.into_iter().collect(),
        ..Desired::default()
    }
}

fn observed(children: impl IntoIterator<Item = (ObjectId, Child)>) -> Observed {
    let known = |(id, child): (ObjectId, Child)| {
        let known = Known {
            child: Arc::new(child),
            drift: None,
        };
        (id, known)
    };
    Observed {
        subject: Subject {
            namespace: "prod".to_owned(),
            name: "t".to_owned(),
            uid: "u".to_owned(),
            generation: 4,
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

fn kept(name: &str, number: i64) -> (ObjectId, Child) {
    let revision = Revision {
        node_type: "edge".into(),
        number,
        rolled_back: None,
    };
    let child = Child {
        revision: Some(Box::new(revision)),
        ..Child::default()
    };
    (id(ChildKind::ControllerRevision, name), child)
}

fn live(marker: &str) -> (ObjectId, Child) {
    let workload = Workload {
        rolled_back: Some(marker.into()),
        ..Workload::default()
    };
    let child = Child {
        workload: Some(Box::new(workload)),
        ..Child::default()
    };
    (id(ChildKind::StatefulSet, "t-edge"), child)
}

#[test]
fn a_marker_holds_only_for_the_template_and_the_generation_that_were_refused() {
    // D6, DS-28: any edit of the resource starts afresh, and a restart finds the marker again.
    let desired = desired([workload("bad", 2)]);
    for (marker, holds) in [
        ("bad;4;t-edge-1", true),
        ("bad;3;t-edge-1", false),
        ("worse;4;t-edge-1", false),
        ("bad;4", false),
        ("bad;x;t-edge-1", false),
        ("", false),
    ] {
        let marked = marked(&desired, &observed([live(marker)]));
        assert_eq!(!marked.is_empty(), holds, "{marker}");
        if holds {
            assert_eq!(marked["edge"], "t-edge-1");
        }
    }
    let marker = Marker::parse("bad;4;t-edge-1").unwrap();
    assert_eq!(marker.to_string(), "bad;4;t-edge-1");
}

#[test]
fn a_node_type_goes_back_to_the_last_revision_that_was_good() {
    // DS-25. What is desired was good itself: then the crash is not the upgrade's.
    let desired = desired([workload("bad", 2)]);
    let current = revision::name(&desired, "t", "edge").unwrap();
    let at = |revisions: Vec<(ObjectId, Child)>| target(&desired, &observed(revisions), "edge");
    let to_a = Target::Revision("a".to_owned());
    assert_eq!(at(vec![]), Target::Nothing);
    assert_eq!(at(vec![kept("z", 1), kept("a", 2)]), to_a);
    assert_eq!(at(vec![kept(&current, 1), kept("a", 2)]), Target::Desired);
    let (other, mut gone) = kept("b", 3);
    gone.terminating = true;
    assert_eq!(at(vec![kept("a", 2), (other, gone)]), to_a);
}

#[test]
fn a_workload_that_is_lost_comes_back_as_it_ran_and_is_not_rolled_back_again() {
    // D6, DS-28: the revision has a marker too.
    let now = desired([workload("bad", 2)]);
    let refused = revision::name(&now, "t", "edge").unwrap();
    let with = |marker: &Marker| {
        let (id, mut child) = kept("t-edge-1", 1);
        if let Some(revision) = child.revision.as_mut() {
            revision.rolled_back = Some(marker.to_string().into());
        }
        marked(&now, &observed([(id, child), kept("t-edge-0", 0)]))
    };
    let marker = Marker::of_revision(refused, 4, "t-edge-1");
    assert_eq!(with(&marker)["edge"], "t-edge-1");
    for other in [
        Marker::of_revision(marker.refused.clone(), 3, "t-edge-1"),
        Marker::of_revision("t-edge-2".to_owned(), 4, "t-edge-1"),
        // A copy of another's marker says nothing.
        Marker::of_revision(marker.refused.clone(), 4, "t-edge-0"),
    ] {
        assert!(with(&other).is_empty(), "{other}");
    }
}

#[test]
fn a_type_goes_back_only_where_a_node_that_is_there_would_run_something_else() {
    // DS-25, D6: of nodes that are all new no workload could say after a restart that it went back;
    // and where only a new one crashes, the others run the same already.
    let of = |node: &str, child: DesiredChild| DesiredChild {
        node: Some(node.to_owned()),
        ..child
    };
    let rim = |template| {
        let mut rim = of("rim", workload(template, 1));
        rim.id.name = "t-rim".to_owned();
        rim
    };
    let shared = |text| DesiredChild {
        node: None,
        ..map("shared", text)
    };
    let there = |names: &[&str]| {
        let all = names.iter().map(|name| {
            let (mut id, child) = live("");
            (*name).clone_into(&mut id.name);
            (id, child)
        });
        observed(all.collect::<Vec<_>>())
    };
    let edge = |template, text| vec![workload(template, 1), map("m", text)];
    let ran = [edge("good", "x"), vec![shared("s")]].concat();
    let content = Content::of(&desired(ran), "edge");
    let both = ["t-edge", "t-rim"];
    for (claim, children, present, expected) in [
        (
            "another template",
            [edge("bad", "x"), vec![shared("s")]].concat(),
            &["t-edge"][..],
            Restores::Something,
        ),
        (
            "another config",
            [edge("good", "y"), vec![shared("s")]].concat(),
            &["t-edge"],
            Restores::Something,
        ),
        (
            "another config of all",
            [edge("good", "x"), vec![shared("r")]].concat(),
            &["t-edge"],
            Restores::Something,
        ),
        (
            "a config that is no longer desired",
            edge("good", "x"),
            &["t-edge"],
            Restores::Something,
        ),
        (
            "not there",
            [edge("bad", "x"), vec![shared("s")]].concat(),
            &[],
            Restores::NoNode,
        ),
        (
            "under another name",
            vec![rim("bad"), shared("s")],
            &["t-rim"],
            Restores::NoNode,
        ),
        (
            "a new node beside one that stays",
            [edge("good", "x"), vec![shared("s"), rim("bad")]].concat(),
            &both,
            Restores::Nothing,
        ),
        (
            "a new node beside one that changes",
            [edge("bad", "x"), vec![shared("s"), rim("bad")]].concat(),
            &both,
            Restores::Something,
        ),
        (
            "a node that changes and is not there, beside one that is new",
            [edge("bad", "y"), vec![shared("s"), rim("bad")]].concat(),
            &["t-rim"],
            Restores::NoNode,
        ),
        (
            "more replicas of the same",
            vec![workload("good", 5), map("m", "x"), shared("s")],
            &["t-edge"],
            Restores::Nothing,
        ),
    ] {
        let found = restores(&content, &desired(children), &there(present), "edge");
        assert_eq!(found, expected, "{claim}");
    }
}

#[test]
fn going_back_restores_templates_and_config_and_nothing_else() {
    // DS-28.
    let before = desired([workload("good", 1), map("m", "old"), map("gone", "kept")]);
    let now = desired([workload("bad", 3), map("m", "new"), map("added", "x")]);
    let revision = id(ChildKind::ControllerRevision, "t-edge-1");
    let sent = revision::document(&before, &revision, "edge", 7).unwrap();
    assert_eq!(sent["revision"], 7);
    assert_eq!(sent["metadata"]["labels"]["dsoi.dev/node-type"], "edge");
    assert_eq!(sent["metadata"]["ownerReferences"][0]["uid"], "u");
    let back = Back {
        revision: "t-edge-1".to_owned(),
        content: Content::read(&sent).map(Arc::new),
    };
    let backs = Backs::from([("edge".to_owned(), back)]);
    let effective = effective(&now, &backs, 4);
    let of = |name: &str| -> &DesiredChild {
        let mut all = effective.children.iter();
        all.find(|child| child.id.name == name).unwrap()
    };
    let workload = of("t-edge");
    assert_eq!(template(&workload.document), Some("good"));
    assert_eq!(workload.document["spec"]["replicas"], 3);
    assert_eq!(
        workload.document["metadata"]["annotations"]["dsoi.dev/rolled-back"],
        "bad;4;t-edge-1"
    );
    assert_ne!(workload.hash, now.children[0].hash);
    assert_eq!(of("m").document["data"]["a"], "old");
    assert_eq!(of("gone").document["data"]["a"], "kept");
    assert_eq!(of("added").document["data"]["a"], "x");
    // The same again is the same: no second rollback, and no write.
    assert_eq!(super::effective(&now, &backs, 4), effective);
}

#[test]
fn a_revision_is_named_after_what_it_restores() {
    let of = |children: Vec<DesiredChild>| revision::name(&desired(children), "t", "edge");
    let first = of(vec![workload("a", 1), map("m", "x")]).unwrap();
    assert!(first.starts_with("t-edge-"), "{first}");
    assert_eq!(
        of(vec![workload("a", 3), map("m", "x")]),
        Some(first.clone())
    );
    assert_ne!(
        of(vec![workload("b", 1), map("m", "x")]),
        Some(first.clone())
    );
    assert_ne!(of(vec![workload("a", 1), map("m", "y")]), Some(first));
    assert_eq!(of(vec![map("m", "x")]), None);
}

#[test]
fn a_node_type_whose_revision_is_lost_stays_as_it_is() {
    let now = desired([workload("bad", 3), map("m", "new")]);
    let back = Back {
        revision: "t-edge-1".to_owned(),
        content: None,
    };
    let backs = Backs::from([("edge".to_owned(), back)]);
    let policy = crate::spec::RolloutPolicy::DEFAULT;
    let rollout = crate::rollout::decide_with(&now, &observed([]), &policy, &backs);
    for child in &now.children {
        let why = rollout.admits(child).unwrap_err().to_string();
        assert_eq!(
            why,
            "edge went back to t-edge-1, which cannot be read: a change of the resource starts afresh"
        );
    }
}
