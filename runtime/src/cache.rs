//! The one cache of children, keyed by kind, namespace and name.
//!
//! In: watch events, and the replies to our own writes. Out: projections of children, and whom an
//! event concerns. An older resource version of a uid never replaces a newer one, an echo of our own
//! write concerns nobody, a kind that was never listed takes no part, and a relist empties nothing
//! before it is complete. Decides nothing about what to do.

mod annotations;
mod child;
mod order;
mod pod;
mod seen;
mod state;
mod status;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

#[cfg(test)]
pub(crate) use self::child::Revision;
pub use self::child::{Applied, Child};
pub(crate) use self::child::{Claim, Entries, Identity, Owner, Version, Workload};
pub(crate) use self::pod::Pod;
#[cfg(test)]
pub(crate) use self::pod::PodSeen;
#[cfg(test)]
pub(crate) use self::pod::PodTrouble;
pub(crate) use self::seen::{Body, Ours, Seen};
use crate::kind::{ChildKind, ObjectId};
use state::{State, wake};

/// What one watch covers: a kind, in one namespace or (none) in all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Scope {
    pub(crate) kind: ChildKind,
    pub(crate) namespace: Option<String>,
}

impl Scope {
    fn covers(&self, id: &ObjectId) -> bool {
        self.kind == id.kind
            && self
                .namespace
                .as_ref()
                .is_none_or(|namespace| *namespace == id.namespace)
    }
}

/// A custom resource that an event concerns, by namespace and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Concerned {
    pub(crate) namespace: String,
    pub(crate) name: String,
}

/// The children of one kind of custom resource.
#[derive(Debug)]
pub(crate) struct Cache {
    ours: Ours,
    /// Kind and group of the custom resource.
    owner: (String, String),
    state: RwLock<State>,
}

impl Cache {
    /// An empty cache for the children of custom resources of `kind` in `group`.
    pub(crate) fn new(ours: Ours, kind: &str, group: &str) -> Self {
        Self {
            ours,
            owner: (kind.to_owned(), group.to_owned()),
            state: RwLock::default(),
        }
    }

    pub(crate) fn ours(&self) -> &Ours {
        &self.ours
    }

    /// A list has begun: nothing changes until it is complete, beside what it shows.
    pub(crate) fn begin_list(&self, scope: &Scope) {
        self.write().listing.insert(scope.clone(), BTreeSet::new());
    }

    /// The server does not let us list. What an earlier list has shown stays.
    pub(crate) fn deny(&self, scope: &Scope, why: &str) {
        self.write().denied.insert(scope.clone(), why.to_owned());
    }

    /// The server lets us list again. Returns whether it did not before.
    pub(crate) fn allow(&self, scope: &Scope) -> bool {
        self.write().denied.remove(scope).is_some()
    }

    /// Why the server does not let us list a kind in this namespace, if it said so.
    pub(crate) fn denied(&self, kind: ChildKind, namespace: &str) -> Option<String> {
        let state = self.read();
        let mut denied = state.denied.iter();
        denied
            .find(|(scope, _)| {
                scope.kind == kind
                    && scope
                        .namespace
                        .as_ref()
                        .is_none_or(|known| known == namespace)
            })
            .map(|(_, why)| why.clone())
    }

    /// A list is complete: what it did not show is gone.
    pub(crate) fn end_list(&self, scope: &Scope) -> BTreeSet<Concerned> {
        let mut state = self.write();
        let shown = state.listing.remove(scope).unwrap_or_default();
        let gone: Vec<ObjectId> = state
            .children
            .keys()
            .filter(|id| scope.covers(id) && !shown.contains(*id))
            .cloned()
            .collect();
        state.listed.insert(scope.clone());
        gone.iter()
            .flat_map(|id| self.take(&mut state, id))
            .collect()
    }

    /// The server showed an object, in a list or an event.
    pub(crate) fn show(&self, scope: &Scope, body: Body) -> BTreeSet<Concerned> {
        let (id, child) = self.child(scope.kind, body);
        let mut state = self.write();
        if let Some(shown) = state.listing.get_mut(scope) {
            shown.insert(id.clone());
        }
        let newest = state.seen.entry(scope.clone()).or_default();
        if *newest < child.version {
            *newest = child.version.clone();
        }
        self.put(&mut state, id, child)
    }

    /// The server said that an object is gone.
    pub(crate) fn gone(&self, scope: &Scope, body: Body) -> BTreeSet<Concerned> {
        let (id, child) = self.child(scope.kind, body);
        let mut state = self.write();
        let newest = state.seen.entry(scope.clone()).or_default();
        if *newest < child.version {
            *newest = child.version.clone();
        }
        state.removals += 1;
        match state.children.get(&id) {
            Some(known) if known.uid == child.uid => self.take(&mut state, &id),
            Some(_) => BTreeSet::new(),
            None => wake(&mut state, &id),
        }
    }

