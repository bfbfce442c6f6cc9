//! What the operator would do in a state: the real planner, on the real projection of what it knows.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::{Value, json};

use super::act::content;
use super::state::{
    KINDS, Object, Owner, Pods, Resource, SLOTS, Spec, State, View, Write, is_workload, kind, node,
};
use crate::build::{Desired, DesiredChild, Turn};
use crate::cache::{Applied, Body, Child, Ours};
use crate::execute::Blocked;
use crate::kind::ObjectId;
use crate::labels;
use crate::model::fields::tree;
use crate::model::world::OPERATOR;
use crate::observe::{Known, Observed, Subject, stamped};
use crate::plan::{Act, Step, plan};
use crate::rollout::decide;
use crate::spec::RolloutPolicy;

/// The planner, and what it said before.
#[derive(Default)]
pub(super) struct Operator {
    plans: HashMap<View, Arc<Planned>>,
    children: HashMap<(usize, Object), Arc<Child>>,
    desired: HashMap<(Owner, Spec), Arc<Desired>>,
}

/// A plan, as far as the model acts on it.
#[derive(Debug)]
pub(super) struct Planned {
    /// What may be sent now, in any order.
    pub(super) writes: Vec<(usize, Write)>,
    pub(super) steps: Vec<Step>,
    /// A child was written for a newer generation than the one that is known (D2).
    ahead: bool,
}

impl Operator {
    pub(super) fn plans(&self) -> usize {
        self.plans.len()
    }

    /// What the operator may send in this state.
    pub(super) fn writes(&mut self, state: &State) -> Vec<(usize, Write)> {
        let Some(known) = state.view.resource.filter(|known| !known.deleting) else {
            return Vec::new();
        };
        let planned = self.plan(&state.view);
        // D2: before it believes what it knows, it asks a quorum.
        let stale = state
            .real
            .resource
            .is_none_or(|real| real.owner != known.owner || real.generation > known.generation);
        if planned.ahead && stale {
            return Vec::new();
        }
        planned.writes.clone()
    }

    pub(super) fn plan(&mut self, view: &View) -> Arc<Planned> {
        if let Some(planned) = self.plans.get(view) {
            return Arc::clone(planned);
        }
        let planned = Arc::new(self.make(view));
        self.plans.insert(*view, Arc::clone(&planned));
        planned
    }

    fn make(&mut self, view: &View) -> Planned {
        let Some(resource) = view.resource else {
            return Planned {
                writes: Vec::new(),
                steps: Vec::new(),
                ahead: false,
            };
        };
        let desired = self.desired(resource.owner, resource.spec);
        let observed = self.observed(view, resource);
        let rollout = decide(&desired, &observed, &RolloutPolicy::DEFAULT);
        let steps = plan(&desired, &observed, &rollout);
        Planned {
            writes: writes(&desired, &steps),
            ahead: observed.ahead().is_some(),
            steps,
        }
    }

    fn observed(&mut self, view: &View, resource: Resource) -> Observed {
        let mut children = BTreeMap::new();
        for (slot, object) in view.objects.iter().enumerate() {
            let Some(object) = *object else { continue };
            let owned = object.owner == resource.owner;
            if !owned && !resource.spec.wants(slot) {
                continue;
            }
            let wanted = resource
                .spec
                .wants(slot)
                .then(|| content(resource.spec, slot));
            let drift = object.drifted && owned && wanted == Some(object.content);
            let known = Known {
                child: Arc::clone(
                    self.children
                        .entry((slot, object))
                        .or_insert_with(|| Arc::new(child(slot, object))),
                ),
                drift: drift.then(|| "spec".to_owned()),
            };
            children.insert(id(slot), known);
        }
        Observed {
            subject: Subject {
                namespace: "prod".to_owned(),
                name: "t".to_owned(),
                uid: uid(resource.owner).to_owned(),
                generation: resource.generation.into(),
                kind: "Tally".to_owned(),
                group: "example.com".to_owned(),
            },
            children,
            pods: BTreeMap::new(),
            unlisted: BTreeSet::new(),
            denied: BTreeMap::new(),
            unready: BTreeMap::new(),
        }
    }

    fn desired(&mut self, owner: Owner, spec: Spec) -> Arc<Desired> {
        let made = self.desired.entry((owner, spec)).or_insert_with(|| {
            let slots = (0..SLOTS).filter(|slot| spec.wants(*slot));
            let mut children: Vec<DesiredChild> = slots
                .map(|slot| wanted(slot, owner, content(spec, slot)))
                .collect();
            children.sort_by_key(|child| (child.id.kind.row().rank, child.id.clone()));
            let turns = (0..SLOTS / KINDS.len())
                .filter(|node| spec.wants(node * KINDS.len()))
                .map(|node| Turn {
                    name: format!("type-{node}"),
                    nodes: vec![format!("n{node}")],
                });
            Arc::new(Desired {
                children,
                turns: turns.collect(),
                ..Desired::default()
            })
        });
        Arc::clone(made)
    }
}

