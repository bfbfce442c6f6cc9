//! The status that was written last.

use std::time::Duration;

use tokio::time::Instant;

use crate::cache::Version;

/// Between two writes of one status.
const PAUSE: Duration = Duration::from_secs(1);

/// What was written, which version of the resource has it, and when that was.
#[derive(Clone, Debug)]
pub(crate) struct LastWrite<S> {
    status: Option<S>,
    version: Version,
    at: Option<Instant>,
}

impl<S> Default for LastWrite<S> {
    fn default() -> Self {
        Self {
            status: None,
            version: Version::default(),
            at: None,
        }
    }
}

impl<S: Clone> LastWrite<S> {
    /// What the server has, as far as we know: the store may not have seen our own write yet.
    pub(crate) fn known(&self, stored: Option<&S>, version: Option<&str>) -> Option<S> {
        if Version::new(version.unwrap_or_default()) < self.version {
            self.status.clone()
        } else {
            stored.cloned()
        }
    }

    pub(crate) fn status(&self) -> Option<S> {
        self.status.clone()
    }

    /// Before the write, as the watch may be faster than the reply. Returns how long to wait instead,
    /// where one was just made.
    pub(crate) fn begin(&mut self, status: &S, now: Instant) -> Option<Duration> {
        let wait = self
            .at
            .map(|at| (at + PAUSE).saturating_duration_since(now))
            .filter(|wait| !wait.is_zero());
        if wait.is_none() {
            self.status = Some(status.clone());
            self.at = Some(now);
        }
        wait
    }

    pub(crate) fn done(&mut self, version: Version) {
        self.version = version;
    }

    /// Nobody knows what the server has.
    pub(crate) fn failed(&mut self) {
        self.status = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_we_wrote_counts_until_the_store_has_seen_it() {
        let mut last = LastWrite::default();
        assert_eq!(last.known(Some(&1), Some("5")), Some(1));
        assert_eq!(last.begin(&2, Instant::now()), None);
        last.done(Version::new("7"));
        assert_eq!(last.known(Some(&1), Some("5")), Some(2));
        assert_eq!(last.known(Some(&3), Some("7")), Some(3));
        last.failed();
        assert_eq!(last.known(Some(&1), Some("5")), None);
    }

    #[test]
    fn a_second_write_waits_for_its_second() {
        let mut last = LastWrite::default();
        let now = Instant::now();
        assert_eq!(last.begin(&1, now), None);
        assert_eq!(last.begin(&2, now), Some(PAUSE));
        assert_eq!(last.status(), Some(1));
        assert_eq!(last.begin(&2, now + PAUSE), None);
        assert_eq!(last.status(), Some(2));
    }
}
