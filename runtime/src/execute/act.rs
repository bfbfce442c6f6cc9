//! One step about one child.
//!
//! In: a step. Out: its effect. Whatever the server answers about an object that is not the one we
//! know leads to forgetting it and looking again, never to a second write.

mod grow;
mod remove;

use serde_json::{Value, json};

use super::Effect;
use super::growth::with_live_templates;
use super::outcome::{Doing, Trouble, Verb};
use super::remedy::{complaints, must_recreate};
use super::server::{Dependents, Gate, MERGE, Server};
use crate::build::DesiredChild;
use crate::cache::{Applied, Cache, Child};
use crate::error::{Closed, Meaning, RequestError};
use crate::kind::ObjectId;
use crate::observe::{Observed, stamped};
use crate::plan::{Act, Reason, Step};
use remove::holds_data;

/// What a step needs.
pub(crate) struct Actor<'a> {
    pub(crate) server: &'a Server,
    pub(crate) cache: &'a Cache,
    pub(crate) gate: &'a dyn Gate,
    pub(crate) observed: &'a Observed,
}

pub(super) type Answer = Result<Effect, RequestError>;

impl Actor<'_> {
    /// Carries out one step.
    pub(crate) async fn act(&self, step: &Step, wanted: Option<&DesiredChild>) -> Effect {
        let doing = match step.act {
            Act::Create => Doing::Create,
            Act::Delete | Act::Recreate | Act::Orphan | Act::Evict => Doing::Delete,
            Act::Preflight => Doing::Try,
            _ => Doing::Update,
        };
        let answer = match (step.act, wanted) {
            (Act::Wait, _) => return Effect::Waiting(step.reason.clone()),
            (Act::Hold, _) => return Effect::Held(step.reason.clone()),
            (Act::Evict, _) => self.evict(&step.id).await,
            (Act::Refuse, _) => return Effect::Trouble(Trouble::of(&step.id, &step.reason)),
            (Act::Delete | Act::Recreate, _) => self.delete(step, Dependents::Go).await,
            (Act::Orphan, _) => self.delete(step, Dependents::Stay).await,
            (Act::Preflight | Act::Grow, _) if holds_data(&step.id) => {
                self.claim(step, wanted).await
            }
            (Act::Create, Some(wanted)) => self.create(wanted).await,
            (act, Some(wanted)) => match self.cache.child_of(&wanted.id) {
                Some(child) => self.change(act, &step.reason, wanted, &child).await,
                None => Ok(Effect::Waiting(Reason::Missing)),
            },
            // Only what is desired is written; `plan` makes no such step.
            (_, None) => Ok(Effect::Nothing),
        };
        answer.unwrap_or_else(|error| self.explain(step, wanted, doing, &error))
    }

    async fn change(
        &self,
        act: Act,
        reason: &Reason,
        wanted: &DesiredChild,
        child: &Child,
    ) -> Answer {
        match act {
            Act::Flip | Act::Unflip => self.flip(&wanted.id, child).await,
            Act::Preflight => self.preflight(reason, wanted, child).await,
            Act::Replace => match drifted_list(wanted, reason) {
                Some((path, list)) => self.replace_list(wanted, child, path, list).await,
                None => Ok(Effect::Waiting(reason.clone())),
            },
            Act::HandOver => self.hand_over(wanted, child).await,
            _ => {
                // The cure of drift changes no content: it keeps the generation of the last one.
                let kept = child.applied.clone().filter(|applied| {
                    matches!(reason, Reason::Drifted(_))
                        && *applied.hash == *wanted.hash
                        && applied.generation <= self.observed.subject.generation
                });
                let applied = kept.unwrap_or_else(|| self.applied(wanted));
                let answer = self.apply(wanted, child, &applied).await;
                let is_refused = |error: &RequestError| error.meaning() == Meaning::Refusal;
                match drifted_list(wanted, reason) {
                    Some((path, list)) if answer.as_ref().is_err_and(is_refused) => {
                        self.replace_list(wanted, child, path, list).await
                    }
                    _ => answer,
                }
            }
        }
    }

    pub(super) fn applied(&self, wanted: &DesiredChild) -> Applied {
        Applied::new(&wanted.hash, self.observed.subject.generation)
    }

    /// Tries a change, and finds out what about it the server does not let happen.
    async fn preflight(&self, reason: &Reason, wanted: &DesiredChild, child: &Child) -> Answer {
        let id = &wanted.id;
        let mut document = stamped(wanted, &self.applied(wanted));
        if *reason == Reason::ClaimsGrow {
            document = with_live_templates(&document, child);
        }
        let answer = self
            .server
            .try_apply(self.gate, id, &child.uid, document.clone())
            .await;
        if let Some(field) = must_recreate(wanted, answer.as_ref()) {
            return Ok(Effect::MustRecreate(field));
        }
        match answer {
            Ok(_) => Ok(Effect::Nothing),
            Err(error) if error.is_about_immutable() => {
                // Of a StatefulSet the server does not say which field it is.
                let live = self.server.read_whole(self.gate, id).await?;
                judge(id, &document, &live).ok_or(error)
            }
            Err(error) => Err(error),
        }
    }

    async fn apply(&self, wanted: &DesiredChild, child: &Child, applied: &Applied) -> Answer {
        let document = stamped(wanted, applied);
        let body = self
            .server
            .apply(self.gate, &wanted.id, &child.uid, document.clone())
            .await?;
        let written = body.clone().into_child(self.cache.ours());
        if let Some(what) = written
            .evidence
            .raw
            .as_ref()
            .and_then(|raw| raw.drift(&document))
        {
            // Writing it again would change nothing, for ever.
            tracing::warn!(child = %wanted.id, what, "somebody changes what we write as we write it");
        }
        self.cache
            .record(wanted.id.kind, body, Some(wanted.hash.as_str()));
        Ok(Effect::Done(Verb::Updated))
    }

    /// Puts a whole list back as it should be.
    ///
    /// Whoever changes the key of an item (a port's number) leaves one of his own, which an apply
    /// keeps; beside ours it may be illegal, as two ports of one name are.
    async fn replace_list(
        &self,
        wanted: &DesiredChild,
        child: &Child,
        path: &str,
        list: &Value,
    ) -> Answer {
        let mut patch = path
            .rsplit('.')
            .fold(list.clone(), |inner, key| json!({ key: inner }));
        if let Some(patch) = patch.as_object_mut() {
            patch.insert("metadata".to_owned(), json!({"uid": child.uid}));
        }
        let body = self
            .server
            .patch(self.gate, &wanted.id, "apply", MERGE, &patch)
            .await?;
        self.cache.record(wanted.id.kind, body, None);
        Ok(Effect::Done(Verb::Updated))
    }

    /// Makes the entry that our POST left one that the next apply replaces.
    async fn flip(&self, id: &ObjectId, child: &Child) -> Answer {
        let Some(index) = child.entries.update else {
            return Ok(Effect::Nothing);
        };
        let entry = format!("/metadata/managedFields/{index}");
        let last = if child.entries.apply {
            json!({"op": "remove", "path": entry})
        } else {
            json!({"op": "replace", "path": format!("{entry}/operation"), "value": "Apply"})
        };
        let patch = json!([
            {"op": "test", "path": "/metadata/resourceVersion", "value": child.version.as_str()},
            {"op": "test", "path": format!("{entry}/manager"), "value": self.cache.ours().manager},
            {"op": "test", "path": format!("{entry}/operation"), "value": "Update"},
            last,
        ]);
        match self
            .server
            .patch(self.gate, id, "flip", "application/json-patch+json", &patch)
            .await
        {
            Ok(body) => {
                self.cache.record(id.kind, body, None);
                Ok(Effect::Nothing)
            }
            // A test failed: the object has changed since we saw it, and the watch will say how.
            Err(error) if error.meaning() == Meaning::Refusal => {
                Ok(Effect::Waiting(Reason::Changed))
            }
            Err(error) => Err(error),
        }
    }

    fn explain(
        &self,
        step: &Step,
        wanted: Option<&DesiredChild>,
        doing: Doing,
        error: &RequestError,
    ) -> Effect {
        let id = &step.id;
        if let RequestError::Closed(closed) = error {
            return Effect::NotSent(*closed);
        }
        match error.meaning() {
            Meaning::Refusal => Effect::Trouble(Trouble::refused(id, doing, error)),
            // And so it is with whatever else would be made there.
            Meaning::Terminating => Effect::NotSent(Closed::NamespaceEnds),
            // Of what is not desired itself, as a StatefulSet's claim, only the watch can tell more.
            Meaning::Stale if wanted.is_none() && error.code() != 404 => {
                Effect::Waiting(step.reason.clone())
            }
            // What is desired is created next, and looked at if it is there.
            Meaning::Stale => {
                if let Some(known) = self.observed.children.get(id) {
                    self.cache.forget(id, &known.child.uid);
                }
                Effect::Waiting(Reason::Missing)
            }
            Meaning::Trouble => Effect::Trouble(Trouble::failed(id, doing, error)),
        }
    }
}

/// The list that drifted, or that has what drifted, and its path.
fn drifted_list<'a>(wanted: &'a DesiredChild, reason: &'a Reason) -> Option<(&'a str, &'a Value)> {
    let Reason::Drifted(what) = reason else {
        return None;
    };
    let path = what.split_once('[').map_or(what.as_str(), |(list, _)| list);
    let pointer = format!("/{}", path.replace('.', "/"));
    let list = wanted.document.pointer(&pointer)?;
    list.is_array().then_some((path, list))
}

/// The trouble with what is desired and cannot be had of a present object.
pub(super) fn judge(id: &ObjectId, document: &Value, live: &Value) -> Option<Effect> {
    let complaints = complaints(id.kind, document, live);
    (!complaints.is_empty())
        .then(|| Effect::Trouble(Trouble::immutable(id, Doing::Try, &complaints)))
}
