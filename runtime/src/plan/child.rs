//! What has to be done about one desired child.
//!
//! In: the child as desired, and what is known of it. Out: its steps. Creation and the cure of drift
//! ask nobody; the change of a present child asks the rollout.

use serde_json::Value;

use super::growth::{Growth, Resize, change, changes_hands};
use super::{Act, Reason, Step};
use crate::build::{Desired, DesiredChild};
use crate::cache::Child;
use crate::kind::{ChildKind, ObjectId, PrunePolicy};
use crate::observe::{Known, Observed, Whose, whose};
use crate::rollout::{Held, Rollout};

pub(super) fn child(
    wanted: &DesiredChild,
    desired: &Desired,
    observed: &Observed,
    rollout: &Rollout,
) -> Vec<Step> {
    let row = wanted.id.kind.row();
    if observed.unlisted.contains(&wanted.id.kind) {
        return steps(wanted, [Act::Wait], &Reason::Unlisted);
    }
    let Some(known) = observed.children.get(&wanted.id) else {
        let mut all = larger(Growth::of(wanted, None, desired, observed).claims);
        all.extend(steps(wanted, [Act::Create], &Reason::Missing));
        return all;
    };
    match whose(&observed.subject, wanted, &known.child) {
        Whose::Foreign => return steps(wanted, [Act::Refuse], &Reason::OtherOwner),
        Whose::Predecessors => return steps(wanted, [Act::Wait], &Reason::Predecessor),
        Whose::Ours => {}
    }
    if known.child.terminating {
        return steps(wanted, [Act::Wait], &Reason::Terminating);
    }
    if row.prune == PrunePolicy::Keep {
        return claim(wanted, &known.child, desired, observed);
    }
    let growth = Growth::of(wanted, Some(&known.child), desired, observed);
    if let Some(resize) = growth.shrinks {
        return steps(wanted, [Act::Refuse], &Reason::Shrinks(resize));
    }
    let mut all = larger(growth.claims);
    all.extend(if growth.template {
        made_anew(wanted, observed, rollout)
    } else {
        present(wanted, known, observed, rollout)
    });
    all
}

/// What has to be done about a present child of ours.
fn present(
    wanted: &DesiredChild,
    known: &Known,
    observed: &Observed,
    rollout: &Rollout,
) -> Vec<Step> {
    match &known.child.applied {
        Some(applied) if *applied.hash == *wanted.hash => {
            // A generation that the resource never reached was written by somebody else (D2).
            let forged = applied.generation > observed.subject.generation;
            match &known.drift {
                Some(what) => {
                    let act = cure(wanted, what);
                    steps(wanted, [act], &Reason::Drifted(what.clone()))
                }
                None if forged => {
                    let what = format!("metadata.annotations.{}", crate::labels::APPLIED);
                    steps(wanted, [Act::Apply], &Reason::Drifted(what))
                }
                None => Vec::new(),
            }
        }
        _ => match rollout.admits(wanted) {
            Ok(()) => changed(wanted, known),
            Err(first) => held(wanted, first),
        },
    }
}

/// A claim that stands alone: of a present one, little is ever changed.
fn claim(wanted: &DesiredChild, live: &Child, desired: &Desired, observed: &Observed) -> Vec<Step> {
    // One that was there before us is used as it is.
    let Some(applied) = &live.applied else {
        return Vec::new();
    };
    if *applied.hash != *wanted.hash {
        let reason = change(wanted, live, desired);
        return match reason {
            Reason::Shrinks(_) => steps(wanted, [Act::Refuse], &reason),
            // The server refuses to grow what has no volume; it is seen again when it has.
            Reason::Grows(_) if !live.claim.as_ref().is_some_and(|claim| claim.bound) => Vec::new(),
            _ => steps(wanted, [Act::Preflight, Act::Grow], &reason),
        };
    }
    if changes_hands(wanted, live, &observed.subject) {
        let what = "metadata.ownerReferences".to_owned();
        return steps(wanted, [Act::Grow], &Reason::Drifted(what));
    }
    Vec::new()
}

/// The claims of a `StatefulSet` that are too small: each is tried before any is changed.
fn larger(claims: Vec<(ObjectId, Resize)>) -> Vec<Step> {
    claims
        .into_iter()
        .flat_map(|(id, resize)| {
            [Act::Preflight, Act::Grow].map(|act| Step {
                id: id.clone(),
                act,
                reason: Reason::Grows(resize.clone()),
            })
        })
        .collect()
}

/// A `StatefulSet` whose claim templates have to grow gives way, and leaves its pods: it is created
/// again when it is gone.
fn made_anew(wanted: &DesiredChild, observed: &Observed, rollout: &Rollout) -> Vec<Step> {
    let claims = ChildKind::PersistentVolumeClaim;
    if observed.unlisted.contains(&claims) || observed.denied.contains_key(&claims) {
        return steps(wanted, [Act::Wait], &Reason::Unlisted);
    }
    match rollout.admits(wanted) {
        Ok(()) => steps(wanted, [Act::Preflight, Act::Orphan], &Reason::ClaimsGrow),
        // As it is meant to be it cannot be tried: the server lets no claim template change.
        Err(first) => steps(wanted, [Act::Hold], &Reason::NotItsTurn(first.to_string())),
    }
}

/// It is tried before the first write of the upgrade, so that a refusal changes nothing at all (D9).
fn held(wanted: &DesiredChild, first: &Held) -> Vec<Step> {
    let preflight = wanted.id.kind.row().preflight.then_some(Act::Preflight);
    let acts = preflight.into_iter().chain([Act::Hold]);
    steps(wanted, acts, &Reason::NotItsTurn(first.to_string()))
}

/// One request mends what drifted. The only port of a Service goes when somebody gives it another
/// number: the item that he leaves has its name, and an apply of ours beside it would be refused.
fn cure(wanted: &DesiredChild, what: &str) -> Act {
    let ports = wanted.document.pointer("/spec/ports");
    let is_only_one = ports
        .and_then(Value::as_array)
        .is_some_and(|ports| ports.len() == 1);
    match what {
        "spec.ports" | "spec.ports[0]" if wanted.id.kind == ChildKind::Service && is_only_one => {
            Act::Replace
        }
        _ => Act::Apply,
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
    // Once nobody says how many there are, there is one.
    let hand_over = (wanted.start.is_some() && entries.replicas).then_some(Act::HandOver);
    let acts = flip
        .into_iter()
        .chain(preflight)
        .chain(hand_over)
        .chain([Act::Apply]);
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
