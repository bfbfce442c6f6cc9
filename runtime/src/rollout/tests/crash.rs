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
