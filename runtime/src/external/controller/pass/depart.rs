//! The end of a resource: its object goes first, and the finalizer after it (NC-4).
//!
//! In: a resource that is being deleted. Out: the object is removed and the resource free, or the
//! status says why not. Nothing is made or changed here. A pause does not hold it (NC-14).

use kube::Resource;
use tokio::time::Instant;

use super::super::own;
use super::super::parents::{Parent, parent_of};
use super::super::report::Report;
use super::super::talk::{Fault, Topic};
use super::{Ending, Item, Key, Pass, id_of};
use crate::controller::own::{StatusGate, is_set, read};
use crate::event::Notice;
use crate::external::External;
use crate::external::remote::ErrorKind;
use crate::guard::Sound;
use crate::metrics::PassResult;
use crate::observe::Subject;
use crate::spec::{ExternalStatus, ParentGone};

/// What is told when the resource is free: reason and text.
type Told = (bool, &'static str, String);

impl<K: External> Pass<K> {
    pub(super) async fn depart(
        &self,
        key: &Key,
        sound: &Sound<K, ExternalStatus>,
        subject: &Subject,
        parent: &Parent<K::Parent>,
    ) -> Option<Ending> {
        let cr = &sound.cr;
        if !own::has_finalizer(cr, &self.names) {
            return None;
        }
        let id = own::remembered(sound, &self.names).or_else(|| id_of(cr).ok());
        let Some(id) = id.filter(|_| K::POLICY.deletes()) else {
            return Some(self.let_go(key, sound, None).await);
        };
        if is_set(cr, &self.names.release) {
            let note = format!(
                "let go without `{id}`, as the annotation asks: the object may still be there"
            );
            return Some(
                self.let_go(key, sound, Some((true, "Released", note)))
                    .await,
            );
        }
        let rival = self.claims.rival(sound, &self.names, &self.store.state());
        if rival.is_some() {
            return Some(self.let_go(key, sound, None).await);
        }
        if let Some(left) = self.tracks.with(key, |track| track.rests(Instant::now())) {
            return Some(self.rest(key, sound, subject, left).await);
        }
        let gone = K::POLICY.parent_gone == ParentGone::Release;
        let ending = match parent {
            Parent::Missing => match self.is_gone(key, cr).await {
                Ok(true) if gone => {
                    let note = format!("let go without `{id}`: what it was in is gone");
                    return Some(
                        self.let_go(key, sound, Some((true, "Released", note)))
                            .await,
                    );
                }
                Ok(_) => {
                    let message = "what the object is in is not there".to_owned();
                    return Some(
                        self.stuck(key, sound, subject, "ParentMissing", message, None)
                            .await,
                    );
                }
                Err(error) => return Some(self.hindered(key, &error)),
            },
            // The complete list wakes this pass.
            Parent::Unknown => return None,
            Parent::None => false,
            Parent::There(there) => there.ending,
        };
        let topic = Topic {
            sound,
            parent,
            id: id.clone(),
            unsettled: None,
            ours: true,
            unmarked: false,
            asked: String::new(),
            applied: None,
        };
        let gate = StatusGate(&self.process);
        // Once is enough, also where the finalizer stayed: by now the object may be somebody else's.
        let removed = self.tracks.with(key, |track| track.removed.clone());
        let removed = if removed.as_ref() == Some(&id) {
            Ok(())
        } else {
            self.remove(&gate, &topic).await
        };
        let ended = match removed {
            Ok(()) => {
                self.tracks
                    .with(key, |track| track.removed = Some(id.clone()));
                let note = format!("removed `{id}`");
                self.let_go(key, sound, Some((false, "DeleteSuccess", note)))
                    .await
            }
            Err(Fault::Remote(_, error))
                if ending
                    && gone
                    && matches!(
                        error.kind,
                        ErrorKind::Unreachable | ErrorKind::ServerMissing
                    ) =>
            {
                let note = format!("let go without `{id}`: what it is in is going, and {error}");
                self.let_go(key, sound, Some((true, "Released", note)))
                    .await
            }
            Err(Fault::Remote(_, error)) => {
                let wait = error.retry_after;
                self.stuck(key, sound, subject, "DeleteFailed", error.to_string(), wait)
                    .await
            }
            Err(Fault::Invalid(problems)) => {
                let message = problems.to_string().replace('\n', "; ");
                self.stuck(key, sound, subject, "DeleteFailed", message, None)
                    .await
            }
            Err(Fault::Held { reason, message }) => {
                self.stuck(key, sound, subject, reason, message, None).await
            }
            Err(Fault::Kubernetes(error)) => self.hindered(key, &error),
        };
        Some(ended)
    }

    /// Whether the server, too, has no parent of this name.
    async fn is_gone(&self, key: &Key, cr: &K) -> Result<bool, crate::error::RequestError> {
        let Some(name) = parent_of(cr) else {
            return Ok(false);
        };
        let gate = StatusGate(&self.process);
        let found = read::<K::Parent>(&self.server, &gate, &key.0, &name).await?;
        Ok(found.is_none())
    }

    /// Takes the finalizer away.
    async fn let_go(
        &self,
        key: &Key,
        sound: &Sound<K, ExternalStatus>,
        told: Option<Told>,
    ) -> Ending {
        let gate = StatusGate(&self.process);
        match own::release(&self.server, &gate, &sound.cr, &self.names).await {
            Ok(()) => {
                if let Some((warning, reason, note)) = told {
                    tracing::info!(resource = %format!("{}/{}", key.0, key.1), "{note}");
                    self.announce(&sound.cr, warning, reason, "Delete", note);
                }
                Ending {
                    result: PassResult::Settled,
                    again: None,
                }
            }
            Err(error) => self.hindered(key, &error),
        }
    }

    /// The object could not be removed: the resource stays, and says why (NC-19).
    async fn stuck(
        &self,
        key: &Key,
        sound: &Sound<K, ExternalStatus>,
        subject: &Subject,
        reason: &'static str,
        message: String,
        retry_after: Option<std::time::Duration>,
    ) -> Ending {
        let again = self
            .tracks
            .with(key, |track| track.fail(retry_after, Instant::now()));
        let message = format!(
            "{message}; the annotation `{}: \"true\"` lets the resource go without its object",
            self.names.release
        );
        let report = Report {
            reason,
            message,
            word: Some("DeleteFail"),
            ..Report::default()
        };
        self.process.metrics.trouble(&K::kind(&()), reason);
        let status_again = self.write_status(key, sound, subject, &report).await;
        let is_new = self.tracks.with(key, |track| track.tell(&report.message));
        if is_new {
            tracing::warn!(resource = %format!("{}/{}", key.0, key.1), reason, "{}", report.message);
            self.announce(&sound.cr, true, "DeleteFail", "Delete", report.message);
        }
        Ending {
            result: PassResult::Failed,
            again: Some(super::sooner(again, status_again)),
        }
    }

    /// A resource that does not decode: told once; a person may let it go.
    pub(super) async fn unsound(&self, resource: &Item<K>, problem: &str) -> Option<Ending> {
        let meta = resource.meta();
        let namespace = meta.namespace.clone().unwrap_or_default();
        if self.process.settings.denies(&namespace) {
            return None;
        }
        let key = (namespace, meta.name.clone().unwrap_or_default());
        if self.tracks.with(&key, |track| track.tell(problem)) {
            tracing::warn!(
                resource = %format!("{}/{}", key.0, key.1),
                problem,
                "a resource is not of its type and is left alone"
            );
            self.process
                .metrics
                .trouble(&K::kind(&()), "UndecodableResource");
            let notice = Notice {
                warning: true,
                reason: "UndecodableResource",
                action: "Decode",
                note: problem.to_owned(),
                child: None,
            };
            self.announcer.announce(&resource.object_ref(&()), &notice);
        }
        if meta.deletion_timestamp.is_some()
            && own::has_finalizer(resource, &self.names)
            && is_set(resource, &self.names.release)
        {
            let gate = StatusGate(&self.process);
            if let Err(error) = own::release(&self.server, &gate, resource, &self.names).await {
                return Some(self.hindered(&key, &error));
            }
        }
        None
    }
}
