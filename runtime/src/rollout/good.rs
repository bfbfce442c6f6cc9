//! What may prove itself good to go back to (DS-25).
//!
//! In: desired and observed children, and the node types that are not done. Out: per node type that
//! runs what is desired of it, its revision, and for how long it has to run. Pure: the clock is the
//! caller's.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;

use super::revision::{gated, name};
use crate::build::{Desired, DesiredChild};
use crate::cache::Child;
use crate::observe::Observed;

/// What a node type that is done runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Runs {
    pub(crate) revision: String,
    /// For how long it has to run before it is good.
    pub(crate) wait: Duration,
}

/// What each node type runs that is done.
pub(crate) fn running(
    desired: &Desired,
    observed: &Observed,
    unfinished: &BTreeSet<String>,
    at_least: Duration,
) -> BTreeMap<String, Runs> {
    let workloads = desired.children.iter();
    workloads
        .filter(|child| child.id.kind.is_workload())
        .filter_map(|child| child.node_type.as_ref())
        .filter(|node_type| !unfinished.contains(*node_type))
        .filter(|node_type| gated(desired, node_type).all(|child| is_written(child, observed)))
        // Without pods, nothing shows that they can run.
        .filter(|node_type| gated(desired, node_type).any(|child| has_pods(child, observed)))
        .filter_map(|node_type| {
            let runs = Runs {
                revision: name(desired, &observed.subject.name, node_type)?,
                wait: at_least.max(ready_for(desired, node_type)),
            };
            Some((node_type.clone(), runs))
        })
        .collect()
}

fn is_written(wanted: &DesiredChild, observed: &Observed) -> bool {
    live(wanted, observed).is_some_and(|child| {
        let applied = child.applied.as_ref();
        applied.is_some_and(|applied| *applied.hash == *wanted.hash)
    })
}

fn has_pods(wanted: &DesiredChild, observed: &Observed) -> bool {
    live(wanted, observed)
        .and_then(|child| child.workload.as_deref())
        .is_some_and(|workload| workload.asked > 0)
}

fn live<'a>(wanted: &DesiredChild, observed: &'a Observed) -> Option<&'a Child> {
    observed.children.get(&wanted.id).map(|known| &*known.child)
}

/// For how long pods of a node type have to be ready before they count.
fn ready_for(desired: &Desired, node_type: &str) -> Duration {
    let seconds = gated(desired, node_type)
        .filter_map(|child| child.document.pointer("/spec/minReadySeconds"))
        .filter_map(Value::as_u64);
    Duration::from_secs(seconds.max().unwrap_or_default())
}
