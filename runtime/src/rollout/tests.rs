//! Tables of what is observed and what may be changed then. Types `a`, `b`, `c` in this order, one
//! node each, with three replicas.

use std::sync::Arc;

use serde_json::{Value, json};

use super::facts::State;
use super::*;
use crate::build::Turn;
use crate::cache::{Applied, Child, Entries, Owner, Pod, PodTrouble, Version, Workload};
use crate::kind::ObjectId;
use crate::observe::{Known, Subject};
use crate::plan::{Act, plan};

const TYPES: [&str; 3] = ["a", "b", "c"];

/// One workload, and how its upgrade stands.
#[derive(Clone, Copy, Debug, PartialEq)]
enum At {
    Absent,
    /// Runs what is desired.
    Done,
    /// Runs the old template, and all of it.
    Old,
    /// Replaces its pods by those of the desired template.
    Rolling,
    /// Its controller has not seen the desired template yet.
    Unseen,
    /// Has the desired template, and one of its pods crashes.
    Crashed,
    /// Has the old template, and one of its pods crashes.
    OldCrashed,
    /// Has the old template, and no pod is ready.
    OldDown,
    /// Has the old template, and two of three pods are ready.
    OldPartly,
    /// Has the desired template, and two of three pods are ready.
    Partly,
}
use At::{Absent, Crashed, Done, Old, OldCrashed, OldDown, OldPartly, Partly, Rolling, Unseen};

impl At {
    fn workload(self) -> Workload {
        let old = matches!(self, Old | OldCrashed | OldDown | OldPartly);
        let ready = match self {
            OldDown => 0,
            Rolling | Crashed | OldCrashed | OldPartly | Partly => 2,
            _ => 3,
        };
        Workload {
            generation: 2,
            observed_generation: if self == Unseen { 1 } else { 2 },
            template: Some(if old { "old" } else { "new" }.into()),
            asked: 3,
            replicas: 3,
            ready,
            updated: if matches!(self, Rolling | Crashed) {
                1
            } else {
                3
            },
            updating: matches!(self, Rolling | Crashed),
            ..Workload::default()
        }
    }
}

fn id(kind: ChildKind, name: &str) -> ObjectId {
    ObjectId::new(kind, "prod", name)
}

fn wanted(kind: ChildKind, name: &str, document: Value) -> DesiredChild {
    DesiredChild {
        id: id(kind, name),
        node: Some(name.to_owned()),
        node_type: Some(name.to_owned()),
        document: Arc::new(document),
        hash: "new".to_owned(),
        start: None,
    }
}

fn stateful(template: &str) -> Value {
    json!({"spec": {"replicas": 3, "podManagementPolicy": "OrderedReady",
        "template": {"metadata": {"annotations": {"dsoi.dev/template": template}}}}})
}

/// A workload and a config map for each node.
fn desired() -> Desired {
    let of = |name: &&str| {
        [
            wanted(ChildKind::ConfigMap, name, json!({})),
            wanted(ChildKind::StatefulSet, name, stateful("new")),
        ]
    };
    Desired {
        children: TYPES.iter().flat_map(of).collect(),
        turns: TYPES
            .iter()
            .map(|name| Turn {
                name: (*name).to_owned(),
                nodes: vec![(*name).to_owned()],
            })
            .collect(),
        ..Desired::default()
    }
}

fn child(hash: &str, workload: Option<Workload>, pod: Option<Pod>) -> Child {
    Child {
        uid: "uid-t".into(),
        version: Version::new("1"),
        owner: Some(Owner {
            uid: "uid-t".into(),
            kind: "Tally".into(),
            group: "example.com".into(),
            name: "t".into(),
        }),
        applied: Some(Applied::new(hash, 3)),
        entries: Entries {
            apply: true,
            ..Entries::default()
        },
        workload: workload.map(Box::new),
        pod: pod.map(Box::new),
        ..Child::default()
    }
}

fn pod(workload: &str, template: &str, ready: bool, reason: Option<&str>) -> Pod {
    Pod {
        workload: workload.into(),
        template: Some(template.into()),
        ready,
        trouble: reason.map(|reason| PodTrouble {
            reason: reason.into(),
            container: Some("app".into()),
        }),
    }
}

