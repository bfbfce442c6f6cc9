//! Going back to what a node type ran before (DS-25, DS-28).
//!
//! In: what is desired and observed. Out: the node types that went back, with the content of their
//! revisions. A revision is read once and remembered. What is lost with this process is how long a
//! crash lasts: it is counted anew, so that a rollback may be late and is never early (RL-17).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::Pass;
use crate::build::Desired;
use crate::cluster::Cluster;
use crate::error::chain;
use crate::execute::Gate;
use crate::kind::{ChildKind, ObjectId};
use crate::observe::Observed;
use crate::rollout::revision::Content;
use crate::rollout::rollback::{Back, Backs, marked, target};
use crate::rollout::{Progress, decide_with};
use crate::spec::{OnCrash, RolloutPolicy};

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
}
