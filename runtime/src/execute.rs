//! Stage *execute*: carries out a plan. The only stage that writes children.
//!
//! In: steps. Out: [`Outcome`], what was done and what was not, each with its reason; nothing is
//! swallowed. Flips and dry runs come first, for all children: a refusal stops everything but the
//! cure of drift. Then kinds are written in the order of the table, the children of one kind side
//! by side; a failure stops what depends on it, which is the rest of its node, and all nodes where
//! several share it. Removal is last and only after a pass without failures.

mod act;
mod growth;
mod outcome;
mod remedy;
mod server;

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt;

use crate::build::{Desired, DesiredChild};
use crate::cache::Cache;
use crate::error::Closed;
use crate::kind::ObjectId;
use crate::observe::Observed;
use crate::plan::{Act, Reason, Step, phase, rank};

pub(crate) use self::act::Actor;
pub(crate) use self::growth::with_live_templates;
pub(crate) use self::outcome::{Doing, Done, Outcome, Trouble, TroubleKind, Verb};
pub(crate) use self::remedy::{complaints, gives_way};
pub(crate) use self::server::{Call, Dependents, Gate, MERGE, METADATA, Server};

/// Requests of one custom resource in flight.
const IN_FLIGHT: usize = 8;

/// What one step came to.
pub(crate) enum Effect {
    Done(Verb),
    /// Nothing had to be done after all.
    Nothing,
    Waiting(Reason),
    /// Its content stays as it is until its turn comes; nothing depends on that.
    Held(Reason),
    /// The dry run showed that this field can only be changed by deleting the object.
    MustRecreate(String),
    Trouble(Trouble),
    NotSent(Closed),
}

/// Carries out the steps of one pass. Children that are `held` back are not touched in it, and
/// neither is what depends on them.
pub(crate) async fn execute(
    server: &Server,
    cache: &Cache,
    gate: &dyn Gate,
    desired: &Desired,
    observed: &Observed,
    steps: Vec<Step>,
    held: &BTreeSet<ObjectId>,
) -> Outcome {
    let wanted: BTreeMap<&ObjectId, &DesiredChild> = desired
        .children
        .iter()
        .map(|child| (&child.id, child))
        .collect();
    let actor = Actor {
        server,
        cache,
        gate,
        observed,
    };
    let mut outcome = Outcome::default();
    let mut blocked = Blocked::default();
    let mut immutable: BTreeMap<ObjectId, String> = BTreeMap::new();
    let node_of = |id: &ObjectId| match wanted.get(id) {
        Some(child) => child.node.as_deref(),
        // A claim that a StatefulSet made is no child of its own, and holds back its node alone.
        None => observed.children.get(id)?.child.identity.node.as_deref(),
    };
    for id in held {
        blocked.block(id, node_of(id));
    }
    for batch in batches(steps) {
        let batch: Vec<Step> = batch
            .into_iter()
            .filter(|step| !blocked.stops(step, node_of(&step.id)))
            .map(|step| recreated(step, &immutable))
            .collect();
        let mut effects = futures::stream::iter(batch.into_iter().map(|step| {
            let wanted = wanted.get(&step.id).copied();
            let actor = &actor;
            async move {
                let effect = actor.act(&step, wanted).await;
                (step, effect)
            }
        }))
        .buffer_unordered(IN_FLIGHT);
        while let Some((step, effect)) = effects.next().await {
            blocked.note(&step, node_of(&step.id), &effect);
            if let Effect::MustRecreate(field) = &effect {
                immutable.insert(step.id.clone(), field.clone());
            }
            outcome.note(step, effect);
        }
    }
    outcome.sort();
    outcome
}

/// An apply that would change what cannot be changed gives way to a deletion.
pub(crate) fn recreated(step: Step, immutable: &BTreeMap<ObjectId, String>) -> Step {
    match (step.act, immutable.get(&step.id)) {
        (Act::Apply, Some(field)) => Step {
            act: Act::Recreate,
            reason: Reason::Immutable(field.clone()),
            ..step
        },
        _ => step,
    }
}

