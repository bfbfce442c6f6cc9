//! What is remembered of a custom resource from pass to pass: when to try again, and what its
//! status was. Losing it costs a few requests and nothing else.

mod alerts;
mod crashes;
mod goods;
mod last_write;
mod patience;
mod retries;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use self::alerts::Alerts;
use self::crashes::Crashes;
use self::goods::Goods;
pub(crate) use self::last_write::LastWrite;
use self::patience::Patience;
use self::retries::Retries;
use super::gates::Gates;
use super::resources::Written;
use crate::execute::{Doing, Trouble, TroubleKind};
use crate::kind::ObjectId;
use crate::rollout::revision::Content;
use crate::spec::{ClusterStatus, RolloutPhase, RolloutStatus};

/// After the first failure of a child.
const FIRST: Duration = Duration::from_secs(1);
/// What was granted works again within a minute.
const LONGEST: Duration = Duration::from_secs(60);

/// Before the first look whether a name that another owner has is free, where nobody says so: two
/// requests each time.
const CONFLICT: Duration = Duration::from_secs(5);

/// A child that is not tried again yet.
#[derive(Clone, Debug)]
pub(super) struct Hold {
    pub(super) trouble: Trouble,
    pub(super) until: Instant,
    /// A dry run was refused: it holds back the whole resource but the cure of drift.
    pub(super) whole: bool,
    /// The object was in the cache: it is seen when it goes.
    pub(super) was_known: bool,
    tries: u32,
}

/// What is remembered of one custom resource.
#[derive(Clone, Debug, Default)]
pub(crate) struct Track {
    uid: String,
    generation: i64,
    pub(super) holds: BTreeMap<ObjectId, Hold>,
    /// Until then nothing is made: the namespace is being deleted (RL-26).
    pub(super) ends: Option<Instant>,
    /// Passes in a row that had to wait for something.
    pub(super) waits: u32,
    pub(super) written: LastWrite<ClusterStatus>,
    /// This process has made a pass.
    pub(super) seen: bool,
    /// How the last upgrade stood after it, whether or not that was written.
    pub(super) upgrade: Option<RolloutStatus>,
    /// What the server took as a dry run, of this generation: it is not tried again in its turn.
    pub(super) tried: BTreeSet<ObjectId>,
    /// The children that there were at the end of the last pass.
    pub(super) present: BTreeSet<ObjectId>,
    pub(super) patience: Patience,
    pub(super) crashes: Crashes,
    pub(super) goods: Goods,
    /// Revisions that were read.
    pub(super) contents: BTreeMap<String, Arc<Content>>,
    /// Revisions that could not be read or kept.
    pub(super) revisions: Retries,
    /// Node types that run more than a revision can hold: the name that it would have, and its KiB.
    pub(super) too_large: BTreeMap<String, (String, usize)>,
    /// Why node types cannot be rolled back, as it was told.
    pub(super) told_impossible: BTreeMap<String, String>,
    /// How the gates of its upgrades stand.
    pub(super) gates: Gates,
    pub(super) alerts: Alerts,
    /// Why it is no longer tried, as it was told last: told once.
    told: Option<String>,
    /// What of it has no effect, as it was told last.
    noted: String,
}

impl Track {
    /// Begins a pass: a change of the resource makes everything worth another try.
    pub(super) fn begin(&mut self, uid: &str, generation: i64) {
        if self.uid != uid {
            *self = Self {
                uid: uid.to_owned(),
                ..Self::default()
            };
        }
        if self.generation != generation {
            self.generation = generation;
            self.holds.clear();
            self.crashes.clear();
            self.revisions.clear();
            self.told_impossible.clear();
            self.tried.clear();
            self.gates.hurry(Instant::now());
            self.waits = 0;
        }
    }

    /// Holds a child back after a trouble. Returns whether the trouble is a new one.
    pub(super) fn hold(
        &mut self,
        trouble: Trouble,
        was_known: bool,
        now: Instant,
        resync: Duration,
    ) -> bool {
        let before = self.holds.get(&trouble.id);
        let is_new = before.is_none_or(|before| before.trouble.message != trouble.message);
        let tries = before.map_or(0, |before| before.tries + 1);
        let wait = match trouble.kind {
            // An object that the watch shows wakes us when it goes.
            TroubleKind::NameConflict if !was_known => {
                (CONFLICT * 2_u32.saturating_pow(tries.min(10))).min(resync)
            }
            TroubleKind::Refused | TroubleKind::NameConflict => resync,
            TroubleKind::Failed => backoff(tries).max(trouble.retry_after.unwrap_or_default()),
        };
        let hold = Hold {
            until: now + wait,
            whole: trouble.doing == Doing::Try,
            was_known,
            tries,
            trouble,
        };
        self.holds.insert(hold.trouble.id.clone(), hold);
        is_new
    }

