//! What was asked of the server in vain, and when it is asked again.
//!
//! In: names, how it went, and the time. Out: whether it is time. For requests that are no step of a
//! plan: without this, each pass would send them again.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use super::backoff;

#[derive(Clone, Copy, Debug)]
struct Failure {
    tries: u32,
    until: Instant,
    is_final: bool,
}

/// By the name of an object.
#[derive(Clone, Debug, Default)]
pub(in crate::controller) struct Retries(BTreeMap<String, Failure>);

impl Retries {
    /// Whether it may be asked now.
    pub(in crate::controller) fn may(&self, name: &str, now: Instant) -> bool {
        self.0.get(name).is_none_or(|failure| failure.until <= now)
    }

    /// It was asked in vain. What the server refused is asked again after `wait`, and else soon.
    pub(in crate::controller) fn failed(
        &mut self,
        name: &str,
        wait: Option<Duration>,
        now: Instant,
    ) {
        let tries = self.0.get(name).map_or(0, |before| before.tries + 1);
        let failure = Failure {
            tries,
            until: now + wait.unwrap_or_else(|| backoff(tries)),
            is_final: wait.is_some(),
        };
        self.0.insert(name.to_owned(), failure);
    }

    /// Whether the server refused it.
    pub(in crate::controller) fn is_refused(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|failure| failure.is_final)
    }

    pub(in crate::controller) fn done(&mut self, name: &str) {
        self.0.remove(name);
    }

    pub(in crate::controller) fn clear(&mut self) {
        self.0.clear();
    }

    /// When the next one may be asked.
    pub(in crate::controller) fn next(&self, now: Instant) -> Option<Duration> {
        let ends = self.0.values().map(|failure| failure.until);
        ends.filter(|end| *end > now)
            .min()
            .map(|end| end.saturating_duration_since(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_in_vain_is_asked_less_and_less_often() {
        let mut retries = Retries::default();
        let mut now = Instant::now();
        assert!(retries.may("t-edge-1", now));
        let mut waits = Vec::new();
        for _ in 0..8 {
            retries.failed("t-edge-1", None, now);
            assert!(!retries.may("t-edge-1", now));
            assert!(retries.may("t-edge-2", now));
            let wait = retries.next(now).unwrap();
            waits.push(wait.as_secs());
            now += wait;
            assert!(retries.may("t-edge-1", now));
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert!(!retries.is_refused("t-edge-1"));
        let resync = Duration::from_secs(600);
        retries.failed("t-edge-1", Some(resync), now);
        assert_eq!(retries.next(now), Some(resync));
        assert!(retries.is_refused("t-edge-1"));
        retries.done("t-edge-1");
        assert!(retries.may("t-edge-1", now));
        assert_eq!(retries.next(now), None);
    }
}
