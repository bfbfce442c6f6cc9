//! A modelled API server: objects, who owns their fields, and the answers to requests.
//!
//! It knows what the stages rely on and no more: names are taken once, an apply with a uid is about
//! that object or none, preconditions hold, content changes bump the generation, and fields that a
//! manager no longer applies go, unless an entry of another operation or manager has them.

mod object;
mod request;

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};

use super::fields::{drop_unowned, lose, merge, tree};
use crate::kind::{ChildKind, ObjectId};
pub(super) use object::{Entry, Object};
use object::{json_merge, keep_changed};
pub(super) use request::Request;
use request::{Answer, failure, other_uid, target};

/// What a watch shows.
#[derive(Clone, Debug)]
pub(super) enum Event {
    Shown(ChildKind, Value),
    Gone(ChildKind, Value),
}

/// A write that was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) verb: &'static str,
    pub(super) id: ObjectId,
    /// The controller's uid, of the object as it was before (of a creation, as it is after).
    pub(super) owner: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Api {
    pub(super) objects: BTreeMap<ObjectId, Object>,
    pub(super) events: VecDeque<Event>,
    pub(super) stored: Vec<Stored>,
    /// Deleted objects stay for a while, as those with finalizers do.
    pub(super) slow_deletes: bool,
    clock: u64,
}

impl Api {
    /// Answers a request.
    pub(super) fn answer(&mut self, request: &Request) -> Answer {
        let Some((kind, namespace, name)) = target(&request.path) else {
            return failure(404, "the server could not find the requested resource");
        };
        let name = name.or_else(|| {
            let name = request.body.pointer("/metadata/name")?.as_str()?;
            Some(name.to_owned())
        });
        let id = ObjectId::new(kind, namespace, name.unwrap_or_default());
        let manager = request
            .query
            .get("fieldManager")
            .cloned()
            .unwrap_or_default();
        let dry = request.query.contains_key("dryRun");
        match (request.method.as_str(), request.content.as_str()) {
            ("GET", _) => match self.objects.get(&id) {
                Some(object) => (200, object.whole(&id)),
                None => failure(404, "not found"),
            },
            ("POST", _) => self.create(&id, &request.body, &manager),
            ("PATCH", "application/apply-patch+yaml") => {
                self.apply(&id, &request.body, &manager, dry)
            }
            ("PATCH", "application/json-patch+json") => self.json_patch(&id, &request.body),
            ("PATCH", _) => self.merge_patch(&id, &request.body, &manager, dry),
            ("DELETE", _) => self.delete(&id, &request.body),
            _ => failure(405, "method not allowed"),
        }
    }

    fn create(&mut self, id: &ObjectId, body: &Value, manager: &str) -> Answer {
        if self.objects.contains_key(id) {
            return failure(409, "already exists");
        }
        let entry = Entry {
            manager: manager.to_owned(),
            operation: "Update".to_owned(),
            tree: tree(body),
        };
        (201, self.insert(id, body.clone(), vec![entry]))
    }

    /// Puts an object there that nobody asked for in a request.
    pub(super) fn insert(&mut self, id: &ObjectId, live: Value, entries: Vec<Entry>) -> Value {
        self.clock += 1;
        let object = Object {
            live,
            uid: format!("uid-{}", self.clock),
            version: self.clock,
            generation: 1,
            entries,
            deleting: false,
            status: Value::Null,
        };
        self.note("create", id, &object);
        self.objects.insert(id.clone(), object);
        self.show(id)
    }

