//! Seven nodes of three types with a child of every kind, and anything under their names.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::start::{self, PREDECESSOR, Start};
use super::{block_on, converge, nothing_but_refusals, runner};
use crate::build::{Desired, DesiredChild, Turn};
use crate::kind::{self, ChildKind, ObjectId};
use crate::labels;
use crate::model::api::Api;
use crate::model::world::{OPERATOR, Until, World};
use crate::observe::Subject;
use crate::plan::Act;

const NODES: usize = 7;
const TYPES: usize = 3;
/// Nodes that are no longer desired and of which something may be left.
const FORMER: usize = 2;
const UID: &str = "uid-t";

pub(super) fn subject() -> Subject {
    Subject {
        namespace: "prod".to_owned(),
        name: "t".to_owned(),
        uid: UID.to_owned(),
        generation: 4,
        kind: "Tally".to_owned(),
        group: "example.com".to_owned(),
    }
}

/// Kinds that are built and sent like any other.
fn built() -> Vec<ChildKind> {
    let rows = kind::all().iter();
    rows.filter(|row| row.verbs.contains(&"create") && row.plural != "controllerrevisions")
        .map(|row| row.kind)
        .collect()
}

fn child(kind: ChildKind, node: usize, content: &str) -> DesiredChild {
    let name = format!("t-n{node}");
    let node_type = format!("type-{}", node % TYPES);
    let mut document = json!({
        "apiVersion": kind.row().api_version(), "kind": kind.as_str(),
        "metadata": {
            "name": name, "namespace": "prod",
            "labels": {
                labels::MANAGED_BY: OPERATOR, labels::INSTANCE: "t",
                labels::KIND: labels::kind_value("Tally", "example.com"),
                labels::NODE: format!("n{node}"), labels::STORAGE: "data",
            },
            "ownerReferences": [{
                "apiVersion": "example.com/v1alpha1", "kind": "Tally", "name": "t", "uid": UID,
                "controller": true, "blockOwnerDeletion": true,
            }],
        },
    });
    match kind {
        ChildKind::ConfigMap => document["data"] = json!({ "content": content }),
        ChildKind::PersistentVolumeClaim => {
            let size = if content == "old" { "1Gi" } else { "2Gi" };
            let metadata = document["metadata"].as_object_mut().unwrap();
            metadata.remove("ownerReferences");
            document["spec"] = json!({
                "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}},
            });
        }
        _ if kind.is_workload() => {
            document["spec"] = json!({
                "replicas": 2,
                "selector": {"matchLabels": {labels::WORKLOAD: name}},
                "template": {
                    "metadata": {
                        "labels": {labels::WORKLOAD: name},
                        "annotations": {labels::TEMPLATE: content},
                    },
                    "spec": {"containers": [{"name": "main", "image": content}]},
                },
            });
        }
        _ => document["spec"] = json!({ "content": content }),
    }
    DesiredChild {
        id: ObjectId::new(kind, "prod", name),
        node: Some(format!("n{node}")),
        node_type: Some(node_type),
        document: Arc::new(document),
        hash: format!("{content}-{kind}-{node}"),
        start: None,
    }
}

pub(super) fn desired(content: &str, nodes: std::ops::Range<usize>) -> Desired {
    let kinds = built();
    let mut children: Vec<DesiredChild> = nodes
        .clone()
        .flat_map(|node| kinds.iter().map(move |kind| (*kind, node)))
        .map(|(kind, node)| child(kind, node, content))
        .collect();
    children.sort_by_key(|child| (child.id.kind.row().rank, child.id.clone()));
    let turns = (0..TYPES).map(|number| Turn {
        name: format!("type-{number}"),
        nodes: nodes
            .clone()
            .filter(|node| node % TYPES == number)
            .map(|node| format!("n{node}"))
            .collect(),
    });
    Desired {
        children,
        turns: turns.collect(),
        ..Desired::default()
    }
}

/// What there is at first, one for each child of the desired nodes and of the former ones.
fn starts(of: impl Strategy<Value = Start>) -> impl Strategy<Value = Vec<Start>> {
    vec(of, (NODES + FORMER) * built().len())
}

fn world(starts: &[Start]) -> World {
    let mut api = Api::default();
    let new = desired("new", 0..NODES + FORMER);
    let old = desired("old", 0..NODES + FORMER);
    for ((start, new), old) in starts.iter().zip(&new.children).zip(&old.children) {
        start.put(&mut api, new, old);
    }
    api.stored.clear();
    let world = World::new(api, subject());
    // What is there has been there for a while.
    let slow = world.api().objects.values().any(|object| object.deleting);
    if !slow {
        world.advance(&[]);
    }
    world.deliver();
    world
}

/// RL-7, C2: whatever was there, the plan becomes empty, or says what is in the way.
#[test]
fn every_plan_leads_to_an_empty_one_or_to_refusals_that_say_why() {
    let desired = desired("new", 0..NODES);
    runner(150)
        .run(&starts(start::any()), |starts| {
            block_on(async {
                let world = world(&starts);
                let left = converge(&world, &desired, &[PREDECESSOR]).await;
                prop_assert!(nothing_but_refusals(&left, &desired), "{left:?}");
                let foreign = left.iter().any(|step| step.act == Act::Refuse);
                prop_assert!(foreign || left.is_empty(), "{left:?}");
                Ok(())
            })
        })
        .unwrap();
}

/// C2: the order in which a cache learned what there is does not show.
#[test]
fn what_was_listed_first_changes_no_plan() {
    let desired = desired("new", 0..NODES);
    runner(100)
        .run(&(starts(start::any()), any::<u64>()), |(starts, seed)| {
            block_on(async {
                let first = world(&starts);
                let plan = first.plan(&desired);
                let other = first.restarted(|all| shuffle(all, seed));
                prop_assert_eq!(plan, other.plan(&desired));
                Ok(())
            })
        })
        .unwrap();
}

/// RL-1, C2: a process dies before any of its requests, and the next one comes to the same end.
#[test]
fn any_part_of_a_plan_and_a_new_plan_come_to_the_same_end() {
    let desired = desired("new", 0..NODES);
    runner(100)
        .run(&(starts(start::ours()), 0_usize..90), |(starts, dies)| {
            block_on(async {
                let straight = world(&starts);
                converge(&straight, &desired, &[PREDECESSOR]).await;
                let world = world(&starts);
                let passed = world.pass(&desired, &Until::requests(dies)).await;
                prop_assert!(passed.outcome.troubles.is_empty(), "{:?}", passed.outcome);
                let world = world.restarted(|_| {});
                let left = converge(&world, &desired, &[PREDECESSOR]).await;
                prop_assert!(left.is_empty(), "{left:?}");
                prop_assert_eq!(straight.masked(), world.masked());
                Ok(())
            })
        })
        .unwrap();
}

fn shuffle(all: &mut [Value], seed: u64) {
    let mut state = seed;
    for index in (1..all.len()).rev() {
        // A linear congruence is random enough to bring a list into disorder.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let other = usize::try_from(state >> 33).unwrap_or(0) % (index + 1);
        all.swap(index, other);
    }
}
