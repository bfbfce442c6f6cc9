//! How claims of templates grow: from every point of interruption, and never the other way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::cache::{Applied, Identity, Owner, Workload};
use crate::observe::Known;
use crate::plan::{Act, Step, plan};
use crate::rollout::Rollout;

const PATH: &str = "spec.k8sConfigGroup[0].storageConfig[0].spec.resources.requests.storage";

fn id(kind: ChildKind, name: &str) -> ObjectId {
    ObjectId::new(kind, "prod", name)
}

fn set() -> ObjectId {
    id(ChildKind::StatefulSet, "t-store")
}

/// A store whose claims ask for this much, by template.
fn wanted(templates: &[(&str, &str)]) -> DesiredChild {
    let template = |(name, size): &(&str, &str)| json!({"metadata": {"name": name}, "spec": {"resources": {"requests": {"storage": size}}}});
    let templates: Vec<Value> = templates.iter().map(template).collect();
    DesiredChild {
        id: set(),
        node: Some("store".to_owned()),
        node_type: Some("store".to_owned()),
        document: Arc::new(json!({"spec": {"replicas": 2, "volumeClaimTemplates": templates}})),
        hash: "new".to_owned(),
        start: None,
    }
}

fn desired(child: DesiredChild) -> Desired {
    let key = (child.id.clone(), "data".to_owned());
    Desired {
        children: vec![child],
        sizes: BTreeMap::from([(key, PATH.to_owned())]),
        ..Desired::default()
    }
}

fn owned() -> Child {
    Child {
        uid: "uid-c".into(),
        owner: Some(Owner {
            uid: "uid-t".into(),
            kind: "Tally".into(),
            group: "example.com".into(),
            name: "t".into(),
        }),
        applied: Some(Applied::new("old", 1)),
        ..Child::default()
    }
}

/// The present store, with these templates.
fn store(templates: &[(&str, &str)]) -> (ObjectId, Child) {
    let templates = templates.iter();
    let workload = Workload {
        templates: templates
            .map(|(name, size)| ((*name).into(), (*size).into()))
            .collect(),
        ..Workload::default()
    };
    let child = Child {
        workload: Some(Box::new(workload)),
        ..owned()
    };
    (set(), child)
}

fn claim(name: &str, size: &str) -> (ObjectId, Child) {
    let child = Child {
        uid: "uid-v".into(),
        identity: Identity {
            ours: true,
            instance: Some("t".into()),
            node: Some("store".into()),
            workload: Some("t-store".into()),
            storage: Some("data".into()),
        },
        claim: Some(Box::new(Claim {
            storage: size.into(),
            bound: true,
        })),
        ..Child::default()
    };
    (id(ChildKind::PersistentVolumeClaim, name), child)
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
            uid: "uid-t".to_owned(),
            generation: 2,
            kind: "Tally".to_owned(),
            group: "example.com".to_owned(),
        },
        children: children.into_iter().map(known).collect(),
        pods: std::collections::BTreeMap::new(),
        unlisted: BTreeSet::new(),
        denied: BTreeMap::new(),
        unready: BTreeMap::new(),
    }
}

fn shown(steps: &[Step]) -> Vec<String> {
    let show = |step: &Step| format!("{:?} {} {}", step.act, step.id.kind, step.id.name);
    steps.iter().map(show).collect()
}

/// What is planned for a store that asks for this much.
fn about(templates: &[(&str, &str)], observed: &Observed) -> Vec<String> {
    shown(&plan(
        &desired(wanted(templates)),
        observed,
        &Rollout::at_once(),
    ))
}

