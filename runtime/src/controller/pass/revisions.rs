//! Keeping what a node type runs, to go back to it later (DS-25).
//!
//! In: what is desired and observed, and how far the upgrade is. Out: revisions of what has run for a
//! while, and none of what is older than two that were good.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::Pass;
use super::seen::{Key, Seen};
use crate::cache::Child;
use crate::cluster::Cluster;
use crate::controller::track::Track;
use crate::error::{RequestError, chain};
use crate::event::Notice;
use crate::execute::{Dependents, MERGE};
use crate::kind::{ChildKind, ObjectId};
use crate::labels;
use crate::rollout::Progress;
use crate::rollout::good::running;
use crate::rollout::revision::{LONGEST, document, label};
use crate::rollout::rollback::known;
use crate::spec::{OnCrash, RolloutPolicy};

/// Revisions of a node type: of what it runs, and of two that were good before.
const KEPT: usize = 3;

impl<C: Cluster> Pass<C> {
    /// Keeps what each node type has run for a while, and drops what is older than two that were good.
    pub(super) async fn keep_revisions(&self, seen: Seen<'_>, progress: &Progress) -> Vec<Notice> {
        let wait = self.process.settings.good_after;
        let done = running(
            seen.desired,
            seen.observed,
            &progress.unfinished_types,
            wait,
        );
        // What is kept already need not prove itself again.
        let (kept, fresh): (BTreeMap<_, _>, BTreeMap<_, _>) =
            done.into_iter().partition(|(node_type, runs)| {
                let newest = known(seen.observed, node_type).last().copied();
                newest.is_some_and(|(id, _)| id.name == runs.revision)
            });
        for node_type in kept.keys() {
            let all = known(seen.observed, node_type);
            for (id, child) in all.iter().rev().skip(KEPT) {
                self.drop_revision(seen, id, child).await;
            }
        }
        let now = Instant::now();
        let good = self
            .tracks
            .with(seen.key, |track| track.goods.count(&fresh, now));
        let mut notices = Vec::new();
        for (node_type, runs) in fresh.iter().filter(|(known, _)| good.contains(*known)) {
            let told = self.keep(seen, node_type, &runs.revision);
            notices.extend(told.await);
        }
        notices
    }

    /// When the next node type has run for long enough.
    pub(super) fn next_good(&self, key: &Key, policy: &RolloutPolicy) -> Option<Duration> {
        let now = Instant::now();
        let next = self.tracks.with(key, |track| track.goods.next(now));
        next.filter(|_| policy.on_crash == OnCrash::Rollback)
    }

    async fn keep(&self, seen: Seen<'_>, node_type: &str, current: &str) -> Option<Notice> {
        let now = Instant::now();
        let in_vain = self.tracks.with(seen.key, |track| {
            let large = track.too_large.get(node_type);
            large.is_some_and(|(known, _)| known == current) || !track.revisions.may(current, now)
        });
        if in_vain {
            return None;
        }
        let all = known(seen.observed, node_type);
        let number = |child: &Child| child.revision.as_ref().map_or(0, |known| known.number);
        let newest = all.last().copied();
        let next = newest.map_or(0, |(_, child)| number(child)) + 1;
        let id = ObjectId::new(ChildKind::ControllerRevision, &seen.key.0, current);
        let answer = if all.iter().any(|(known, _)| known.name == current) {
            // It is what runs now again.
            let annotations = json!({labels::REVISION: next.to_string()});
            let patch = json!({"metadata": {"annotations": annotations}, "revision": next});
            self.server
                .patch(seen.gate, &id, "apply", MERGE, &patch)
                .await
        } else {
            let revision = document(seen.desired, &id, node_type, next)?;
            let size = revision.to_string().len();
            if size > LONGEST {
                // What is older is not what runs now: nobody wants to go back to that.
                self.drop_revisions(seen, Some(node_type)).await;
                return Some(self.too_large(seen.key, node_type, current, size));
            }
            self.server.create(seen.gate, &id, &revision).await
        };
        if matches!(answer, Err(RequestError::Closed(_))) {
            return None;
        }
        let wait = answer.as_ref().err().map(|error| {
            // It is there, and the watch says so soon.
            let is_final = error.is_final() && error.code() != 409;
            is_final.then_some(self.process.settings.resync)
        });
        self.tracks.with(seen.key, |track| match wait {
            None => {
                track.revisions.done(current);
                track.too_large.remove(node_type);
            }
            Some(wait) => track.revisions.failed(current, wait, now),
        });
        match answer {
            Ok(body) => self.cache.record(id.kind, body, None),
            Err(error) => {
                let error = chain(&error);
                tracing::warn!(revision = %id, error, "a revision cannot be kept; trying again later");
            }
        }
        None
    }

    /// Drops the revisions of a node type, or of all. What is not kept up to date is of no use later.
    pub(super) async fn drop_revisions(&self, seen: Seen<'_>, node_type: Option<&str>) {
        let label = node_type.map(label);
        let uid = &seen.observed.subject.uid;
        for (id, known) in &seen.observed.children {
            let child = &known.child;
            let ours = child
                .owner
                .as_ref()
                .is_some_and(|owner| *owner.uid == **uid);
            let of_type = child.revision.as_ref().is_some_and(|revision| {
                label
                    .as_deref()
                    .is_none_or(|label| *revision.node_type == *label)
            });
            if ours && of_type && !child.terminating && id.kind == ChildKind::ControllerRevision {
                self.drop_revision(seen, id, child).await;
            }
        }
    }

    async fn drop_revision(&self, seen: Seen<'_>, id: &ObjectId, child: &Child) {
        let now = Instant::now();
        let may = |track: &mut Track| track.revisions.may(&id.name, now);
        if !self.tracks.with(seen.key, may) {
            return;
        }
        match self
            .server
            .delete(seen.gate, id, child, Dependents::Go)
            .await
        {
            Ok(()) => self.cache.deleted(id, &child.uid),
            Err(RequestError::Closed(_)) => {}
            Err(error) => {
                let wait = error.is_final().then_some(self.process.settings.resync);
                let failed = |track: &mut Track| track.revisions.failed(&id.name, wait, now);
                self.tracks.with(seen.key, failed);
                tracing::debug!(revision = %id, error = chain(&error), "a revision stays");
            }
        }
    }

    /// Told once: what is too large stays so.
    fn too_large(&self, key: &Key, node_type: &str, current: &str, size: usize) -> Notice {
        let kib = size.div_ceil(1024);
        let note = format!(
            "{node_type} cannot be rolled back to what it runs: that has {kib} KiB, and at most {} can be kept",
            LONGEST / 1024
        );
        self.tracks.with(key, |track| {
            let entry = (current.to_owned(), kib);
            track.too_large.insert(node_type.to_owned(), entry)
        });
        Notice {
            warning: true,
            reason: "RollbackImpossible",
            action: "Upgrade",
            note,
            child: None,
        }
    }
}
