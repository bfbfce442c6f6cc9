//! The watch of one kind of children, in one namespace or in all: feeds the cache.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;

use futures::StreamExt;
use futures::channel::mpsc::UnboundedSender;
use kube::api::Api;
use kube::runtime::WatchStreamExt;
use kube::runtime::reflector::ObjectRef;
use kube::runtime::watcher::{Config, Event, watcher};

use super::pass::Pass;
use super::watching::{Teller, pauses};
use crate::cache::{Concerned, Scope, Seen};
use crate::cluster::Cluster;
use crate::guard::Guarded;
use crate::kind::WatchForm;
use crate::labels;

/// Objects of one list request; without their content, thousands fit into a few megabytes.
const PAGE: u32 = 250;

/// One watch and whom it tells.
pub(super) struct Watch<C: Cluster> {
    pub(super) pass: Arc<Pass<C>>,
    pub(super) scope: Scope,
    pub(super) triggers: UnboundedSender<ObjectRef<Guarded<C>>>,
}

impl<C: Cluster> Watch<C> {
    /// Watches until it is dropped; `listed` is dropped after the first list.
    pub(super) async fn follow(self, listed: tokio::sync::mpsc::Sender<Infallible>) {
        match self.scope.kind.row().watch {
            WatchForm::Full => self.watch::<false>(listed).await,
            WatchForm::Metadata => self.watch::<true>(listed).await,
        }
    }

    async fn watch<const METADATA: bool>(self, listed: tokio::sync::mpsc::Sender<Infallible>) {
        let mut listed = Some(listed);
        let process = &self.pass.process;
        let cache = &self.pass.cache;
        let scope = &self.scope;
        let resource = scope.kind.row().api_resource();
        let api = match &scope.namespace {
            Some(namespace) => {
                Api::<Seen<METADATA>>::namespaced_with(process.client.clone(), namespace, &resource)
            }
            None => Api::all_with(process.client.clone(), &resource),
        };
        let mut selector = format!("{}={}", labels::MANAGED_BY, process.name);
        if let Some(mark) = scope.kind.mark() {
            selector = format!("{selector},{mark}");
        }
        let config = Config::default().labels(&selector).page_size(PAGE);
        let what = match &scope.namespace {
            Some(namespace) => format!("{} in namespace {namespace}", resource.plural),
            None => resource.plural.clone(),
        };
        let mut teller = Teller::new(what, process.readiness.clone());
        let mut events = std::pin::pin!(watcher(api, config).backoff(pauses()));
        while let Some(event) = events.next().await {
            match event {
                Ok(Event::Init) => cache.begin_list(scope),
                Ok(Event::InitApply(object)) => {
                    let concerned = cache.show(scope, object.into_body());
                    // A first list concerns every resource, once, at its end.
                    if listed.is_none() {
                        self.trigger(concerned);
                    }
                }
                Ok(Event::InitDone) => {
                    self.trigger(cache.end_list(scope));
                    let is_first = teller.listed();
                    if is_first {
                        listed = None;
                    }
                    if cache.allow(scope) || is_first {
                        self.trigger_all();
                    }
                    self.count();
                }
                Ok(Event::Apply(object)) => {
                    self.trigger(cache.show(scope, object.into_body()));
                    self.count();
                }
                Ok(Event::Delete(object)) => {
                    self.trigger(cache.gone(scope, object.into_body()));
                    self.count();
                }
                Err(error) => {
                    if let Some(why) = teller.failed(&error) {
                        cache.deny(scope, &why);
                        self.trigger_all();
                    }
                }
            }
        }
    }

    fn trigger(&self, concerned: BTreeSet<Concerned>) {
        for who in concerned {
            self.send(ObjectRef::new(&who.name).within(&who.namespace));
        }
    }

    fn trigger_all(&self) {
        for resource in self.pass.store.state() {
            self.send(ObjectRef::from_obj(&*resource));
        }
    }

    fn send(&self, who: ObjectRef<Guarded<C>>) {
        // The receiver is gone only while the process stops.
        drop(self.triggers.unbounded_send(who));
    }

    fn count(&self) {
        let kind = self.scope.kind;
        let objects = self.pass.cache.count(kind);
        self.pass
            .process
            .metrics
            .watched(&C::kind(&()), kind.as_str(), objects);
    }
}
