//! One step about one child.
//!
//! In: a step. Out: its effect. Whatever the server answers about an object that is not the one we
//! know leads to forgetting it and looking again, never to a second write.

use serde_json::{Value, json};

use super::Effect;
use super::growth::with_live_templates;
use super::outcome::{Doing, Trouble, Verb};
use super::remedy::{complaints, must_recreate};
use super::server::{Dependents, Gate, MERGE, Server};
use crate::build::DesiredChild;
use crate::cache::{Applied, Body, Cache, Child};
use crate::error::{Closed, Meaning, RequestError};
use crate::kind::{ChildKind, ObjectId, PrunePolicy};
use crate::observe::{Observed, Whose, stamped, whose};
use crate::plan::{Act, Reason, Step};

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

    async fn create(&self, wanted: &DesiredChild) -> Answer {
        let mut document = stamped(wanted, &self.applied(wanted));
        if let Some(start) = self.start(wanted).await?
            && let Some(spec) = document.get_mut("spec")
        {
            spec["replicas"] = start.into();
        }
        let error = match self.server.create(self.gate, &wanted.id, &document).await {
            Ok(body) => {
                self.cache
                    .record(wanted.id.kind, body, Some(wanted.hash.as_str()));
                return Ok(Effect::Done(Verb::Created));
            }
            Err(error) => error,
        };
        if error.code() == 409 {
            self.settle_conflict(wanted).await
        } else {
            Err(error)
        }
    }

    /// With how many replicas a workload starts that is under an autoscaler. One that is made anew
    /// has the pods that its autoscaler saw last: that is asked, for nothing else knows.
    async fn start(&self, wanted: &DesiredChild) -> Result<Option<i32>, RequestError> {
        let Some(start) = wanted.start else {
            return Ok(None);
        };
        let autoscaler = ObjectId {
            kind: ChildKind::HorizontalPodAutoscaler,
            ..wanted.id.clone()
        };
        if self.cache.child_of(&autoscaler).is_none() {
            return Ok(Some(start));
        }
        match self.server.read_whole(self.gate, &autoscaler).await {
            Ok(live) => {
                let seen = ["/status/currentReplicas", "/status/desiredReplicas"]
                    .iter()
                    .filter_map(|field| i32::try_from(live.pointer(field)?.as_i64()?).ok())
                    .max()
                    .filter(|seen| *seen > 0);
                Ok(Some(seen.unwrap_or(start)))
            }
            Err(error) if error.code() == 404 => Ok(Some(start)),
            Err(error) => Err(error),
        }
    }

    /// Looks, once, whose the object is that is already there.
    async fn settle_conflict(&self, wanted: &DesiredChild) -> Answer {
        let id = &wanted.id;
        let removals = self.cache.removals();
        let body = match self.server.read(self.gate, id).await {
            Ok(body) => body,
            Err(error) if error.code() == 404 => return Ok(Effect::Waiting(Reason::Missing)),
            Err(error) => return Err(error),
        };
        let child = body.clone().into_child(self.cache.ours());
        match whose(&self.observed.subject, wanted, &child) {
            Whose::Foreign => return Ok(Effect::Trouble(Trouble::conflict(id))),
            Whose::Predecessors => return Ok(Effect::Waiting(Reason::Predecessor)),
            Whose::Ours if child.terminating => return Ok(Effect::Waiting(Reason::Terminating)),
            Whose::Ours => {}
        }
        if self.cache.removals() != removals {
            return Ok(Effect::Waiting(Reason::Missing));
        }
        self.adopt(wanted, body, &child).await
    }

    /// Takes up an object of ours that the watch did not show.
    async fn adopt(&self, wanted: &DesiredChild, body: Body, child: &Child) -> Answer {
        self.cache.adopt(wanted.id.kind, body);
        let written = child
            .applied
            .as_ref()
            .filter(|applied| *applied.hash == *wanted.hash);
        let whole = written.is_some_and(|applied| {
            child
                .evidence
                .raw
                .as_ref()
                .is_some_and(|raw| raw.drift(&stamped(wanted, applied)).is_none())
        });
        if whole || wanted.id.kind.row().prune == PrunePolicy::Keep {
            return Ok(Effect::Nothing);
        }
        let Some(applied) = written.cloned() else {
            // The content differs: the next pass plans a change of a present child.
            return Ok(Effect::Waiting(Reason::Changed));
        };
        self.apply(wanted, child, &applied).await
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

    /// Makes the replicas that there are, or with which the workload starts again after it had none,
    /// those of a field manager that says nothing else.
    async fn hand_over(&self, wanted: &DesiredChild, child: &Child) -> Answer {
        let live = child.workload.as_deref().map_or(0, |live| live.asked);
        let replicas = if live == 0 {
            wanted.start.unwrap_or_default()
        } else {
            live
        };
        let document = json!({
            "apiVersion": wanted.id.kind.row().api_version(),
            "kind": wanted.id.kind.as_str(),
            "metadata": {"name": wanted.id.name, "namespace": wanted.id.namespace},
            "spec": {"replicas": replicas},
        });
        // Without force: whoever has scaled it since we saw it keeps his number.
        let force = live == 0;
        match self
            .server
            .apply_scale(self.gate, &wanted.id, &child.uid, document, force)
            .await
        {
            Ok(body) => {
                self.cache.record(wanted.id.kind, body, None);
                Ok(Effect::Nothing)
            }
            Err(error) if error.is_about_owners() => Ok(Effect::Waiting(Reason::Changed)),
            Err(error) => Err(error),
        }
    }

    async fn delete(&self, step: &Step, dependents: Dependents) -> Answer {
        let id = &step.id;
        let Some(child) = self.cache.child_of(id) else {
            return Ok(Effect::Nothing);
        };
        // The cache may have moved on since the plan: it still has to be ours.
        let ours = child
            .owner
            .as_ref()
            .is_some_and(|owner| *owner.uid == *self.observed.subject.uid);
        if !ours || child.terminating {
            return Ok(Effect::Nothing);
        }
        let deleted = self.server.delete(self.gate, id, &child, dependents);
        match deleted.await {
            Ok(()) => {
                self.cache.deleted(id, &child.uid);
                Ok(Effect::Done(Verb::Deleted))
            }
            Err(error) if error.code() == 404 => {
                self.cache.forget(id, &child.uid);
                Ok(Effect::Nothing)
            }
            // Its uid or version is another by now: the watch will say so, and the plan be made anew.
            Err(error) if error.code() == 409 => Ok(Effect::Waiting(step.reason.clone())),
            Err(error) => Err(error),
        }
    }

    /// Deletes a pod of ours: its controller makes it anew.
    async fn evict(&self, id: &ObjectId) -> Answer {
        let known = self.observed.pods.get(id);
        let Some(child) = self.cache.child_of(id).filter(|child| {
            known.is_some_and(|known| known.uid == child.uid) && !child.terminating
        }) else {
            return Ok(Effect::Nothing);
        };
        match self
            .server
            .delete(self.gate, id, &child, Dependents::Go)
            .await
        {
            Ok(()) => {
                self.cache.deleted(id, &child.uid);
                Ok(Effect::Done(Verb::Deleted))
            }
            // It is gone, or its status moved on: the watch says so.
            Err(error) if matches!(error.code(), 404 | 409) => {
                Ok(Effect::Waiting(Reason::Outdated))
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

/// Whether objects of this kind hold data: little is ever changed of them, and none is deleted.
fn holds_data(id: &ObjectId) -> bool {
    id.kind.row().prune == PrunePolicy::Keep
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
