//! Pods that are deleted to make way.

use super::*;

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
