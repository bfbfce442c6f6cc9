//! Children that went without us.
//!
//! In: what a pass observes, and what the one before it did. Out: whether a child is to be made again.
//! A person may have deleted it; or the garbage collector, because the resource is gone and its watch
//! has not said so (RL-39). The caches cannot tell the two apart, so that the server is asked, once,
//! before anything is made again: it would be collected as fast as it is made.

use super::Pass;
use crate::build::Desired;
use crate::cluster::Cluster;
use crate::observe::Observed;

impl<C: Cluster> Pass<C> {
    /// Whether a desired child is missing that the last pass has seen, and that was not on its way out.
    pub(super) fn has_lost(
        &self,
        key: &(String, String),
        desired: &Desired,
        observed: &Observed,
    ) -> bool {
        self.tracks.with(key, |track| {
            desired.children.iter().any(|wanted| {
                track.present.contains(&wanted.id) && !observed.children.contains_key(&wanted.id)
            })
        })
    }

    /// Remembers what is there. What we delete ourselves is on its way out by then.
    pub(super) fn remember_present(&self, key: &(String, String), observed: &Observed) {
        let present = observed
            .children
            .iter()
            .filter(|(_, known)| !known.child.terminating)
            .map(|(id, _)| id.clone())
            .collect();
        self.tracks.with(key, |track| track.present = present);
    }
}
