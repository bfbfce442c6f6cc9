//! What an upgrade cannot get past, and how far it is.

use super::*;

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
    assert_eq!(rollout.progress.halt, None);
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
    let crash = halted.halt.unwrap().crash;
    assert_eq!(
        (crash.node.as_str(), crash.pod.as_deref()),
        ("b", Some("b-0"))
    );
    // A pod that is away is no upgrade.
    assert!(!progress([Done, Partly, Done]).active);
}

/// The turn that is halted, and the types that crash with what is desired of them.
fn crashes(at: [At; 3], backs: &Backs) -> (Option<String>, Vec<String>) {
    let policy = RolloutPolicy::DEFAULT.strategy(RolloutStrategy::Parallel);
    let progress = decide_with(&desired(), &observed(at), &policy, backs).progress;
    (
        progress.halt.map(|halt| halt.turn),
        progress.crashed_types.into_iter().collect(),
    )
}

#[test]
fn a_crash_counts_wherever_it_is() {
    // DS-21, DS-23, DS-25: behind a turn that is slow, of several types at once, beside a cure.
    for (at, halt, types) in [
        ([Rolling, Done, Crashed], Some("c"), &["c"][..]),
        ([Old, Crashed, Old], Some("b"), &["b"]),
        ([Partly, Crashed, Crashed], Some("b"), &["b", "c"]),
        ([Crashed, Done, Crashed], Some("a"), &["a", "c"]),
        ([Unseen, Crashed, Done], Some("b"), &["b"]),
        // What is about to be cured halts nothing but its own turn.
        ([Rolling, OldCrashed, Old], None, &[]),
        ([OldCrashed, Old, Old], Some("a"), &[]),
        ([OldCrashed, Old, Crashed], Some("a"), &["c"]),
        ([Rolling, Partly, Done], None, &[]),
        ([Done, Done, Done], None, &[]),
    ] {
        let (found, crashed) = crashes(at, &Backs::new());
        assert_eq!(
            (found.as_deref(), crashed),
            (halt, types.iter().map(|name| (*name).to_owned()).collect()),
            "{at:?}"
        );
    }
}

#[test]
fn a_type_that_went_back_hides_no_other_crash() {
    // DS-25.
    let back = rollback::Back {
        revision: "t-a-1".to_owned(),
        content: Some(Arc::default()),
    };
    let backs = Backs::from([("a".to_owned(), back)]);
    for at in [Done, Rolling, Crashed] {
        let (_, types) = crashes([at, Done, Crashed], &backs);
        assert_eq!(types, ["c"], "{at:?}");
    }
    let (halt, _) = crashes([Done, Done, Crashed], &backs);
    assert_eq!(halt.as_deref(), Some("c"));
}
