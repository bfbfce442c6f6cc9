//! A modelled cluster: the children of one resource, and what their controllers make of them.
//!
//! In: steps. Out: what they come to when the server takes whatever can be taken, and how many pods come, go and restart. Which
//! steps stop which others is `execute`'s rule, and what cannot be changed is its table's; requests there are none.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use k8s_openapi::jiff::Timestamp;
use serde_json::{Value, json};

use crate::build::{Desired, DesiredChild};
use crate::cache::{self, Applied, Child, Claim, Owner};
use crate::execute::{
    Blocked, Doing, Effect, Trouble, Verb, batches, complaints, gives_way, recreated,
    with_live_templates,
};
use crate::kind::{ChildKind, ObjectId};
use crate::labels;
use crate::observe::{Known, Observed, Subject};
use crate::plan::{Act, Reason, Step};
use crate::rollout::facts::{partition, template};

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

/// The pods of a workload: how many, and of which template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Pods {
    count: i32,
    template: Option<Box<str>>,
    node: Option<Box<str>>,
}

/// What happens to the pods of a workload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Moves {
    pub(super) restarts: i32,
    pub(super) starts: i32,
    pub(super) stops: i32,
}

/// What the controllers did.
#[derive(Debug, Default)]
pub(super) struct Settled {
    /// The workloads of which pods came, went or restarted.
    pub(super) moved: BTreeMap<ObjectId, Moves>,
    /// Whether anything is other than before.
    pub(super) changed: bool,
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

