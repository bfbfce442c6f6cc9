//! What a change of a custom resource comes to, before anybody applies it: offline, by the stages that run in a cluster.
//!
//! In: the resource as it is and as it is to be, both built. Out: [`Preview`], the objects that change and the turns in which they
//! do. The old one is taken to be applied and to run, every pod of it ready; then the planner is asked, what it says is done to the
//! modelled cluster of [`world`], and it is asked again, until it has nothing more to say. There is no second rollout logic here.
//!
//! # What it cannot know
//! - How a cluster differs from the old resource: what somebody else changed, what crashes, how many pods an autoscaler asked for.
//! - What a hook or another's admission says: gates count as open, pods as ready once they run.
//! - What is not a child of the resource: the pods themselves, revisions kept for a rollback, events.

mod fields;
mod secret;
#[cfg(test)]
mod tests;
mod text;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use self::fields::Field;
use self::world::{Moves, Object, Settled, World};
use crate::build::DesiredChild;
use crate::check::Built;
use crate::kind::{ObjectId, PrunePolicy};
use crate::labels;
use crate::observe::Subject;
use crate::plan::plan;
use crate::rollout::decide_with;
use crate::rollout::rollback::Backs;
use crate::spec::RolloutStrategy;

pub(crate) use self::text::text;

/// Version of the JSON; grows when a key changes its meaning or goes away.
pub(crate) const FORMAT: &str = "dsoi.dev/preview/v1";

/// More than any resource needs: each turn changes at least one object for good.
const MOST_TURNS: usize = 10_000;

/// What a change of one custom resource comes to.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Preview {
    pub(crate) api_version: String,
    pub(crate) kind: String,
    pub(crate) namespace: String,
    pub(crate) name: String,
    /// Whether node types wait for each other: `ordered` or `parallel`.
    pub(crate) strategy: RolloutStrategy,
    /// What happens to which object, by kind and name. Objects to which nothing happens are not in it.
    pub(crate) objects: Vec<Change>,
    /// What happens together; the next turn begins when every pod of the last one is ready.
    pub(crate) turns: Vec<Turn>,
    /// The workloads of which no pod is touched.
    pub(crate) steady: Vec<String>,
    /// Of all turns together.
    pub(crate) pods: Counts,
}

/// What happens to an object.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Change {
    pub(crate) action: Action,
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    /// None where several nodes share it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) node: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) node_type: Option<String>,
    /// The number of the turn in which it happens, from one; none where nothing does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) turn: Option<usize>,
    /// Why it is made anew, kept, refused or not come to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// What differs, where it was there and is wanted.
    pub(crate) fields: Vec<Field>,
}

/// What is done about an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Action {
    Create,
    Change,
    /// Deleted and created, for the sake of a field that cannot be changed.
    Recreate,
    Delete,
    /// Nobody asks for it any more, and it stays: it holds data.
    Keep,
    /// It cannot become what is asked for: nothing is written before that is mended.
    Refuse,
    /// It stays as it is because of what is refused or missing elsewhere.
    Wait,
}

/// What happens together.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Turn {
    /// Of the workloads below, each once.
    pub(crate) node_types: Vec<String>,
    /// The workloads whose pods come, go or restart.
    pub(crate) workloads: Vec<Workload>,
}

/// What happens to the pods of a workload.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Workload {
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    pub(crate) node: String,
    pub(crate) node_type: String,
    /// How many pods are replaced by pods of another template, come, and go.
    pub(crate) restarts: i32,
    pub(crate) starts: i32,
    pub(crate) stops: i32,
    /// As the workload says it: `RollingUpdate`, `Recreate` or `OnDelete`.
    pub(crate) strategy: String,
    /// How many pods may be away at once: a number, or a share such as `25%`.
    pub(crate) at_once: String,
    /// How many pods stay at the old template, as the workload says.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) partition: i32,
    /// The workload of the same node in whose place it comes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) replaces: Option<String>,
}

/// How many pods are touched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Counts {
    /// Get another template.
    pub(crate) restart: i32,
    /// Go, and others come for them, as their node has another workload: another kind, or another name.
    pub(crate) replaced: i32,
    /// Come, and none went for them.
    pub(crate) start: i32,
    /// Go for good.
    pub(crate) stop: i32,
}

