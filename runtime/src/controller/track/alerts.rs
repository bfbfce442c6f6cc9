//! When a halt is told again (DS-25).
//!
//! In: whether there is one and whether it was told, and the time. Out: whether it is time, and when it
//! will be. Lost with the process: one that did not see the halt begin counts from its first look.

use std::time::Duration;

use tokio::time::Instant;

/// An alert is repeated no sooner, however short the time is after which a crash counts.
const LEAST: Duration = Duration::from_secs(60);

/// When a halt was told last.
#[derive(Clone, Debug, Default)]
pub(in crate::controller) struct Alerts(Option<Instant>);

impl Alerts {
    /// Nothing is halted.
    pub(in crate::controller) fn clear(&mut self) {
        self.0 = None;
    }

    /// A halt is told for the first time.
    pub(in crate::controller) fn told(&mut self, now: Instant) {
        self.0 = Some(now);
    }

    /// Whether the halt is to be told again now.
    pub(in crate::controller) fn is_due(&mut self, after: Duration, now: Instant) -> bool {
        let last = *self.0.get_or_insert(now);
        let is_due = now.saturating_duration_since(last) >= after.max(LEAST);
        if is_due {
            self.told(now);
        }
        is_due
    }

    /// When it is to be told again.
    pub(in crate::controller) fn next(&self, after: Duration, now: Instant) -> Option<Duration> {
        let at = self.0? + after.max(LEAST);
        Some(at.saturating_duration_since(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The seconds at which a halt is told that begins at the first one, with a pass each second.
    fn told(after: Duration, seconds: u64) -> Vec<u64> {
        let start = Instant::now();
        let mut alerts = Alerts::default();
        alerts.told(start);
        let mut told = vec![0];
        for second in 1..=seconds {
            let now = start + Duration::from_secs(second);
            assert!(alerts.next(after, now).is_some(), "somebody comes back");
            if alerts.is_due(after, now) {
                told.push(second);
            }
        }
        told
    }

    #[test]
    fn a_halt_is_told_again_and_again_and_at_most_once_a_minute() {
        // DS-25.
        let minutes = |count: u64| Duration::from_secs(60 * count);
        assert_eq!(told(minutes(10), 1900), [0, 600, 1200, 1800]);
        for short in [Duration::ZERO, Duration::from_secs(1), minutes(1)] {
            assert_eq!(told(short, 200), [0, 60, 120, 180], "{short:?}");
        }
    }

    #[test]
    fn a_process_that_finds_a_halt_tells_it_after_the_time_and_no_sooner() {
        let after = Duration::from_secs(300);
        let mut alerts = Alerts::default();
        let start = Instant::now();
        assert_eq!(alerts.next(after, start), None);
        assert!(!alerts.is_due(after, start));
        assert_eq!(alerts.next(after, start), Some(after));
        assert!(alerts.is_due(after, start + after));
        // What is over and comes again is told anew, and counts from then.
        alerts.clear();
        assert_eq!(alerts.next(after, start + after), None);
    }
}
