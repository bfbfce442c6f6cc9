//! What has to be done about one desired child.
//!
//! In: the child as desired, and what is known of it. Out: its steps. Creation and the cure of drift
//! ask nobody; the change of a present child asks the rollout.

use super::{Act, Reason, Step};
use crate::build::DesiredChild;
use crate::kind::PrunePolicy;
use crate::observe::{Known, Observed, Whose, whose};
use crate::rollout::Rollout;

pub(super) fn child(wanted: &DesiredChild, observed: &Observed, rollout: Rollout) -> Vec<Step> {
    let row = wanted.id.kind.row();
    if observed.unlisted.contains(&wanted.id.kind) {
        return steps(wanted, [Act::Wait], &Reason::Unlisted);
    }
    let Some(known) = observed.children.get(&wanted.id) else {
        return steps(wanted, [Act::Create], &Reason::Missing);
    };
    match whose(&observed.subject, wanted, &known.child) {
        Whose::Foreign => return steps(wanted, [Act::Refuse], &Reason::OtherOwner),
        Whose::Predecessors => return steps(wanted, [Act::Wait], &Reason::Predecessor),
        Whose::Ours => {}
    }
    if known.child.terminating {
        return steps(wanted, [Act::Wait], &Reason::Terminating);
    }
    let claim = row.prune == PrunePolicy::Keep;
    match &known.child.applied {
        Some(applied) if *applied.hash == *wanted.hash => {
            // A generation that the resource never reached was written by somebody else (D2).
            let forged = applied.generation > observed.subject.generation;
            match &known.drift {
                Some(what) => steps(wanted, [Act::Apply], &Reason::Drifted(what.clone())),
                None if forged && !claim => {
                    let what = format!("metadata.annotations.{}", crate::labels::APPLIED);
                    steps(wanted, [Act::Apply], &Reason::Drifted(what))
                }
                None => Vec::new(),
            }
        }
        // A claim that was there before us is used as it is.
        None if claim => Vec::new(),
        _ if claim => steps(wanted, [Act::Preflight, Act::Grow], &Reason::Changed),
        _ if !rollout.admits(wanted) => steps(wanted, [Act::Wait], &Reason::NotItsTurn),
        _ => changed(wanted, known),
    }
}

fn changed(wanted: &DesiredChild, known: &Known) -> Vec<Step> {
    let entries = known.child.entries;
    let flip = match (entries.update, entries.apply) {
        (Some(_), false) => Some(Act::Flip),
        (Some(_), true) => Some(Act::Unflip),
        (None, _) => None,
    };
    let preflight = wanted.id.kind.row().preflight.then_some(Act::Preflight);
    let acts = flip.into_iter().chain(preflight).chain([Act::Apply]);
    steps(wanted, acts, &Reason::Changed)
}

fn steps(wanted: &DesiredChild, acts: impl IntoIterator<Item = Act>, reason: &Reason) -> Vec<Step> {
    acts.into_iter()
        .map(|act| Step {
            id: wanted.id.clone(),
            act,
            reason: reason.clone(),
        })
        .collect()
}