    /// Whether this is told for the first time.
    pub(super) fn tell(&mut self, text: &str) -> bool {
        let is_new = self.told.as_deref() != Some(text);
        self.told = Some(text.to_owned());
        is_new
    }

    /// Whether this, which has no effect, is told for the first time.
    pub(super) fn note(&mut self, text: &str) -> bool {
        let is_new = self.noted != text;
        text.clone_into(&mut self.noted);
        is_new && !text.is_empty()
    }

    /// When the next child that is held back may be tried again.
    pub(super) fn next_try(&self, now: Instant) -> Option<Instant> {
        self.holds
            .values()
            .map(|hold| hold.until)
            .filter(|until| *until > now)
            .min()
    }
}

/// 1 s, 2 s, 4 s … 60 s.
pub(crate) fn backoff(tries: u32) -> Duration {
    (FIRST * 2_u32.saturating_pow(tries.min(6))).min(LONGEST)
}

/// All custom resources of a kind, by namespace and name.
#[derive(Debug)]
pub(crate) struct Tracks<T = Track>(Mutex<HashMap<(String, String), T>>);

impl<T> Default for Tracks<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Default> Tracks<T> {
    /// Changes what is remembered of one resource.
    pub(crate) fn with<R>(&self, key: &(String, String), change: impl FnOnce(&mut T) -> R) -> R {
        change(self.lock().entry(key.clone()).or_default())
    }

    pub(crate) fn forget(&self, namespace: &str, name: &str) {
        self.lock().remove(&(namespace.to_owned(), name.to_owned()));
    }

    /// Looks at what is remembered of one resource, if anything is.
    pub(crate) fn look<R>(&self, key: &(String, String), at: impl FnOnce(&T) -> R) -> Option<R> {
        self.lock().get(key).map(at)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(String, String), T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Written<ClusterStatus> for Tracks {
    fn written(&self, key: &(String, String)) -> Option<ClusterStatus> {
        self.look(key, |track| track.written.status()).flatten()
    }
}

impl Tracks {
    /// How many resources have an upgrade that is halted.
    pub(super) fn halted(&self) -> usize {
        let tracks = self.lock();
        let upgrades = tracks.values().filter_map(|track| track.upgrade.as_ref());
        upgrades
            .filter(|upgrade| upgrade.phase == RolloutPhase::Halted)
            .count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::ChildKind;

    fn trouble(kind: TroubleKind) -> Trouble {
        Trouble {
            id: ObjectId::new(ChildKind::Service, "prod", "a"),
            kind,
            reason: "Forbidden",
            doing: Doing::Create,
            message: "m".to_owned(),
            retry_after: None,
        }
    }

    #[test]
    fn each_failure_waits_longer_up_to_a_minute() {
        let mut track = Track::default();
        let now = Instant::now();
        let mut waits = Vec::new();
        for _ in 0..8 {
            track.hold(
                trouble(TroubleKind::Failed),
                true,
                now,
                Duration::from_secs(600),
            );
            waits.push(track.next_try(now).unwrap().duration_since(now).as_secs());
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
    }

    #[test]
    fn a_refusal_is_tried_again_at_resync_or_when_the_resource_changes() {
        let mut track = Track::default();
        track.begin("u", 1);
        let now = Instant::now();
        track.hold(
            trouble(TroubleKind::Refused),
            true,
            now,
            Duration::from_secs(600),
        );
        assert_eq!(track.next_try(now), Some(now + Duration::from_secs(600)));
        track.begin("u", 1);
        assert!(!track.holds.is_empty());
        track.begin("u", 2);
        assert!(track.holds.is_empty());
    }

    #[test]
    fn a_name_that_is_taken_is_tried_less_and_less_often_up_to_resync() {
        let resync = Duration::from_secs(600);
        let now = Instant::now();
        let waits = |was_known: bool| -> Vec<u64> {
            let mut track = Track::default();
            (0..8)
                .map(|_| {
                    track.hold(trouble(TroubleKind::NameConflict), was_known, now, resync);
                    track.next_try(now).unwrap().duration_since(now).as_secs()
                })
                .collect()
        };
        assert_eq!(waits(false), [5, 10, 20, 40, 80, 160, 320, 600]);
        assert_eq!(waits(true), [600; 8]);
    }

    #[test]
    fn a_trouble_is_new_once() {
        let mut track = Track::default();
        let now = Instant::now();
        assert!(track.hold(trouble(TroubleKind::Failed), true, now, LONGEST));
        assert!(!track.hold(trouble(TroubleKind::Failed), true, now, LONGEST));
    }
}
