//! What a pass remembers for the next ones: what was tried in vain, and when to try it again.
//!
//! In: planned steps, and later their outcome. Out: the steps that are worth trying now, what is
//! worth telling, and how the pass ended. Losing it costs a few requests and nothing else.

use std::time::Duration;

use tokio::time::Instant;

use super::{Ending, Pass};
use crate::cache::Concerned;
use crate::cluster::Cluster;
use crate::controller::track::{Hold, backoff};
use crate::error::Closed;
use crate::event::{self, Notice};
use crate::execute::{Outcome, Trouble, TroubleKind};
use crate::metrics::PassResult;
use crate::observe::{Observed, Subject};
use crate::plan::{Act, Reason, Step};
use crate::spec::RolloutPolicy;

impl<C: Cluster> Pass<C> {
    /// Leaves out what was tried in vain and need not be tried again yet.
    pub(super) fn hold_back(
        &self,
        key: &(String, String),
        steps: Vec<Step>,
    ) -> (Vec<Step>, Vec<Trouble>) {
        let now = Instant::now();
        self.tracks.with(key, |track| {
            // A step that is no longer planned holds nothing back, and neither does an object that
            // is gone: what another owner had, or what could not be changed.
            track.holds.retain(|id, hold| {
                let planned = steps.iter().any(|step| step.id == *id);
                let freed = hold.was_known && self.cache.child_of(id).is_none();
                planned && !freed
            });
            // One whose time has come stays known, so that its next wait is longer.
            let holding = |hold: &&Hold| hold.until > now;
            let refused = track
                .holds
                .values()
                .filter(holding)
                .any(|hold| hold.trouble.kind == TroubleKind::Refused && hold.whole);
            let steps = steps
                .into_iter()
                .filter(|step| !track.holds.get(&step.id).as_ref().is_some_and(holding))
                .filter(|step| !(is_repeated(step) && track.tried.contains(&step.id)))
                .filter(|step| {
                    step.act != Act::Create || track.ends.is_none_or(|until| until <= now)
                })
                .filter(|step| {
                    !refused
                        || matches!(step.act, Act::Wait | Act::Refuse | Act::Hold | Act::Evict)
                        || matches!(step.reason, Reason::Drifted(_))
                })
                .collect();
            let held = track
                .holds
                .values()
                .filter(holding)
                .map(|hold| hold.trouble.clone())
                .collect();
            (steps, held)
        })
    }

    /// Remembers what went wrong. Returns what is worth telling.
    pub(super) fn judge(
        &self,
        key: &(String, String),
        subject: &Subject,
        observed: &Observed,
        outcome: &Outcome,
    ) -> Vec<Notice> {
        let now = Instant::now();
        let kind = C::kind(&());
        let resync = self.process.settings.resync;
        let actor = format!("{}/{}", self.process.name, self.process.version);
        let mut notices: Vec<Notice> = outcome
            .done
            .iter()
            .map(|done| event::done(done, &actor, subject.generation))
            .collect();
        self.tracks.with(key, |track| {
            for done in &outcome.done {
                track.holds.remove(&done.id);
                track.tried.remove(&done.id);
            }
            track.tried.extend(outcome.tried.iter().cloned());
        });
        for trouble in &outcome.troubles {
            self.process.metrics.trouble(&kind, trouble.reason);
            let known = observed.children.contains_key(&trouble.id);
            if trouble.kind == TroubleKind::NameConflict && known {
                let who = Concerned {
                    namespace: key.0.clone(),
                    name: key.1.clone(),
                };
                self.cache.wait_for(&trouble.id, who);
            }
            let is_new = self
                .tracks
                .with(key, |track| track.hold(trouble.clone(), known, now, resync));
            if is_new {
                tracing::warn!(resource = %format!("{}/{}", key.0, key.1), "{}", trouble.message);
                notices.push(event::trouble(trouble));
            }
        }
        notices
    }

    pub(super) fn ending(
        &self,
        key: &(String, String),
        outcome: &Outcome,
        policy: &RolloutPolicy,
        status_again: Option<Duration>,
    ) -> Ending {
        let resync = self.process.settings.resync;
        let now = Instant::now();
        if outcome.closed == Some(Closed::NamespaceEnds) {
            // A namespace that ends does not come back, and a resource in its successor is another.
            // Looked at again at resync, in case the server thinks otherwise.
            self.tracks
                .with(key, |track| track.ends = Some(now + resync));
            return Ending {
                result: PassResult::Waiting,
                again: Some(resync),
            };
        }
        let alert = self.next_alert(key, policy);
        let rollback = self.next_rollback(key, policy);
        let patience = self.next_patience(key);
        let good = self.next_good(key, policy);
        let revision = self.next_revision(key);
        let gate = self.next_gate(key);
        let again = self.tracks.with(key, |track| {
            if outcome.waiting.is_empty() && outcome.closed.is_none() {
                track.waits = 0;
            } else {
                track.waits += 1;
            }
            let waited = (track.waits > 0).then(|| backoff(track.waits));
            let held = track
                .next_try(now)
                .map(|at| at.saturating_duration_since(now));
            [
                waited,
                held,
                alert,
                rollback,
                patience,
                good,
                revision,
                gate,
                status_again,
                Some(resync),
            ]
            .into_iter()
            .flatten()
            .min()
        });
        let result = if !outcome.troubles.is_empty() {
            PassResult::Failed
        } else if outcome.waiting.is_empty() && outcome.closed.is_none() {
            PassResult::Settled
        } else {
            PassResult::Waiting
        };
        Ending { result, again }
    }

    pub(super) fn wait(&self, key: &(String, String)) -> Ending {
        let waits = self.tracks.with(key, |track| {
            track.waits += 1;
            track.waits
        });
        Ending {
            result: PassResult::Waiting,
            again: Some(backoff(waits)),
        }
    }
}

/// The dry run of a template change, which is made when the upgrade begins and again in its turn.
fn is_repeated(step: &Step) -> bool {
    step.act == Act::Preflight
        && step.id.kind.is_workload()
        && matches!(step.reason, Reason::NotItsTurn(_) | Reason::Changed)
}
