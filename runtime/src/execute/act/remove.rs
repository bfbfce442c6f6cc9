//! Steps by which a child goes, or changes hands.

use serde_json::json;

use super::super::Effect;
use super::super::outcome::Verb;
use super::super::server::Dependents;
use super::{Actor, Answer};
use crate::build::DesiredChild;
use crate::cache::Child;
use crate::kind::{ObjectId, PrunePolicy};
use crate::plan::{Reason, Step};

impl Actor<'_> {
    /// Makes the replicas that there are, or with which the workload starts again after it had none,
    /// those of a field manager that says nothing else.
    pub(super) async fn hand_over(&self, wanted: &DesiredChild, child: &Child) -> Answer {
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

    pub(super) async fn delete(&self, step: &Step, dependents: Dependents) -> Answer {
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
    pub(super) async fn evict(&self, id: &ObjectId) -> Answer {
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
}

/// Whether objects of this kind hold data: little is ever changed of them, and none is deleted.
pub(super) fn holds_data(id: &ObjectId) -> bool {
    id.kind.row().prune == PrunePolicy::Keep
}
