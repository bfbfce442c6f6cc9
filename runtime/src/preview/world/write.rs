//! What a written document makes of an object, before any controller has seen it.

use std::sync::Arc;

use k8s_openapi::jiff::Timestamp;
use serde_json::{Value, json};

use super::controllers::Pods;
use super::{Object, World, templates};
use crate::build::DesiredChild;
use crate::cache::{self, Applied, Child, Claim, Owner};
use crate::kind::ObjectId;
use crate::labels;
use crate::plan::{Reason, Step};
use crate::rollout::facts::template;

impl World {
    /// Writes a child as it is desired.
    pub(super) fn put(&mut self, wanted: &DesiredChild) {
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
    pub(super) fn child(&self, document: &Value, uid: Box<str>, created: Timestamp) -> Child {
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
    pub(super) fn grow(&mut self, step: &Step, wanted: Option<&DesiredChild>) {
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

    pub(super) fn delete(&mut self, id: &ObjectId) {
        let Some(object) = self.objects.remove(id) else {
            return;
        };
        let policy = "/spec/persistentVolumeClaimRetentionPolicy/whenDeleted";
        if object.document.pointer(policy).and_then(Value::as_str) == Some("Delete") {
            self.objects
                .retain(|_, claim| claim.maker.as_ref() != Some(id));
        }
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
