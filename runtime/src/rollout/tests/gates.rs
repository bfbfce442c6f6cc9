//! Which turns begin, what gates hold back, and what a hook makes of a node that Kubernetes calls ready.

use super::*;
use crate::rollout::gates::{Opening, Point, Shut, opening, shut};
use crate::rollout::rollback::Back;

fn shut_at(turn: &str, point: Point) -> Shut {
    Shut {
        turn: turn.to_owned(),
        point,
        why: Some("moving".to_owned()),
    }
}

fn openings(at: [At; 3], policy: RolloutPolicy) -> Vec<Opening> {
    let (desired, observed) = (desired(), observed(at));
    let rollout = decide(&desired, &observed, &policy);
    opening(&desired, &observed, &rollout, &Backs::new())
}

fn turns(openings: &[Opening]) -> Vec<&str> {
    openings.iter().map(|known| known.turn.as_str()).collect()
}

/// The children that are written while these gates are not open, and how the upgrade stands.
fn written(at: [At; 3], policy: RolloutPolicy, gates: &[Shut]) -> (Vec<String>, Progress) {
    let (desired, observed) = (desired(), observed(at));
    let mut rollout = decide(&desired, &observed, &policy);
    let begin = opening(&desired, &observed, &rollout, &Backs::new());
    shut(&mut rollout, &desired, &observed, &policy, &begin, gates);
    let steps = plan(&desired, &observed, &rollout);
    let writes = steps
        .iter()
        .filter(|step| matches!(step.act, Act::Apply | Act::Create));
    let names = writes.map(|step| format!("{} {}", step.id.kind.as_str(), step.id.name));
    (names.collect(), rollout.progress)
}

const PARALLEL: RolloutPolicy = RolloutPolicy::DEFAULT.strategy(RolloutStrategy::Parallel);

#[test]
fn a_gate_is_asked_about_a_turn_that_is_about_to_begin_and_no_other() {
    // MF-20, D4.
    for (at, policy, expected) in [
        ([Old, Old, Old], RolloutPolicy::DEFAULT, &["a"][..]),
        ([Done, Old, Old], RolloutPolicy::DEFAULT, &["b"]),
        ([Old, Old, Old], PARALLEL, &["a", "b", "c"]),
        // Nothing is to be done, or somebody else has to be done first.
        ([Done, Done, Done], RolloutPolicy::DEFAULT, &[]),
        ([Rolling, Old, Old], RolloutPolicy::DEFAULT, &[]),
        // A first install, and what is in flight, never wait.
        ([Absent, Absent, Absent], RolloutPolicy::DEFAULT, &[]),
        ([OldCrashed, OldDown, Absent], RolloutPolicy::DEFAULT, &[]),
        ([OldCrashed, OldDown, Absent], PARALLEL, &[]),
    ] {
        assert_eq!(turns(&openings(at, policy)), expected, "{at:?}");
    }
}

#[test]
fn nobody_asks_about_a_stopped_cluster_or_a_type_that_goes_back() {
    let (mut desired, observed) = (desired(), observed([Old, Old, Old]));
    let rollout = decide(&desired, &observed, &RolloutPolicy::DEFAULT);
    let back = Back {
        revision: "t-a-1".to_owned(),
        content: None,
    };
    let backs = Backs::from([("a".to_owned(), back)]);
    assert_eq!(opening(&desired, &observed, &rollout, &backs), []);
    desired.stopped = true;
    let none = Backs::new();
    assert_eq!(opening(&desired, &observed, &rollout, &none), []);
}

#[test]
fn another_template_is_another_upgrade() {
    let before = openings([Old, Old, Old], RolloutPolicy::DEFAULT);
    let (mut desired, observed) = (desired(), observed([Old, Old, Old]));
    for child in &mut desired.children {
        child.document = Arc::new(stateful("newer"));
    }
    let rollout = decide(&desired, &observed, &RolloutPolicy::DEFAULT);
    let after = opening(&desired, &observed, &rollout, &Backs::new());
    assert_eq!(before[0].nodes, after[0].nodes);
    assert_ne!(before[0].target, after[0].target);
}