impl Counts {
    fn of(turns: &[Turn]) -> Self {
        let mut counts = Self::default();
        let mut nodes: BTreeMap<&str, (i32, i32)> = BTreeMap::new();
        for workload in turns.iter().flat_map(|turn| &turn.workloads) {
            let (starts, stops) = nodes.entry(&workload.node).or_default();
            counts.restart = counts.restart.saturating_add(workload.restarts);
            *starts = starts.saturating_add(workload.starts);
            *stops = stops.saturating_add(workload.stops);
        }
        for (starts, stops) in nodes.into_values() {
            let both = starts.min(stops);
            counts.replaced = counts.replaced.saturating_add(both);
            counts.start = counts.start.saturating_add(starts - both);
            counts.stop = counts.stop.saturating_add(stops - both);
        }
        counts
    }
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes by reference"
)]
fn is_zero(number: &i32) -> bool {
    *number == 0
}

/// What comes of it when `new` is applied where `old` runs, or where nothing is.
pub(crate) fn preview(old: Option<&Built>, new: &Built) -> Preview {
    let (group, _) = new.api_version.split_once('/').unwrap_or_default();
    let mut world = World::new(Subject {
        namespace: new.namespace.clone(),
        name: new.name.clone(),
        uid: "offline".to_owned(),
        generation: 1,
        kind: new.kind.clone(),
        group: group.to_owned(),
    });
    if let Some(old) = old {
        world.install(&old.desired);
    }
    let before = world.objects.clone();
    let mut turns = Vec::new();
    let mut when = BTreeMap::new();
    while turns.len() < MOST_TURNS {
        let written = carry(&mut world, new);
        let Settled { moved, changed } = world.settle();
        if written.is_empty() && !changed {
            break;
        }
        turns.push(turn(&world, &before, moved));
        when.extend(written.into_iter().map(|id| (id, turns.len())));
    }
    let mut preview = Preview {
        api_version: new.api_version.clone(),
        kind: new.kind.clone(),
        namespace: new.namespace.clone(),
        name: new.name.clone(),
        strategy: new.policy.strategy,
        objects: changes(&before, &world, &new.desired.children, &when),
        pods: Counts::of(&turns),
        turns: replacing(turns),
        steady: Vec::new(),
    };
    let is_touched = |id: &ObjectId| {
        let mut touched = preview.turns.iter().flat_map(|turn| &turn.workloads);
        touched.any(|workload| workload.kind == id.kind.as_str() && workload.name == id.name)
    };
    let there = before.keys().filter(|id| world.objects.contains_key(id));
    preview.steady = there
        .filter(|id| id.kind.is_workload() && !is_touched(id))
        .map(|id| format!("{} {}", id.kind, id.name))
        .collect();
    preview
}

/// Does what the planner says until it waits for pods, or for nothing.
fn carry(world: &mut World, new: &Built) -> BTreeSet<ObjectId> {
    let mut written = BTreeSet::new();
    // What is deleted to be made anew is made in the next pass.
    for _ in 0..MOST_TURNS {
        let observed = world.observed();
        let rollout = decide_with(&new.desired, &observed, &new.policy, &Backs::new());
        let steps = plan(&new.desired, &observed, &rollout);
        let now = world.carry(&new.desired, &observed, steps);
        if now.is_empty() {
            break;
        }
        written.extend(now);
    }
    written
}

fn turn(
    world: &World,
    before: &BTreeMap<ObjectId, Object>,
    moved: BTreeMap<ObjectId, Moves>,
) -> Turn {
    let mut turn = Turn::default();
    for (id, moves) in moved {
        let Some(object) = world.objects.get(&id).or_else(|| before.get(&id)) else {
            continue;
        };
        let workload = Workload::of(&id, object, moves);
        if !turn.node_types.contains(&workload.node_type) {
            turn.node_types.push(workload.node_type.clone());
        }
        turn.workloads.push(workload);
    }
    turn
}

/// Says of each workload that comes which one of its node goes for it.
fn replacing(mut turns: Vec<Turn>) -> Vec<Turn> {
    let all = turns.iter().flat_map(|turn| &turn.workloads);
    let gone: Vec<(String, String)> = all
        .filter(|workload| workload.stops > 0 && workload.restarts == 0)
        .map(|gone| (gone.node.clone(), format!("{} {}", gone.kind, gone.name)))
        .collect();
    let comes = turns.iter_mut().flat_map(|turn| &mut turn.workloads);
    for workload in comes.filter(|workload| workload.starts > 0) {
        let own = format!("{} {}", workload.kind, workload.name);
        let of_node = gone
            .iter()
            .find(|(node, name)| *node == workload.node && *name != own);
        workload.replaces = of_node.map(|(_, name)| name.clone());
    }
    turns
}

