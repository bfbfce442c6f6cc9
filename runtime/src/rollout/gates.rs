//! Which turns are about to begin, and what a gate that is not open holds back. Pure.
//!
//! In: a rollout as it was decided, and the gates' answers. Out: the same rollout, with what has to
//! wait. Who asks the gates, and when, is no concern of this file.
//!
//! # Why
//! - A gate is asked about nodes whose pods an upgrade is about to replace, and about no others: what
//!   is in flight never waits (D4), and neither does a node type that goes back.
//! - Where node types are upgraded in order, a gate after an upgrade holds all others back; where they
//!   are not, each waits for its own gates only.

use std::collections::BTreeMap;
use std::fmt;

use super::facts::{Facts, template};
use super::rollback::Backs;
use super::{Held, Progress, Rollout};
use crate::build::{Desired, DesiredChild, Turn};
use crate::hook::LiveNode;
use crate::kind::ChildKind;
use crate::observe::Observed;
use crate::spec::{RolloutPolicy, RolloutStrategy};

/// Which gate of a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    Before,
    After,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Before => "before_upgrade",
            Self::After => "after_upgrade",
        })
    }
}

/// A turn whose upgrade is about to begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Opening {
    pub(crate) turn: String,
    /// Its nodes whose pods are about to be replaced.
    pub(crate) nodes: Vec<String>,
    /// The templates that are desired of its nodes: another one is another upgrade.
    pub(crate) target: String,
}

/// A gate that is not open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shut {
    pub(crate) turn: String,
    pub(crate) point: Point,
    /// None until it answers for the first time.
    pub(crate) why: Option<String>,
}

impl fmt::Display for Shut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.why {
            Some(why) => write!(f, "{}: {why}", self.point),
            None => write!(f, "{}", self.point),
        }
    }
}

/// The workloads of a turn.
pub(crate) fn workloads<'a>(
    desired: &'a Desired,
    turn: &'a Turn,
) -> impl Iterator<Item = &'a DesiredChild> {
    let of_turn = |child: &&DesiredChild| {
        let node = child.node.as_ref();
        child.id.kind.is_workload() && node.is_some_and(|node| turn.nodes.contains(node))
    };
    desired.children.iter().filter(of_turn)
}

/// The turns that are about to begin, in order.
pub(crate) fn opening(
    desired: &Desired,
    observed: &Observed,
    rollout: &Rollout,
    backs: &Backs,
) -> Vec<Opening> {
    if desired.stopped {
        return Vec::new();
    }
    let begins = |child: &&DesiredChild| {
        let goes_back = child
            .node_type
            .as_ref()
            .is_some_and(|node_type| backs.contains_key(node_type));
        let facts = Facts::of(child, observed);
        facts.pending
            && !facts.in_flight()
            && !goes_back
            && rollout.admits(child).is_ok()
            && has_pods(child, observed)
    };
    let turns = desired.turns.iter();
    turns
        .map(|turn| Opening {
            turn: turn.name.clone(),
            nodes: workloads(desired, turn)
                .filter(begins)
                .filter_map(|child| child.node.clone())
                .collect(),
            target: workloads(desired, turn)
                .map(|child| {
                    let template = template(&child.document).unwrap_or_default();
                    format!("{}={template};", child.id.name)
                })
                .collect(),
        })
        .filter(|opening| !opening.nodes.is_empty())
        .collect()
}

fn has_pods(child: &DesiredChild, observed: &Observed) -> bool {
    observed.children.get(&child.id).is_some_and(|known| {
        let live = known.child.workload.as_deref();
        live.is_some_and(|live| live.replicas > 0)
    })
}

/// These nodes of a turn as they are.
pub(crate) fn live(desired: &Desired, observed: &Observed, nodes: &[String]) -> Vec<LiveNode> {
    let of_them = |child: &&DesiredChild| {
        let node = child.node.as_ref();
        child.id.kind.is_workload() && node.is_some_and(|node| nodes.contains(node))
    };
    let children = desired.children.iter().filter(of_them);
    children
        .map(|child| LiveNode::of(child, observed))
        .collect()
}

/// Holds back what waits for gates.
pub(crate) fn shut(
    rollout: &mut Rollout,
    desired: &Desired,
    observed: &Observed,
    policy: &RolloutPolicy,
    openings: &[Opening],
    gates: &[Shut],
) {
    let ordered = policy.strategy == RolloutStrategy::Ordered;
    let after = gates.iter().find(|gate| gate.point == Point::After);
    let mut types: BTreeMap<String, Held> = BTreeMap::new();
    for opening in openings {
        let own = gates
            .iter()
            .find(|gate| gate.turn == opening.turn && gate.point == Point::Before);
        let Some(gate) = after.filter(|_| ordered).or(own) else {
            continue;
        };
        let wait = Held::Gate {
            turn: gate.turn.clone(),
            gate: gate.to_string(),
        };
        for child in &desired.children {
            let of_node = child
                .node
                .as_ref()
                .is_some_and(|node| opening.nodes.contains(node));
            if of_node && (child.id.kind.is_workload() || child.id.kind == ChildKind::ConfigMap) {
                rollout.held.insert(child.id.clone(), wait.clone());
                types.extend(child.node_type.clone().map(|known| (known, wait.clone())));
            }
        }
    }
    // What all nodes of a type read is written when the first of them begins.
    for (node_type, wait) in types {
        let of_type = |child: &&DesiredChild| child.node_type.as_ref() == Some(&node_type);
        let mut workloads = desired.children.iter().filter(of_type);
        let begins = workloads.any(|child| {
            child.id.kind.is_workload()
                && Facts::of(child, observed).pending
                && rollout.admits(child).is_ok()
        });
        if begins {
            continue;
        }
        for child in desired.children.iter().filter(of_type) {
            if child.node.is_none() && child.id.kind == ChildKind::ConfigMap {
                rollout.held.insert(child.id.clone(), wait.clone());
            }
        }
    }
    tell(&mut rollout.progress, policy, gates);
}

/// Says in the progress what gates an upgrade waits for.
pub(crate) fn tell(progress: &mut Progress, policy: &RolloutPolicy, gates: &[Shut]) {
    let ordered = policy.strategy == RolloutStrategy::Ordered;
    for gate in gates.iter().filter(|gate| gate.point == Point::After) {
        if !progress.unfinished.contains(&gate.turn) {
            progress.unfinished.push(gate.turn.clone());
        }
    }
    let after = gates.iter().find(|gate| gate.point == Point::After);
    let shown = after
        .filter(|_| ordered || progress.done)
        .or_else(|| {
            gates
                .iter()
                .find(|gate| Some(&gate.turn) == progress.turn.as_ref())
        })
        .or_else(|| gates.first().filter(|_| progress.nodes.is_empty()));
    if let Some(gate) = shown {
        if progress.turn.as_ref() != Some(&gate.turn) {
            progress.turn = Some(gate.turn.clone());
            progress.nodes.clear();
            progress.unready.clear();
        }
        progress.gate = Some(gate.to_string());
    }
    progress.active |= after.is_some();
    progress.done &= after.is_none();
}
