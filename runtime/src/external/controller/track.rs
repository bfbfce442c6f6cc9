//! What is remembered of one resource from pass to pass. Losing it costs a few requests and nothing
//! else.

use std::time::Duration;

use tokio::time::Instant;

use super::report::Report;
use crate::controller::resources::Written;
use crate::controller::track::{LastWrite, Tracks, backoff};
use crate::spec::ExternalStatus;

/// What a pass is about: while it is the same, nothing is worth another look before its time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) uid: String,
    pub(super) generation: i64,
    pub(super) deleting: bool,
    /// Who the parent is and how it stands.
    pub(super) parent: String,
}

/// What is remembered.
#[derive(Clone, Debug, Default)]
pub(super) struct Track {
    stamp: Stamp,
    /// Until then the object needs no look (NC-5).
    rest: Option<Instant>,
    /// Failures in a row.
    tries: u32,
    /// What was told last.
    told: Option<String>,
    /// The object that was removed for a resource that is going.
    pub(super) removed: Option<String>,
    /// Another resource has the object.
    pub(super) conflicted: bool,
    /// What was reported last.
    pub(super) last: Option<Report>,
    pub(super) written: LastWrite<ExternalStatus>,
}

impl Track {
    /// Begins a pass: a change of what it is about makes everything worth another try.
    pub(super) fn begin(&mut self, stamp: Stamp) {
        if self.stamp.uid != stamp.uid {
            *self = Self::default();
        }
        if self.stamp != stamp {
            self.stamp = stamp;
            self.rest = None;
            self.tries = 0;
        }
    }

    /// How long the object needs no look.
    pub(super) fn rests(&self, now: Instant) -> Option<Duration> {
        self.rest
            .map(|until| until.saturating_duration_since(now))
            .filter(|left| !left.is_zero())
    }

    /// All is well until the next look.
    pub(super) fn settle(&mut self, resync: Duration, now: Instant) -> Duration {
        self.tries = 0;
        self.told = None;
        self.rest = Some(now + resync);
        resync
    }

    /// It failed: tried again after 1 s, 2 s … 60 s, or when the application says so.
    pub(super) fn fail(&mut self, asked: Option<Duration>, now: Instant) -> Duration {
        let wait = backoff(self.tries).max(asked.unwrap_or_default());
        self.tries += 1;
        self.rest = Some(now + wait);
        wait
    }

    /// Nothing is to be done before this time, unless something changes.
    pub(super) fn wait(&mut self, wait: Duration, now: Instant) -> Duration {
        self.rest = Some(now + wait);
        wait
    }

    pub(super) fn wake(&mut self) {
        self.rest = None;
    }

    /// Whether this is told for the first time.
    pub(super) fn tell(&mut self, text: &str) -> bool {
        let is_new = self.told.as_deref() != Some(text);
        self.told = Some(text.to_owned());
        is_new
    }
}

impl Written<ExternalStatus> for Tracks<Track> {
    fn written(&self, key: &(String, String)) -> Option<ExternalStatus> {
        self.look(key, |track| track.written.status()).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(generation: i64) -> Stamp {
        Stamp {
            uid: "u".to_owned(),
            generation,
            ..Stamp::default()
        }
    }

    #[test]
    fn an_object_rests_until_something_changes() {
        // NC-5.
        let mut track = Track::default();
        let now = Instant::now();
        let minute = Duration::from_secs(60);
        track.begin(stamp(1));
        assert_eq!(track.rests(now), None);
        track.settle(minute, now);
        track.begin(stamp(1));
        assert_eq!(track.rests(now), Some(minute));
        assert_eq!(track.rests(now + minute), None);
        track.begin(stamp(2));
        assert_eq!(track.rests(now), None);
    }

    #[test]
    fn failures_wait_longer_and_as_long_as_the_application_asks() {
        let mut track = Track::default();
        let now = Instant::now();
        let waits: Vec<u64> = (0..8).map(|_| track.fail(None, now).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
        let asked = Duration::from_secs(300);
        assert_eq!(track.fail(Some(asked), now), asked);
        track.settle(asked, now);
        assert_eq!(track.fail(None, now).as_secs(), 1);
    }
}
