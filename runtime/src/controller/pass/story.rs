//! What is told of an upgrade: each of its steps once (DS-23).
//!
//! In: how the upgrade stood before a pass and after it. Out: notices. Nothing else is remembered, so
//! a restart tells nothing twice. Each names a workload or a pod beside the resource: events of one
//! reason about one object are counted as one.

use crate::event::Notice;
use crate::kind::{ChildKind, ObjectId};
use crate::rollout::{Progress, Returned};
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
    // A crash may lie behind the turn that is under way.
    let begins = now.phase != Halted || turn == progress.turn.as_ref();
    if let Some(last) =
        last.filter(|last| turn != Some(last) && !progress.unfinished.contains(last))
    {
        let note = format!("{last} runs what is desired");
        notices.push(normal("NodeTypeRolloutFinished", note, of(last)));
    }
    if let Some(turn) = turn.filter(|turn| begins && last != Some(turn)) {
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
    let known = before.and_then(|before| before.rolled_back_to.as_deref());
    let known: Vec<&str> = known.unwrap_or_default().split(", ").collect();
    for back in &progress.backs {
        if !known.contains(&back.revision.as_str()) {
            notices.push(went_back(back, before, progress));
        }
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

fn went_back(back: &Returned, before: Option<&RolloutStatus>, progress: &Progress) -> Notice {
    let Returned { turn, revision, .. } = back;
    let why = before
        .filter(|before| before.node_type.as_ref() == Some(turn))
        .and_then(|before| before.waiting_for.as_deref());
    let note = format!(
        "{turn} goes back to {revision}: {}",
        why.unwrap_or("what is desired did not run")
    );
    Notice {
        warning: true,
        ..normal(
            "RolloutRollingBack",
            note,
            progress.workloads.get(turn).cloned(),
        )
    }
}

/// The warning about an upgrade that is halted.
pub(super) fn halted(now: &RolloutStatus, progress: &Progress) -> Option<Notice> {
    (now.phase == RolloutPhase::Halted).then(|| {
        let turn = now.node_type.as_deref().unwrap_or_default();
        let why = now.waiting_for.as_deref().unwrap_or_default();
        let workload = progress.workloads.get(turn);
        let pod = progress
            .halt
            .as_ref()
            .and_then(|halt| halt.crash.pod.clone());
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
            turn: unfinished.first().map(|turn| (*turn).to_owned()),
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
    fn each_type_that_goes_back_is_told_by_itself() {
        // DS-23, DS-25: under `parallel`, or behind an earlier turn that is slow.
        let back = |turn: &str| Returned {
            turn: turn.to_owned(),
            revision: format!("t-{turn}-1"),
            settled: false,
            nodes: Vec::new(),
        };
        let status = |to: &str| RolloutStatus {
            phase: RolloutPhase::RollingBack,
            rolled_back_to: Some(to.to_owned()),
            ..going("a")
        };
        let told = |before: &RolloutStatus, after: &RolloutStatus| -> Vec<String> {
            let progress = Progress {
                backs: vec![back("a"), back("c")],
                unfinished: vec!["a".to_owned(), "c".to_owned()],
                turn: Some("a".to_owned()),
                ..Progress::default()
            };
            let notices = story(Some(before), Some(after), &progress);
            notices.into_iter().map(|notice| notice.note).collect()
        };
        let both = status("t-a-1, t-c-1");
        assert_eq!(
            told(&stopped("a", "pod a-0"), &both),
            [
                "a goes back to t-a-1: pod a-0",
                "c goes back to t-c-1: what is desired did not run"
            ]
        );
        assert_eq!(
            told(&status("t-a-1"), &both),
            ["c goes back to t-c-1: what is desired did not run"]
        );
        assert_eq!(told(&both, &both), [] as [&str; 0]);
    }

    #[test]
    fn a_crash_behind_the_turn_under_way_starts_no_turn() {
        let after = stopped("b", "pod b-0");
        let progress = Progress {
            turn: Some("a".to_owned()),
            unfinished: vec!["a".to_owned(), "b".to_owned()],
            ..Progress::default()
        };
        let notices = story(Some(&going("a")), Some(&after), &progress);
        let reasons: Vec<&str> = notices.iter().map(|notice| notice.reason).collect();
        assert_eq!(reasons, ["RolloutHalted"]);
    }

    #[test]
    fn an_edit_of_an_earlier_type_finishes_none() {
        assert_eq!(
            told(Some(&going("b")), &going("a"), &["a", "b"]),
            ["NodeTypeRolloutStarted"]
        );
    }
}
