//! Decides which changes of present workloads may be written now (OR-7, DS-14, DS-21 … DS-27).
//!
//! In: desired and observed children, and the policy. Out: what is held back and why, and how far the
//! upgrade is. Creation, scale, drift, Services and removal never ask: only a change of a present
//! pod template, and of the config maps that its pods read, does. Pure, and nothing is remembered.
//!
//! # Why
//! - A workload that is in flight never waits (D4): an edit during a first install, the cure of a
//!   crash and a revert go at once. What waits is only the next step of an upgrade.
//! - A document is written whole: a change of replicas that comes with one of the template waits with
//!   it. A document with the old template and the new rest would be one that nobody asked for.
//! - A turn that went back to what it ran before is not done, so that nothing after it moves (DS-25).
//! - A turn that has crashed does not hold an earlier one back: the cure may lie there.
//! - A crash is one wherever it is: what comes before its turn may take long, and need not end.

pub(crate) mod facts;
pub(crate) mod gates;
pub(crate) mod good;
pub(crate) mod revision;
pub(crate) mod rollback;
pub(crate) mod stuck;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::build::{Desired, DesiredChild};
use crate::kind::{ChildKind, ObjectId};
use crate::observe::Observed;
use crate::spec::{RolloutPolicy, RolloutStrategy};

use self::facts::{Crash, Facts};
use self::revision::gated;
use self::rollback::Backs;

/// Which changes may be written in this pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rollout {
    held: BTreeMap<ObjectId, Held>,
    pub(crate) progress: Progress,
}

/// What a change waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// An earlier turn, or one that is under way.
    Turn {
        turn: String,
        /// Why that one does not get done by itself.
        crash: Option<String>,
    },
    /// Its node type went back to a revision that cannot be read.
    Unreadable { node_type: String, revision: String },
    /// A gate of a turn that is not open.
    Gate { turn: String, gate: String },
}

/// How far an upgrade is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    /// A template is to be changed, or pods are being replaced.
    pub(crate) active: bool,
    /// Pods are being replaced.
    pub(crate) under_way: bool,
    /// Every workload runs what is desired.
    pub(crate) done: bool,
    /// The first turn that is not done.
    pub(crate) turn: Option<String>,
    /// Its nodes that are not.
    pub(crate) nodes: Vec<String>,
    /// Why nodes are not done that only a hook calls so.
    pub(crate) unready: BTreeMap<String, String>,
    /// The gate that it waits for, and why.
    pub(crate) gate: Option<String>,
    /// The first thing that what was written cannot get past.
    pub(crate) halt: Option<Halt>,
    /// The node types that crash with the template that is desired of them.
    pub(crate) crashed_types: BTreeSet<String>,
    /// The turns that run what they ran before.
    pub(crate) backs: Vec<Returned>,
    /// The node types that are not done.
    pub(crate) unfinished_types: BTreeSet<String>,
    /// The turns that are not done.
    pub(crate) unfinished: Vec<String>,
    /// The first workload of each turn.
    pub(crate) workloads: BTreeMap<String, ObjectId>,
}

/// A crash, and the turn that it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Halt {
    pub(crate) turn: String,
    pub(crate) node_type: Option<String>,
    pub(crate) crash: Crash,
}

/// A turn that went back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Returned {
    pub(crate) turn: String,
    pub(crate) revision: String,
    /// All of it runs that.
    pub(crate) settled: bool,
    /// Its nodes that do not yet.
    pub(crate) nodes: Vec<String>,
}

impl Rollout {
    /// Everything goes at once.
    pub fn at_once() -> Self {
        Self::default()
    }

    /// Whether the change of this present child may be written in this pass.
    ///
    /// # Errors
    /// What it waits for.
    pub fn admits(&self, child: &DesiredChild) -> Result<(), &Held> {
        self.held.get(&child.id).map_or(Ok(()), Err)
    }
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Turn {
                turn,
                crash: Some(crash),
            } => write!(f, "{turn} is halted ({crash})"),
            Self::Turn { turn, crash: None } => write!(f, "{turn} has to be done first"),
            Self::Unreadable {
                node_type,
                revision,
            } => write!(
                f,
                "{node_type} went back to {revision}, which cannot be read: a change of the resource starts afresh"
            ),
            Self::Gate { turn, gate } => write!(f, "{turn} waits for {gate}"),
        }
    }
}

