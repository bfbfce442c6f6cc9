//! What may become a version to go back to.

use std::time::Duration;

use super::*;
use crate::rollout::good::running;

const WAIT: Duration = Duration::from_secs(30);

fn types(at: [At; 3], change: impl Fn(&mut Desired, &mut Observed)) -> BTreeMap<String, Duration> {
    let (mut desired, mut observed) = (desired(), observed(at));
    change(&mut desired, &mut observed);
    let progress = decide(&desired, &observed, &RolloutPolicy::DEFAULT).progress;
    running(&desired, &observed, &progress.unfinished_types, WAIT)
        .into_iter()
        .map(|(node_type, runs)| (node_type, runs.wait))
        .collect()
}

fn names(at: [At; 3], change: impl Fn(&mut Desired, &mut Observed)) -> Vec<String> {
    types(at, change).into_keys().collect()
}

#[test]
fn only_what_is_done_written_and_has_pods_can_prove_itself() {
    // DS-25, DS-26.
    let keep = |_: &mut Desired, _: &mut Observed| {};
    assert_eq!(names([Done, Done, Done], keep), TYPES);
    assert_eq!(names([Done, Rolling, Old], keep), ["a"]);
    assert_eq!(names([Crashed, Partly, Absent], keep), [""; 0]);
    // Nothing ran: with no pods asked for, all of them are ready.
    let emptied = |_: &mut Desired, observed: &mut Observed| {
        let known = observed.children.get_mut(&id(ChildKind::StatefulSet, "b"));
        let none = Workload {
            asked: 0,
            replicas: 0,
            ready: 0,
            updated: 0,
            ..Done.workload()
        };
        known.unwrap().child = Arc::new(child("new", Some(none), None));
    };
    assert_eq!(names([Done, Done, Done], emptied), ["a", "c"]);
    let unwritten = |_: &mut Desired, observed: &mut Observed| {
        let known = observed.children.get_mut(&id(ChildKind::ConfigMap, "c"));
        known.unwrap().child = Arc::new(child("old", None, None));
    };
    assert_eq!(names([Done, Done, Done], unwritten), ["a", "b"]);
}

#[test]
fn the_longer_of_two_times_has_to_pass() {
    let slow = |desired: &mut Desired, _: &mut Observed| {
        for (name, seconds) in [("a", 90), ("b", 5)] {
            let workload = id(ChildKind::StatefulSet, name);
            let mut all = desired.children.iter_mut();
            let child = all.find(|child| child.id == workload).unwrap();
            let mut document = (*child.document).clone();
            document["spec"]["minReadySeconds"] = json!(seconds);
            child.document = Arc::new(document);
        }
    };
    let waits = types([Done, Done, Done], slow);
    assert_eq!(waits["a"], Duration::from_secs(90));
    assert_eq!((waits["b"], waits["c"]), (WAIT, WAIT));
}
