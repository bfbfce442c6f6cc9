//! The watch of the custom resources themselves: feeds the store.
//!
//! One copy of each resource is kept. A page of the list is small, for a resource may be a megabyte,
//! and every list reads from a quorum: an old view must not look like a new one (D2). A relist
//! empties nothing: what it did not show goes when it is complete.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::fmt::Debug;
use std::sync::Arc;

use futures::channel::mpsc::UnboundedSender;
use futures::stream::{StreamExt, select_all};
use kube::api::Api;
use kube::core::NamespaceResourceScope;
use kube::runtime::WatchStreamExt;
use kube::runtime::reflector::store::Writer;
use kube::runtime::reflector::{ObjectRef, Store};
use kube::runtime::watcher::{Config, Event, watcher};
use kube::{Resource, ResourceExt};
use serde::de::DeserializeOwned;

use super::watching::{Teller, pauses};
use crate::guard::Guarded;
use crate::operator::Process;
use crate::spec::ClusterStatus;

/// Resources of one list request.
const PAGE: u32 = 5;

/// A kind of custom resource that is watched.
pub(crate) trait Watched:
    Resource<DynamicType = (), Scope = NamespaceResourceScope>
    + Clone
    + Debug
    + DeserializeOwned
    + Send
    + Sync
    + 'static
{
}

impl<C> Watched for C where
    C: Resource<DynamicType = (), Scope = NamespaceResourceScope>
        + Clone
        + Debug
        + DeserializeOwned
        + Send
        + Sync
        + 'static
{
}

/// Its status.
pub(crate) trait Status:
    Clone + Debug + PartialEq + DeserializeOwned + Send + Sync + 'static
{
}

impl<S: Clone + Debug + PartialEq + DeserializeOwned + Send + Sync + 'static> Status for S {}

/// Knows the statuses that were written last: they come back, and are no news.
pub(crate) trait Written<S>: Send + Sync {
    fn written(&self, key: &(String, String)) -> Option<S>;
}

/// The store and the watches that feed it.
pub(crate) struct Resources<C: Watched, S: Status = ClusterStatus> {
    process: Process,
    /// What is watched, as readiness names it.
    what: String,
    written: Arc<dyn Written<S>>,
    writer: Writer<Guarded<C, S>>,
    unsound: BTreeSet<(String, String)>,
}

/// One namespace, or all.
struct Part {
    namespace: Option<String>,
    teller: Teller,
    /// What the list under way has shown.
    shown: Option<BTreeSet<(String, String)>>,
    listed: Option<tokio::sync::mpsc::Sender<Infallible>>,
}

impl<C: Watched, S: Status> Resources<C, S> {
    pub(crate) fn new(process: &Process, what: String, written: Arc<dyn Written<S>>) -> Self {
        let mut writer = Writer::default();
        // The store is fed object by object, and lets nobody wait for a complete one.
        writer.apply_watcher_event(&Event::Init);
        writer.apply_watcher_event(&Event::InitDone);
        Self {
            process: process.clone(),
            what,
            written,
            writer,
            unsound: BTreeSet::new(),
        }
    }

    pub(crate) fn store(&self) -> Store<Guarded<C, S>> {
        self.writer.as_reader()
    }