// DR-7: every claim is tried before any is changed, and the StatefulSet goes last.
#[test]
fn growth_is_tried_then_done_and_the_workload_gives_way_last() {
    let observed = observed([
        store(&[("data", "1Gi")]),
        claim("data-t-store-0", "1Gi"),
        claim("data-t-store-1", "1Gi"),
    ]);
    let steps = plan(
        &desired(wanted(&[("data", "2Gi")])),
        &observed,
        &Rollout::at_once(),
    );
    assert_eq!(
        shown(&steps),
        [
            "Preflight PersistentVolumeClaim data-t-store-0",
            "Preflight PersistentVolumeClaim data-t-store-1",
            "Preflight StatefulSet t-store",
            "Grow PersistentVolumeClaim data-t-store-0",
            "Grow PersistentVolumeClaim data-t-store-1",
            "Orphan StatefulSet t-store",
        ]
    );
    assert_eq!(
        steps[0].reason,
        Reason::Grows(Resize {
            field: PATH.to_owned(),
            from: "1Gi".to_owned(),
            to: "2Gi".to_owned()
        })
    );
}

// B1: after any interruption, what is left to do follows from what is there.
#[test]
fn growth_goes_on_from_wherever_it_was_interrupted() {
    let wants = [("data", "2Gi")];
    let old = || store(&[("data", "1Gi")]);
    let cases = [
        (
            observed([
                old(),
                claim("data-t-store-0", "2Gi"),
                claim("data-t-store-1", "1Gi"),
            ]),
            &[
                "Preflight PersistentVolumeClaim data-t-store-1",
                "Preflight StatefulSet t-store",
                "Grow PersistentVolumeClaim data-t-store-1",
                "Orphan StatefulSet t-store",
            ][..],
        ),
        (
            observed([old(), claim("data-t-store-0", "2Gi")]),
            &[
                "Preflight StatefulSet t-store",
                "Orphan StatefulSet t-store",
            ],
        ),
        (
            observed([claim("data-t-store-0", "2Gi")]),
            &["Create StatefulSet t-store"],
        ),
        // Somebody else deleted it before its claims were large enough.
        (
            observed([claim("data-t-store-0", "1Gi")]),
            &[
                "Preflight PersistentVolumeClaim data-t-store-0",
                "Grow PersistentVolumeClaim data-t-store-0",
                "Create StatefulSet t-store",
            ],
        ),
    ];
    for (observed, expected) in cases {
        assert_eq!(about(&wants, &observed), expected);
    }
    let mut ending = old();
    ending.1.terminating = true;
    assert_eq!(
        about(&wants, &observed([ending])),
        ["Wait StatefulSet t-store"]
    );
    let (id, mut grown) = store(&[("data", "2Gi")]);
    grown.applied = Some(Applied::new("new", 2));
    let done = observed([(id, grown), claim("data-t-store-0", "2Gi")]);
    assert_eq!(about(&wants, &done), Vec::<String>::new());
}

#[test]
fn claims_of_other_templates_nodes_and_owners_are_none_of_its_business() {
    let mut other_node = claim("data-t-store-2", "1Gi");
    other_node.1.identity.node = Some("other".into());
    let mut other_resource = claim("data-t-store-3", "1Gi");
    other_resource.1.identity.instance = Some("x".into());
    let mut ending = claim("data-t-store-4", "1Gi");
    ending.1.terminating = true;
    let mut unbound = claim("data-t-store-5", "1Gi");
    unbound.1.claim = Some(Box::new(Claim {
        storage: "1Gi".into(),
        bound: false,
    }));
    let mut foreign = claim("data-t-store-6", "1Gi");
    foreign.1.identity.ours = false;
    let observed = observed([
        store(&[("data", "1Gi"), ("log", "1Gi")]),
        claim("log-t-store-0", "1Gi"),
        claim("data-t-store-x", "1Gi"),
        claim("data-t-store-", "1Gi"),
        claim("data-t-store-9", "3Gi"),
        other_node,
        other_resource,
        ending,
        unbound,
        foreign,
    ]);
    assert_eq!(
        about(&[("data", "2Gi"), ("log", "1024Mi")], &observed),
        [
            "Preflight StatefulSet t-store",
            "Orphan StatefulSet t-store"
        ]
    );
}

// B23: an equal amount in other words is no growth.
#[test]
fn a_size_in_other_words_is_an_ordinary_change() {
    let observed = observed([store(&[("data", "1Gi")]), claim("data-t-store-0", "1Gi")]);
    assert_eq!(
        about(&[("data", "1024Mi")], &observed),
        ["Preflight StatefulSet t-store", "Apply StatefulSet t-store"]
    );
}

