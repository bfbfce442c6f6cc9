//! One pass over one custom resource: gate, resolve, build, observe, plan, execute, report.
//!
//! In: the resource as the store has it. Out: what was written, and when to come again. A pass over
//! a converged resource reads caches only and sends nothing.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use futures::channel::mpsc::UnboundedSender;
use k8s_openapi::api::core::v1::ObjectReference;
use kube::ResourceExt;
use kube::runtime::controller::Action;
use kube::runtime::reflector::{ObjectRef, Store};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::gate::ResourceGate;
use super::own;
use super::track::Tracks;
use crate::build::{Desired, build};
use crate::cache::Cache;
use crate::cluster::Cluster;
use crate::error::chain;
use crate::event::Announcer;
use crate::execute::{Server, execute};
use crate::guard::{Guarded, Sound};
use crate::hook::unready;
use crate::metrics::PassResult;
use crate::observe::{Subject, observe};
use crate::operator::Process;
use crate::plan::plan;
use crate::problem::Problems;
use crate::report::{self, Upgrade};
use crate::resolve::resolve;
use crate::rollout::decide_with;
use crate::rollout::rollback::effective;
use crate::spec::{OnCrash, RolloutPolicy};

mod content;
mod gates;
mod lost;
mod memory;
mod revisions;
mod rollback;
mod seen;
mod status;
mod story;
mod tell;
mod upgrade;

pub(super) use self::gates::AT_ONCE;
use self::gates::Asking;
use self::seen::Seen;

/// Wakes passes over resources.
pub(super) type Triggers<C> = UnboundedSender<ObjectRef<Guarded<C>>>;

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
    pub(super) triggers: Triggers<C>,
    /// For gates that take their time.
    pub(super) places: Arc<Semaphore>,
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
        let took = began.elapsed();
        tracing::debug!(resource = resource.name_any(), result = ?ending.result, again = ?ending.again, took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX), "passed");
        self.process
            .metrics
            .reconciled(&C::kind(&()), ending.result, took);
        ending
            .again
            .map_or_else(Action::await_change, Action::requeue)
    }

    /// None where the resource is none of our business.
    async fn sound(&self, sound: &Sound<C>) -> Option<Ending> {
        let cr = &sound.cr;
        let subject = Subject::of(cr)?;
        if cr.meta().deletion_timestamp.is_some()
            || self.process.settings.denies(&subject.namespace)
        {
            return None;
        }
        let key = (subject.namespace.clone(), subject.name.clone());
        self.tracks
            .with(&key, |track| track.begin(&subject.uid, subject.generation));
        if own::is_set(cr, &self.annotation) {
            let again = self
                .write_status(sound, &subject, &report::Result::Paused)
                .await;
            return Some(Ending {
                result: PassResult::Paused,
                again,
            });
        }
        let policy = policy(cr);
        match desired(cr, &self.process.name).and_then(|desired| Ok((desired, policy?))) {
            Ok((desired, policy)) => {
                self.tell_notes(sound, &subject, &desired.notes);
                Some(self.carry(sound, &subject, &desired, &policy).await)
            }
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

    async fn carry(
        &self,
        sound: &Sound<C>,
        subject: &Subject,
        desired: &Desired,
        policy: &RolloutPolicy,
    ) -> Ending {
        let gate = ResourceGate::new(&self.process, &self.store, &self.annotation, subject);
        let key = (subject.namespace.clone(), subject.name.clone());
        let look = |desired: &Desired| {
            let mut observed = observe(subject.clone(), desired, C::CHILD_KINDS, &self.cache);
            self.be_patient(&key, &mut observed);
            observed.unready = unready(&sound.cr, desired, &observed);
            observed
        };
        let observed = look(desired);
        if observed.ahead().is_some() || self.has_lost(&key, desired, &observed) {
            match self.is_stale(&gate, subject).await {
                Ok(false) => {}
                // The watch brings the newer resource.
                Ok(true) => return self.wait(&key),
                Err(error) => {
                    let error = chain(&error);
                    tracing::warn!(
                        resource = subject.name,
                        error,
                        "cannot tell whether the resource is up to date"
                    );
                    return self.wait(&key);
                }
            }
        }
        let seen = Seen {
            key: &key,
            gate: &gate,
            desired,
            observed: &observed,
        };
        let (backs, impossible) = self.backs(seen, policy).await;
        let went_back;
        let (desired, observed) = if backs.is_empty() {
            (desired, observed)
        } else {
            went_back = effective(desired, &backs, subject.generation);
            (&went_back, look(&went_back))
        };
        let mut rollout = decide_with(desired, &observed, policy, &backs);
        let asking = Asking {
            key: &key,
            sound,
            lease: &gate,
            policy,
        };
        self.pass_gates(&asking, desired, &observed, &backs, &mut rollout);
        let steps = plan(desired, &observed, &rollout);
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
        let mut notices = self.judge(&key, subject, &observed, &outcome);
        outcome.troubles.extend(held);
        outcome.sort();

        let observed = look(desired);
        let mut after = decide_with(desired, &observed, policy, &backs).progress;
        self.close_gates(&asking, desired, &observed, &mut after);
        let seen = Seen {
            key: &key,
            gate: &gate,
            desired,
            observed: &observed,
        };
        if policy.on_crash == OnCrash::Rollback {
            notices.extend(self.keep_revisions(seen, &after).await);
        } else {
            self.tracks.with(&key, |track| track.goods.clear());
            self.drop_revisions(seen, None).await;
        }
        self.remember_present(&key, &observed);
        let (seen, before) = self.upgrade(&key, sound);
        let result = report::Result::Carried {
            desired,
            observed: &observed,
            outcome: &outcome,
            upgrade: Upgrade {
                before: before.as_ref(),
                seen,
                decided: &rollout.progress,
                after: &after,
                impossible: &impossible,
            },
        };
        let status_again = self.write_status(sound, subject, &result).await;
        notices.extend(self.tell_impossible(&key, &impossible));
        notices.extend(self.tell_upgrade(&key, before.as_ref(), &after, policy));
        let about = reference(&sound.cr);
        for notice in &notices {
            self.announcer.announce(&about, notice);
        }
        self.ending(&key, &outcome, policy, status_again)
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

/// How the resource's upgrades go.
fn policy<C: Cluster>(cr: &C) -> Result<RolloutPolicy, Problems> {
    C::ROLLOUT.with(cr.rollout()).map_err(|error| {
        let mut problems = Problems::new();
        problems.add("spec.rollout.after", error.to_string());
        problems
    })
}

fn reference<C: Cluster>(cr: &C) -> ObjectReference {
    cr.object_ref(&())
}
