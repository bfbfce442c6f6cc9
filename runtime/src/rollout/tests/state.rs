//! How far one workload is.

use super::*;

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