#[test]
fn a_gate_that_is_not_open_holds_its_turn_with_its_config_and_says_why() {
    // MF-20.
    let gates = [shut_at("a", Point::Before)];
    let (writes, progress) = written([Old, Old, Old], RolloutPolicy::DEFAULT, &gates);
    assert_eq!(writes, [] as [&str; 0]);
    assert_eq!(progress.turn.as_deref(), Some("a"));
    assert_eq!(progress.gate.as_deref(), Some("before_upgrade: moving"));
    // What is in flight goes on.
    let (writes, _) = written([Old, OldDown, Old], RolloutPolicy::DEFAULT, &gates);
    assert_eq!(writes, ["ConfigMap b", "StatefulSet b"]);
    // Side by side, each waits for its own.
    let (writes, progress) = written([Old, Old, Done], PARALLEL, &gates);
    assert_eq!(writes, ["ConfigMap b", "StatefulSet b"]);
    assert_eq!(progress.gate.as_deref(), Some("before_upgrade: moving"));
}

#[test]
fn a_gate_after_an_upgrade_holds_the_next_turn_and_the_end() {
    // MF-20.
    let gates = [shut_at("a", Point::After)];
    let (writes, progress) = written([Done, Old, Old], RolloutPolicy::DEFAULT, &gates);
    assert_eq!(writes, [] as [&str; 0]);
    assert_eq!(progress.turn.as_deref(), Some("a"));
    assert_eq!(progress.gate.as_deref(), Some("after_upgrade: moving"));
    assert!(progress.unfinished.contains(&"a".to_owned()));
    // A cure does not wait for it.
    let (writes, _) = written([Done, OldCrashed, Old], RolloutPolicy::DEFAULT, &gates);
    assert_eq!(writes, ["ConfigMap b", "StatefulSet b"]);
    let last = [shut_at("c", Point::After)];
    for policy in [RolloutPolicy::DEFAULT, PARALLEL] {
        let (_, progress) = written([Done, Done, Done], policy, &last);
        assert!(!progress.done && progress.active, "{progress:?}");
        assert_eq!(progress.gate.as_deref(), Some("after_upgrade: moving"));
    }
    let (writes, _) = written([Done, Old, Old], PARALLEL, &gates);
    assert_eq!(writes.len(), 4, "{writes:?}");
}

#[test]
fn config_that_all_nodes_of_a_type_read_is_written_when_the_first_of_them_begins() {
    let mut desired = desired();
    for child in &mut desired.children {
        if child.id.kind == ChildKind::ConfigMap {
            child.node = None;
        }
    }
    for (at, held) in [(Old, true), (OldDown, false)] {
        let observed = observed([at, Done, Done]);
        let mut rollout = decide(&desired, &observed, &RolloutPolicy::DEFAULT);
        let begin = opening(&desired, &observed, &rollout, &Backs::new());
        let gates = [shut_at("a", Point::Before)];
        let policy = RolloutPolicy::DEFAULT;
        shut(&mut rollout, &desired, &observed, &policy, &begin, &gates);
        let map = desired.children.first().unwrap();
        assert_eq!(map.id.kind, ChildKind::ConfigMap);
        assert_eq!(rollout.admits(map).is_err(), held, "{at:?}");
    }
}

#[test]
fn a_node_that_a_hook_calls_not_ready_is_not_done() {
    // MF-20, DS-26.
    let desired = desired();
    let mut observed = observed([Done, OldPartly, Old]);
    observed
        .unready
        .insert("a".to_owned(), "pod a-0 lags".to_owned());
    let rollout = decide(&desired, &observed, &RolloutPolicy::DEFAULT);
    let steps = plan(&desired, &observed, &rollout);
    assert!(
        steps
            .iter()
            .all(|step| matches!(step.act, Act::Hold | Act::Preflight)),
        "{steps:?}"
    );
    let progress = rollout.progress;
    assert_eq!(progress.turn.as_deref(), Some("a"));
    assert_eq!(progress.nodes, ["a"]);
    let why = progress.unready.get("a").map(String::as_str);
    assert_eq!(why, Some("pod a-0 lags"));
    // It says nothing of a node that Kubernetes does not call ready.
    observed.unready.insert("b".to_owned(), "x".to_owned());
    let again = decide(&desired, &observed, &RolloutPolicy::DEFAULT);
    assert_eq!(again.progress.unready.len(), 1);
}