/// The workloads of a turn.
struct Round<'a> {
    name: &'a str,
    /// The revision that it went back to.
    back: Option<&'a str>,
    workloads: Vec<Facts<'a>>,
}

impl Round<'_> {
    fn is_done(&self) -> bool {
        self.back.is_none() && self.is_settled()
    }

    fn is_settled(&self) -> bool {
        self.workloads.iter().all(Facts::is_done)
    }

    fn crash(&self) -> Option<&Crash> {
        self.workloads.iter().find_map(|facts| facts.crash.as_ref())
    }

    fn halt(&self) -> Option<Halt> {
        self.workloads.iter().find_map(|facts| self.halt_by(facts))
    }

    /// By a crash of what is desired. One of an older template is about to be cured, and halts nothing.
    fn halt_as_desired(&self) -> Option<Halt> {
        let mut written = self.workloads.iter().filter(|facts| !facts.pending);
        written.find_map(|facts| self.halt_by(facts))
    }

    /// Its nodes that are not done.
    fn missing(&self) -> Vec<String> {
        let missing = self.workloads.iter().filter(|facts| !facts.is_done());
        missing.map(|facts| facts.node().to_owned()).collect()
    }

    fn halt_by(&self, facts: &Facts<'_>) -> Option<Halt> {
        Some(Halt {
            turn: self.name.to_owned(),
            node_type: facts.wanted.node_type.clone(),
            crash: facts.crash.clone()?,
        })
    }
}

/// Decides what may be changed in this pass.
#[cfg(test)]
pub(crate) fn decide(desired: &Desired, observed: &Observed, policy: &RolloutPolicy) -> Rollout {
    decide_with(desired, observed, policy, &Backs::new())
}

/// Decides what may be changed in this pass. Of the node types in `backs`, `desired` is what they
/// ran before.
pub(crate) fn decide_with(
    desired: &Desired,
    observed: &Observed,
    policy: &RolloutPolicy,
    backs: &Backs,
) -> Rollout {
    let rounds = rounds(desired, observed, backs);
    let progress = progress(&rounds, backs);
    let mut held = unreadable(desired, backs);
    if policy.strategy == RolloutStrategy::Parallel {
        return Rollout { held, progress };
    }
    let mut open_nodes = BTreeSet::new();
    let mut open_types = BTreeSet::new();
    let mut shut: BTreeMap<&str, Held> = BTreeMap::new();
    for (index, round) in rounds.iter().enumerate() {
        let blocking = blocking(&rounds, index);
        for facts in &round.workloads {
            match blocking.filter(|_| !facts.in_flight()) {
                None => {
                    open_nodes.insert(facts.node());
                    open_types.extend(facts.wanted.node_type.as_deref());
                }
                Some(first) => {
                    let wait = Held::Turn {
                        turn: first.name.to_owned(),
                        crash: first.crash().map(ToString::to_string),
                    };
                    if facts.pending {
                        held.insert(facts.wanted.id.clone(), wait.clone());
                    }
                    if let Some(node_type) = facts.wanted.node_type.as_deref() {
                        shut.entry(node_type).or_insert_with(|| wait.clone());
                    }
                    shut.entry(facts.node()).or_insert(wait);
                }
            }
        }
    }
    // What pods read is written in their turn, right before them: a halted upgrade leaks nothing.
    for child in &desired.children {
        if child.id.kind != ChildKind::ConfigMap {
            continue;
        }
        let key = match (&child.node, &child.node_type) {
            (Some(node), _) if !open_nodes.contains(node.as_str()) => node,
            (None, Some(node_type)) if !open_types.contains(node_type.as_str()) => node_type,
            _ => continue,
        };
        if let Some(wait) = shut.get(key.as_str()) {
            held.insert(child.id.clone(), wait.clone());
        }
    }
    Rollout { held, progress }
}

