//! What is remembered and told of an upgrade from pass to pass.
//!
//! Losing it costs the time of a start and nothing else: what is written follows from the cluster.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::Pass;
use super::story::{halted, story};
use crate::cache::Child;
use crate::cluster::Cluster;
use crate::event::Notice;
use crate::guard::Sound;
use crate::observe::Observed;
use crate::rollout::Progress;
use crate::spec::{OnCrash, RolloutPhase, RolloutPolicy, RolloutStatus};

/// An alert is repeated no sooner, however short the time is after which a crash counts.
const ALERT: Duration = Duration::from_secs(60);
const UNSCHEDULABLE: &str = "Unschedulable";
/// A volume is made within that time, and most machines are.
const PATIENCE: Duration = Duration::from_secs(60);

impl<C: Cluster> Pass<C> {
    /// A pod that no machine takes yet may wait for its volume, or for a new machine: that is no crash
    /// before it has lasted.
    pub(super) fn be_patient(&self, key: &(String, String), observed: &mut Observed) {
        let now = Instant::now();
        self.tracks.with(key, |track| {
            let waits = |child: &Child| {
                let trouble = child.pod.as_ref().and_then(|pod| pod.trouble.as_ref());
                trouble.is_some_and(|trouble| &*trouble.reason == UNSCHEDULABLE)
            };
            let pods = &observed.pods;
            track
                .unscheduled
                .retain(|id, _| pods.get(id).is_some_and(|child| waits(child)));
            for (id, child) in &mut observed.pods {
                if !waits(child) {
                    continue;
                }
                let since = *track.unscheduled.entry(id.clone()).or_insert(now);
                if now.saturating_duration_since(since) < PATIENCE
                    && let Some(pod) = &mut Arc::make_mut(child).pod
                {
                    pod.trouble = None;
                }
            }
        });
    }

    /// When the patience with a pod ends.
    pub(super) fn next_patience(&self, key: &(String, String)) -> Option<Duration> {
        let now = Instant::now();
        self.tracks.with(key, |track| {
            let ends = track.unscheduled.values().map(|since| *since + PATIENCE);
            ends.filter(|end| *end > now)
                .min()
                .map(|end| end.saturating_duration_since(now))
        })
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
                track.alerted_at = None;
            } else if told {
                track.alerted_at = Some(now);
            } else if policy.on_crash == OnCrash::Alert {
                // A process that did not see the halt begin counts from its first look.
                let last = *track.alerted_at.get_or_insert(now);
                if now.saturating_duration_since(last) >= policy.after.max(ALERT) {
                    track.alerted_at = Some(now);
                    notices.extend(halt);
                }
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
            let at = track.alerted_at? + policy.after.max(ALERT);
            (is_halted && policy.on_crash == OnCrash::Alert)
                .then(|| at.saturating_duration_since(now))
        })
    }
}
