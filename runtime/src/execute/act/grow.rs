//! Steps by which a child comes to be: a creation, and what to make of a name that is taken.

use super::super::Effect;
use super::super::outcome::{Trouble, Verb};
use super::{Actor, Answer};
use crate::build::DesiredChild;
use crate::cache::{Body, Child};
use crate::error::RequestError;
use crate::kind::{ChildKind, ObjectId, PrunePolicy};
use crate::observe::{Whose, stamped, whose};
use crate::plan::Reason;

impl Actor<'_> {
    pub(super) async fn create(&self, wanted: &DesiredChild) -> Answer {
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
}
