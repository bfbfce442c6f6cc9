//! The upgrade under way, or the last one, as people read it (DS-24).
//!
//! In: how the upgrade stood before, what was decided, and what is seen after the pass. Out: its
//! phase, its times, and what it waits for. A time moves when what it tells of does, and nothing is
//! decided from it (D6): a start that nobody saw stays absent.

use std::time::Duration;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use k8s_openapi::jiff::Timestamp;

use crate::event::cut;
use crate::rollout::rollback::Impossible;
use crate::rollout::{Progress, Returned};
use crate::spec::{RolloutPhase, RolloutStatus, duration_text};

/// As long as the schema lets it be.
const LONGEST: usize = 1024;
/// As long as the schema lets what was gone back to be.
const NAME: usize = 253;

/// What a pass knows of an upgrade.
#[derive(Clone, Copy)]
pub(crate) struct Upgrade<'a> {
    pub(crate) before: Option<&'a RolloutStatus>,
    /// This process has seen the resource before: what begins now, begins now.
    pub(crate) seen: bool,
    /// At the beginning of the pass, and at its end.
    pub(crate) decided: &'a Progress,
    pub(crate) after: &'a Progress,
    /// Why node types that should go back to what they ran before cannot.
    pub(crate) impossible: &'a Impossible,
}

impl Upgrade<'_> {
    /// Why what is halted cannot be rolled back, though it should; without a halt, what crashes.
    pub(super) fn no_way_back(&self) -> Option<&str> {
        let why = match self.after.halt.as_ref() {
            Some(halt) => self.impossible.get(halt.node_type.as_deref()?),
            None => self.impossible.values().next(),
        };
        why.map(String::as_str)
    }

    /// How the upgrade stands after the pass.
    pub(super) fn next(&self, now: Timestamp) -> Option<RolloutStatus> {
        let under_way = self.before.filter(|before| is_under_way(before));
        let backs = &self.after.backs;
        let moving = backs.iter().find(|back| !back.settled);
        let back = moving.or(backs.first());
        let begins = self.decided.active || self.after.active || back.is_some();
        if under_way.is_none() && !begins {
            return self.before.cloned();
        }
        let started_at = if let Some(before) = under_way {
            before.started_at.clone()
        } else {
            let began = self.seen || !self.decided.under_way;
            (began && back.is_none()).then_some(Time(now))
        };
        if self.after.done {
            return Some(RolloutStatus {
                phase: RolloutPhase::Complete,
                took: started_at.as_ref().map(|started| took(started.0, now)),
                started_at,
                finished_at: Some(Time(now)),
                ..RolloutStatus::default()
            });
        }
        let halt = self.after.halt.as_ref();
        let turn = halt
            .map(|halt| &halt.turn)
            .or(back.map(|back| &back.turn))
            .or(self.after.turn.as_ref());
        let waiting_for = match (halt, back) {
            (Some(halt), _) => Some(halt.crash.to_string()),
            (None, Some(back)) if back.settled => Some("a change of the resource".to_owned()),
            (None, Some(back)) => nodes(&back.nodes, self.after),
            (None, None) if self.after.gate.is_some() => self.after.gate.clone(),
            (None, None) => nodes(&self.after.nodes, self.after),
        };
        let waiting_for = waiting_for.map(|text| cut(&text, LONGEST).to_owned());
        let since = under_way
            .filter(|before| before.waiting_for == waiting_for)
            .and_then(|before| before.waiting_since.clone());
        Some(RolloutStatus {
            phase: match (halt, back) {
                (Some(_), _) => RolloutPhase::Halted,
                (None, Some(back)) if back.settled => RolloutPhase::RolledBack,
                (None, Some(_)) => RolloutPhase::RollingBack,
                (None, None) => RolloutPhase::Progressing,
            },
            rolled_back_to: revisions(backs),
            started_at,
            node_type: turn.cloned(),
            waiting_since: waiting_for.is_some().then(|| since.unwrap_or(Time(now))),
            waiting_for,
            ..RolloutStatus::default()
        })
    }
}

fn is_under_way(rollout: &RolloutStatus) -> bool {
    rollout.phase != RolloutPhase::Complete
}

fn took(started: Timestamp, now: Timestamp) -> String {
    // A wall clock may go back.
    let seconds = u64::try_from(now.as_second() - started.as_second()).unwrap_or_default();
    duration_text(Duration::from_secs(seconds))
}

/// The revisions that turns went back to.
fn revisions(backs: &[Returned]) -> Option<String> {
    let names: Vec<&str> = backs.iter().map(|back| back.revision.as_str()).collect();
    (!names.is_empty()).then(|| cut(&names.join(", "), NAME).to_owned())
}