/// Steps that may be carried out side by side, in order. `plan` has sorted them.
pub(crate) fn batches(steps: Vec<Step>) -> Vec<Vec<Step>> {
    let mut batches: Vec<Vec<Step>> = Vec::new();
    let key = |step: &Step| (phase(step.act), rank_of(step));
    for step in steps {
        match batches.last_mut() {
            Some(last) if last.last().is_some_and(|other| key(other) == key(&step)) => {
                last.push(step);
            }
            _ => batches.push(vec![step]),
        }
    }
    batches
}

/// Flips need no order among themselves, and neither do dry runs.
fn rank_of(step: &Step) -> u8 {
    match step.act {
        Act::Create
        | Act::Apply
        | Act::Replace
        | Act::Grow
        | Act::Recreate
        | Act::Orphan
        | Act::Delete
        | Act::Evict => rank(step),
        _ => 0,
    }
}

/// What may no longer be done in this pass.
#[derive(Default)]
pub(crate) struct Blocked {
    /// The server refused a dry run: only drift is still mended.
    refused: bool,
    /// Something failed: nothing is removed.
    failed: bool,
    /// The lowest rank of what several nodes share that is not as it should be.
    shared: Option<u8>,
    /// The same for what one node has.
    nodes: BTreeMap<String, u8>,
    children: BTreeSet<ObjectId>,
    closed: bool,
}

impl Blocked {
    pub(crate) fn stops(&self, step: &Step, node: Option<&str>) -> bool {
        match step.act {
            Act::Wait | Act::Refuse | Act::Hold => return false,
            Act::Evict => return self.closed,
            _ => {}
        }
        let drift = matches!(step.reason, Reason::Drifted(_));
        let rank = step.id.kind.row().rank;
        self.closed
            || self.children.contains(&step.id)
            || (self.refused && !drift)
            || (self.failed && step.act == Act::Delete)
            || self.shared.is_some_and(|lowest| rank > lowest)
            || node
                .and_then(|node| self.nodes.get(node))
                .is_some_and(|lowest| rank > *lowest)
    }

    pub(crate) fn note(&mut self, step: &Step, node: Option<&str>, effect: &Effect) {
        match effect {
            // What is deleted is not there again before a later pass.
            Effect::Done(_) if matches!(step.act, Act::Recreate | Act::Orphan) => {
                self.block(&step.id, node);
            }
            Effect::Done(_) | Effect::Nothing | Effect::Held(_) | Effect::MustRecreate(_) => {}
            Effect::NotSent(_) => self.closed = true,
            // A pod that is not gone yet is nobody's but its controller's.
            Effect::Waiting(_) | Effect::Trouble(_) if step.act == Act::Evict => {}
            Effect::Trouble(trouble)
                if matches!(step.act, Act::Preflight | Act::Refuse)
                    && trouble.kind == TroubleKind::Refused =>
            {
                self.refused = true;
                self.failed = true;
            }
            // Nothing is known of that kind alone: others are still removed (NC-26).
            Effect::Waiting(Reason::Unlisted) => {
                let failed = self.failed;
                self.block(&step.id, node);
                self.failed = failed;
            }
            Effect::Waiting(_) | Effect::Trouble(_) => self.block(&step.id, node),
        }
    }

    /// A child is not as it should be: nothing is done about it, nor about what comes after it in
    /// its node, or in all nodes where it is shared.
    pub(crate) fn block(&mut self, id: &ObjectId, node: Option<&str>) {
        let rank = id.kind.row().rank;
        self.failed = true;
        self.children.insert(id.clone());
        let lowest = match node {
            Some(node) => self.nodes.entry(node.to_owned()).or_insert(rank),
            None => self.shared.get_or_insert(rank),
        };
        *lowest = rank.min(*lowest);
    }
}