    /// Watches until it is dropped; `listed` is dropped after the first lists.
    pub(crate) async fn follow(
        mut self,
        triggers: UnboundedSender<ObjectRef<Guarded<C, S>>>,
        listed: tokio::sync::mpsc::Sender<Infallible>,
    ) {
        let mut parts = BTreeMap::new();
        let mut watches = Vec::new();
        for (index, namespace) in self.process.settings.scopes().into_iter().enumerate() {
            let client = self.process.client.clone();
            let api: Api<Guarded<C, S>> = match &namespace {
                Some(namespace) => Api::namespaced(client, namespace),
                None => Api::all(client),
            };
            let config = Config::default().page_size(PAGE);
            watches.push(
                watcher(api, config)
                    .backoff(pauses())
                    .map(move |event| (index, event))
                    .boxed(),
            );
            let what = match &namespace {
                Some(namespace) => format!("{} in namespace {namespace}", self.what),
                None => self.what.clone(),
            };
            let part = Part {
                namespace,
                teller: Teller::new(what, self.process.readiness.clone()),
                shown: None,
                listed: Some(listed.clone()),
            };
            parts.insert(index, part);
        }
        drop(listed);
        let mut events = select_all(watches);
        while let Some((index, event)) = events.next().await {
            let Some(part) = parts.get_mut(&index) else {
                continue;
            };
            match event {
                Ok(event) => {
                    for who in self.take(part, event) {
                        // The receiver is gone only while the process stops.
                        drop(triggers.unbounded_send(who));
                    }
                }
                Err(error) => {
                    // There is no resource yet on which to say it: the log and readiness do.
                    part.teller.failed(&error);
                }
            }
        }
    }

    /// Updates the store. Returns who needs a pass.
    fn take(
        &mut self,
        part: &mut Part,
        event: Event<Guarded<C, S>>,
    ) -> Vec<ObjectRef<Guarded<C, S>>> {
        match event {
            Event::Init => {
                part.shown = Some(BTreeSet::new());
                Vec::new()
            }
            Event::InitApply(resource) => {
                if let Some(shown) = &mut part.shown {
                    shown.insert(key(&resource));
                }
                self.put(resource).into_iter().collect()
            }
            Event::Apply(resource) => self.put(resource).into_iter().collect(),
            Event::Delete(resource) => vec![self.remove(resource)],
            Event::InitDone => {
                let shown = part.shown.take().unwrap_or_default();
                part.teller.listed();
                part.listed = None;
                let gone: Vec<Arc<Guarded<C, S>>> = self.store().state_filter(|resource| {
                    let namespace = resource.meta().namespace.as_ref();
                    part.namespace
                        .as_ref()
                        .is_none_or(|part| Some(part) == namespace)
                        && !shown.contains(&key(resource))
                });
                gone.into_iter()
                    .map(|resource| self.remove(Arc::unwrap_or_clone(resource)))
                    .collect()
            }
        }
    }

    fn put(&mut self, resource: Guarded<C, S>) -> Option<ObjectRef<Guarded<C, S>>> {
        let who = ObjectRef::from_obj(&resource);
        let needs_pass = self
            .store()
            .get(&who)
            .is_none_or(|known| self.differs(&known, &resource));
        let key = key(&resource);
        let changed = if matches!(resource, Guarded::Unsound(_)) {
            self.unsound.insert(key)
        } else {
            self.unsound.remove(&key)
        };
        if changed {
            self.count();
        }
        self.writer.apply_watcher_event(&Event::Apply(resource));
        needs_pass.then_some(who)
    }

    fn remove(&mut self, resource: Guarded<C, S>) -> ObjectRef<Guarded<C, S>> {
        let who = ObjectRef::from_obj(&resource);
        if self.unsound.remove(&key(&resource)) {
            self.count();
        }
        self.writer.apply_watcher_event(&Event::Delete(resource));
        who
    }

    fn count(&self) {
        self.process
            .metrics
            .undecodable(&C::kind(&()), self.unsound.len());
    }

    /// Whether a change concerns us: all but our own status coming back.
    fn differs(&self, known: &Guarded<C, S>, new: &Guarded<C, S>) -> bool {
        let (Guarded::Sound(before), Guarded::Sound(after)) = (known, new) else {
            return true;
        };
        let (old, meta) = (known.meta(), new.meta());
        let written = self.written.written(&key(new));
        old.uid != meta.uid
            || old.generation != meta.generation
            || old.deletion_timestamp != meta.deletion_timestamp
            || old.labels != meta.labels
            || old.annotations != meta.annotations
            || old.finalizers != meta.finalizers
            || after.status.as_ref() != written.as_ref().or(before.status.as_ref())
    }
}

fn key<C: Watched, S>(resource: &Guarded<C, S>) -> (String, String) {
    (
        resource.namespace().unwrap_or_default(),
        resource.name_any(),
    )
}
