//! How long node types crash (DS-25).
//!
//! In: what crashes now, and the time. Out: the node types whose time is over, and when the next one's
//! is. Lost with the process: then it is counted anew, so that a rollback may be late and is never
//! early (RL-17).
//!
//! # Why
//! - Only time counts in which a crash is seen: a program that ends a few seconds after each start is
//!   ready and done in between, which neither ends its crash nor adds to it.
//! - So nothing is due while a type is calm, and no pass is asked for then: the next crash brings one,
//!   and finds out by itself whether the calm lasted.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::Instant;

/// A crash that was over for that long is another when it comes again. The kubelet forgets the
/// crashes of a container that ran for ten minutes, twice its longest back-off; until then the next
/// one is the same to it, and to us. A longer one would add up what has nothing to do with each other.
const CALM: Duration = Duration::from_secs(600);

#[derive(Clone, Debug)]
struct Crash {
    /// The revision that crashes: another one has its own time.
    revision: String,
    /// How long it was seen, up to `now_is`.
    before: Duration,
    now_is: Now,
    /// It was returned as one that has lasted long enough.
    is_due: bool,
}

#[derive(Clone, Copy, Debug)]
enum Now {
    Crashed { since: Instant },
    Calm { since: Instant },
}

impl Crash {
    fn begins(revision: &str, now: Instant) -> Self {
        Self {
            revision: revision.to_owned(),
            before: Duration::ZERO,
            now_is: Now::Crashed { since: now },
            is_due: false,
        }
    }

    fn rest(&mut self, now: Instant) {
        if let Now::Crashed { .. } = self.now_is {
            self.before = self.lasts(now);
            self.now_is = Now::Calm { since: now };
        }
    }

    fn resume(&mut self, now: Instant) {
        if let Now::Calm { .. } = self.now_is {
            self.now_is = Now::Crashed { since: now };
        }
    }

    fn lasts(&self, now: Instant) -> Duration {
        match self.now_is {
            Now::Crashed { since } => self.before + now.saturating_duration_since(since),
            Now::Calm { .. } => self.before,
        }
    }

    fn is_over(&self, now: Instant) -> bool {
        match self.now_is {
            Now::Crashed { .. } => false,
            Now::Calm { since } => now.saturating_duration_since(since) >= CALM,
        }
    }
}

/// The node types that crash with what is desired of them.
#[derive(Clone, Debug, Default)]
pub(in crate::controller) struct Crashes(BTreeMap<String, Crash>);

impl Crashes {
    /// Counts on, of node types that crash and the revision that each does it with. Returns those that
    /// have crashed for `after`.
    pub(in crate::controller) fn count(
        &mut self,
        crashed: &BTreeMap<String, String>,
        after: Duration,
        now: Instant,
    ) -> BTreeSet<String> {
        self.0.retain(|node_type, crash| {
            let is = crashed.get(node_type);
            let other = is.is_some_and(|revision| *revision != crash.revision);
            !other && !crash.is_over(now)
        });
        for (node_type, crash) in &mut self.0 {
            if !crashed.contains_key(node_type) {
                crash.rest(now);
            }
        }
        let lasts = |(node_type, revision): (&String, &String)| {
            let known = self.0.entry(node_type.clone());
            let crash = known.or_insert_with(|| Crash::begins(revision, now));
            crash.resume(now);
            crash.is_due = crash.lasts(now) >= after;
            crash.is_due.then(|| node_type.clone())
        };
        crashed.iter().filter_map(lasts).collect()
    }