impl Workload {
    fn of(id: &ObjectId, object: &Object, moves: Moves) -> Self {
        let deployment = id.kind == crate::kind::ChildKind::Deployment;
        let (at, share) = if deployment {
            ("/spec/strategy", "25%")
        } else {
            ("/spec/updateStrategy", "1")
        };
        let said = object.document.pointer(at);
        let strategy = said.and_then(|said| said.get("type")?.as_str());
        let strategy = strategy.unwrap_or("RollingUpdate");
        let asked = said.and_then(|said| said.pointer("/rollingUpdate/maxUnavailable"));
        let at_once = match (strategy, asked) {
            ("Recreate", _) => "100%".to_owned(),
            (_, Some(serde_json::Value::String(share))) => share.clone(),
            (_, Some(number)) => number.to_string(),
            (_, None) => share.to_owned(),
        };
        Self {
            kind: id.kind.as_str(),
            name: id.name.clone(),
            node: object.node.clone().unwrap_or_default(),
            node_type: object.node_type.clone().unwrap_or_default(),
            restarts: moves.restarts,
            starts: moves.starts,
            stops: moves.stops,
            strategy: strategy.to_owned(),
            at_once,
            partition: crate::rollout::facts::partition(&object.document),
            replaces: None,
        }
    }
}

fn changes(
    before: &BTreeMap<ObjectId, Object>,
    world: &World,
    wanted: &[DesiredChild],
    when: &BTreeMap<ObjectId, usize>,
) -> Vec<Change> {
    let wanted: BTreeMap<&ObjectId, &DesiredChild> =
        wanted.iter().map(|child| (&child.id, child)).collect();
    let mut ids: BTreeSet<&ObjectId> = before.keys().chain(world.objects.keys()).collect();
    ids.extend(wanted.keys());
    let change = |id: &ObjectId| -> Option<Change> {
        let (old, new) = (before.get(id), world.objects.get(id));
        let wanted = wanted.get(id).copied();
        let (action, reason) = action(id, old, new, wanted, world)?;
        let goal = match action {
            Action::Refuse | Action::Wait => wanted.map(|wanted| &wanted.document),
            _ => new.map(|new| &new.document),
        };
        let fields = match (old, goal) {
            (Some(old), Some(goal)) => fields::differences(id.kind, &old.document, goal),
            _ => Vec::new(),
        };
        let some = new.or(old);
        let node = some.and_then(|object| object.node.clone());
        let node_type = some.and_then(|object| object.node_type.clone());
        Some(Change {
            action,
            kind: id.kind.as_str(),
            name: id.name.clone(),
            node: node.or_else(|| wanted?.node.clone()),
            node_type: node_type.or_else(|| wanted?.node_type.clone()),
            turn: when
                .get(id)
                .copied()
                .or_else(|| made_in(new?, when))
                .filter(|_| !matches!(action, Action::Keep | Action::Refuse | Action::Wait)),
            reason,
            fields,
        })
    };
    ids.into_iter().filter_map(change).collect()
}

/// A claim that a `StatefulSet` makes comes with it.
fn made_in(object: &Object, when: &BTreeMap<ObjectId, usize>) -> Option<usize> {
    when.get(object.maker.as_ref()?).copied()
}

/// What happens to an object, and why where that does not speak for itself; none where nothing does.
fn action(
    id: &ObjectId,
    old: Option<&Object>,
    new: Option<&Object>,
    wanted: Option<&DesiredChild>,
    world: &World,
) -> Option<(Action, Option<String>)> {
    let held = || match world.reasons.get(id) {
        Some((true, reason)) => (Action::Refuse, Some(reason.clone())),
        Some((false, reason)) => (Action::Wait, Some(reason.clone())),
        None => (
            Action::Wait,
            Some("nothing is written before what is refused is mended".to_owned()),
        ),
    };
    let keeps = id.kind.row().prune == PrunePolicy::Keep;
    match (old, new) {
        (None, None) => wanted.map(|_| held()),
        (None, Some(new)) => {
            let by = new.maker.as_ref();
            Some((Action::Create, by.map(|by| format!("{by} makes it"))))
        }
        (Some(_), None) => Some((Action::Delete, None)),
        (Some(old), Some(new)) if old.child.uid != new.child.uid => {
            let why = world.anew.get(id).cloned();
            Some((Action::Recreate, why))
        }
        (Some(old), Some(new)) => match wanted {
            Some(wanted) if old.hash == wanted.hash => None,
            Some(wanted) if new.hash == wanted.hash => Some((Action::Change, None)),
            None if old.document != new.document => Some((Action::Change, None)),
            None if world.is_in_use(new) => None,
            None if keeps => Some((Action::Keep, Some("it holds data".to_owned()))),
            Some(_) | None => Some(held()),
        },
    }
}

/// The annotation that says of which template pods are: a digest of what is shown beside it.
fn is_bookkeeping(path: &str) -> bool {
    path.ends_with(&format!("[\"{}\"]", labels::TEMPLATE))
}
