//! One pass over one custom resource: gate, resolve, build, observe, plan, execute, report.
//!
//! In: the resource as the store has it. Out: what was written, and when to come again. A pass over
//! a converged resource reads caches only and sends nothing.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::ObjectReference;
use k8s_openapi::jiff::Timestamp;
use kube::runtime::controller::Action;
use kube::runtime::reflector::{ObjectRef, Store};
use kube::{Resource, ResourceExt};
use tokio::time::Instant;

use super::track::{Hold, Tracks, backoff};
use crate::build::{Desired, build};
use crate::cache::{Cache, Concerned, Version};
use crate::cluster::{Cluster, NodeFields};
use crate::error::{Closed, RequestError, chain};
use crate::event::{self, Announcer, Notice};
use crate::execute::{Gate, Outcome, Server, TroubleKind, execute};
use crate::guard::{Guarded, Sound};
use crate::metrics::PassResult;
use crate::observe::{Observed, Subject, observe};
use crate::operator::Process;
use crate::plan::{Act, Reason, Step, plan};
use crate::problem::Problems;
use crate::report::{self, Names, report};
use crate::resolve::resolve;
use crate::rollout::Rollout;
use crate::spec::ClusterStatus;

mod status;

/// Between two writes of one status.
const STATUS_PAUSE: Duration = Duration::from_secs(1);

/// What every pass of a controller needs.
pub(super) struct Pass<C: Cluster> {
    pub(super) process: Process,
    pub(super) server: Server,
    pub(super) cache: Cache,
    pub(super) announcer: Announcer,
    /// The annotation that makes us leave a resource alone.
    pub(super) annotation: String,
    pub(super) store: Store<Guarded<C>>,
    pub(super) tracks: Arc<Tracks>,
}

/// How a pass went, and when to come again.
struct Ending {
    result: PassResult,
    again: Option<Duration>,
}

impl<C: Cluster> Pass<C> {
    /// Makes one pass.
    pub(super) async fn run(&self, resource: &Guarded<C>) -> Action {
        let began = Instant::now();
        let ending = match resource {
            Guarded::Unsound(unsound) => {
                self.tell_unsound(resource, &unsound.problem);
                return Action::await_change();
            }
            Guarded::Sound(sound) => self.sound(sound).await,
        };
        let Some(ending) = ending else {
            return Action::await_change();
        };
        tracing::debug!(resource = resource.name_any(), result = ?ending.result, again = ?ending.again, "passed");
        self.process
            .metrics
            .reconciled(&C::kind(&()), ending.result, began.elapsed());
        ending
            .again
            .map_or_else(Action::await_change, Action::requeue)
    }

    /// None where the resource is none of our business.
    async fn sound(&self, sound: &Sound<C>) -> Option<Ending> {
        let cr = &sound.cr;
        let subject = subject(cr)?;
        if cr.meta().deletion_timestamp.is_some()
            || self.process.settings.denies(&subject.namespace)
        {
            return None;
        }
        let key = (subject.namespace.clone(), subject.name.clone());
        self.tracks
            .with(&key, |track| track.begin(&subject.uid, subject.generation));
        if self.is_paused(cr) {
            let again = self
                .write_status(sound, &subject, &report::Result::Paused)
                .await;
            return Some(Ending {
                result: PassResult::Paused,
                again,
            });
        }
        match desired(cr, &self.process.name) {
            Ok(desired) => Some(self.carry(sound, &subject, &desired).await),
            Err(problems) => {
                self.tell_invalid(sound, &subject, &problems);
                let result = report::Result::Invalid(&problems);
                let again = self.write_status(sound, &subject, &result).await;
                Some(Ending {
                    result: PassResult::Failed,
                    again,
                })
            }
        }
    }

    async fn carry(&self, sound: &Sound<C>, subject: &Subject, desired: &Desired) -> Ending {
        let gate = PassGate {
            pass: self,
            who: ObjectRef::new(&subject.name).within(&subject.namespace),
            subject,
        };
        let look = || observe(subject.clone(), desired, C::CHILD_KINDS, &self.cache);
        let observed = look();
        let key = (subject.namespace.clone(), subject.name.clone());
        if observed.ahead().is_some() {
            match self.is_stale(&gate, subject).await {
                Ok(false) => {}
                // The watch brings the newer resource.
                Ok(true) => return self.wait(&key),
                Err(error) => {
                    let error = chain(&error);
                    tracing::warn!(resource = %gate.who, error, "cannot tell whether the resource is up to date");
                    return self.wait(&key);
                }
            }
        }
        let steps = plan(desired, &observed, Rollout::AtOnce);
        for step in &steps {
            tracing::debug!(child = %step.id, act = ?step.act, reason = %step.reason, "planned");
        }
        let (steps, held) = self.hold_back(&key, steps);
        let mut outcome = execute(
            &self.server,
            &self.cache,
            &gate,
            desired,
            &observed,
            steps,
            &held.iter().map(|trouble| trouble.id.clone()).collect(),
        )
        .await;
        let notices = self.judge(&key, subject, &observed, &outcome);
        outcome.troubles.extend(held);
        outcome.sort();

        let observed = look();
        let result = report::Result::Carried {
            desired,
            observed: &observed,
            outcome: &outcome,
        };
        let status_again = self.write_status(sound, subject, &result).await;
        let about = reference(&sound.cr);
        for notice in &notices {
            self.announcer.announce(&about, notice);
        }
        self.ending(&key, &outcome, status_again)
    }