fn nodes(names: &[String], progress: &Progress) -> Option<String> {
    let why = |name: &String| match progress.unready.get(name) {
        Some(why) => format!("{name} ({why})"),
        None => name.clone(),
    };
    let names: Vec<String> = names.iter().map(why).collect();
    match names.as_slice() {
        [] => None,
        [one] => Some(format!("node {one}")),
        many => Some(format!("nodes {}", many.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::rollout::Halt;
    use crate::rollout::facts::Crash;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn going() -> Progress {
        Progress {
            active: true,
            turn: Some("query".to_owned()),
            nodes: vec!["query-0".to_owned()],
            ..Progress::default()
        }
    }

    fn done() -> Progress {
        Progress {
            done: true,
            ..Progress::default()
        }
    }

    fn next(
        before: Option<&RolloutStatus>,
        decided: &Progress,
        after: &Progress,
        second: i64,
    ) -> Option<RolloutStatus> {
        let upgrade = Upgrade {
            before,
            seen: false,
            decided,
            after,
            impossible: &Impossible::new(),
        };
        upgrade.next(at(second))
    }

    /// DS-24.
    #[test]
    fn an_upgrade_has_a_start_an_end_and_a_duration_that_stay() {
        // DS-24.
        assert_eq!(next(None, &done(), &done(), 1), None);
        let first = next(None, &going(), &going(), 10).unwrap();
        assert_eq!(first.phase, RolloutPhase::Progressing);
        assert_eq!(first.started_at, Some(Time(at(10))));
        assert_eq!(first.waiting_for.as_deref(), Some("node query-0"));
        let same = next(Some(&first), &going(), &going(), 12).unwrap();
        assert_eq!(same, first);
        let last = next(Some(&same), &done(), &done(), 202).unwrap();
        assert_eq!(last.phase, RolloutPhase::Complete);
        assert_eq!(last.took.as_deref(), Some("3m12s"));
        assert_eq!(next(Some(&last), &done(), &done(), 900), Some(last.clone()));
        let second = next(Some(&last), &going(), &going(), 1000).unwrap();
        assert_eq!(second.started_at, Some(Time(at(1000))));
        assert_eq!(second.finished_at, None);
    }

    #[test]
    fn a_start_that_nobody_saw_stays_absent() {
        // D6: the status was wiped while pods were being replaced.
        let rolling = Progress {
            under_way: true,
            ..going()
        };
        let first = next(None, &rolling, &rolling, 10).unwrap();
        assert_eq!((first.started_at.clone(), first.took.clone()), (None, None));
        let last = next(Some(&first), &done(), &done(), 12).unwrap();
        assert_eq!((last.took, last.finished_at), (None, Some(Time(at(12)))));
    }

    #[test]
    fn a_halt_says_what_is_in_the_way_and_since_when() {
        let crashed = Progress {
            halt: Some(Halt {
                turn: "query".to_owned(),
                node_type: None,
                crash: Crash {
                    node: "query-0".to_owned(),
                    pod: Some("t-query-0-0".to_owned()),
                    reason: "CrashLoopBackOff (container app)".to_owned(),
                },
            }),
            ..going()
        };
        let first = next(None, &going(), &going(), 10).unwrap();
        let halted = next(Some(&first), &going(), &crashed, 20).unwrap();
        assert_eq!(halted.phase, RolloutPhase::Halted);
        assert_eq!(
            halted.waiting_for.as_deref(),
            Some("pod t-query-0-0 of node query-0: CrashLoopBackOff (container app)")
        );
        let again = next(Some(&halted), &crashed, &crashed, 30).unwrap();
        assert_eq!(again.waiting_since, Some(Time(at(20))));
        assert_eq!(again.started_at, Some(Time(at(10))));
    }

    #[test]
    fn a_gate_and_a_hook_are_what_an_upgrade_waits_for() {
        // MF-20, DS-24.
        let gated = Progress {
            gate: Some("before_upgrade: moving".to_owned()),
            ..going()
        };
        let waiting = next(None, &gated, &gated, 10).unwrap();
        assert_eq!(waiting.phase, RolloutPhase::Progressing);
        assert_eq!(
            waiting.waiting_for.as_deref(),
            Some("before_upgrade: moving")
        );
        let unready = Progress {
            unready: BTreeMap::from([("query-0".to_owned(), "it lags".to_owned())]),
            ..going()
        };
        let waiting = next(Some(&waiting), &unready, &unready, 20).unwrap();
        assert_eq!(
            waiting.waiting_for.as_deref(),
            Some("node query-0 (it lags)")
        );
        assert_eq!(waiting.waiting_since, Some(Time(at(20))));
    }
}
