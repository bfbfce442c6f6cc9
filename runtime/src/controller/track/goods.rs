//! How long node types have run what is desired of them: what lasts is good to go back to (DS-25).
//!
//! In: what each node type that is done runs, and the time. Out: what has run for long enough, and when
//! the next will have. A program that ends a moment after it was ready is good for nothing. Lost with
//! the process: then it is counted anew.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::Instant;

use crate::rollout::good::Runs;

#[derive(Clone, Debug)]
struct Run {
    runs: Runs,
    since: Instant,
    /// It was returned as one that has run for long enough.
    is_good: bool,
}

/// By node type, since when it runs that.
#[derive(Clone, Debug, Default)]
pub(in crate::controller) struct Goods(BTreeMap<String, Run>);

impl Goods {
    /// Counts on. Returns the node types that have run what they run for long enough.
    pub(in crate::controller) fn count(
        &mut self,
        done: &BTreeMap<String, Runs>,
        now: Instant,
    ) -> BTreeSet<String> {
        self.0
            .retain(|node_type, run| done.get(node_type) == Some(&run.runs));
        let lasts = |(node_type, runs): (&String, &Runs)| {
            let run = self.0.entry(node_type.clone()).or_insert_with(|| Run {
                runs: runs.clone(),
                since: now,
                is_good: false,
            });
            run.is_good = now.saturating_duration_since(run.since) >= runs.wait;
            run.is_good.then(|| node_type.clone())
        };
        done.iter().filter_map(lasts).collect()
    }

    pub(in crate::controller) fn clear(&mut self) {
        self.0.clear();
    }

    /// When the next one will have; at once, where its time ended since it was counted.
    pub(in crate::controller) fn next(&self, now: Instant) -> Option<Duration> {
        let waiting = self.0.values().filter(|run| !run.is_good);
        waiting
            .map(|run| (run.since + run.runs.wait).saturating_duration_since(now))
            .min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(types: &[(&str, &str, u64)]) -> BTreeMap<String, Runs> {
        let of = |(node_type, revision, wait): &(&str, &str, u64)| {
            let runs = Runs {
                revision: (*revision).to_owned(),
                wait: Duration::from_secs(*wait),
            };
            ((*node_type).to_owned(), runs)
        };
        types.iter().map(of).collect()
    }

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn what_ends_a_moment_after_it_was_ready_is_never_good() {
        // DS-25: a program without a readiness probe that ends after five seconds, again and again.
        let mut goods = Goods::default();
        let start = Instant::now();
        let bad = runs(&[("edge", "t-edge-2", 30)]);
        for round in 0..20 {
            let at = start + Duration::from_secs(round * 45);
            assert_eq!(goods.count(&bad, at), set(&[]));
            let crashed = at + Duration::from_secs(5);
            assert_eq!(goods.count(&runs(&[]), crashed), set(&[]));
            assert_eq!(goods.next(crashed), None);
        }
    }

    #[test]
    fn what_runs_for_its_time_is_good_and_is_waited_for() {
        let mut goods = Goods::default();
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let both = runs(&[("edge", "t-edge-2", 30), ("store", "t-store-1", 90)]);
        assert_eq!(goods.count(&both, start), set(&[]));
        assert_eq!(goods.next(start), Some(Duration::from_secs(30)));
        assert_eq!(goods.count(&both, at(29)), set(&[]));
        // Its time ended during the pass.
        assert_eq!(goods.next(at(31)), Some(Duration::ZERO));
        assert_eq!(goods.count(&both, at(30)), set(&["edge"]));
        assert_eq!(goods.next(at(30)), Some(Duration::from_secs(60)));
        // Something else of the same type begins anew.
        let other = runs(&[("edge", "t-edge-3", 30), ("store", "t-store-1", 90)]);
        assert_eq!(goods.count(&other, at(40)), set(&[]));
        assert_eq!(goods.count(&other, at(69)), set(&[]));
        assert_eq!(goods.count(&other, at(90)), set(&["edge", "store"]));
        assert_eq!(goods.next(at(90)), None);
    }
}
