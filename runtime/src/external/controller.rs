//! The controller of one external kind: its watches, its queue.
//!
//! In: watch events of the resources and of their parents. Out: passes; what a pass does is in
//! [`pass`].

mod claim;
mod connect;
mod own;
mod parents;
mod pass;
mod report;
mod talk;
mod track;

use std::convert::Infallible;
use std::marker::PhantomData;
use std::sync::Arc;

use futures::future::BoxFuture;
use kube::runtime::controller::Action;
use serde_json::Value;

use self::claim::Claims;
use self::connect::Connections;
use self::parents::Parents;
use self::pass::Pass;
use self::track::Track;
use super::kind::External;
use crate::check::{self, Verdict};
use crate::controller::Kind;
use crate::controller::queue::{self, Worker};
use crate::controller::resources::Resources;
use crate::controller::track::Tracks;
use crate::event::Announcer;
use crate::execute::Server;
use crate::guard::Guarded;
use crate::operator::Process;
use crate::spec::ExternalStatus;

pub(super) type Item<K> = Guarded<K, ExternalStatus>;

/// Looks after all resources of the external kind `K`.
#[derive(Clone, Debug)]
pub struct ExternalController<K> {
    ignore: Option<String>,
    events: Option<(String, String)>,
    kind: PhantomData<fn() -> K>,
}

impl<K> Default for ExternalController<K> {
    fn default() -> Self {
        Self {
            ignore: None,
            events: None,
            kind: PhantomData,
        }
    }
}

impl<K: External> ExternalController<K> {
    pub fn new() -> Self {
        Self::default()
    }

    /// The annotation that makes the operator leave an object alone, with the value `true`. The
    /// default is `<group>/paused`. A resource that is deleted takes its object along even so
    /// (NC-14).
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
}

impl<K: External> Kind for ExternalController<K> {
    fn name(&self) -> String {
        K::kind(&()).into_owned()
    }

    fn api_version(&self) -> String {
        K::api_version(&()).into_owned()
    }

    fn crd(&self) -> &'static str {
        K::CRD
    }

    fn check(&self, resource: &Value, _operator: &str) -> Verdict {
        check::external_verdict::<K>(resource)
    }

    fn run(self: Box<Self>, process: Process) -> BoxFuture<'static, ()> {
        Box::pin(async move { run(*self, &process).await })
    }
}

async fn run<K: External>(controller: ExternalController<K>, process: &Process) {
    let (triggers, waiting) = futures::channel::mpsc::unbounded();
    let tracks = Arc::new(Tracks::<Track>::default());
    let resources = Resources::<K, ExternalStatus>::new(
        process,
        K::plural(&()).into_owned(),
        Arc::<Tracks<Track>>::clone(&tracks),
    );
    let (parents, parent_watch) = Parents::new(process, &K::plural(&()));
    let group = K::group(&()).into_owned();
    let (by, prefix) = controller
        .events
        .unwrap_or_else(|| (process.name.clone(), String::new()));
    let server = Server::new(
        process.client.clone(),
        &process.name,
        process.metrics.clone(),
    );
    let pass = Arc::new(Pass {
        announcer: Announcer::start(
            process.client.clone(),
            &by,
            // The names of PN-16.
            &format!("{prefix}{}Controller", K::kind(&())),
            process.metrics.clone(),
        ),
        connections: Connections::new(process, server.clone()),
        claims: Claims::default(),
        server,
        process: process.clone(),
        names: own::Names::new::<K>(&group, controller.ignore),
        store: resources.store(),
        parents,
        tracks,
        triggers: triggers.clone(),
    });
    let (listed, mut unlisted) = tokio::sync::mpsc::channel::<Infallible>(1);
    // Dropped, and with it every watch, when the last pass is over.
    let mut watches = tokio::task::JoinSet::new();
    if let Some(watch) = parent_watch {
        watches.spawn(parents::follow(Arc::clone(&pass), watch));
    }
    watches.spawn(resources.follow(triggers, listed));
    queue::first_lists(process, &mut unlisted).await;
    let store = pass.store.clone();
    queue::work(process, pass, store, waiting).await;
}

impl<K: External> Worker for Pass<K> {
    type Item = Item<K>;

    fn pass<'a>(&'a self, resource: &'a Item<K>) -> BoxFuture<'a, Action> {
        Box::pin(self.run(resource))
    }

    fn gone(&self, namespace: &str, name: &str) {
        self.forget(namespace, name);
    }
}