fn observed(at: [At; 3]) -> Observed {
    let mut seen = Observed {
        subject: Subject {
            namespace: "prod".to_owned(),
            name: "t".to_owned(),
            uid: "uid-t".to_owned(),
            generation: 4,
            kind: "Tally".to_owned(),
            group: "example.com".to_owned(),
        },
        children: BTreeMap::new(),
        pods: BTreeMap::new(),
        unlisted: BTreeSet::new(),
        denied: BTreeMap::new(),
    };
    let mut put = |id: ObjectId, child: Child| {
        let known = Known {
            child: Arc::new(child),
            drift: None,
        };
        seen.children.insert(id, known);
    };
    for (name, at) in TYPES.iter().zip(at) {
        if at == Absent {
            continue;
        }
        let live = at.workload();
        let template = live.template.clone().unwrap_or_default();
        let hash = if &*template == "new" { "new" } else { "old" };
        put(id(ChildKind::ConfigMap, name), child(hash, None, None));
        put(
            id(ChildKind::StatefulSet, name),
            child(hash, Some(live), None),
        );
        let crashes = matches!(at, Crashed | OldCrashed).then_some("CrashLoopBackOff");
        let pod = pod(name, &template, crashes.is_none(), crashes);
        let pod_id = id(ChildKind::Pod, &format!("{name}-0"));
        seen.pods
            .insert(pod_id, Arc::new(child("", None, Some(pod))));
    }
    seen
}

/// The nodes whose workload is written in this pass.
fn written(at: [At; 3], policy: RolloutPolicy) -> Vec<String> {
    let (desired, observed) = (desired(), observed(at));
    let rollout = decide(&desired, &observed, &policy);
    let steps = plan(&desired, &observed, &rollout);
    let of = |kind: ChildKind| -> Vec<String> {
        let writes = steps
            .iter()
            .filter(|step| matches!(step.act, Act::Apply | Act::Create) && step.id.kind == kind);
        writes.map(|step| step.id.name.clone()).collect()
    };
    let workloads = of(ChildKind::StatefulSet);
    // A halted upgrade leaks nothing: config goes with its workload and never before.
    assert_eq!(of(ChildKind::ConfigMap), workloads, "{at:?}");
    workloads
}

#[test]
fn an_upgrade_goes_type_by_type() {
    // OR-7, OR-8, OR-9, DS-14, DS-20, DS-22, DS-26, DS-27, DR-1, DR-2, D4.
    for (at, expected) in [
        // Creates never wait.
        ([Absent, Absent, Absent], &["a", "b", "c"][..]),
        ([Done, Absent, Absent], &["b", "c"]),
        // One type at a time, in order.
        ([Old, Old, Old], &["a"]),
        ([Done, Old, Old], &["b"]),
        ([Done, Done, Old], &["c"]),
        ([Done, Done, Done], &[]),
        // A single type rolls alone.
        ([Old, Done, Done], &["a"]),
        // The next one only when the last is done.
        ([Unseen, Old, Old], &[]),
        ([Rolling, Old, Old], &[]),
        ([Partly, Old, Old], &[]),
        ([Done, Rolling, Old], &[]),
        // At most one turn rolls.
        ([Old, Rolling, Done], &[]),
        ([Old, Done, Unseen], &[]),
        // A crash halts what comes after it.
        ([Crashed, Old, Old], &[]),
        ([Done, Crashed, Old], &[]),
        // And nothing before it: the cure may lie there.
        ([Old, Crashed, Old], &["a"]),
        ([Done, Old, Crashed], &["b"]),
        // The cure of what is in flight never waits.
        ([OldCrashed, Old, Old], &["a"]),
        ([Done, OldCrashed, Old], &["b"]),
        ([Rolling, OldCrashed, Old], &["b"]),
        ([Old, OldDown, Old], &["a", "b"]),
        // Edits in the first second of an install.
        ([OldDown, OldDown, Absent], &["a", "b", "c"]),
        // A pod that is away makes no type out of turn.
        ([Old, OldPartly, Old], &["a"]),
        ([Done, OldPartly, Old], &["b"]),
        ([OldPartly, Old, Old], &["a"]),
    ] {
        assert_eq!(written(at, RolloutPolicy::DEFAULT), expected, "{at:?}");
    }
}

