//! The watch of the custom resources themselves: feeds the store.
//!
//! One copy of each resource is kept. A page of the list is small, for a resource may be a megabyte,
//! and every list reads from a quorum: an old view must not look like a new one (D2). A relist
//! empties nothing: what it did not show goes when it is complete.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::Arc;

use futures::channel::mpsc::UnboundedSender;
use futures::stream::{StreamExt, select_all};
use kube::api::Api;
use kube::runtime::WatchStreamExt;
use kube::runtime::reflector::store::Writer;
use kube::runtime::reflector::{ObjectRef, Store};
use kube::runtime::watcher::{Config, Event, watcher};
use kube::{Resource, ResourceExt};

use super::track::Tracks;
use super::watching::{Teller, pauses};
use crate::cluster::Cluster;
use crate::guard::Guarded;
use crate::operator::Process;

/// Resources of one list request.
const PAGE: u32 = 5;

/// The store and the watches that feed it.
pub(super) struct Resources<C: Cluster> {
    process: Process,
    tracks: Arc<Tracks>,
    writer: Writer<Guarded<C>>,
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

impl<C: Cluster> Resources<C> {
    pub(super) fn new(process: &Process, tracks: Arc<Tracks>) -> Self {
        let mut writer = Writer::default();
        // The store is fed object by object, and lets nobody wait for a complete one.
        writer.apply_watcher_event(&Event::Init);
        writer.apply_watcher_event(&Event::InitDone);
        Self {
            process: process.clone(),
            tracks,
            writer,
            unsound: BTreeSet::new(),
        }
    }

    pub(super) fn store(&self) -> Store<Guarded<C>> {
        self.writer.as_reader()
    }

    /// Watches until it is dropped; `listed` is dropped after the first lists.
    pub(super) async fn follow(
        mut self,
        triggers: UnboundedSender<ObjectRef<Guarded<C>>>,
        listed: tokio::sync::mpsc::Sender<Infallible>,
    ) {
        let mut parts = BTreeMap::new();
        let mut watches = Vec::new();
        for (index, namespace) in self.process.settings.scopes().into_iter().enumerate() {
            let client = self.process.client.clone();
            let api: Api<Guarded<C>> = match &namespace {
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
                Some(namespace) => format!("{} in namespace {namespace}", C::plural(&())),
                None => C::plural(&()).into_owned(),
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
    fn take(&mut self, part: &mut Part, event: Event<Guarded<C>>) -> Vec<ObjectRef<Guarded<C>>> {
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
                let gone: Vec<Arc<Guarded<C>>> = self.store().state_filter(|resource| {
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

    fn put(&mut self, resource: Guarded<C>) -> Option<ObjectRef<Guarded<C>>> {
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

    fn remove(&mut self, resource: Guarded<C>) -> ObjectRef<Guarded<C>> {
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
    fn differs(&self, known: &Guarded<C>, new: &Guarded<C>) -> bool {
        let (Guarded::Sound(before), Guarded::Sound(after)) = (known, new) else {
            return true;
        };
        let (old, meta) = (known.meta(), new.meta());
        let written = self.tracks.written(&key(new));
        old.uid != meta.uid
            || old.generation != meta.generation
            || old.deletion_timestamp != meta.deletion_timestamp
            || old.labels != meta.labels
            || old.annotations != meta.annotations
            || after.status.as_ref() != written.as_ref().or(before.status.as_ref())
    }
}

fn key<C: Cluster>(resource: &Guarded<C>) -> (String, String) {
    (
        resource.namespace().unwrap_or_default(),
        resource.name_any(),
    )
}