/// Of a plan, what may be sent now: what no other step that is not done yet holds back.
fn writes(desired: &Desired, steps: &[Step]) -> Vec<(usize, Write)> {
    let wanted: BTreeMap<&ObjectId, &DesiredChild> = desired
        .children
        .iter()
        .map(|child| (&child.id, child))
        .collect();
    let mut blocked = Blocked::default();
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for step in steps {
        let child = wanted.get(&step.id).copied();
        let write = match step.act {
            Act::Flip | Act::Unflip => Some(Write::Flip),
            Act::Create => Some(Write::Create),
            Act::Apply => Some(Write::Apply),
            Act::Delete => Some(Write::Delete),
            // The model's server takes every content, and nothing waits for what is held.
            Act::Preflight | Act::Hold => continue,
            _ => None,
        };
        if let Some(write) = write
            && !blocked.stops(step, child.and_then(|child| child.node.as_deref()))
            && seen.insert(step.id.clone())
        {
            found.push((slot_of(&step.id), write));
        }
        // Until it is done, it is as if it had failed.
        blocked.block(&step.id, child.and_then(|child| child.node.as_deref()));
    }
    found
}

fn wanted(slot: usize, owner: Owner, content: u8) -> DesiredChild {
    let document = document(slot, owner, content);
    DesiredChild {
        id: id(slot),
        node: Some(format!("n{}", node(slot))),
        node_type: Some(format!("type-{}", node(slot))),
        hash: hash(slot, owner, content),
        start: None,
        document: Arc::new(document),
    }
}

fn hash(slot: usize, owner: Owner, content: u8) -> String {
    format!("{slot}-{content}-{}", uid(owner))
}

fn uid(owner: Owner) -> &'static str {
    match owner {
        Owner::First => "uid-1",
        Owner::Second => "uid-2",
        Owner::Foreign => "uid-of-another",
    }
}

fn id(slot: usize) -> ObjectId {
    ObjectId::new(kind(slot), "prod", format!("t-n{}", node(slot)))
}

fn slot_of(wanted: &ObjectId) -> usize {
    (0..SLOTS).find(|slot| id(*slot) == *wanted).unwrap()
}

fn document(slot: usize, owner: Owner, content: u8) -> Value {
    let kind = kind(slot);
    let name = id(slot).name;
    let owner_kind = if owner == Owner::Foreign {
        "Other"
    } else {
        "Tally"
    };
    let mut document = json!({
        "apiVersion": kind.row().api_version(), "kind": kind.as_str(),
        "metadata": {
            "name": name, "namespace": "prod",
            "labels": {
                labels::MANAGED_BY: OPERATOR, labels::INSTANCE: "t",
                labels::KIND: labels::kind_value("Tally", "example.com"),
                labels::NODE: format!("n{}", node(slot)),
            },
            "ownerReferences": [{
                "apiVersion": "example.com/v1alpha1", "kind": owner_kind, "name": "t",
                "uid": uid(owner), "controller": true,
            }],
        },
    });
    if is_workload(slot) {
        document["spec"] = json!({
            "replicas": 2,
            "template": {
                "metadata": {"annotations": {labels::TEMPLATE: content.to_string()}},
                "spec": {"containers": [{"name": "main"}]},
            },
        });
    } else {
        document["spec"] = json!({ "content": content });
    }
    document
}

/// What the cache keeps of an object, by way of what a server would send.
fn child(slot: usize, object: Object) -> Child {
    let desired = wanted(slot, object.owner, object.content);
    let applied = Applied::new(&desired.hash, object.generation.into());
    let mut whole = stamped(&desired, &applied);
    let operation = if object.applied { "Apply" } else { "Update" };
    whole["metadata"]["uid"] = json!(format!("{slot}-{}", object.uid));
    whole["metadata"]["resourceVersion"] = json!("7");
    whole["metadata"]["generation"] = json!(2);
    whole["metadata"]["creationTimestamp"] = json!("2026-01-01T00:00:00Z");
    whole["metadata"]["managedFields"] = json!([
        {"manager": OPERATOR, "operation": operation, "fieldsV1": tree(&desired.document)},
    ]);
    if object.terminating {
        whole["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    }
    if is_workload(slot) {
        let status = |observed: i64, updated: i64, ready: i64| {
            json!({
                "observedGeneration": observed, "replicas": 2, "updatedReplicas": updated,
                "readyReplicas": ready, "availableReplicas": ready,
                "currentRevision": "a", "updateRevision": if updated == 2 { "a" } else { "b" },
            })
        };
        whole["status"] = match object.pods {
            Pods::New => json!({}),
            Pods::Rolling => status(2, 1, 1),
            Pods::Ready => status(2, 2, 2),
            Pods::Crashed => {
                let mut status = status(2, 1, 1);
                status["conditions"] = json!([{
                    "type": "Progressing", "status": "False",
                    "reason": "ProgressDeadlineExceeded", "message": "no progress",
                }]);
                status
            }
        };
    }
    let ours = Ours {
        manager: OPERATOR.to_owned(),
        kind: labels::kind_value("Tally", "example.com"),
        reads_pods: false,
    };
    serde_json::from_str::<Body>(&whole.to_string())
        .unwrap()
        .into_child(&ours)
}

/// Whether a plan that can do nothing says why.
pub(super) fn explains(steps: &[Step]) -> bool {
    let mut acts = steps.iter().map(|step| step.act);
    acts.any(|act| matches!(act, Act::Refuse | Act::Hold))
}