#[test]
fn all_types_go_at_once_where_the_policy_says_so() {
    // DS-21, DR-1.
    let policy = RolloutPolicy::DEFAULT.strategy(RolloutStrategy::Parallel);
    for at in [[Old, Old, Old], [Crashed, Old, Old], [Rolling, Old, Old]] {
        let olds = at.iter().zip(TYPES).filter(|(at, _)| **at == Old);
        let expected: Vec<&str> = olds.map(|(_, name)| name).collect();
        assert_eq!(written(at, policy), expected, "{at:?}");
    }
}

#[test]
fn no_sequence_of_states_moves_two_types_at_once_or_out_of_order() {
    // OR-7, RL-38: every combination of three types.
    let all = [
        Absent, Done, Old, Rolling, Unseen, Crashed, OldCrashed, OldDown, OldPartly, Partly,
    ];
    let mut tried = 0;
    for a in all {
        for b in all {
            for c in all {
                let at = [a, b, c];
                let calm: Vec<usize> = written(at, RolloutPolicy::DEFAULT)
                    .iter()
                    .filter_map(|name| TYPES.iter().position(|known| known == name))
                    .filter(|index| matches!(at[*index], Old | OldPartly))
                    .collect();
                assert!(calm.len() <= 1, "{at:?} moves {calm:?}");
                for index in calm {
                    assert!(at[..index].iter().all(|at| *at == Done), "{at:?}");
                    assert!(
                        !at[index + 1..]
                            .iter()
                            .any(|at| matches!(at, Rolling | Unseen)),
                        "{at:?}"
                    );
                }
                // Nothing stands still for ever: something moves, or is to be waited for.
                let old = at.iter().any(|at| matches!(at, Old | OldPartly));
                let waits = at.iter().any(|at| {
                    matches!(
                        at,
                        Rolling | Unseen | Crashed | Partly | OldCrashed | OldDown | Absent
                    )
                });
                let moves = !written(at, RolloutPolicy::DEFAULT).is_empty();
                assert!(!old || waits || moves, "{at:?}");
                tried += 1;
            }
        }
    }
    assert_eq!(tried, 1000);
}

#[test]
fn a_held_change_says_what_it_waits_for_and_drift_and_scale_never_wait() {
    let (desired, mut observed) = (desired(), observed([Done, Crashed, Old]));
    let rollout = decide(&desired, &observed, &RolloutPolicy::DEFAULT);
    let steps = plan(&desired, &observed, &rollout);
    let held: Vec<String> = steps
        .iter()
        .filter(|step| step.act == Act::Hold)
        .map(|step| format!("{}: {}", step.id, step.reason))
        .collect();
    let why =
        "its turn has not come: b is halted (pod b-0 of node b: CrashLoopBackOff (container app))";
    assert_eq!(
        held,
        [
            format!("ConfigMap prod/c: {why}"),
            format!("StatefulSet prod/c: {why}")
        ]
    );
    // The same template in another document: replicas, labels, an update strategy.
    let mut scaled = Old.workload();
    scaled.template = Some("new".into());
    let known = observed.children.get_mut(&id(ChildKind::StatefulSet, "c"));
    known.unwrap().child = Arc::new(child("old", Some(scaled), None));
    let rollout = decide(&desired, &observed, &RolloutPolicy::DEFAULT);
    let steps = plan(&desired, &observed, &rollout);
    let workload = id(ChildKind::StatefulSet, "c");
    assert!(
        steps
            .iter()
            .any(|step| step.id == workload && step.act == Act::Apply)
    );
}

#[test]
fn a_pod_of_an_older_template_is_no_crash_of_the_new_one() {
    // DS-21, DS-25: the cure was written, and the broken pod is not gone yet.
    let mut observed = observed([Rolling, Old, Old]);
    let broken = pod("a", "old", false, Some("CrashLoopBackOff"));
    let id = id(ChildKind::Pod, "a-2");
    observed
        .pods
        .insert(id, Arc::new(child("", None, Some(broken))));
    let rollout = decide(&desired(), &observed, &RolloutPolicy::DEFAULT);
    assert_eq!(rollout.progress.crash, None);
    assert_eq!(rollout.progress.turn.as_deref(), Some("a"));
}

