//! What has to go.
//!
//! In: what is desired and what is there. Out: a deletion for each object that the resource owns and
//! no longer asks for. Objects of other owners, and kinds that keep their objects, are left alone.

use std::collections::BTreeSet;

use super::{Act, Reason, Step};
use crate::build::Desired;
use crate::kind::{ObjectId, PrunePolicy};
use crate::observe::Observed;

/// What the resource owns and no longer asks for. A kind that keeps its objects is left alone.
pub(super) fn prune<'a>(
    desired: &Desired,
    observed: &'a Observed,
) -> impl Iterator<Item = Step> + 'a {
    let wanted: BTreeSet<ObjectId> = desired
        .children
        .iter()
        .map(|child| child.id.clone())
        .collect();
    observed
        .children
        .iter()
        .filter(move |(id, _)| !wanted.contains(id))
        .filter(|(id, known)| {
            let owner = known.child.owner.as_ref();
            owner.is_some_and(|owner| *owner.uid == *observed.subject.uid)
                && id.kind.row().prune == PrunePolicy::Prune
                && !known.child.terminating
                && !observed.unlisted.contains(&id.kind)
        })
        .map(|(id, _)| Step {
            id: id.clone(),
            act: Act::Delete,
            reason: Reason::Undesired,
        })
}
