//! A modelled cluster: the children of one resource, and what their controllers make of them.
//!
//! In: steps. Out: what they come to when the server takes whatever can be taken, and how many pods come, go and restart. Which
//! steps stop which others is `execute`'s rule, and what cannot be changed is its table's; requests there are none.

mod controllers;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use self::controllers::Pods;
pub(super) use self::controllers::{Moves, Settled};
use crate::build::{Desired, DesiredChild};
use crate::cache::Child;
use crate::execute::{
    Blocked, Doing, Effect, Trouble, Verb, batches, complaints, gives_way, recreated,
    with_live_templates,
};
use crate::kind::ObjectId;
use crate::observe::{Known, Observed, Subject};
use crate::plan::{Act, Reason, Step};

/// One object.
#[derive(Clone, Debug)]
pub(super) struct Object {
    pub(super) child: Arc<Child>,
    pub(super) document: Arc<Value>,
    /// Of the desired document that was written last; empty for what the operator does not write.
    pub(super) hash: String,
    pub(super) node: Option<String>,
    pub(super) node_type: Option<String>,
    /// The `StatefulSet` that made it.
    pub(super) maker: Option<ObjectId>,
}

/// The cluster.
#[derive(Debug)]
pub(super) struct World {
    subject: Subject,
    pub(super) objects: BTreeMap<ObjectId, Object>,
    pods: BTreeMap<ObjectId, Pods>,
    /// What the last pass did not do, and whether that is because it is refused.
    pub(super) reasons: BTreeMap<ObjectId, (bool, String)>,
    /// Why objects were made anew.
    pub(super) anew: BTreeMap<ObjectId, String>,
    /// Counts what is made.
    clock: i64,
}

impl World {
    /// With nothing in it.
    pub(super) fn new(subject: Subject) -> Self {
        Self {
            subject,
            objects: BTreeMap::new(),
            pods: BTreeMap::new(),
            reasons: BTreeMap::new(),
            anew: BTreeMap::new(),
            clock: 0,
        }
    }

    /// Everything that is desired is there, and runs.
    pub(super) fn install(&mut self, desired: &Desired) {
        for wanted in &desired.children {
            self.put(wanted);
        }
        self.settle();
        self.subject.generation += 1;
    }

    pub(super) fn observed(&self) -> Observed {
        let known = |object: &Object| Known {
            child: Arc::clone(&object.child),
            drift: None,
        };
        let children = self.objects.iter();
        Observed {
            subject: self.subject.clone(),
            children: children
                .map(|(id, object)| (id.clone(), known(object)))
                .collect(),
            pods: self
                .pods
                .iter()
                .flat_map(|(id, pods)| self.each(id, pods))
                .collect(),
            unlisted: BTreeSet::new(),
            denied: BTreeMap::new(),
            unready: BTreeMap::new(),
        }
    }
    /// Carries out the steps of a pass, and says what was written.
    pub(super) fn carry(
        &mut self,
        desired: &Desired,
        observed: &Observed,
        steps: Vec<Step>,
    ) -> BTreeSet<ObjectId> {
        let wanted: BTreeMap<&ObjectId, &DesiredChild> = desired
            .children
            .iter()
            .map(|child| (&child.id, child))
            .collect();
        let node_of = |id: &ObjectId| match wanted.get(id) {
            Some(child) => child.node.as_deref(),
            None => observed.children.get(id)?.child.identity.node.as_deref(),
        };
        let mut written = BTreeSet::new();
        let mut blocked = Blocked::default();
        let mut immutable = BTreeMap::new();
        self.reasons.clear();
        for batch in batches(steps) {
            let batch: Vec<Step> = batch
                .into_iter()
                .filter(|step| !blocked.stops(step, node_of(&step.id)))
                .map(|step| recreated(step, &immutable))
                .collect();
            for step in batch {
                let effect = self.act(&step, wanted.get(&step.id).copied());
                blocked.note(&step, node_of(&step.id), &effect);
                let id = step.id;
                match effect {
                    Effect::Done(_) => drop(written.insert(id)),
                    Effect::MustRecreate(field) => drop(immutable.insert(id, field)),
                    Effect::Trouble(trouble) => {
                        self.reasons.insert(id, (true, trouble.message));
                    }
                    Effect::Held(reason) | Effect::Waiting(reason) => {
                        self.reasons
                            .entry(id)
                            .or_insert((false, reason.to_string()));
                    }
                    Effect::Nothing | Effect::NotSent(_) => {}
                }
            }
        }
        written
    }

    fn act(&mut self, step: &Step, wanted: Option<&DesiredChild>) -> Effect {
        let id = &step.id;
        match (step.act, wanted) {
            (Act::Wait, _) => Effect::Waiting(step.reason.clone()),
            (Act::Hold, _) => Effect::Held(step.reason.clone()),
            (Act::Refuse, _) => Effect::Trouble(Trouble::of(id, &step.reason)),
            (Act::Preflight, Some(wanted)) => self.preflight(&step.reason, wanted),
            (Act::Create | Act::Apply | Act::Replace, Some(wanted)) => {
                let verb = match step.act {
                    Act::Create => Verb::Created,
                    _ => Verb::Updated,
                };
                self.put(wanted);
                Effect::Done(verb)
            }
            (Act::Grow, _) => {
                self.grow(step, wanted);
                Effect::Done(Verb::Updated)
            }
            (Act::Delete, _) => {
                self.delete(id);
                Effect::Done(Verb::Deleted)
            }
            // Its pods run on where it is a workload.
            (Act::Recreate | Act::Orphan, _) => {
                self.objects.remove(id);
                self.anew.insert(id.clone(), step.reason.to_string());
                Effect::Done(Verb::Deleted)
            }
            _ => Effect::Nothing,
        }
    }

    fn preflight(&self, reason: &Reason, wanted: &DesiredChild) -> Effect {
        let id = &wanted.id;
        let Some(live) = self.objects.get(id) else {
            return Effect::Nothing;
        };
        let mut document = (*wanted.document).clone();
        if *reason == Reason::ClaimsGrow {
            document = with_live_templates(&document, &live.child);
        }
        if let Some(field) = gives_way(id.kind, &document, &live.document) {
            return Effect::MustRecreate(field);
        }
        let mut found = complaints(id.kind, &document, &live.document);
        if id.kind.is_workload() {
            // What is left out is in the way as well, and the server says so itself.
            found.extend(complaints(id.kind, &live.document, &document));
            found.sort();
            found.dedup();
        }
        if found.is_empty() {
            Effect::Nothing
        } else {
            Effect::Trouble(Trouble::immutable(id, Doing::Try, &found))
        }
    }
}

/// The claim templates of a `StatefulSet`, with their names.
fn templates(document: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let templates = document.pointer("/spec/volumeClaimTemplates");
    let templates = templates.and_then(Value::as_array).into_iter().flatten();
    templates.filter_map(|template| {
        let name = template.pointer("/metadata/name")?.as_str()?;
        Some((name, template))
    })
}
