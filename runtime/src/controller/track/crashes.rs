//! How long node types crash (DS-25).
//!
//! In: what crashes now, and the time. Out: the node types whose time is over, and when the next one's
//! is. Lost with the process: then it is counted anew, so that a rollback may be late and is never
//! early (RL-17).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::Instant;

/// A crash that was over for that long is another when it comes again.
const CALM: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Debug)]
struct Crash {
    since: Instant,
    /// Since when nothing was seen of it.
    calm: Option<Instant>,
}

/// The node types that crash with what is desired of them.
#[derive(Clone, Debug, Default)]
pub(in crate::controller) struct Crashes(BTreeMap<String, Crash>);

impl Crashes {
    /// Counts on. Returns the node types that have crashed for `after`.
    pub(in crate::controller) fn count(
        &mut self,
        crashed: &BTreeSet<String>,
        unfinished: &BTreeSet<String>,
        after: Duration,
        now: Instant,
    ) -> BTreeSet<String> {
        // A pod that runs for a moment between two crashes does not end the crash.
        self.0.retain(|known, _| unfinished.contains(known));
        for (known, crash) in &mut self.0 {
            if !crashed.contains(known) {
                crash.calm.get_or_insert(now);
            }
        }
        let lasts = |node_type: &&String| {
            let crash = self.0.entry((*node_type).clone()).or_insert(Crash {
                since: now,
                calm: None,
            });
            let calm = crash.calm.take();
            if calm.is_some_and(|calm| now.saturating_duration_since(calm) >= CALM) {
                crash.since = now;
            }
            now.saturating_duration_since(crash.since) >= after
        };
        crashed.iter().filter(lasts).cloned().collect()
    }

    /// When the next one has lasted for `after`.
    pub(in crate::controller) fn next(&self, after: Duration, now: Instant) -> Option<Duration> {
        let ends = self.0.values().map(|crash| crash.since + after);
        ends.filter(|end| *end > now)
            .min()
            .map(|end| end.saturating_duration_since(now))
    }

    pub(in crate::controller) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AFTER: Duration = Duration::from_secs(600);

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn second(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn each_type_has_its_own_time_and_each_is_waited_for() {
        // DS-25, RL-17: never early, and none is forgotten behind another.
        let mut crashes = Crashes::default();
        let start = Instant::now();
        let both = set(&["a", "b"]);
        let none = crashes.count(&set(&["a"]), &both, AFTER, start);
        assert_eq!(none, set(&[]));
        assert_eq!(crashes.next(AFTER, start), Some(AFTER));
        let at = start + second(100);
        assert_eq!(crashes.count(&both, &both, AFTER, at), set(&[]));
        let at = start + second(599);
        assert_eq!(crashes.count(&both, &both, AFTER, at), set(&[]));
        let at = start + second(600);
        assert_eq!(crashes.count(&both, &both, AFTER, at), set(&["a"]));
        // `a` cannot go back, and is still there: `b` is waited for all the same.
        assert_eq!(crashes.next(AFTER, at), Some(second(100)));
        let at = start + second(700);
        assert_eq!(crashes.count(&both, &both, AFTER, at), both);
        assert_eq!(crashes.next(AFTER, at), None);
    }

    #[test]
    fn a_crash_that_was_over_for_a_while_is_another_when_it_comes_again() {
        // RL-17.
        let mut crashes = Crashes::default();
        let a = set(&["a"]);
        let start = Instant::now();
        crashes.count(&a, &a, AFTER, start);
        crashes.count(&set(&[]), &a, AFTER, start + second(20));
        let short = crashes.count(&a, &a, AFTER, start + second(79));
        assert_eq!(short, set(&[]));
        assert_eq!(crashes.next(AFTER, start + second(79)), Some(second(521)));
        crashes.count(&set(&[]), &a, AFTER, start + second(80));
        let later = crashes.count(&a, &a, AFTER, start + second(1800));
        assert_eq!(later, set(&[]), "the second crash has only begun");
        let over = crashes.count(&a, &a, AFTER, start + second(2400));
        assert_eq!(over, a);
        // Done in between: nothing is left of it.
        crashes.count(&set(&[]), &set(&[]), AFTER, start + second(2401));
        assert_eq!(crashes.next(AFTER, start + second(2401)), None);
    }
}
