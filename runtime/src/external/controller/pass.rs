//! One pass over one resource: gate, look, decide, act, report.
//!
//! In: the resource as the store has it. Out: what was done, and when to come again. Between two
//! looks a pass does nothing, whatever woke it (NC-5); a look at an object that is in sync is one
//! request to the application and none to the API server.

mod depart;
mod ending;
mod status;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use futures::channel::mpsc::UnboundedSender;
use kube::runtime::controller::Action;
use kube::runtime::reflector::{ObjectRef, Store};
use kube::{Resource, ResourceExt};
use serde_json::Value;
use tokio::time::Instant;

use super::Item;
use super::claim::{Claims, id_of};
use super::connect::Connections;
use super::own::{self, Names};
use super::parents::{Parent, Parents, parent_of};
use super::talk::{Fault, Topic, renamed};
use super::track::{Stamp, Track};
use crate::controller::gate::ResourceGate;
use crate::controller::own::{is_set, noted};
use crate::controller::track::Tracks;
use crate::event::{Announcer, Notice};
use crate::execute::Server;
use crate::external::External;
use crate::external::plan::Applied;
use crate::guard::{Guarded, Sound};
use crate::metrics::PassResult;
use crate::names::digest_of;
use crate::observe::Subject;
use crate::operator::Process;
use crate::problem::Problems;
use crate::spec::{Adopt, ExternalStatus};

/// What every pass of a controller needs.
pub(super) struct Pass<K: External> {
    pub(super) process: Process,
    pub(super) server: Server,
    pub(super) announcer: Announcer,
    pub(super) connections: Connections,
    pub(super) claims: Claims,
    pub(super) names: Names,
    pub(super) store: Store<Item<K>>,
    pub(super) parents: Parents<K::Parent>,
    pub(super) tracks: Arc<Tracks<Track>>,
    pub(super) triggers: UnboundedSender<ObjectRef<Item<K>>>,
}

/// How a pass went, and when to come again; none for when something changes.
pub(super) struct Ending {
    pub(super) result: PassResult,
    pub(super) again: Option<Duration>,
}

type Key = (String, String);

