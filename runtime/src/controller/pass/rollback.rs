//! Going back to what a node type ran before, and keeping what it runs now (DS-25, DS-28).
//!
//! In: what is desired and observed. Out: the node types that went back, with the content of their
//! revisions; later, the revisions themselves. A revision is read once and remembered. What is lost
//! with this process is how long a crash lasts: it is counted anew, so that a rollback may be late
//! and is never early (RL-17).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::Pass;
use crate::build::{Desired, DesiredChild};
use crate::cache::Child;
use crate::cluster::Cluster;
use crate::error::chain;
use crate::event::Notice;
use crate::execute::{Dependents, Gate, MERGE};
use crate::kind::{ChildKind, ObjectId};
use crate::labels;
use crate::observe::Observed;
use crate::rollout::revision::{Content, LONGEST, document, gated, label, name};
use crate::rollout::rollback::{Back, Backs, known, marked, target};
use crate::rollout::{Progress, decide_with};
use crate::spec::{OnCrash, RolloutPolicy};

/// Revisions of a node type: of what it runs, and of two that were good before.
const KEPT: usize = 3;

type Key = (String, String);

impl<C: Cluster> Pass<C> {
    /// The node types that went back before, and those whose time has come.
    pub(super) async fn backs(
        &self,
        key: &Key,
        gate: &dyn Gate,
        desired: &Desired,
        observed: &Observed,
        policy: &RolloutPolicy,
    ) -> Backs {
        let wanted = marked(desired, observed);
        let mut backs = Backs::new();
        for (node_type, revision) in &wanted {
            let content = self.content(key, gate, revision).await;
            let back = Back {
                revision: revision.clone(),
                content,
            };
            backs.insert(node_type.clone(), back);
        }
        let progress = decide_with(desired, observed, policy, &backs).progress;
        for node_type in self.overdue(key, &progress, policy) {
            if let Some(revision) = target(desired, observed, &node_type)
                && let Some(content) = self.content(key, gate, &revision).await
            {
                let back = Back {
                    revision,
                    content: Some(content),
                };
                backs.insert(node_type, back);
            }
        }
        backs
    }

    /// The node types whose crash has lasted long enough.
    fn overdue(&self, key: &Key, progress: &Progress, policy: &RolloutPolicy) -> BTreeSet<String> {
        let (crashed, open) = (&progress.crashed_types, &progress.unfinished_types);
        let now = Instant::now();
        let overdue = self.tracks.with(key, |track| {
            track.crashes.count(crashed, open, policy.after, now)
        });
        if policy.on_crash == OnCrash::Rollback {
            overdue
        } else {
            BTreeSet::new()
        }
    }

    /// When a crash has lasted long enough.
    pub(super) fn next_rollback(&self, key: &Key, policy: &RolloutPolicy) -> Option<Duration> {
        let now = Instant::now();
        (policy.on_crash == OnCrash::Rollback)
            .then(|| {
                self.tracks
                    .with(key, |track| track.crashes.next(policy.after, now))
            })
            .flatten()
    }

    async fn content(&self, key: &Key, gate: &dyn Gate, revision: &str) -> Option<Arc<Content>> {
        let known =
            |known: &std::collections::BTreeMap<String, Arc<Content>>| known.get(revision).cloned();
        if let Some(content) = self.tracks.with(key, |track| known(&track.contents)) {
            return Some(content);
        }
        let id = ObjectId::new(ChildKind::ControllerRevision, &key.0, revision);
        let content = match self.server.read_whole(gate, &id).await {
            Ok(object) => Content::read(&object).map(Arc::new),
            Err(error) => {
                let error = chain(&error);
                tracing::warn!(revision = %id, error, "a revision cannot be read");
                None
            }
        };
        if let Some(content) = &content {
            self.tracks.with(key, |track| {
                let kept = Arc::clone(content);
                track.contents.insert(revision.to_owned(), kept);
            });
        }
        content
    }

