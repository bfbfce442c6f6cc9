//! What is told of an upgrade: each of its steps once (DS-23).
//!
//! In: how the upgrade stood before a pass and after it. Out: notices. Nothing else is remembered, so
//! a restart tells nothing twice. Each names a workload or a pod beside the resource: events of one
//! reason about one object are counted as one.

use crate::event::Notice;
use crate::kind::{ChildKind, ObjectId};
use crate::rollout::Progress;
use crate::spec::{RolloutPhase, RolloutStatus};

const ACTION: &str = "Upgrade";

/// The steps that an upgrade took in one pass.
pub(super) fn story(
    before: Option<&RolloutStatus>,
    after: Option<&RolloutStatus>,
    progress: &Progress,
) -> Vec<Notice> {
    use RolloutPhase::{Complete, Halted, Progressing, RolledBack, RollingBack};

    let Some(now) = after.filter(|after| Some(*after) != before) else {
        return Vec::new();
    };
    let before = before.filter(|before| before.phase != RolloutPhase::Complete);
    let going = now.phase != RolloutPhase::Complete;
    let of = |turn: &String| progress.workloads.get(turn).cloned();
    let mut notices = Vec::new();
    if before.is_none() {
        notices.push(normal(
            "RolloutStarted",
            "The upgrade started".to_owned(),
            None,
        ));
    }
    let was = before.map(|before| before.phase);
    let stood = matches!(was, Some(Halted | RollingBack | RolledBack));
    if stood && matches!(now.phase, Progressing | Complete) {
        notices.push(normal(
            "RolloutResumed",
            "The upgrade goes on".to_owned(),
            None,
        ));
    }
    let last = before.and_then(|before| before.node_type.as_ref());
    let turn = now.node_type.as_ref().filter(|_| going);
    if let Some(last) =
        last.filter(|last| turn != Some(last) && !progress.unfinished.contains(last))
    {
        let note = format!("{last} runs what is desired");
        notices.push(normal("NodeTypeRolloutFinished", note, of(last)));
    }
    if let Some(turn) = turn.filter(|turn| last != Some(turn)) {
        let nodes = progress.nodes.join(", ");
        let note = format!("{turn} is being upgraded: {nodes}");
        notices.push(normal("NodeTypeRolloutStarted", note, of(turn)));
    }
    let same_halt = before.is_some_and(|before| {
        before.phase == RolloutPhase::Halted && before.waiting_for == now.waiting_for
    });
    if !same_halt {
        notices.extend(halted(now, progress));
    }
    if now.rolled_back_to.is_some() && before.is_none_or(|before| before.rolled_back_to.is_none()) {
        notices.push(went_back(now, before, progress));
    }
    if now.phase == RolledBack && was != Some(RolledBack) {
        let turn = now.node_type.clone().unwrap_or_default();
        let note = format!("{turn} runs what it ran before");
        notices.push(normal("RolloutRolledBack", note, of(&turn)));
    }
    if !going {
        let note = match &now.took {
            Some(took) => format!("The upgrade took {took}"),
            None => "The upgrade is done".to_owned(),
        };
        notices.push(normal("RolloutFinished", note, None));
    }
    notices
}

fn went_back(now: &RolloutStatus, before: Option<&RolloutStatus>, progress: &Progress) -> Notice {
    let turn = now.node_type.clone().unwrap_or_default();
    let why = before.and_then(|before| before.waiting_for.as_deref());
    let revision = now.rolled_back_to.as_deref().unwrap_or_default();
    let note = format!(
        "{turn} goes back to {revision}: {}",
        why.unwrap_or("what is desired did not run")
    );
    Notice {
        warning: true,
        ..normal(
            "RolloutRollingBack",
            note,
            progress.workloads.get(&turn).cloned(),
        )
    }
}

/// The warning about an upgrade that is halted.
pub(super) fn halted(now: &RolloutStatus, progress: &Progress) -> Option<Notice> {
    (now.phase == RolloutPhase::Halted).then(|| {
        let turn = now.node_type.as_deref().unwrap_or_default();
        let why = now.waiting_for.as_deref().unwrap_or_default();
        let workload = progress.workloads.get(turn);
        let pod = progress.crash.as_ref().and_then(|crash| crash.pod.clone());
        let about = match (pod, workload) {
            (Some(pod), Some(workload)) => {
                Some(ObjectId::new(ChildKind::Pod, &workload.namespace, pod))
            }
            (_, workload) => workload.cloned(),
        };
        let note = format!("{turn} cannot go on: {why}");
        Notice {
            warning: true,
            ..normal("RolloutHalted", note, about)
        }
    })
}

fn normal(reason: &'static str, note: String, child: Option<ObjectId>) -> Notice {
    Notice {
        warning: false,
        reason,
        action: ACTION,
        note,
        child,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn going(turn: &str) -> RolloutStatus {
        RolloutStatus {
            node_type: Some(turn.to_owned()),
            ..RolloutStatus::default()
        }
    }

    fn stopped(turn: &str, pod: &str) -> RolloutStatus {
        RolloutStatus {
            phase: RolloutPhase::Halted,
            waiting_for: Some(pod.to_owned()),
            ..going(turn)
        }
    }

    fn told(
        before: Option<&RolloutStatus>,
        after: &RolloutStatus,
        unfinished: &[&str],
    ) -> Vec<&'static str> {
        let progress = Progress {
            unfinished: unfinished.iter().map(|turn| (*turn).to_owned()).collect(),
            ..Progress::default()
        };
        let notices = story(before, Some(after), &progress);
        notices.iter().map(|notice| notice.reason).collect()
    }

    #[test]
    fn each_step_of_an_upgrade_is_told_once() {
        // DS-23.
        let done = RolloutStatus {
            phase: RolloutPhase::Complete,
            ..RolloutStatus::default()
        };
        let (a, b) = (going("a"), going("b"));
        let broken = stopped("b", "pod b-0");
        assert_eq!(
            told(None, &a, &["a", "b"]),
            ["RolloutStarted", "NodeTypeRolloutStarted"]
        );
        assert_eq!(told(Some(&a), &a, &["a", "b"]), [] as [&str; 0]);
        assert_eq!(
            told(Some(&a), &b, &["b"]),
            ["NodeTypeRolloutFinished", "NodeTypeRolloutStarted"]
        );
        assert_eq!(told(Some(&b), &broken, &["b"]), ["RolloutHalted"]);
        assert_eq!(
            told(Some(&broken), &stopped("b", "pod b-1"), &["b"]),
            ["RolloutHalted"]
        );
        assert_eq!(told(Some(&broken), &b, &["b"]), ["RolloutResumed"]);
        assert_eq!(
            told(Some(&b), &done, &[]),
            ["NodeTypeRolloutFinished", "RolloutFinished"]
        );
        assert_eq!(told(Some(&done), &done, &[]), [] as [&str; 0]);
    }

    #[test]
    fn an_edit_of_an_earlier_type_finishes_none() {
        assert_eq!(
            told(Some(&going("b")), &going("a"), &["a", "b"]),
            ["NodeTypeRolloutStarted"]
        );
    }
}
