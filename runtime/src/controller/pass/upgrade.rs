//! What is remembered and told of an upgrade from pass to pass.
//!
//! Losing it costs the time of a start and nothing else: what is written follows from the cluster.

use std::time::Duration;

use tokio::time::Instant;

use super::Pass;
use super::story::{halted, story};
use crate::cluster::Cluster;
use crate::event::Notice;
use crate::guard::Sound;
use crate::observe::Observed;
use crate::rollout::Progress;
use crate::spec::{OnCrash, RolloutPhase, RolloutPolicy, RolloutStatus};

impl<C: Cluster> Pass<C> {
    /// What does not count as a crash yet is taken from what is observed.
    pub(super) fn be_patient(&self, key: &(String, String), observed: &mut Observed) {
        let now = Instant::now();
        self.tracks
            .with(key, |track| track.patience.spare(&mut observed.pods, now));
    }

    /// When the patience with a pod ends.
    pub(super) fn next_patience(&self, key: &(String, String)) -> Option<Duration> {
        let now = Instant::now();
        self.tracks.with(key, |track| track.patience.next(now))
    }

    /// Whether this process has seen the resource before, and how its last upgrade stood.
    pub(super) fn upgrade(
        &self,
        key: &(String, String),
        sound: &Sound<C>,
    ) -> (bool, Option<RolloutStatus>) {
        let (seen, known) = self
            .tracks
            .with(key, |track| (track.seen, track.upgrade.clone()));
        let status = sound.status.as_ref().filter(|_| !seen);
        let stored = status.and_then(|status| status.rollout.clone());
        (seen, known.or(stored))
    }

    /// What this pass has to tell of the upgrade.
    pub(super) fn tell_upgrade(
        &self,
        key: &(String, String),
        before: Option<&RolloutStatus>,
        progress: &Progress,
        policy: &RolloutPolicy,
    ) -> Vec<Notice> {
        let now = Instant::now();
        let notices = self.tracks.with(key, |track| {
            let after = track.upgrade.clone();
            let mut notices = story(before, after.as_ref(), progress);
            let told = notices
                .iter()
                .any(|notice| notice.reason == "RolloutHalted");
            let halt = after.as_ref().and_then(|after| halted(after, progress));
            if halt.is_none() {
                track.alerts.clear();
            } else if told {
                track.alerts.told(now);
            } else if policy.on_crash == OnCrash::Alert && track.alerts.is_due(policy.after, now) {
                notices.extend(halt);
            }
            notices
        });
        for notice in notices.iter().filter(|notice| notice.warning) {
            tracing::warn!(resource = %format!("{}/{}", key.0, key.1), "{}", notice.note);
        }
        self.count_halted();
        notices
    }

    pub(in crate::controller) fn count_halted(&self) {
        self.process
            .metrics
            .halted(&C::kind(&()), self.tracks.halted());
    }

    /// When something has to be done about a halt that nothing else wakes us for.
    pub(super) fn next_alert(
        &self,
        key: &(String, String),
        policy: &RolloutPolicy,
    ) -> Option<Duration> {
        let now = Instant::now();
        self.tracks.with(key, |track| {
            let is_halted = track
                .upgrade
                .as_ref()
                .is_some_and(|upgrade| upgrade.phase == RolloutPhase::Halted);
            let next = track.alerts.next(policy.after, now);
            next.filter(|_| is_halted && policy.on_crash == OnCrash::Alert)
        })
    }
}
