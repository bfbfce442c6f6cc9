//! What may be changed, and in which order.

use super::*;

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