    /// The pods of a workload, one by one. All of them are ready: what restarts is told by the workload.
    fn each(&self, workload: &ObjectId, pods: &Pods) -> Vec<(ObjectId, Arc<Child>)> {
        let one = |ordinal| {
            let name = format!("{}-{ordinal}", workload.name);
            let child = Child {
                uid: format!("{name}-pod").into(),
                identity: cache::Identity {
                    ours: true,
                    instance: Some(self.subject.name.as_str().into()),
                    node: pods.node.clone(),
                    workload: Some(workload.name.as_str().into()),
                    storage: None,
                },
                pod: Some(Box::new(cache::Pod {
                    workload: workload.name.as_str().into(),
                    template: pods.template.clone(),
                    ready: true,
                    ..cache::Pod::default()
                })),
                ..Child::default()
            };
            let id = ObjectId::new(ChildKind::Pod, &workload.namespace, name);
            (id, Arc::new(child))
        };
        (0..pods.count).map(one).collect()
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

    /// Writes a child as it is desired.
    fn put(&mut self, wanted: &DesiredChild) {
        let known = self.objects.get(&wanted.id).map(|known| &known.child);
        let (uid, created) = if let Some(known) = known {
            (known.uid.clone(), known.created)
        } else {
            self.clock += 1;
            let uid = format!("uid-{}", self.clock);
            // What comes later is newer.
            let created = Timestamp::from_second(self.clock).unwrap_or_default();
            (uid.into(), created)
        };
        let document = Arc::clone(&wanted.document);
        let mut child = self.child(&document, uid, created);
        child.applied = Some(Applied::new(&wanted.hash, self.subject.generation));
        child.entries = cache::Entries {
            apply: true,
            update: None,
            replicas: document.pointer("/spec/replicas").is_some(),
        };
        if wanted.id.kind.is_workload() {
            child.workload = Some(Box::new(self.under_way(wanted)));
        }
        let object = Object {
            child: Arc::new(child),
            document,
            hash: wanted.hash.clone(),
            node: wanted.node.clone(),
            node_type: wanted.node_type.clone(),
            maker: None,
        };
        self.objects.insert(wanted.id.clone(), object);
    }

    /// What a child's document says of it.
    fn child(&self, document: &Value, uid: Box<str>, created: Timestamp) -> Child {
        let text = |pointer: &str, key: &str| -> Option<Box<str>> {
            let value = document.pointer(pointer)?.get(key)?.as_str()?;
            Some(value.into())
        };
        let label = |key| text("/metadata/labels", key);
        let owner = document.pointer("/metadata/ownerReferences");
        Child {
            uid,
            created,
            owner: owner.map(|_| Owner {
                uid: self.subject.uid.as_str().into(),
                kind: self.subject.kind.as_str().into(),
                group: self.subject.group.as_str().into(),
                name: self.subject.name.as_str().into(),
            }),
            identity: cache::Identity {
                ours: true,
                instance: Some(self.subject.name.as_str().into()),
                node: label(labels::NODE),
                workload: label(labels::WORKLOAD),
                storage: label(labels::STORAGE),
            },
            claim: text("/spec/resources/requests", "storage").map(|storage| {
                Box::new(Claim {
                    storage,
                    bound: true,
                })
            }),
            ..Child::default()
        }
    }

    /// A workload that was just written, before its controller has done anything.
    fn under_way(&self, wanted: &DesiredChild) -> cache::Workload {
        let nothing = Pods::default();
        let pods = self.pods.get(&wanted.id).unwrap_or(&nothing);
        let template: Option<Box<str>> = template(&wanted.document).map(Into::into);
        let same = pods.count == 0 || pods.template == template;
        cache::Workload {
            generation: 1,
            observed_generation: 1,
            asked: asked(wanted, pods.count),
            replicas: pods.count,
            ready: if same {
                pods.count
            } else {
                pods.count.saturating_sub(1)
            },
            updated: if same { pods.count } else { 0 },
            updating: !same,
            node_type: wanted.node_type.as_deref().map(Into::into),
            templates: templates(&wanted.document)
                .filter_map(|(name, template)| {
                    let storage = template.pointer("/spec/resources/requests/storage");
                    Some((name.into(), storage?.as_str()?.into()))
                })
                .collect(),
            template,
            ..cache::Workload::default()
        }
    }

    /// Gives a claim the size that is asked for, which is all that is ever changed of one.
    fn grow(&mut self, step: &Step, wanted: Option<&DesiredChild>) {
        let Some(object) = self.objects.get(&step.id).cloned() else {
            return;
        };
        let size = match (&step.reason, wanted) {
            (Reason::Grows(resize), _) => Some(json!(resize.to)),
            (_, Some(wanted)) => {
                let asked = wanted.document.pointer("/spec/resources/requests/storage");
                asked.cloned()
            }
            _ => None,
        };
        let mut document = (*object.document).clone();
        if let Some(size) = size {
            document["spec"]["resources"]["requests"]["storage"] = size;
        }
        let mut child;
        let mut hash = object.hash.clone();
        if let Some(wanted) = wanted {
            let owners = wanted
                .document
                .pointer("/metadata/ownerReferences")
                .cloned();
            if let Some(metadata) = document.get_mut("metadata").and_then(Value::as_object_mut) {
                match owners {
                    Some(owners) => drop(metadata.insert("ownerReferences".to_owned(), owners)),
                    None => drop(metadata.remove("ownerReferences")),
                }
            }
            hash.clone_from(&wanted.hash);
            child = self.child(&document, object.child.uid.clone(), object.child.created);
            child.applied = Some(Applied::new(&hash, self.subject.generation));
            child.entries = object.child.entries;
        } else {
            child = self.child(&document, object.child.uid.clone(), object.child.created);
        }
        let grown = Object {
            child: Arc::new(child),
            document: Arc::new(document),
            hash,
            ..object
        };
        self.objects.insert(step.id.clone(), grown);
    }

    fn delete(&mut self, id: &ObjectId) {
        let Some(object) = self.objects.remove(id) else {
            return;
        };
        let policy = "/spec/persistentVolumeClaimRetentionPolicy/whenDeleted";
        if object.document.pointer(policy).and_then(Value::as_str) == Some("Delete") {
            self.objects
                .retain(|_, claim| claim.maker.as_ref() != Some(id));
        }
    }

    /// The controllers do what they do, and every pod gets ready.
    pub(super) fn settle(&mut self) -> Settled {
        let mut settled = Settled::default();
        let workloads: BTreeSet<ObjectId> = self
            .objects
            .keys()
            .filter(|id| id.kind.is_workload())
            .chain(self.pods.keys())
            .filter(|id| id.kind.is_workload())
            .cloned()
            .collect();
        for id in workloads {
            let before = self.pods.get(&id).cloned().unwrap_or_default();
            let Some(object) = self.objects.get_mut(&id) else {
                self.pods.remove(&id);
                settled.changed = true;
                let stops = before.count;
                if stops > 0 {
                    let moves = Moves {
                        stops,
                        ..Moves::default()
                    };
                    settled.moved.insert(id, moves);
                }
                continue;
            };
            let kept = partition(&object.document).max(0);
            let mut child = (*object.child).clone();
            let mut live = child.workload.take().unwrap_or_default();
            let after = Pods {
                count: live.asked,
                template: live.template.clone(),
                node: child.identity.node.clone(),
            };
            live.replicas = live.asked;
            live.ready = live.asked;
            let restarted = before.count > 0 && before.template != after.template;
            live.updated = if restarted {
                live.asked.saturating_sub(kept).max(0)
            } else {
                live.asked
            };
            live.updating = restarted && kept > 0;
            let child = Child {
                workload: Some(live),
                ..child
            };
            object.child = Arc::new(child);
            settled.changed |= before != after;
            self.pods.insert(id.clone(), after.clone());
            let stays = before.count.min(after.count);
            let moves = Moves {
                restarts: if restarted {
                    stays.saturating_sub(kept).max(0)
                } else {
                    0
                },
                starts: (after.count - before.count).max(0),
                stops: (before.count - after.count).max(0),
            };
            if moves != Moves::default() {
                settled.moved.insert(id.clone(), moves);
            }
            self.settle_claims(&id, after.count);
        }
        settled
    }

    /// The claims of a `StatefulSet`'s pods, as its controller makes and keeps them.
    fn settle_claims(&mut self, id: &ObjectId, count: i32) {
        let Some(object) = self.objects.get(id) else {
            return;
        };
        let document = Arc::clone(&object.document);
        let start = document.pointer("/spec/ordinals/start");
        let start = start.and_then(Value::as_i64).unwrap_or_default();
        let policy = "/spec/persistentVolumeClaimRetentionPolicy/whenScaled";
        let drops = document.pointer(policy).and_then(Value::as_str) == Some("Delete");
        let selector = document.pointer("/spec/selector/matchLabels");
        let mut asked = BTreeSet::new();
        let mut made = Vec::new();
        for (name, template) in templates(&document) {
            for ordinal in start..start.saturating_add(i64::from(count)) {
                let name = format!("{name}-{}-{ordinal}", id.name);
                let claim = ObjectId::new(ChildKind::PersistentVolumeClaim, &id.namespace, &name);
                if !self.objects.contains_key(&claim) {
                    let mut document = template.clone();
                    document["metadata"]["name"] = json!(name);
                    // The controller gives it its own selector's labels.
                    if let (Some(Value::Object(own)), Some(Value::Object(all))) =
                        (selector, document.pointer_mut("/metadata/labels"))
                    {
                        all.extend(own.clone());
                    }
                    let uid = format!("{claim}#{}", self.subject.generation);
                    let object = Object {
                        child: Arc::new(self.child(&document, uid.into(), Timestamp::default())),
                        document: Arc::new(document),
                        hash: String::new(),
                        node: object.node.clone(),
                        node_type: object.node_type.clone(),
                        maker: Some(id.clone()),
                    };
                    made.push((claim.clone(), object));
                }
                asked.insert(claim);
            }
        }
        self.objects.extend(made);
        if drops {
            let ours = |claim: &Object| claim.maker.as_ref() == Some(id);
            self.objects
                .retain(|name, claim| !ours(claim) || asked.contains(name));
        }
    }

    /// Whether a claim that a `StatefulSet` made is one of its pods'.
    pub(super) fn is_in_use(&self, claim: &Object) -> bool {
        let Some(maker) = &claim.maker else {
            return false;
        };
        let Some(workload) = self.objects.get(maker) else {
            return false;
        };
        let count = self.pods.get(maker).map_or(0, |pods| i64::from(pods.count));
        let start = workload.document.pointer("/spec/ordinals/start");
        let start = start.and_then(Value::as_i64).unwrap_or_default();
        let name = claim.document.pointer("/metadata/name");
        let name = name.and_then(Value::as_str).unwrap_or_default();
        templates(&workload.document).any(|(template, _)| {
            let prefix = format!("{template}-{}-", maker.name);
            let ordinal = name.strip_prefix(&prefix);
            let ordinal: Option<i64> = ordinal.and_then(|ordinal| ordinal.parse().ok());
            ordinal.is_some_and(|ordinal| (start..start.saturating_add(count)).contains(&ordinal))
        })
    }
}

/// How many pods a workload is to have; one whose document does not say keeps what it has.
fn asked(wanted: &DesiredChild, present: i32) -> i32 {
    let said = wanted.document.pointer("/spec/replicas");
    let said = said
        .and_then(Value::as_i64)
        .and_then(|said| i32::try_from(said).ok());
    let kept = || {
        if present > 0 {
            present
        } else {
            wanted.start.unwrap_or(1)
        }
    };
    said.unwrap_or_else(kept)
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
