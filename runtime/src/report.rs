//! Stage *report*: the status of a custom resource, as it follows from a pass. Pure.
//!
//! In: what is desired and known, what the pass did, the status so far and the time. Out: a new
//! status. It is an output only: nothing is read back from it but transition times, the last upgrade,
//! and the nodes of a resource that cannot be built. Messages hold no times, counters or generated names, so that a
//! status that did not change is not written (NC-24).

mod conditions;
mod made;
mod nodes;
mod rollout;

use k8s_openapi::jiff::Timestamp;

use crate::build::Desired;
use crate::execute::Outcome;
use crate::observe::Observed;
use crate::problem::Problems;
use crate::spec::ClusterStatus;

use self::conditions::Conditions;
#[cfg(feature = "external")]
pub(crate) use self::made::{LONGEST, Made};
use self::nodes::{node_types, nodes};
pub(crate) use self::rollout::Upgrade;

/// How a pass ended.
pub(crate) enum Result<'a> {
    /// The resource asks to be left alone.
    Paused,
    /// The resource cannot be built.
    Invalid(&'a Problems),
    /// Its children were looked after.
    Carried {
        desired: &'a Desired,
        /// As it is after the pass.
        observed: &'a Observed,
        outcome: &'a Outcome,
        upgrade: Upgrade<'a>,
    },
}

/// The names that the status lists, and their order.
pub(crate) struct Names<'a> {
    /// The node types, in the manifest's order.
    pub(crate) types: Vec<&'a str>,
    /// The nodes, in the resource's order.
    pub(crate) nodes: Vec<&'a str>,
}

/// The status after a pass over this generation.
pub(crate) fn report(
    result: &Result<'_>,
    names: &Names<'_>,
    generation: i64,
    before: Option<&ClusterStatus>,
    now: Timestamp,
) -> ClusterStatus {
    let conditions = Conditions {
        before,
        generation,
        now,
    };
    let kept = before.cloned().unwrap_or_default();
    match result {
        Result::Paused => ClusterStatus {
            observed_generation: Some(generation),
            conditions: conditions.paused(),
            ..kept
        },
        Result::Invalid(problems) => ClusterStatus {
            observed_generation: Some(generation),
            conditions: conditions.invalid(problems),
            ..kept
        },
        Result::Carried {
            desired,
            observed,
            outcome,
            upgrade,
        } => {
            let nodes = nodes(&names.nodes, desired, observed);
            let rollout = upgrade.next(now);
            ClusterStatus {
                observed_generation: Some(generation),
                conditions: conditions.carried(
                    &nodes,
                    desired,
                    observed,
                    outcome,
                    rollout.as_ref(),
                    upgrade.no_way_back(),
                ),
                node_types: node_types(&nodes, &names.types),
                nodes: nodes.into_iter().map(|node| node.status).collect(),
                rollout,
                ..kept
            }
        }
    }
}

#[cfg(test)]
mod tests;
