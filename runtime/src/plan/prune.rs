//! What has to go, and when (OR-14, DR-23).
//!
//! In: what is desired and what is there. Out: a deletion for each object that the resource owns and
//! no longer asks for, or what that waits for. Objects of other owners, kinds that keep their objects
//! and kinds that may not be listed (NC-26) are left alone.
//!
//! # Why something waits
//! - A node that is renamed or moved to another group gets objects of other names (PN-9): those have
//!   to be ready before the old ones go, as long as the old ones serve anybody. A node of another type
//!   replaces nothing: to remove something may be what it waits for.
//! - Pods read config maps and find each other through Services: what was replaced stays until no pod
//!   of the older template is left.
//!
//! Everything else that was switched off goes at once.

use std::collections::{BTreeMap, BTreeSet};

use super::{Act, Reason, Step};
use crate::build::{Desired, DesiredChild};
use crate::cache::Child;
use crate::kind::{ChildKind, ObjectId, PrunePolicy};
use crate::observe::Observed;
use crate::rollout::facts::{Facts, pods_of};

/// What the resource owns and no longer asks for.
pub(super) fn prune(desired: &Desired, observed: &Observed) -> Vec<Step> {
    let wanted: BTreeSet<&ObjectId> = desired.children.iter().map(|child| &child.id).collect();
    let undesired: Vec<(&ObjectId, &Child)> = observed
        .children
        .iter()
        .map(|(id, known)| (id, &*known.child))
        .filter(|(id, child)| !wanted.contains(id) && may_go(id, child, observed))
        .collect();
    let unfinished: Vec<&DesiredChild> = desired
        .children
        .iter()
        .filter(|child| child.id.kind.is_workload() && !Facts::of(child, observed).is_done())
        .collect();
    let replaced: BTreeMap<&ObjectId, (&Child, &ObjectId)> = undesired
        .iter()
        .filter(|(id, _)| id.kind.is_workload())
        .filter_map(|(id, old)| Some((*id, (*old, replacement(old, &unfinished, observed)?))))
        .collect();
    let step = |(id, child): &(&ObjectId, &Child)| {
        let waits = waits_for(id, child, &replaced, &unfinished, observed);
        Step {
            id: (*id).clone(),
            act: waits.as_ref().map_or(Act::Delete, |_| Act::Hold),
            reason: waits.unwrap_or(Reason::Undesired),
        }
    };
    undesired.iter().map(step).collect()
}

fn may_go(id: &ObjectId, child: &Child, observed: &Observed) -> bool {
    let owner = child.owner.as_ref();
    owner.is_some_and(|owner| *owner.uid == *observed.subject.uid)
        && id.kind.row().prune == PrunePolicy::Prune
        && !child.terminating
        && !observed.unlisted.contains(&id.kind)
        && !observed.denied.contains_key(&id.kind)
}

/// The workload that may be there instead of an old one and is not ready yet: any of its node type
/// that is newer.
/// An old one without a ready pod serves nobody, and only takes its replacement's place.
fn replacement<'a>(
    old: &Child,
    unfinished: &[&'a DesiredChild],
    observed: &Observed,
) -> Option<&'a ObjectId> {
    let live = old.workload.as_deref().filter(|live| live.ready > 0)?;
    let replaces = |wanted: &&&DesiredChild| {
        let present = observed.children.get(&wanted.id);
        let newer = present.is_none_or(|present| present.child.created > old.created);
        // Of what an older operator wrote, the type is not known.
        let known = live.node_type.as_deref();
        newer && known.is_none_or(|known| wanted.node_type.as_deref() == Some(known))
    };
    unfinished.iter().find(replaces).map(|found| &found.id)
}

/// What the removal of an object waits for.
fn waits_for(
    id: &ObjectId,
    child: &Child,
    replaced: &BTreeMap<&ObjectId, (&Child, &ObjectId)>,
    unfinished: &[&DesiredChild],
    observed: &Observed,
) -> Option<Reason> {
    let node = child.identity.node.as_deref();
    let not_ready = |new: &ObjectId| Reason::ReplacementNotReady(new.to_string());
    if id.kind.is_workload() {
        return replaced.get(id).map(|(_, new)| not_ready(new));
    }
    // What belongs to an old workload goes with it, and what several nodes share with the last.
    let mut old = replaced.values();
    let with = old.find(|(old, _)| node.is_none() || old.identity.node.as_deref() == node);
    if let Some((_, new)) = with {
        return Some(not_ready(new));
    }
    if !matches!(id.kind, ChildKind::ConfigMap | ChildKind::Service) {
        return None;
    }
    let mut readers = unfinished.iter().filter(|wanted| {
        // Pods run on while their StatefulSet is made anew.
        let read = observed.children.contains_key(&wanted.id)
            || pods_of(&wanted.id, observed).next().is_some();
        read && (node.is_none() || wanted.node.as_deref() == node)
    });
    let reader = readers.next()?;
    Some(Reason::StillRead(reader.id.to_string()))
}

#[cfg(test)]
mod tests;