#[test]
fn progress_names_the_turn_its_nodes_and_what_is_in_the_way() {
    let progress = |at| decide(&desired(), &observed(at), &RolloutPolicy::DEFAULT).progress;
    let done = progress([Done, Done, Done]);
    assert!(done.done && !done.active && done.turn.is_none());
    let fresh = progress([Old, Old, Old]);
    assert!(fresh.active && !fresh.under_way);
    assert_eq!(fresh.unfinished, TYPES);
    let halted = progress([Done, Crashed, Old]);
    assert!(halted.active && halted.under_way);
    assert_eq!(halted.turn.as_deref(), Some("b"));
    let crash = halted.crash.unwrap();
    assert_eq!(
        (crash.node.as_str(), crash.pod.as_deref()),
        ("b", Some("b-0"))
    );
    // A pod that is away is no upgrade.
    assert!(!progress([Done, Partly, Done]).active);
}

#[test]
fn a_partition_and_other_update_strategies_are_left_to_the_workload() {
    // OR-8: a partition is done when the rest of the pods are of the new template.
    let facts = |strategy: Value, live: Workload| {
        let mut document = stateful("new");
        document["spec"]["updateStrategy"] = strategy;
        let wanted = wanted(ChildKind::StatefulSet, "a", document);
        let mut observed = observed([Done, Done, Done]);
        let known = observed.children.get_mut(&wanted.id);
        known.unwrap().child = Arc::new(child("new", Some(live), None));
        Facts::of(&wanted, &observed).state
    };
    let at = |updated: i32, updating: bool| Workload {
        updated,
        updating,
        ..Done.workload()
    };
    let kept = json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 2}});
    assert_eq!(facts(kept.clone(), at(1, true)), State::Done);
    assert_eq!(facts(kept, at(0, true)), State::Rolling);
    let by_hand = json!({"type": "OnDelete"});
    assert_eq!(facts(by_hand.clone(), at(3, true)), State::Done);
    assert_eq!(facts(by_hand, at(2, true)), State::Rolling);
    let plain = json!({"type": "RollingUpdate"});
    assert_eq!(facts(plain.clone(), at(3, true)), State::Rolling);
    assert_eq!(facts(plain, at(3, false)), State::Done);
}

#[test]
fn a_pod_that_would_never_be_replaced_is_deleted_and_no_other() {
    // D5, DR-5.
    let stuck = |at: At, broken: Pod, change: fn(&mut Value)| -> usize {
        let mut desired = desired();
        for child in &mut desired.children {
            let mut document = (*child.document).clone();
            change(&mut document);
            child.document = Arc::new(document);
        }
        let mut observed = observed([at, Done, Done]);
        let id = id(ChildKind::Pod, "a-1");
        if !broken.ready {
            // Another that waits its turn: one goes at a time, the last first.
            observed.pods.insert(
                self::id(ChildKind::Pod, "a-0"),
                Arc::new(child("", None, Some(pod("a", "bad", false, None)))),
            );
        }
        observed
            .pods
            .insert(id.clone(), Arc::new(child("", None, Some(broken))));
        let rollout = Rollout::at_once();
        let steps = plan(&desired, &observed, &rollout);
        let evicted = steps.iter().filter(|step| step.act == Act::Evict);
        evicted.map(|step| assert_eq!(step.id, id)).count()
    };
    let broken = || pod("a", "bad", false, Some("CrashLoopBackOff"));
    let keep = |_: &mut Value| {};
    assert_eq!(stuck(Rolling, broken(), keep), 1);
    // Also where nothing says why it is not ready.
    assert_eq!(stuck(Rolling, pod("a", "bad", false, None), keep), 1);
    // Its controller would make it from the old template again.
    assert_eq!(stuck(Unseen, broken(), keep), 0);
    assert_eq!(stuck(Rolling, pod("a", "bad", true, None), keep), 0);
    assert_eq!(stuck(Rolling, pod("a", "new", false, None), keep), 0);
    let parallel = |document: &mut Value| {
        document["spec"]["podManagementPolicy"] = json!("Parallel");
    };
    assert_eq!(stuck(Rolling, broken(), parallel), 0);
    let by_hand = |document: &mut Value| {
        document["spec"]["updateStrategy"] = json!({"type": "OnDelete"});
    };
    assert_eq!(stuck(Rolling, broken(), by_hand), 0);
    let kept = |document: &mut Value| {
        document["spec"]["updateStrategy"] =
            json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 2}});
    };
    assert_eq!(stuck(Rolling, broken(), kept), 0);
}
