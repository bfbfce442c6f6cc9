//! What the controllers of the cluster make of workloads: pods that come, go and restart, and claims.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use k8s_openapi::jiff::Timestamp;
use serde_json::{Value, json};

use super::{Object, World, templates};
use crate::cache::{self, Child};
use crate::kind::{ChildKind, ObjectId};
use crate::rollout::facts::partition;

/// The pods of a workload: how many, and of which template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pods {
    pub(super) count: i32,
    pub(super) template: Option<Box<str>>,
    node: Option<Box<str>>,
}

/// What happens to the pods of a workload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::preview) struct Moves {
    pub(in crate::preview) restarts: i32,
    pub(in crate::preview) starts: i32,
    pub(in crate::preview) stops: i32,
}

/// What the controllers did.
#[derive(Debug, Default)]
pub(in crate::preview) struct Settled {
    /// The workloads of which pods came, went or restarted.
    pub(in crate::preview) moved: BTreeMap<ObjectId, Moves>,
    /// Whether anything is other than before.
    pub(in crate::preview) changed: bool,
}

impl World {
    /// The pods of a workload, one by one. All of them are ready: what restarts is told by the workload.
    pub(super) fn each(&self, workload: &ObjectId, pods: &Pods) -> Vec<(ObjectId, Arc<Child>)> {
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

    /// The controllers do what they do, and every pod gets ready.
    pub(in crate::preview) fn settle(&mut self) -> Settled {
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
    pub(in crate::preview) fn is_in_use(&self, claim: &Object) -> bool {
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