impl<K: External> Pass<K> {
    /// Makes one pass.
    pub(super) async fn run(&self, resource: &Item<K>) -> Action {
        let began = Instant::now();
        let ending = match resource {
            Guarded::Unsound(unsound) => self.unsound(resource, &unsound.problem).await,
            Guarded::Sound(sound) => self.sound(sound).await,
        };
        let Some(ending) = ending else {
            return Action::await_change();
        };
        let took = began.elapsed();
        tracing::debug!(resource = resource.name_any(), result = ?ending.result, again = ?ending.again, took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX), "passed");
        self.process
            .metrics
            .reconciled(&K::kind(&()), ending.result, took);
        ending
            .again
            .map_or_else(Action::await_change, Action::requeue)
    }

    /// Wakes a pass over a resource.
    pub(super) fn trigger(&self, resource: &Item<K>) {
        // The receiver is gone only while the process stops.
        drop(self.triggers.unbounded_send(ObjectRef::from_obj(resource)));
    }

    /// A resource is no more: another one may have its object.
    pub(super) fn forget(&self, namespace: &str, name: &str) {
        self.tracks.forget(namespace, name);
        self.claims.forget(namespace, name);
        for resource in self.store.state() {
            let key = (
                resource.namespace().unwrap_or_default(),
                resource.name_any(),
            );
            let woken = self.tracks.look(&key, |track| track.conflicted);
            if woken == Some(true) {
                self.tracks.with(&key, Track::wake);
                self.trigger(&resource);
            }
        }
    }

    /// None where the resource is none of our business.
    async fn sound(&self, sound: &Sound<K, ExternalStatus>) -> Option<Ending> {
        let cr = &sound.cr;
        let subject = Subject::of(cr)?;
        if self.process.settings.denies(&subject.namespace) {
            return None;
        }
        let key = (subject.namespace.clone(), subject.name.clone());
        let deleting = cr.meta().deletion_timestamp.is_some();
        let parent = self
            .parents
            .look(&subject.namespace, parent_of(cr).as_deref());
        if matches!(parent, Parent::Unknown) {
            // The first list of the parents wakes it.
            return None;
        }
        let stamp = Stamp {
            uid: subject.uid.clone(),
            generation: subject.generation,
            deleting,
            parent: parent.stamp(),
        };
        self.tracks.with(&key, |track| track.begin(stamp));
        if deleting {
            return self.depart(&key, sound, &subject, &parent).await;
        }
        if is_set(cr, &self.names.paused) {
            self.tracks.with(&key, Track::wake);
            let again = self.write_paused(&key, sound, &subject).await;
            return Some(Ending {
                result: PassResult::Paused,
                again,
            });
        }
        Some(self.carry(&key, sound, &subject, &parent).await)
    }

    async fn carry(
        &self,
        key: &Key,
        sound: &Sound<K, ExternalStatus>,
        subject: &Subject,
        parent: &Parent<K::Parent>,
    ) -> Ending {
        let mut topic = match self.topic(key, sound, parent) {
            Ok(topic) => topic,
            Err(fault) => return self.failed(key, sound, subject, fault).await,
        };
        // Marks that somebody took away are put back at once.
        if !(topic.ours && topic.unmarked)
            && let Some(left) = self.tracks.with(key, |track| track.rests(Instant::now()))
        {
            return self.rest(key, sound, subject, left).await;
        }
        let gate = ResourceGate::new(&self.process, &self.store, &self.names.paused, subject);
        match self.talk(&gate, &mut topic).await {
            Ok(talked) => self.talked(key, sound, subject, &topic.id, talked).await,
            Err(fault) => self.failed(key, sound, subject, fault).await,
        }
    }

    /// What there is to talk about, if everything that it needs is there.
    fn topic<'a>(
        &self,
        key: &Key,
        sound: &'a Sound<K, ExternalStatus>,
        parent: &'a Parent<K::Parent>,
    ) -> Result<Topic<'a, K>, Fault> {
        let cr = &sound.cr;
        let mut problems = Problems::new();
        let valid = catch_unwind(AssertUnwindSafe(|| {
            let mut found = Problems::new();
            cr.validate(&mut found);
            found
        }));
        problems.extend(valid.unwrap_or_default());
        let id = id_of(cr).map_err(|problem| problems.push(problem));
        let id = match id {
            Ok(id) if problems.is_empty() => id,
            _ => return Err(Fault::Invalid(problems)),
        };
        let fixed = own::fixed(sound);
        let marked = noted(cr, &self.names.id).map(str::to_owned);
        if let Some(old) = fixed.as_ref().filter(|old| **old != id) {
            return Err(Fault::Held {
                reason: "NotSupported",
                message: renamed(old, &id),
            });
        }
        let rival = self.claims.rival(sound, &self.names, &self.store.state());
        self.tracks
            .with(key, |track| track.conflicted = rival.is_some());
        if let Some(rival) = rival {
            return Err(Fault::Held {
                reason: "ResourceConflict",
                message: format!("`{id}` is the object of {} {rival}", K::kind(&())),
            });
        }
        let ours = fixed.is_some() || marked.as_ref() == Some(&id);
        awaited::<K>(cr, parent, ours)?;
        let asked = serde_json::to_value(cr).unwrap_or_default();
        Ok(Topic {
            sound,
            parent,
            unsettled: marked.clone().filter(|old| fixed.is_none() && *old != id),
            ours,
            unmarked: K::POLICY.adopt != Adopt::Observe
                && (marked.as_ref() != Some(&id)
                    || K::POLICY.deletes() && !own::has_finalizer(cr, &self.names)),
            asked: digest_of(asked.get("spec").unwrap_or(&Value::Null)),
            applied: sound
                .status
                .as_ref()
                .and_then(|status| status.applied.as_deref())
                .map(Applied::read),
            id,
        })
    }

    pub(super) fn announce(
        &self,
        cr: &K,
        warning: bool,
        reason: &'static str,
        action: &'static str,
        note: String,
    ) {
        let notice = Notice {
            warning,
            reason,
            action,
            note,
            child: None,
        };
        self.announcer.announce(&cr.object_ref(&()), &notice);
    }
}

/// What the resource waits for before its object can be spoken about.
fn awaited<K: External>(cr: &K, parent: &Parent<K::Parent>, ours: bool) -> Result<(), Fault> {
    let name = || {
        let name = parent_of(cr).unwrap_or_default();
        format!("{} `{name}`", <K::Parent as Resource>::kind(&()))
    };
    let missing = |message: String| {
        Err(Fault::Held {
            reason: "ParentMissing",
            message,
        })
    };
    match parent {
        Parent::Unknown => missing(format!("{} is not known yet", name())),
        Parent::Missing => missing(format!("there is no {}", name())),
        Parent::There(there) if there.ending => missing(format!("{} is being deleted", name())),
        Parent::There(there) if there.cr.is_none() => {
            missing(format!("{} is not of its type", name()))
        }
        // Once the object is there, an upgrade of the parent does not keep it from being looked after.
        Parent::There(there) if !there.ready && !ours => Err(Fault::Held {
            reason: "ParentNotReady",
            message: format!("waits for {} to be ready", name()),
        }),
        Parent::None | Parent::There(_) => Ok(()),
    }
}

fn sooner(again: Duration, status: Option<Duration>) -> Duration {
    status.map_or(again, |status| status.min(again))
}
