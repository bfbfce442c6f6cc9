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
mod said;
mod secret;
#[cfg(test)]
mod tests;
mod text;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use self::world::{Moves, Object, Settled, World};
use crate::build::DesiredChild;
use crate::check::Built;
use crate::kind::{ObjectId, PrunePolicy};
use crate::labels;
use crate::observe::Subject;
use crate::plan::plan;
use crate::rollout::decide_with;
use crate::rollout::rollback::Backs;

pub(crate) use self::said::{Action, Change, Counts, FORMAT, Preview, Turn, Workload};
pub(crate) use self::text::text;

/// More than any resource needs: each turn changes at least one object for good.
const MOST_TURNS: usize = 10_000;

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