    /// Leaves out what was tried in vain and need not be tried again yet.
    fn hold_back(
        &self,
        key: &(String, String),
        steps: Vec<Step>,
    ) -> (Vec<Step>, Vec<crate::execute::Trouble>) {
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
                .filter(|step| {
                    !refused
                        || matches!(step.act, Act::Wait | Act::Refuse)
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
    fn judge(
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
            }
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

    fn ending(
        &self,
        key: &(String, String),
        outcome: &Outcome,
        status_again: Option<Duration>,
    ) -> Ending {
        let resync = self.process.settings.resync;
        let now = Instant::now();
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
            [waited, held, status_again, Some(resync)]
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

    fn wait(&self, key: &(String, String)) -> Ending {
        let waits = self.tracks.with(key, |track| {
            track.waits += 1;
            track.waits
        });
        Ending {
            result: PassResult::Waiting,
            again: Some(backoff(waits)),
        }
    }

    fn is_paused(&self, cr: &C) -> bool {
        cr.annotations()
            .get(&self.annotation)
            .is_some_and(|value| value == "true")
    }

    fn tell_unsound(&self, resource: &Guarded<C>, problem: &str) {
        let meta = resource.meta();
        let namespace = meta.namespace.clone().unwrap_or_default();
        if self.process.settings.denies(&namespace) {
            return;
        }
        let key = (namespace, resource.name_any());
        let is_new = self.tracks.with(&key, |track| {
            track.begin(
                meta.uid.as_deref().unwrap_or_default(),
                meta.generation.unwrap_or_default(),
            );
            track.tell(problem)
        });
        if !is_new {
            return;
        }
        let resource = resource.object_ref(&());
        tracing::warn!(
            resource = format!("{}/{}", key.0, key.1),
            problem,
            "a resource is not of its type and is left alone"
        );
        self.process
            .metrics
            .trouble(&C::kind(&()), "UndecodableResource");
        let notice = warning("UndecodableResource", "Decode", problem);
        self.announcer.announce(&resource, &notice);
    }

    fn tell_invalid(&self, sound: &Sound<C>, subject: &Subject, problems: &Problems) {
        let key = (subject.namespace.clone(), subject.name.clone());
        let text = problems.to_string();
        self.process
            .metrics
            .trouble(&C::kind(&()), "InvalidResource");
        if self.tracks.with(&key, |track| track.tell(&text)) {
            tracing::warn!(
                resource = format!("{}/{}", key.0, key.1),
                problems = text,
                "a resource is refused"
            );
            let notice = warning("InvalidResource", "Build", &text);
            self.announcer.announce(&reference(&sound.cr), &notice);
        }
    }
}

fn warning(reason: &'static str, action: &'static str, note: &str) -> Notice {
    Notice {
        warning: true,
        reason,
        action,
        note: note.to_owned(),
        child: None,
    }
}

/// What the resource asks for. A panic in what an operator's author wrote costs this resource only.
fn desired<C: Cluster>(cr: &C, operator: &str) -> Result<Desired, Problems> {
    let built = catch_unwind(AssertUnwindSafe(|| {
        resolve(cr).and_then(|resolved| build(&resolved, operator))
    }));
    built.unwrap_or_else(|_| {
        let mut problems = Problems::new();
        problems.add(
            "spec",
            "the operator failed on this resource; that is a mistake in it",
        );
        Err(problems)
    })
}

fn subject<C: Cluster>(cr: &C) -> Option<Subject> {
    let meta = cr.meta();
    Some(Subject {
        namespace: meta.namespace.clone()?,
        name: meta.name.clone()?,
        uid: meta.uid.clone()?,
        generation: meta.generation.unwrap_or_default(),
        kind: C::kind(&()).into_owned(),
        group: C::group(&()).into_owned(),
    })
}

fn reference<C: Cluster>(cr: &C) -> ObjectReference {
    cr.object_ref(&())
}

/// Closes when the resource is gone or changed, the lease is in doubt, or the process stops (B6).
struct PassGate<'a, C: Cluster> {
    pass: &'a Pass<C>,
    who: ObjectRef<Guarded<C>>,
    subject: &'a Subject,
}

impl<C: Cluster> Gate for PassGate<'_, C> {
    fn check(&self) -> Result<(), Closed> {
        self.pass.process.may_write()?;
        let resource = self.pass.store.get(&self.who).ok_or(Closed::Gone)?;
        let meta = resource.meta();
        if meta.uid.as_deref() != Some(self.subject.uid.as_str())
            || meta.deletion_timestamp.is_some()
        {
            return Err(Closed::Gone);
        }
        match &*resource {
            Guarded::Sound(sound)
                if meta.generation.unwrap_or_default() == self.subject.generation
                    && !self.pass.is_paused(&sound.cr) =>
            {
                Ok(())
            }
            _ => Err(Closed::Superseded),
        }
    }
}