    /// When the next one of those that crash has lasted for `after`. One whose time ended since it was
    /// counted is due at once.
    pub(in crate::controller) fn next(&self, after: Duration, now: Instant) -> Option<Duration> {
        let crashed = self.0.values();
        crashed
            .filter(|crash| matches!(crash.now_is, Now::Crashed { .. }) && !crash.is_due)
            .map(|crash| after.saturating_sub(crash.lasts(now)))
            .min()
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

    /// Node types that crash with their first revision.
    fn first(names: &[&str]) -> BTreeMap<String, String> {
        let of = |name: &&str| ((*name).to_owned(), format!("t-{name}-1"));
        names.iter().map(of).collect()
    }

    fn second(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    /// When `a` goes back that crashes and is calm for so many seconds in turn, with a pass at each
    /// change and whenever one was asked for.
    fn goes_back(spells: &[(u64, u64)]) -> Option<u64> {
        let mut crashes = Crashes::default();
        let start = Instant::now();
        let mut at = start;
        for (crashed, calm) in spells {
            let ends = at + second(*crashed);
            loop {
                if !crashes.count(&first(&["a"]), AFTER, at).is_empty() {
                    return Some((at - start).as_secs());
                }
                let next = crashes.next(AFTER, at).unwrap();
                if at + next > ends {
                    break;
                }
                at += next;
            }
            at = ends;
            assert_eq!(crashes.count(&first(&[]), AFTER, at), set(&[]));
            assert_eq!(crashes.next(AFTER, at), None, "nothing is due while calm");
            at += second(*calm);
        }
        None
    }

    #[test]
    fn each_type_has_its_own_time_and_each_is_waited_for() {
        // DS-25, RL-17: never early, and none is forgotten behind another.
        let mut crashes = Crashes::default();
        let start = Instant::now();
        let both = first(&["a", "b"]);
        let none = crashes.count(&first(&["a"]), AFTER, start);
        assert_eq!(none, set(&[]));
        assert_eq!(crashes.next(AFTER, start), Some(AFTER));
        let at = start + second(100);
        assert_eq!(crashes.count(&both, AFTER, at), set(&[]));
        let at = start + second(599);
        assert_eq!(crashes.count(&both, AFTER, at), set(&[]));
        let at = start + second(600);
        assert_eq!(crashes.count(&both, AFTER, at), set(&["a"]));
        // `a` cannot go back, and is still there: `b` is waited for all the same.
        assert_eq!(crashes.next(AFTER, at), Some(second(100)));
        let at = start + second(700);
        assert_eq!(crashes.count(&both, AFTER, at), set(&["a", "b"]));
        assert_eq!(crashes.next(AFTER, at), None);
    }

    #[test]
    fn only_time_that_is_seen_crashing_counts_until_a_crash_is_over() {
        // DS-25, RL-17: at most late, never early, and what comes back soon is the same crash.
        for (spells, expected) in [
            (&[(600, 0)][..], Some(600)),
            // Ready, and its type done, for a moment after each back-off of the kubelet.
            (&[(300, 5), (300, 5), (300, 5)], Some(605)),
            (
                &[(10, 5), (20, 5), (40, 5), (80, 5), (160, 5), (300, 5)],
                Some(10 + 20 + 40 + 80 + 160 + 290 + 5 * 5),
            ),
            // Longer than the longest back-off.
            (&[(300, 360), (300, 0)], Some(960)),
            // Two that have nothing to do with each other.
            (&[(60, 1740), (599, 0)], None),
            (&[(590, 600), (599, 0)], None),
            (&[(60, 1740), (600, 0)], Some(2400)),
            // Short ones, far apart.
            (&[(5, 590), (5, 590), (5, 590)], None),
        ] {
            assert_eq!(goes_back(spells), expected, "{spells:?}");
        }
    }

    #[test]
    fn a_time_that_ends_during_a_pass_is_not_missed() {
        // DS-25: counted at its beginning, asked for at its end.
        let mut crashes = Crashes::default();
        let start = Instant::now();
        let a = first(&["a"]);
        crashes.count(&a, AFTER, start);
        assert_eq!(crashes.count(&a, AFTER, start + second(599)), set(&[]));
        let at = start + second(601);
        assert_eq!(crashes.next(AFTER, at), Some(Duration::ZERO));
        assert_eq!(crashes.count(&a, AFTER, at), set(&["a"]));
        assert_eq!(crashes.next(AFTER, at), None);
    }

    #[test]
    fn another_revision_has_its_own_time() {
        // DS-25, RL-17: what pods run may change while the resource does not.
        let mut crashes = Crashes::default();
        let start = Instant::now();
        crashes.count(&first(&["a"]), AFTER, start);
        let other = BTreeMap::from([("a".to_owned(), "t-a-2".to_owned())]);
        let at = start + second(500);
        assert_eq!(crashes.count(&other, AFTER, at), set(&[]));
        assert_eq!(crashes.next(AFTER, at), Some(AFTER));
        let at = start + second(1100);
        assert_eq!(crashes.count(&other, AFTER, at), set(&["a"]));
    }
}