    fn apply(&mut self, id: &ObjectId, body: &Value, manager: &str, dry: bool) -> Answer {
        let mut document = body.clone();
        let uid = document["metadata"]
            .as_object_mut()
            .and_then(|metadata| metadata.remove("uid"));
        let Some(object) = self.objects.get(id) else {
            if uid.is_some() {
                return failure(409, "uid mismatch: the object does not exist");
            }
            let entry = Entry {
                manager: manager.to_owned(),
                operation: "Apply".to_owned(),
                tree: tree(&document),
            };
            return (201, self.insert(id, document, vec![entry]));
        };
        if uid.is_some_and(|uid| uid != *object.uid) {
            return other_uid();
        }
        let mut changed = object.clone();
        let ours = |entry: &Entry| entry.manager == manager && entry.operation == "Apply";
        let claimed = tree(&document);
        let before = changed.entries.iter().find(|entry| ours(entry)).cloned();
        merge("", &mut changed.live, &document);
        if let Some(before) = before {
            let others: Vec<&Value> = object
                .entries
                .iter()
                .filter(|entry| !ours(entry))
                .map(|entry| &entry.tree)
                .collect();
            drop_unowned(&mut changed.live, &before.tree, &claimed, &others);
        }
        changed.entries.retain(|entry| !ours(entry));
        for entry in &mut changed.entries {
            lose(&mut entry.tree, &claimed, &object.live, &changed.live);
        }
        changed
            .entries
            .retain(|entry| entry.tree.as_object().is_some_and(|tree| !tree.is_empty()));
        changed.entries.insert(
            0,
            Entry {
                manager: manager.to_owned(),
                operation: "Apply".to_owned(),
                tree: claimed,
            },
        );
        self.store(id, changed, "apply", dry)
    }

    fn merge_patch(&mut self, id: &ObjectId, patch: &Value, manager: &str, dry: bool) -> Answer {
        let Some(object) = self.objects.get(id) else {
            return failure(404, "not found");
        };
        let mut patch = patch.clone();
        if let Some(metadata) = patch.get_mut("metadata").and_then(Value::as_object_mut)
            && metadata.remove("uid").is_some_and(|uid| uid != *object.uid)
        {
            return failure(409, "the uid in the precondition is another");
        }
        let mut changed = object.clone();
        json_merge(&mut changed.live, &patch);
        let claimed = tree(&patch);
        for entry in &mut changed.entries {
            lose(&mut entry.tree, &claimed, &object.live, &changed.live);
        }
        let mut gained = claimed;
        keep_changed(&mut gained, &object.live, &changed.live);
        let mine = changed
            .entries
            .iter_mut()
            .find(|entry| entry.manager == manager && entry.operation == "Update");
        match mine {
            Some(entry) => merge("", &mut entry.tree, &gained),
            None => changed.entries.push(Entry {
                manager: manager.to_owned(),
                operation: "Update".to_owned(),
                tree: gained,
            }),
        }
        changed
            .entries
            .retain(|entry| entry.tree.as_object().is_some_and(|tree| !tree.is_empty()));
        self.store(id, changed, "patch", dry)
    }

    fn json_patch(&mut self, id: &ObjectId, patch: &Value) -> Answer {
        let Some(object) = self.objects.get(id) else {
            return failure(404, "not found");
        };
        let mut changed = object.clone();
        let whole = object.whole(id);
        for step in patch.as_array().into_iter().flatten() {
            let path = step["path"].as_str().unwrap_or_default();
            match step["op"].as_str() {
                Some("test") if whole.pointer(path) == Some(&step["value"]) => {}
                Some("test") => return failure(422, "testing value failed"),
                _ => {
                    let rest = path.strip_prefix("/metadata/managedFields/");
                    let mut parts = rest.unwrap_or_default().split('/');
                    let index: Option<usize> = parts.next().and_then(|text| text.parse().ok());
                    let Some(entry) = index.and_then(|index| changed.entries.get_mut(index)) else {
                        return failure(422, "the model knows no other patch");
                    };
                    if step["op"] == "remove" {
                        let index = index.unwrap_or_default();
                        changed.entries.remove(index);
                    } else {
                        entry.operation = step["value"].as_str().unwrap_or_default().to_owned();
                    }
                }
            }
        }
        self.store(id, changed, "flip", false)
    }

