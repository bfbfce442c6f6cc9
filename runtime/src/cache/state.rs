//! What is known of children, and the indexes by which it is found: no entry is in one and not in the others.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::child::{Child, Version};
use super::seen::Body;
use super::{Cache, Concerned, Scope};
use crate::kind::{ChildKind, ObjectId, PrunePolicy};

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) children: HashMap<ObjectId, Arc<Child>>,
    /// By the owner's uid.
    pub(super) owned: HashMap<Box<str>, BTreeSet<ObjectId>>,
    /// What no custom resource owns, by the one that its labels name.
    pub(super) named: HashMap<Concerned, BTreeSet<ObjectId>>,
    /// Pods, by the custom resource that their labels name.
    pub(super) pods: HashMap<Concerned, BTreeSet<ObjectId>>,
    /// Scopes whose first list is complete.
    pub(super) listed: BTreeSet<Scope>,
    /// Why the server does not let us list a scope.
    pub(super) denied: BTreeMap<Scope, String>,
    /// Scopes with a list under way: what it, or a write since it began, has shown.
    pub(super) listing: BTreeMap<Scope, BTreeSet<ObjectId>>,
    /// The newest version that each watch has shown.
    pub(super) seen: BTreeMap<Scope, Version>,
    /// How many children of each kind there are.
    pub(super) counts: BTreeMap<ChildKind, usize>,
    /// How often the server said that an object is gone.
    pub(super) removals: u64,
    /// Who waits for an object of another owner to go.
    pub(super) waiting: HashMap<ObjectId, BTreeSet<Concerned>>,
}

impl Cache {
    pub(super) fn child(&self, kind: ChildKind, body: Body) -> (ObjectId, Child) {
        let id = ObjectId::new(kind, body.namespace(), body.name());
        (id, body.into_child(&self.ours))
    }

    pub(super) fn put(
        &self,
        state: &mut State,
        id: ObjectId,
        mut child: Child,
    ) -> BTreeSet<Concerned> {
        let known = state.children.get(&id);
        let mut concerned = BTreeSet::new();
        if let Some(known) = known {
            if known.uid == child.uid {
                if known.version > child.version {
                    return concerned;
                }
                // What was judged once need not be judged again, and not be kept.
                if child.evidence.settled.is_none()
                    && known.evidence.settled.is_some()
                    && known.evidence.digest == child.evidence.digest
                    && known.applied == child.applied
                {
                    child.evidence = known.evidence.clone();
                }
                if !known.differs(&child) {
                    state.children.insert(id, Arc::new(child));
                    return concerned;
                }
            }
            concerned.extend(self.concerned(&id, known));
        }
        concerned.extend(self.concerned(&id, &child));
        match state.children.get(&id).cloned() {
            Some(known) => {
                disown(state, &id, &known);
                leave(state, &id, &known);
            }
            None => *state.counts.entry(id.kind).or_default() += 1,
        }
        if let Some(who) = instance(&id, &child) {
            state.pods.entry(who).or_default().insert(id.clone());
        }
        if let Some(owner) = &child.owner {
            state
                .owned
                .entry(owner.uid.clone())
                .or_default()
                .insert(id.clone());
        }
        if let Some(who) = names(&id, &child) {
            state.named.entry(who).or_default().insert(id.clone());
        }
        state.children.insert(id, Arc::new(child));
        concerned
    }

    pub(super) fn take(&self, state: &mut State, id: &ObjectId) -> BTreeSet<Concerned> {
        let mut concerned = wake(state, id);
        if let Some(child) = state.children.remove(id) {
            disown(state, id, &child);
            leave(state, id, &child);
            if let Some(count) = state.counts.get_mut(&id.kind) {
                *count = count.saturating_sub(1);
            }
            concerned.extend(self.concerned(id, &child));
        }
        concerned
    }

    /// The custom resource of a child: its controller, else the one that its labels name. A pod that
    /// comes, gets ready and goes concerns none: its workload tells that. One in trouble does, and
    /// any where a hook looks at them.
    fn concerned(&self, id: &ObjectId, child: &Child) -> Option<Concerned> {
        if let Some(pod) = &child.pod {
            let tells = pod.trouble.is_some() || pod.seen.is_some();
            return instance(id, child).filter(|_| tells);
        }
        let (kind, group) = &self.owner;
        let name = match &child.owner {
            Some(owner) if *owner.kind == **kind && *owner.group == **group => &owner.name,
            _ if child.identity.ours => child.identity.instance.as_ref()?,
            _ => return None,
        };
        Some(Concerned {
            namespace: id.namespace.clone(),
            name: name.to_string(),
        })
    }
}

/// The custom resource of a pod.
fn instance(id: &ObjectId, child: &Child) -> Option<Concerned> {
    child.pod.as_ref()?;
    let name = child.identity.instance.as_deref()?;
    child.identity.ours.then(|| Concerned {
        namespace: id.namespace.clone(),
        name: name.to_owned(),
    })
}

/// A pod is gone, or another one by now.
fn leave(state: &mut State, id: &ObjectId, child: &Child) {
    let Some(who) = instance(id, child) else {
        return;
    };
    if let Some(pods) = state.pods.get_mut(&who) {
        pods.remove(id);
        if pods.is_empty() {
            state.pods.remove(&who);
        }
    }
}

/// Who waits for this object to go.
pub(super) fn wake(state: &mut State, id: &ObjectId) -> BTreeSet<Concerned> {
    state.waiting.remove(id).unwrap_or_default()
}

/// The custom resource that the labels of an object name, where no owner has to.
fn names(id: &ObjectId, child: &Child) -> Option<Concerned> {
    let keeps = id.kind.row().prune == PrunePolicy::Keep;
    let instance = child.identity.instance.as_ref()?;
    (keeps && child.identity.ours).then(|| Concerned {
        namespace: id.namespace.clone(),
        name: instance.to_string(),
    })
}

fn disown(state: &mut State, id: &ObjectId, child: &Child) {
    if let Some(who) = names(id, child)
        && let Some(named) = state.named.get_mut(&who)
    {
        named.remove(id);
        if named.is_empty() {
            state.named.remove(&who);
        }
    }
    let Some(owner) = &child.owner else { return };
    if let Some(owned) = state.owned.get_mut(&owner.uid) {
        owned.remove(id);
        if owned.is_empty() {
            state.owned.remove(&owner.uid);
        }
    }
}
