//! Stage *plan*: what has to be done to get from what is observed to what is desired. Pure.
//!
//! In: [`Desired`], [`Observed`] and the [`Rollout`]. Out: steps, each with its reason, in the order
//! in which they may begin. Creation never waits; a content change of a present child is flip, dry
//! run and apply; drift is one apply; only what the custom resource owns is ever removed.

mod child;
mod growth;
mod prune;

use std::fmt;

use self::child::child;
pub use self::growth::Resize;
use self::prune::prune;
use crate::build::Desired;
use crate::kind::ObjectId;
use crate::observe::Observed;
use crate::rollout::Rollout;
use crate::rollout::stuck::stuck;

/// One thing to do about one child.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub id: ObjectId,
    pub act: Act,
    pub reason: Reason,
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// Turn the entry that the creation left in `managedFields` into one of operation Apply, so that
    /// the next apply removes the fields that it no longer has.
    Flip,
    /// Drop the entry that the creation left, where there is one of operation Apply as well.
    Unflip,
    /// Try the change as a dry run.
    Preflight,
    /// Have another of our field managers say how many replicas there are, so that they stay when the
    /// next apply no longer has them.
    HandOver,
    /// POST it.
    Create,
    /// Apply it with our field manager and its uid.
    Apply,
    /// Put a whole list back of which nothing is ours any more: an apply would leave what took its
    /// place beside it, which the server refuses of ports of one name.
    Replace,
    /// Ask for more storage, and change nothing else of the claim.
    Grow,
    /// Delete what cannot be changed as desired, like `Delete`: it is created anew once it is gone.
    /// `execute` puts it in the place of an apply, after the dry run has shown the need.
    Recreate,
    /// Delete a `StatefulSet` and leave its pods: it is created anew over them once it is gone. As for
    /// `Delete`, uid and resource version are preconditions.
    Orphan,
    /// Delete it, with its uid and resource version as preconditions.
    Delete,
    /// Delete a pod that its controller does not replace by itself (D5); like `Delete`.
    Evict,
    /// Leave its content as it is until its turn comes; nothing else waits for that.
    Hold,
    /// Do nothing until something happens.
    Wait,
    /// Do nothing: the object is another's, or cannot be had as desired.
    Refuse,
}

/// Why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    Missing,
    Changed,
    /// What is no longer as we wrote it.
    Drifted(String),
    /// The field that the server does not let change.
    Immutable(String),
    /// A claim is too small.
    Grows(Resize),
    /// It should be smaller, which no claim can become.
    Shrinks(Resize),
    /// The claims that it makes should be larger.
    ClaimsGrow,
    Undesired,
    /// The object is being deleted.
    Terminating,
    /// The object was left by a custom resource of the same name that is gone.
    Predecessor,
    /// Its kind was not listed yet.
    Unlisted,
    /// The rollout has not come to it; what has to happen first.
    NotItsTurn(String),
    /// It is of an older template and did not get ready.
    Outdated,
    /// What takes its place is not ready.
    ReplacementNotReady(String),
    /// Pods of this workload may still read it.
    StillRead(String),
    /// It belongs to another owner.
    OtherOwner,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("it is missing"),
            Self::Changed => f.write_str("its content changed"),
            Self::Drifted(what) => write!(f, "somebody changed {what}"),
            Self::Immutable(field) => {
                write!(f, "{field} cannot be changed, so that it is made anew")
            }
            Self::Grows(resize) => write!(f, "its storage grows {resize}"),
            Self::Shrinks(resize) => write!(f, "its storage cannot shrink {resize}"),
            Self::ClaimsGrow => f.write_str("its claims grow, and it is made anew over its pods"),
            Self::Undesired => f.write_str("it is no longer part of the cluster"),
            Self::Terminating => f.write_str("it is being deleted"),
            Self::Predecessor => {
                f.write_str("one that a deleted resource of the same name left is still there")
            }
            Self::Unlisted => f.write_str("its kind was not listed yet"),
            Self::NotItsTurn(first) => write!(f, "its turn has not come: {first}"),
            Self::Outdated => {
                f.write_str("it is of an older template, is not ready and would never be replaced")
            }
            Self::ReplacementNotReady(new) => {
                write!(f, "it is kept until {new}, which replaces it, is ready")
            }
            Self::StillRead(reader) => write!(f, "pods of {reader} may still use it"),
            Self::OtherOwner => f.write_str("an object of that name belongs to another owner"),
        }
    }
}

/// Plans one pass.
pub fn plan(desired: &Desired, observed: &Observed, rollout: &Rollout) -> Vec<Step> {
    let mut steps: Vec<Step> = desired
        .children
        .iter()
        .flat_map(|wanted| child(wanted, desired, observed, rollout))
        .chain(prune(desired, observed))
        .chain(stuck(desired, observed).map(evict))
        .collect();
    steps.sort_by_key(|step| (phase(step.act), rank(step), step.id.clone()));
    steps
}

fn evict(id: ObjectId) -> Step {
    Step {
        id,
        act: Act::Evict,
        reason: Reason::Outdated,
    }
}

/// Flips and dry runs come before every write, removal after all of them.
pub(crate) fn phase(act: Act) -> u8 {
    match act {
        Act::Wait | Act::Refuse | Act::Hold => 0,
        Act::Flip | Act::Unflip => 1,
        Act::Preflight => 2,
        Act::HandOver => 3,
        Act::Create | Act::Apply | Act::Replace | Act::Grow | Act::Recreate | Act::Orphan => 4,
        Act::Delete | Act::Evict => 5,
    }
}

/// Lower is written first, higher is removed first.
pub(crate) fn rank(step: &Step) -> u8 {
    let rank = step.id.kind.row().rank;
    if matches!(step.act, Act::Delete | Act::Evict) {
        u8::MAX - rank
    } else {
        rank
    }
}

#[cfg(test)]
mod tests;
