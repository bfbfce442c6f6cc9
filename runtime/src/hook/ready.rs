//! Asks the hook `ready`: the one place where it is called. Pure.
//!
//! In: the custom resource, and what is known of its children. Out: the nodes that are not ready
//! though Kubernetes calls them so, each with its reason.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{LiveNode, Readiness};
use crate::build::Desired;
use crate::cluster::Cluster;
use crate::event::cut;
use crate::observe::Observed;
use crate::rollout::facts::{Facts, State};

/// Of a reason.
pub(crate) const LONGEST: usize = 256;

/// The nodes whose types say that they are not ready, and why.
pub(crate) fn unready<C: Cluster>(
    cr: &C,
    desired: &Desired,
    observed: &Observed,
) -> BTreeMap<String, String> {
    // A cluster without pods is as it should be.
    if desired.stopped {
        return BTreeMap::new();
    }
    let workloads = desired.children.iter();
    workloads
        .filter(|child| child.id.kind.is_workload())
        .filter(|child| Facts::of(child, observed).state == State::Done)
        .filter_map(|child| {
            let node_type = child.node_type.as_deref()?;
            let mut types = C::NODE_TYPES.iter();
            let node_type = types.find(|known| known.name() == node_type)?;
            let node = LiveNode::of(child, observed);
            if node.replicas == 0 {
                return None;
            }
            // What an operator's author wrote costs this resource only.
            let asked = catch_unwind(AssertUnwindSafe(|| node_type.ready(cr, &node)));
            let why = match asked {
                Ok(Readiness::Ready) => return None,
                Ok(Readiness::Not(why)) => cut(why.trim(), LONGEST).to_owned(),
                Err(_) => "the hook `ready` panicked".to_owned(),
            };
            Some((node.name, why))
        })
        .collect()
}

#[cfg(test)]
mod tests;