    /// Keeps what each node type that is done runs, and drops what is older than two that were good.
    pub(super) async fn keep_revisions(
        &self,
        key: &Key,
        gate: &dyn Gate,
        desired: &Desired,
        observed: &Observed,
        progress: &Progress,
    ) -> Vec<Notice> {
        // Without pods, nothing shows that they can run.
        if desired.stopped {
            return Vec::new();
        }
        let types: BTreeSet<&String> = desired
            .children
            .iter()
            .filter(|child| child.id.kind.is_workload())
            .filter_map(|child| child.node_type.as_ref())
            .filter(|node_type| !progress.unfinished_types.contains(*node_type))
            .filter(|node_type| gated(desired, node_type).all(|child| is_written(child, observed)))
            .collect();
        let mut notices = Vec::new();
        for node_type in types {
            notices.extend(self.keep(key, gate, desired, observed, node_type).await);
        }
        notices
    }

    async fn keep(
        &self,
        key: &Key,
        gate: &dyn Gate,
        desired: &Desired,
        observed: &Observed,
        node_type: &str,
    ) -> Option<Notice> {
        let current = name(desired, &observed.subject.name, node_type)?;
        let all = known(observed, node_type);
        let number = |child: &Child| child.revision.as_ref().map_or(0, |known| known.number);
        let newest = all.last().copied();
        if newest.is_some_and(|(id, _)| id.name == current) {
            for (id, child) in all.iter().rev().skip(KEPT) {
                self.drop_revision(gate, id, child).await;
            }
            return None;
        }
        let next = newest.map_or(0, |(_, child)| number(child)) + 1;
        let id = ObjectId::new(ChildKind::ControllerRevision, &key.0, &current);
        let answer = if all.iter().any(|(known, _)| known.name == current) {
            // It is what runs now again.
            let annotations = json!({labels::REVISION: next.to_string()});
            let patch = json!({"metadata": {"annotations": annotations}, "revision": next});
            self.server.patch(gate, &id, "apply", MERGE, &patch).await
        } else {
            let revision = document(desired, &id, node_type, next)?;
            let size = revision.to_string().len();
            if size > LONGEST {
                // What is older is not what runs now: nobody wants to go back to that.
                self.drop_revisions(gate, observed, Some(node_type)).await;
                return self.too_large(key, node_type, size);
            }
            self.server.create(gate, &id, &revision).await
        };
        match answer {
            Ok(body) => self.cache.record(id.kind, body, None),
            // It is there, and the watch says so soon.
            Err(error) if error.code() == 409 => {}
            Err(error) => {
                let error = chain(&error);
                tracing::warn!(revision = %id, error, "a revision cannot be kept; trying again");
            }
        }
        None
    }

    /// Drops the revisions of a node type, or of all. What is not kept up to date is of no use later.
    pub(super) async fn drop_revisions(
        &self,
        gate: &dyn Gate,
        observed: &Observed,
        node_type: Option<&str>,
    ) {
        let label = node_type.map(label);
        let uid = &observed.subject.uid;
        for (id, known) in &observed.children {
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
                self.drop_revision(gate, id, child).await;
            }
        }
    }

    async fn drop_revision(&self, gate: &dyn Gate, id: &ObjectId, child: &Child) {
        match self.server.delete(gate, id, child, Dependents::Go).await {
            Ok(()) => self.cache.deleted(id, &child.uid),
            Err(error) => {
                tracing::debug!(revision = %id, error = chain(&error), "a revision stays");
            }
        }
    }

    /// Told once: what is too large stays so.
    fn too_large(&self, key: &Key, node_type: &str, size: usize) -> Option<Notice> {
        let note = format!(
            "{node_type} cannot be rolled back: what it runs has {} KiB, and at most {} can be kept",
            size.div_ceil(1024),
            LONGEST / 1024
        );
        let is_new = self
            .tracks
            .with(key, |track| track.too_large.insert(node_type.to_owned()));
        is_new.then_some(Notice {
            warning: true,
            reason: "RollbackImpossible",
            action: "Upgrade",
            note,
            child: None,
        })
    }
}

fn is_written(wanted: &DesiredChild, observed: &Observed) -> bool {
    observed.children.get(&wanted.id).is_some_and(|known| {
        let applied = known.child.applied.as_ref();
        applied.is_some_and(|applied| *applied.hash == *wanted.hash)
    })
}
