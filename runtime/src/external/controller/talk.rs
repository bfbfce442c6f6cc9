//! The talk with the application: look, decide, act.
//!
//! In: the resource, its parent and its object's name. Out: what was done. Every write first asks the
//! gate, so that none happens after the resource changed or began to go (NC-4).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::Value;

use super::connect::NoWire;
use super::own;
use super::parents::Parent;
use super::pass::Pass;
use crate::error::RequestError;
use crate::execute::Gate;
use crate::external::http::Wire;
use crate::external::plan::{Act, Applied, Facts, Why, decide};
use crate::external::remote::ErrorKind;
use crate::external::{External, Remote, RemoteError, Seen, Server, Target};
use crate::guard::Sound;
use crate::problem::{Problem, Problems};
use crate::spec::{Adopt, ExternalStatus};

/// Of one function of a hook. Declared calls have their own limit.
const LONGEST: Duration = Duration::from_secs(60);

/// What a talk is about.
pub(super) struct Topic<'a, K: External> {
    pub(super) sound: &'a Sound<K, ExternalStatus>,
    pub(super) parent: &'a Parent<K::Parent>,
    pub(super) id: String,
    /// A name that a first attempt may have been made with.
    pub(super) unsettled: Option<String>,
    /// The object is this resource's already.
    pub(super) ours: bool,
    /// The marks are not on the resource yet.
    pub(super) unmarked: bool,
    /// Digest of what is asked for.
    pub(super) asked: String,
    pub(super) applied: Option<Applied>,
}

/// How a talk ended well.
#[derive(Debug)]
pub(super) struct Talked {
    pub(super) did: Did,
    pub(super) applied: Applied,
    pub(super) fields: Vec<(&'static str, Value)>,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Did {
    Nothing,
    /// It was there, as it is asked for.
    Found,
    Created {
        lost: bool,
    },
    Updated(Why),
    /// Nothing may be done: this is how it stands.
    Saw(Seen),
}

/// Which part of a talk failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    Look,
    Create,
    Update,
    Delete,
}

/// Why a talk did not end well.
#[derive(Debug)]
pub(super) enum Fault {
    /// The resource is at fault.
    Invalid(Problems),
    /// Something else has to change first.
    Held {
        reason: &'static str,
        message: String,
    },
    Remote(Doing, RemoteError),
    Kubernetes(RequestError),
}

impl From<NoWire> for Fault {
    fn from(none: NoWire) -> Self {
        match none {
            NoWire::Remote(error) => Self::Remote(Doing::Look, error),
            NoWire::Kubernetes(error) => Self::Kubernetes(error),
        }
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        let mut problems = Problems::new();
        problems.push(problem);
        Self::Invalid(problems)
    }
}

impl<K: External> Pass<K> {
    /// Brings the object to what the resource asks for.
    pub(super) async fn talk(
        &self,
        gate: &dyn Gate,
        topic: &mut Topic<'_, K>,
    ) -> Result<Talked, Fault> {
        let server = server_of(topic);
        let mut wire = self.wire(gate, topic, server.as_ref()).await?;
        let first = self.exchange(gate, topic, wire.clone()).await;
        let cured = self
            .cure(gate, topic, server.as_ref(), &first, &mut wire)
            .await;
        if cured {
            self.exchange(gate, topic, wire).await
        } else {
            first
        }
    }

    /// Removes the object.
    pub(super) async fn remove(&self, gate: &dyn Gate, topic: &Topic<'_, K>) -> Result<(), Fault> {
        let server = server_of(topic);
        let mut wire = self.wire(gate, topic, server.as_ref()).await?;
        let first = self.end(gate, topic, wire.clone()).await;
        let cured = self
            .cure(gate, topic, server.as_ref(), &first, &mut wire)
            .await;
        if cured {
            self.end(gate, topic, wire).await
        } else {
            first
        }
    }

    async fn end(
        &self,
        gate: &dyn Gate,
        topic: &Topic<'_, K>,
        wire: Option<Arc<Wire>>,
    ) -> Result<(), Fault> {
        let target = target(topic, wire, &topic.id);
        let remote = remote(&target)?;
        gate.check().map_err(closed)?;
        let removed = ask(remote.delete()).await;
        self.count("delete", &removed);
        removed.map_err(|error| Fault::Remote(Doing::Delete, error))
    }

    async fn wire(
        &self,
        gate: &dyn Gate,
        topic: &Topic<'_, K>,
        server: Option<&Server>,
    ) -> Result<Option<Arc<Wire>>, Fault> {
        let Some(server) = server else {
            return Ok(None);
        };
        let namespace = topic.sound.cr.cr_namespace();
        match self.connections.wire(gate, namespace, server).await {
            Ok(wire) => Ok(Some(Arc::new(wire))),
            Err(none) => {
                if let NoWire::Remote(error) = &none {
                    self.connections.forget(namespace, server, error.kind);
                }
                Err(none.into())
            }
        }
    }

    /// Looks up anew what a failure may be due to. Whether the talk is worth another try at once: the
    /// credentials are others than they were.
    async fn cure<T>(
        &self,
        gate: &dyn Gate,
        topic: &Topic<'_, K>,
        server: Option<&Server>,
        result: &Result<T, Fault>,
        wire: &mut Option<Arc<Wire>>,
    ) -> bool {
        let (Some(server), Err(Fault::Remote(_, error))) = (server, result) else {
            return false;
        };
        if !matches!(error.kind, ErrorKind::Unauthorized | ErrorKind::Unreachable) {
            return false;
        }
        let namespace = topic.sound.cr.cr_namespace();
        self.connections.forget(namespace, server, error.kind);
        if error.kind != ErrorKind::Unauthorized || server.auth.is_none() {
            return false;
        }
        // If there is none any more, the next pass says so.
        let Ok(new) = self.wire(gate, topic, Some(server)).await else {
            return false;
        };
        let header = |wire: &Option<Arc<Wire>>| {
            let wire = wire.as_ref();
            wire.and_then(|wire| wire.authorization.clone())
        };
        let changed = header(&new) != header(wire);
        *wire = new;
        changed
    }