    /// The reply to our own write of `document_hash`: what it shows is as we want it.
    pub(crate) fn record(&self, kind: ChildKind, body: Body, document_hash: Option<&str>) {
        let (id, mut child) = self.child(kind, body);
        if let Some(hash) = document_hash {
            child.evidence.settled = Some(hash.into());
            child.evidence.raw = None;
        }
        let mut state = self.write();
        // A watch that is past this version and does not know the object has seen it go.
        let passed = state
            .seen
            .iter()
            .any(|(scope, newest)| scope.covers(&id) && *newest >= child.version);
        if passed && !state.children.contains_key(&id) {
            return;
        }
        for (scope, shown) in &mut state.listing {
            if scope.covers(&id) {
                shown.insert(id.clone());
            }
        }
        self.put(&mut state, id, child);
    }

    /// A read showed an object of ours that the watch did not.
    ///
    /// Only where [`Cache::removals`] did not move during the read: it would bring back what is gone.
    pub(crate) fn adopt(&self, kind: ChildKind, body: Body) {
        let (id, child) = self.child(kind, body);
        self.put(&mut self.write(), id, child);
    }

    /// How often the server has said that an object is gone.
    pub(crate) fn removals(&self) -> u64 {
        self.read().removals
    }

    /// Forgets an object that the server says is not the one we know.
    pub(crate) fn forget(&self, id: &ObjectId, uid: &str) {
        let mut state = self.write();
        if state
            .children
            .get(id)
            .is_some_and(|child| *child.uid == *uid)
        {
            self.take(&mut state, id);
        }
    }

    /// Notes that our delete of this object was accepted, before the watch says so.
    pub(crate) fn deleted(&self, id: &ObjectId, uid: &str) {
        let mut state = self.write();
        if let Some(child) = state.children.get_mut(id)
            && *child.uid == *uid
        {
            Arc::make_mut(child).terminating = true;
        }
    }

    /// The evidence of this version was judged for a document: it need not be kept.
    pub(crate) fn settle(&self, id: &ObjectId, version: &Version, document_hash: &str) {
        let mut state = self.write();
        if let Some(child) = state.children.get_mut(id)
            && child.version == *version
        {
            let child = Arc::make_mut(child);
            child.evidence.settled = Some(document_hash.into());
            child.evidence.raw = None;
        }
    }

    /// Wakes a custom resource when the object of another owner goes.
    pub(crate) fn wait_for(&self, id: &ObjectId, who: Concerned) {
        self.write()
            .waiting
            .entry(id.clone())
            .or_default()
            .insert(who);
    }

    /// Whether the kind was listed in this namespace.
    pub(crate) fn is_listed(&self, kind: ChildKind, namespace: &str) -> bool {
        self.read().listed.iter().any(|scope| {
            scope.kind == kind
                && scope
                    .namespace
                    .as_ref()
                    .is_none_or(|known| known == namespace)
        })
    }

    pub(crate) fn child_of(&self, id: &ObjectId) -> Option<Arc<Child>> {
        self.read().children.get(id).cloned()
    }

    /// Everything whose controller is this custom resource.
    pub(crate) fn owned(&self, uid: &str) -> Vec<(ObjectId, Arc<Child>)> {
        let state = self.read();
        state
            .owned
            .get(uid)
            .into_iter()
            .flatten()
            .filter_map(|id| Some((id.clone(), Arc::clone(state.children.get(id)?))))
            .collect()
    }

    /// Everything that holds data and that names this custom resource in its labels, whoever owns it.
    pub(crate) fn named(&self, who: &Concerned) -> Vec<(ObjectId, Arc<Child>)> {
        let state = self.read();
        state
            .named
            .get(who)
            .into_iter()
            .flatten()
            .filter_map(|id| Some((id.clone(), Arc::clone(state.children.get(id)?))))
            .collect()
    }

    /// The pods of a custom resource.
    pub(crate) fn pods(&self, namespace: &str, name: &str) -> BTreeMap<ObjectId, Arc<Child>> {
        let who = Concerned {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        };
        let state = self.read();
        let ids = state.pods.get(&who).into_iter().flatten();
        ids.filter_map(|id| Some((id.clone(), Arc::clone(state.children.get(id)?))))
            .collect()
    }

    /// How many children of a kind are known.
    pub(crate) fn count(&self, kind: ChildKind) -> usize {
        self.read().counts.get(&kind).copied().unwrap_or_default()
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        // A panic while the lock was held leaves at most a missing entry, which a relist mends.
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
