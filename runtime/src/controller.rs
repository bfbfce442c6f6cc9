//! One controller: a kind of custom resource, its watches, its queue.
//!
//! In: watch events of the resources and their children. Out: passes, never two of one resource at
//! a time, a bounded number side by side, each with its own backoff. Built on kube's watchers and
//! `applier`; what a pass does is in [`pass`].

mod children;
pub(crate) mod gate;
mod gates;
mod kind;
pub(crate) mod own;
mod pass;
pub(crate) mod queue;
pub(crate) mod resources;
pub(crate) mod track;
mod watching;

use std::convert::Infallible;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::cache::{Cache, Ours, Scope};
use crate::check::{self, Verdict};
use crate::cluster::Cluster;
use crate::event::Announcer;
use crate::execute::Server;
use crate::guard::Guarded;
use crate::labels;
use crate::operator::Process;
use futures::future::BoxFuture;
use kube::runtime::controller::Action;
use tokio::sync::Semaphore;

pub(crate) use self::kind::Kind;
use self::pass::{AT_ONCE, Pass, Triggers};
use self::queue::Worker;
use self::resources::Resources;
use self::track::Tracks;

/// Reconciles all custom resources of the kind `C`.
#[derive(Clone, Debug)]
pub struct Controller<C> {
    ignore: Option<String>,
    events: Option<(String, String)>,
    kind: PhantomData<fn() -> C>,
}

impl<C> Default for Controller<C> {
    fn default() -> Self {
        Self {
            ignore: None,
            events: None,
            kind: PhantomData,
        }
    }
}

impl<C: Cluster> Controller<C> {
    pub fn new() -> Self {
        Self::default()
    }

    /// The annotation that makes the operator leave a resource alone, with the value `true`
    /// (OR-16). The default is `<group>/paused`.
    pub fn ignore_annotation(mut self, annotation: impl Into<String>) -> Self {
        self.ignore = Some(annotation.into());
        self
    }

    /// Who events are from, and what their reasons begin with. The default is the operator's name
    /// and nothing.
    pub fn events(mut self, controller: impl Into<String>, prefix: impl Into<String>) -> Self {
        self.events = Some((controller.into(), prefix.into()));
        self
    }

    fn annotation(&self) -> String {
        self.ignore
            .clone()
            .unwrap_or_else(|| format!("{}/paused", C::group(&())))
    }

    fn start(self, process: &Process, triggers: Triggers<C>) -> (Arc<Pass<C>>, Resources<C>) {
        let kind = C::kind(&()).into_owned();
        let group = C::group(&()).into_owned();
        let ours = Ours {
            manager: process.name.clone(),
            kind: labels::kind_value(&kind, &group),
            reads_pods: C::READS_PODS,
        };
        let (controller, prefix) = self
            .events
            .clone()
            .unwrap_or_else(|| (process.name.clone(), String::new()));
        let tracks = Arc::new(Tracks::default());
        let resources = Resources::new(
            process,
            C::plural(&()).into_owned(),
            Arc::<Tracks>::clone(&tracks),
        );
        let pass = Pass {
            server: Server::new(
                process.client.clone(),
                &process.name,
                process.metrics.clone(),
            ),
            cache: Cache::new(ours, &kind, &group),
            announcer: Announcer::start(
                process.client.clone(),
                &controller,
                &prefix,
                process.metrics.clone(),
            ),
            process: process.clone(),
            annotation: self.annotation(),
            store: resources.store(),
            tracks,
            triggers,
            places: Arc::new(Semaphore::new(AT_ONCE)),
        };
        (Arc::new(pass), resources)
    }
}

impl<C: Cluster> Kind for Controller<C> {
    fn name(&self) -> String {
        C::kind(&()).into_owned()
    }

    fn api_version(&self) -> String {
        C::api_version(&()).into_owned()
    }

    fn crd(&self) -> &'static str {
        C::CRD
    }

    fn check(&self, resource: &serde_json::Value, operator: &str) -> Verdict {
        check::verdict::<C>(resource, operator)
    }

    fn run(self: Box<Self>, process: Process) -> BoxFuture<'static, ()> {
        Box::pin(async move { run(*self, &process).await })
    }
}

async fn run<C: Cluster>(controller: Controller<C>, process: &Process) {
    let (triggers, waiting) = futures::channel::mpsc::unbounded();
    let (pass, resources) = controller.start(process, triggers.clone());
    let (listed, mut unlisted) = tokio::sync::mpsc::channel::<Infallible>(1);
    // Dropped, and with it every watch, when the last pass is over.
    let mut watches = tokio::task::JoinSet::new();
    for namespace in process.settings.scopes() {
        for kind in C::CHILD_KINDS {
            let scope = Scope {
                kind: *kind,
                namespace: namespace.clone(),
            };
            let watch = children::Watch {
                pass: Arc::clone(&pass),
                scope,
                triggers: triggers.clone(),
            };
            watches.spawn(watch.follow(listed.clone()));
        }
    }
    watches.spawn(resources.follow(triggers, listed));
    queue::first_lists(process, &mut unlisted).await;
    let store = pass.store.clone();
    queue::work(process, pass, store, waiting).await;
}

impl<C: Cluster> Worker for Pass<C> {
    type Item = Guarded<C>;

    fn pass<'a>(&'a self, resource: &'a Guarded<C>) -> BoxFuture<'a, Action> {
        Box::pin(self.run(resource))
    }

    fn gone(&self, namespace: &str, name: &str) {
        self.tracks.forget(namespace, name);
        self.count_halted();
    }
}