/// Where a revision cannot be read, its node type stays as it is: what is desired was refused.
fn unreadable(desired: &Desired, backs: &Backs) -> BTreeMap<ObjectId, Held> {
    let lost = backs.iter().filter(|(_, back)| back.content.is_none());
    lost.flat_map(|(node_type, back)| {
        gated(desired, node_type).map(move |child| {
            let wait = Held::Unreadable {
                node_type: node_type.clone(),
                revision: back.revision.clone(),
            };
            (child.id.clone(), wait)
        })
    })
    .collect()
}

/// The turns with their workloads, in order; what no turn names comes last.
fn rounds<'a>(desired: &'a Desired, observed: &Observed, backs: &'a Backs) -> Vec<Round<'a>> {
    let mut rounds: Vec<Round<'a>> = desired
        .turns
        .iter()
        .map(|turn| Round {
            name: &turn.name,
            back: None,
            workloads: Vec::new(),
        })
        .collect();
    let turn_of = |node: &str| {
        let mut turns = desired.turns.iter();
        turns.position(|turn| turn.nodes.iter().any(|known| known == node))
    };
    let mut rest = Round {
        name: "the rest",
        back: None,
        workloads: Vec::new(),
    };
    let workloads = desired.children.iter();
    for wanted in workloads.filter(|child| child.id.kind.is_workload()) {
        let facts = Facts::of(wanted, observed);
        let round = turn_of(facts.node()).and_then(|index| rounds.get_mut(index));
        let round = round.unwrap_or(&mut rest);
        let node_type = wanted.node_type.as_deref().unwrap_or_default();
        if let Some(back) = backs.get(node_type) {
            round.back = Some(&back.revision);
        }
        round.workloads.push(facts);
    }
    rounds.push(rest);
    rounds
}

/// The turn that has to be done before this one may be changed.
fn blocking<'r, 'a>(rounds: &'r [Round<'a>], index: usize) -> Option<&'r Round<'a>> {
    let earlier = rounds.iter().take(index).find(|round| !round.is_done());
    let mut later = rounds.iter().skip(index + 1);
    // At most one turn rolls. One that has crashed is not rolling any more.
    earlier.or_else(|| later.find(|round| round.workloads.iter().any(Facts::is_rolling)))
}

fn progress(rounds: &[Round<'_>], backs: &Backs) -> Progress {
    let all = || rounds.iter().flat_map(|round| &round.workloads);
    let under_way = all().any(|facts| facts.replacing);
    let current = rounds.iter().find(|round| !round.is_done());
    let halt = current
        .and_then(Round::halt)
        .or_else(|| rounds.iter().find_map(Round::halt_as_desired));
    let crashed = all().filter(|facts| facts.crash.is_some() && !facts.pending);
    let crashed = crashed.filter_map(|facts| facts.wanted.node_type.clone());
    let open = all().filter(|facts| !facts.is_done());
    let open = open.filter_map(|facts| facts.wanted.node_type.clone());
    Progress {
        halt,
        crashed_types: crashed
            .filter(|node_type| !backs.contains_key(node_type))
            .collect(),
        backs: rounds
            .iter()
            .filter_map(|round| {
                Some(Returned {
                    turn: round.name.to_owned(),
                    revision: round.back?.to_owned(),
                    settled: round.is_settled(),
                    nodes: round.missing(),
                })
            })
            .collect(),
        unfinished_types: open.chain(backs.keys().cloned()).collect(),
        active: under_way || all().any(|facts| facts.pending),
        under_way,
        done: current.is_none(),
        turn: current.map(|round| round.name.to_owned()),
        nodes: current.map(Round::missing).unwrap_or_default(),
        unready: all()
            .filter_map(|facts| Some((facts.node().to_owned(), facts.unready.clone()?)))
            .collect(),
        gate: None,
        workloads: rounds
            .iter()
            .filter_map(|round| {
                let first = round.workloads.first()?;
                Some((round.name.to_owned(), first.wanted.id.clone()))
            })
            .collect(),
        unfinished: rounds
            .iter()
            .filter(|round| !round.is_done())
            .map(|round| round.name.to_owned())
            .collect(),
    }
}

#[cfg(test)]
mod tests;
