//! Reading what a node type ran before: each revision once, and after a failure not at once again.
//!
//! In: the name of a revision. Out: its content, from memory or from the server.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::Pass;
use super::seen::{Key, Seen};
use crate::cluster::Cluster;
use crate::error::{RequestError, chain};
use crate::kind::{ChildKind, ObjectId};
use crate::rollout::revision::Content;

impl<C: Cluster> Pass<C> {
    /// When a revision that could not be read or kept is asked for again.
    pub(super) fn next_revision(&self, key: &Key) -> Option<Duration> {
        let now = Instant::now();
        self.tracks.with(key, |track| track.revisions.next(now))
    }

    /// The content of a revision; none while it cannot be read.
    pub(super) async fn content(&self, seen: Seen<'_>, revision: &str) -> Option<Arc<Content>> {
        let key = seen.key;
        let now = Instant::now();
        let known = self.tracks.with(key, |track| {
            let known = track.contents.get(revision).cloned();
            (known.is_some() || !track.revisions.may(revision, now)).then_some(known)
        });
        if let Some(known) = known {
            return known;
        }
        let id = ObjectId::new(ChildKind::ControllerRevision, &key.0, revision);
        let read = match self.server.read_whole(seen.gate, &id).await {
            Ok(object) => Content::read(&object).map(Arc::new).ok_or(true),
            Err(RequestError::Closed(_)) => return None,
            Err(error) => {
                let is_final = error.is_final();
                let error = chain(&error);
                tracing::warn!(revision = %id, error, "a revision cannot be read");
                Err(is_final)
            }
        };
        let resync = self.process.settings.resync;
        self.tracks.with(key, |track| match read {
            Ok(content) => {
                track.revisions.done(revision);
                let kept = Arc::clone(&content);
                track.contents.insert(revision.to_owned(), kept);
                Some(content)
            }
            Err(is_final) => {
                let wait = is_final.then_some(resync);
                track.revisions.failed(revision, wait, Instant::now());
                None
            }
        })
    }
}