// OR-12, RL-32: no claim can shrink, so nothing is sent, and the field is named.
#[test]
fn a_smaller_size_is_refused_without_a_request() {
    let observed = observed([store(&[("data", "2Gi")]), claim("data-t-store-0", "2Gi")]);
    let steps = plan(
        &desired(wanted(&[("data", "1Gi")])),
        &observed,
        &Rollout::at_once(),
    );
    assert_eq!(shown(&steps), ["Refuse StatefulSet t-store"]);
    let Reason::Shrinks(resize) = &steps[0].reason else {
        panic!("{:?}", steps[0].reason);
    };
    assert_eq!(resize.field, PATH);
}

#[test]
fn nothing_is_made_anew_while_claims_are_not_listed() {
    let mut observed = observed([store(&[("data", "1Gi")])]);
    observed.unlisted.insert(ChildKind::PersistentVolumeClaim);
    assert_eq!(
        about(&[("data", "2Gi")], &observed),
        ["Wait StatefulSet t-store"]
    );
}

/// A claim that stands alone, and what is planned for it.
fn alone(asked: &str, owners: bool, live: Child) -> Vec<Step> {
    let id = id(ChildKind::PersistentVolumeClaim, "t-store-data");
    let mut document = json!({
        "metadata": {"labels": {"dsoi.dev/node": "store", "dsoi.dev/storage": "data"}},
        "spec": {"resources": {"requests": {"storage": asked}}},
    });
    if owners {
        document["metadata"]["ownerReferences"] = json!([{"uid": "uid-t"}]);
    }
    let wanted = DesiredChild {
        id: id.clone(),
        document: Arc::new(document),
        ..wanted(&[])
    };
    plan(
        &desired(wanted),
        &observed([(id, live)]),
        &Rollout::at_once(),
    )
}

// DR-12
#[test]
fn a_claim_that_stands_alone_grows_and_never_shrinks() {
    let live = |hash: &str| {
        let mut live = claim("", "1Gi").1;
        live.applied = Some(Applied::new(hash, 1));
        live
    };
    for (asked, expected) in [
        ("2Gi", &[Act::Preflight, Act::Grow][..]),
        ("1024Mi", &[Act::Preflight, Act::Grow]),
        ("1Mi", &[Act::Refuse]),
    ] {
        let acts: Vec<Act> = alone(asked, false, live("old"))
            .iter()
            .map(|step| step.act)
            .collect();
        assert_eq!(acts, expected, "{asked}");
    }
    assert_eq!(alone("1Gi", false, live("new")), []);
    let mut unbound = live("old");
    unbound.claim = Some(Box::new(Claim {
        storage: "1Gi".into(),
        bound: false,
    }));
    assert_eq!(alone("2Gi", false, unbound), []);
}

// DR-8: whether a claim goes with the resource is the resource's to say, at any time.
#[test]
fn a_claim_that_stands_alone_is_owned_only_as_long_as_the_resource_asks() {
    let live = |owner: Option<Owner>| {
        let mut live = claim("", "1Gi").1;
        live.applied = Some(Applied::new("new", 1));
        live.owner = owner;
        live
    };
    let acts = |owners, live| -> Vec<Act> {
        let steps = alone("1Gi", owners, live);
        steps.iter().map(|step| step.act).collect()
    };
    let ours = owned().owner;
    assert_eq!(acts(true, live(None)), [Act::Grow]);
    assert_eq!(acts(true, live(ours.clone())), []);
    assert_eq!(acts(false, live(ours.clone())), [Act::Grow]);
    assert_eq!(acts(false, live(None)), []);
    // It is about to go with the resource of the same name that asked for it.
    let predecessor = ours.map(|owner| Owner {
        uid: "uid-before".into(),
        ..owner
    });
    assert_eq!(acts(true, live(predecessor.clone())), [Act::Wait]);
    assert_eq!(acts(false, live(predecessor)), [Act::Wait]);
}