    fn delete(&mut self, id: &ObjectId, options: &Value) -> Answer {
        let Some(object) = self.objects.get_mut(id) else {
            return failure(404, "not found");
        };
        let wanted = |key: &str| options.pointer(&format!("/preconditions/{key}"));
        let version = object.version.to_string();
        if wanted("uid").is_some_and(|uid| *uid != *object.uid)
            || wanted("resourceVersion").is_some_and(|wanted| *wanted != *version)
        {
            return failure(409, "the precondition does not hold");
        }
        let object = object.clone();
        if options["propagationPolicy"] == "Orphan" {
            self.note("orphan", id, &object);
        } else {
            self.note("delete", id, &object);
        }
        self.end(id);
        (200, json!({"kind": "Status", "status": "Success"}))
    }

    /// An object begins to go, and goes at once unless deletion is slow.
    pub(super) fn end(&mut self, id: &ObjectId) {
        let slow = self.slow_deletes;
        self.clock += 1;
        let clock = self.clock;
        let Some(object) = self.objects.get_mut(id) else {
            return;
        };
        object.version = clock;
        object.deleting = true;
        let whole = object.whole(id);
        if slow {
            self.events.push_back(Event::Shown(id.kind, whole));
        } else {
            self.objects.remove(id);
            self.events.push_back(Event::Gone(id.kind, whole));
        }
    }

    /// What is being deleted goes.
    pub(super) fn finish_deletes(&mut self) {
        let ending: Vec<ObjectId> = self
            .objects
            .iter()
            .filter(|(_, object)| object.deleting)
            .map(|(id, _)| id.clone())
            .collect();
        for id in ending {
            self.clock += 1;
            if let Some(mut object) = self.objects.remove(&id) {
                object.version = self.clock;
                let whole = object.whole(&id);
                self.events.push_back(Event::Gone(id.kind, whole));
            }
        }
    }

    /// Somebody who is not the operator changes an object.
    pub(super) fn edit(&mut self, id: &ObjectId, manager: &str, patch: &Value) {
        let answer = self.merge_patch(id, patch, manager, false);
        assert_eq!(answer.0, 200, "{answer:?}");
        // It is no write of the operator's.
        self.stored.pop();
    }

    /// A controller says how an object is.
    pub(super) fn set_status(&mut self, id: &ObjectId, status: &Value) {
        let Some(object) = self.objects.get_mut(id) else {
            return;
        };
        if object.status != *status {
            self.clock += 1;
            object.version = self.clock;
            object.status = status.clone();
            self.show(id);
        }
    }

    fn store(
        &mut self,
        id: &ObjectId,
        mut changed: Object,
        verb: &'static str,
        dry: bool,
    ) -> Answer {
        let Some(object) = self.objects.get(id) else {
            return failure(404, "not found");
        };
        let is_content = |value: &Value| {
            let mut value = value.clone();
            if let Some(fields) = value.as_object_mut() {
                fields.remove("metadata");
            }
            value
        };
        if is_content(&object.live) != is_content(&changed.live) {
            changed.generation += 1;
        }
        if dry {
            return (200, changed.whole(id));
        }
        let before = object.clone();
        if before.live != changed.live || before.entries != changed.entries {
            self.clock += 1;
            changed.version = self.clock;
            self.note(verb, id, &before);
            self.objects.insert(id.clone(), changed);
            (200, self.show(id))
        } else {
            self.note(verb, id, &before);
            (200, before.whole(id))
        }
    }

    fn note(&mut self, verb: &'static str, id: &ObjectId, object: &Object) {
        self.stored.push(Stored {
            verb,
            id: id.clone(),
            owner: object.owner(),
        });
    }

    fn show(&mut self, id: &ObjectId) -> Value {
        let whole = self.objects[id].whole(id);
        self.events.push_back(Event::Shown(id.kind, whole.clone()));
        whole
    }
}
