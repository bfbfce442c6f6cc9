//! Going back to what a node type ran before (DS-25, DS-28).
//!
//! In: what is desired and observed. Out: the node types that went back, with the content of their
//! revisions. A revision is read once and remembered. What is lost with this process is how long a
//! crash lasts: it is counted anew, so that a rollback may be late and is never early (RL-17).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::Pass;
use super::seen::{Key, Seen};
use crate::cluster::Cluster;
use crate::error::chain;
use crate::event::Notice;
use crate::execute::MERGE;
use crate::kind::{ChildKind, ObjectId};
use crate::labels;
use crate::rollout::revision::name;
use crate::rollout::rollback::{
    Back, Backs, Impossible, Marker, Restores, Target, marked, restores, target,
};
use crate::rollout::{Progress, decide_with};
use crate::spec::{OnCrash, RolloutPolicy};

impl<C: Cluster> Pass<C> {
    /// The node types that went back before, and those whose time has come. Also those whose time has
    /// come in vain.
    pub(super) async fn backs(
        &self,
        seen: Seen<'_>,
        policy: &RolloutPolicy,
    ) -> (Backs, Impossible) {
        let mut backs = Backs::new();
        for (node_type, revision) in marked(seen.desired, seen.observed) {
            let content = self.content(seen, &revision).await;
            backs.insert(node_type, Back { revision, content });
        }
        let progress = decide_with(seen.desired, seen.observed, policy, &backs).progress;
        let mut impossible = Impossible::new();
        for node_type in self.overdue(seen, &progress, policy) {
            match self.way(seen, &node_type).await {
                Ok(Some(back)) => {
                    self.mark(seen, &node_type, &back).await;
                    backs.insert(node_type, back);
                }
                Ok(None) => {}
                Err(why) => {
                    impossible.insert(node_type, why);
                }
            }
        }
        let in_vain = impossible
            .keys()
            .map(|node_type| target(seen.desired, seen.observed, node_type));
        let in_vain: Vec<Target> = in_vain.collect();
        self.tracks.with(seen.key, |track| {
            track.contents.retain(|known, _| {
                let is =
                    |target: &Target| matches!(target, Target::Revision(name) if name == known);
                backs.values().any(|back| back.revision == *known) || in_vain.iter().any(is)
            });
        });
        (backs, impossible)
    }

    /// What a node type can go back to; none where the crash is not the upgrade's.
    ///
    /// # Errors
    /// Why it cannot, as people read it.
    async fn way(&self, seen: Seen<'_>, node_type: &str) -> Result<Option<Back>, String> {
        let revision = match target(seen.desired, seen.observed, node_type) {
            Target::Revision(revision) => revision,
            Target::Desired => return Ok(None),
            Target::Nothing => {
                let large = |size| {
                    format!(
                        "what {node_type} ran before has {size} KiB, which is too large to be kept"
                    )
                };
                let size = self.tracks.with(seen.key, |track| {
                    track.too_large.get(node_type).map(|(_, size)| *size)
                });
                return Err(size.map_or_else(
                    || format!("nothing is known that {node_type} ran well before"),
                    large,
                ));
            }
        };
        match self.content(seen, &revision).await {
            None => {
                let refused = self
                    .tracks
                    .with(seen.key, |track| track.revisions.is_refused(&revision));
                // Otherwise it is asked for again soon.
                if refused {
                    Err(format!("{revision}, which it ran before, cannot be read"))
                } else {
                    Ok(None)
                }
            }
            Some(content) => match restores(&content, seen.desired, seen.observed, node_type) {
                Restores::Something => Ok(Some(Back {
                    revision,
                    content: Some(content),
                })),
                Restores::NoNode => Err(format!(
                    "no node of {node_type} ran before under the name that it has now"
                )),
                Restores::Nothing => Err(format!(
                    "the nodes of {node_type} that ran before run the same now"
                )),
            },
        }
    }

    /// Notes at the revision what it stands in for. Without that, the workloads alone say so.
    async fn mark(&self, seen: Seen<'_>, node_type: &str, back: &Back) {
        let subject = &seen.observed.subject;
        let Some(refused) = name(seen.desired, &subject.name, node_type) else {
            return;
        };
        let marker = Marker::of_revision(refused, subject.generation, &back.revision);
        let annotations = json!({labels::ROLLED_BACK: marker.to_string()});
        let patch = json!({"metadata": {"annotations": annotations}});
        let id = ObjectId::new(
            ChildKind::ControllerRevision,
            &subject.namespace,
            &back.revision,
        );
        match self
            .server
            .patch(seen.gate, &id, "apply", MERGE, &patch)
            .await
        {
            Ok(body) => self.cache.record(id.kind, body, None),
            Err(error) => {
                let error = chain(&error);
                tracing::warn!(revision = %id, error, "a rollback cannot be noted");
            }
        }
    }

    /// What cannot be rolled back is told once.
    pub(super) fn tell_impossible(&self, key: &Key, impossible: &Impossible) -> Vec<Notice> {
        self.tracks.with(key, |track| {
            impossible
                .iter()
                .filter(|(node_type, why)| {
                    let told = track
                        .told_impossible
                        .insert((*node_type).clone(), (*why).clone());
                    told.as_ref() != Some(*why)
                })
                .map(|(node_type, why)| Notice {
                    warning: true,
                    reason: "RollbackImpossible",
                    action: "Upgrade",
                    note: format!("{node_type} cannot be rolled back: {why}"),
                    child: None,
                })
                .collect()
        })
    }

    /// The node types whose crash has lasted long enough.
    fn overdue(
        &self,
        seen: Seen<'_>,
        progress: &Progress,
        policy: &RolloutPolicy,
    ) -> BTreeSet<String> {
        let crashed = progress.crashed_types.iter().filter_map(|node_type| {
            let revision = name(seen.desired, &seen.observed.subject.name, node_type)?;
            Some((node_type.clone(), revision))
        });
        let crashed: BTreeMap<String, String> = crashed.collect();
        let now = Instant::now();
        let overdue = self.tracks.with(seen.key, |track| {
            track.crashes.count(&crashed, policy.after, now)
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
}