    async fn exchange(
        &self,
        gate: &dyn Gate,
        topic: &mut Topic<'_, K>,
        wire: Option<Arc<Wire>>,
    ) -> Result<Talked, Fault> {
        let adopt = K::POLICY.adopt;
        if let Some(old) = topic.unsettled.clone() {
            let target = target(topic, wire.clone(), &old);
            let remote = remote(&target)?;
            if self.look(&*remote).await? != Seen::Absent {
                return Err(Fault::Held {
                    reason: "NotSupported",
                    message: renamed(&old, &topic.id),
                });
            }
            topic.unsettled = None;
        }
        let target = target(topic, wire, &topic.id);
        let remote = remote(&target)?;
        if adopt == Adopt::Adopt {
            self.mark(gate, topic).await?;
        }
        gate.check().map_err(closed)?;
        let seen = self.look(&*remote).await?;
        let facts = Facts {
            adopt,
            ours: topic.ours,
            asked: &topic.asked,
            applied: topic.applied.as_ref(),
        };
        let act = decide(&seen, facts);
        let mut applied = Applied::read(&topic.asked);
        let did = match act {
            Act::Refuse => {
                return Err(Fault::Held {
                    reason: "AlreadyExists",
                    message: format!(
                        "the application has `{}` already, and it is not this resource's",
                        topic.id
                    ),
                });
            }
            Act::Nothing if adopt == Adopt::Observe => Did::Saw(seen),
            Act::Nothing => {
                self.mark(gate, topic).await?;
                applied = Applied::accept(&topic.asked, &seen);
                if topic.ours { Did::Nothing } else { Did::Found }
            }
            Act::Create { lost } => {
                self.mark(gate, topic).await?;
                gate.check().map_err(closed)?;
                let created = ask(remote.create()).await;
                self.count("create", &created);
                created.map_err(|error| Fault::Remote(Doing::Create, error))?;
                Did::Created { lost }
            }
            Act::Update(why) => {
                self.mark(gate, topic).await?;
                gate.check().map_err(closed)?;
                let updated = ask(remote.update()).await;
                self.count("update", &updated);
                updated.map_err(|error| Fault::Remote(Doing::Update, error))?;
                if why == Why::Drifted {
                    // Told again, what does it make of it?
                    let seen = self.look(&*remote).await?;
                    applied = Applied::accept(&topic.asked, &seen);
                }
                Did::Updated(why)
            }
        };
        let fields = catch_unwind(AssertUnwindSafe(|| K::status_fields(&target)));
        Ok(Talked {
            did,
            applied,
            fields: fields.unwrap_or_default(),
        })
    }

    async fn look(&self, remote: &dyn Remote) -> Result<Seen, Fault> {
        let seen = ask(remote.observe()).await;
        self.count("observe", &seen);
        seen.map_err(|error| Fault::Remote(Doing::Look, error))
    }

    /// Puts the marks on the resource, before anything is done outside (NC-1).
    async fn mark(&self, gate: &dyn Gate, topic: &mut Topic<'_, K>) -> Result<(), Fault> {
        if topic.unmarked {
            let cr = &topic.sound.cr;
            own::claim(&self.server, gate, cr, &self.names, &topic.id)
                .await
                .map_err(Fault::Kubernetes)?;
            topic.unmarked = false;
        }
        Ok(())
    }

    fn count<T>(&self, verb: &'static str, result: &Result<T, RemoteError>) {
        let result = result.as_ref().err().map_or("ok", RemoteError::reason);
        self.process.metrics.told(&K::kind(&()), verb, result);
    }
}

fn server_of<K: External>(topic: &Topic<'_, K>) -> Option<Server> {
    let parent = topic.parent.cr();
    let cr = &topic.sound.cr;
    catch_unwind(AssertUnwindSafe(|| cr.server(parent.as_deref()))).unwrap_or_default()
}

fn target<K: External>(topic: &Topic<'_, K>, wire: Option<Arc<Wire>>, id: &str) -> Target<K> {
    Target {
        cr: Arc::new(topic.sound.cr.clone()),
        parent: topic.parent.cr(),
        id: id.to_owned(),
        wire,
    }
}

/// A panic in what an operator's author wrote costs this resource only.
fn remote<K: External>(target: &Target<K>) -> Result<Box<dyn Remote>, Fault> {
    let made = catch_unwind(AssertUnwindSafe(|| K::remote(target)));
    Ok(made.unwrap_or_else(|_| {
        Err(Problem {
            path: "spec".to_owned(),
            message: "the operator failed on this resource; that is a mistake in it".to_owned(),
        })
    })?)
}

async fn ask<T>(asked: BoxFuture<'_, Result<T, RemoteError>>) -> Result<T, RemoteError> {
    match tokio::time::timeout(LONGEST, AssertUnwindSafe(asked).catch_unwind()).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Err(RemoteError::new(
            "the operator failed while it asked the application; that is a mistake in it",
        )),
        Err(_) => Err(RemoteError::of(
            ErrorKind::Unreachable,
            format!("the application did not answer within {LONGEST:?}"),
        )),
    }
}

fn closed(closed: crate::error::Closed) -> Fault {
    Fault::Kubernetes(closed.into())
}

pub(super) fn renamed(old: &str, new: &str) -> String {
    format!(
        "the object is `{old}` in the application and cannot become `{new}`: change it back, or make another resource"
    )
}
