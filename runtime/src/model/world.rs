//! A modelled cluster and one process of an operator on it: the real cache, observation, plan and
//! execution, on the modelled API server.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use http::{Request as HttpRequest, Response};
use http_body_util::BodyExt;
use kube::client::Body as ClientBody;
use serde_json::{Value, json};

use super::api::{Api, Event, Request, Stored};
use crate::build::Desired;
use crate::cache::{Body, Cache, Ours, Scope};
use crate::error::Closed;
use crate::execute::{Gate, Outcome, Server, execute};
use crate::kind::{self, ChildKind, ObjectId};
use crate::metrics::Metrics;
use crate::observe::{Observed, Subject, observe};
use crate::plan::{Step, plan};
use crate::rollout::decide;
use crate::spec::RolloutPolicy;

/// The controllers' note of the template that all pods have, beside what a real status says.
const SEEN: &str = "dsoi-model-template";

fn template(live: &Value) -> Value {
    let found = live.pointer("/spec/template/metadata/annotations");
    found
        .and_then(|annotations| annotations.get(crate::labels::TEMPLATE))
        .cloned()
        .unwrap_or_default()
}

/// As the fixtures are built for.
pub(super) const OPERATOR: &str = "test-operator";

/// The cluster, and the process that looks after it.
pub(super) struct World {
    pub(super) api: Arc<Mutex<Api>>,
    pub(super) subject: Subject,
    cache: Cache,
    server: Server,
}

/// Lets so many requests through: the process dies before the next.
pub(super) struct Until(AtomicUsize);

impl Until {
    pub(super) fn requests(count: usize) -> Self {
        Self(AtomicUsize::new(count))
    }
}

impl Gate for Until {
    fn check(&self) -> Result<(), Closed> {
        let left = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            });
        left.map(drop).map_err(|_| Closed::Stopping)
    }
}

/// What a pass did.
pub(super) struct Passed {
    pub(super) steps: Vec<Step>,
    pub(super) outcome: Outcome,
    pub(super) stored: Vec<Stored>,
}

impl World {
    /// A process that has listed everything.
    pub(super) fn new(api: Api, subject: Subject) -> Self {
        let api = Arc::new(Mutex::new(api));
        let service = {
            let api = Arc::clone(&api);
            tower::service_fn(move |request: HttpRequest<ClientBody>| {
                let api = Arc::clone(&api);
                async move { answer(&api, request).await }
            })
        };
        let client = kube::Client::new(service, "default");
        let ours = Ours {
            manager: OPERATOR.to_owned(),
            kind: crate::labels::kind_value(&subject.kind, &subject.group),
            reads_pods: false,
        };
        let world = Self {
            cache: Cache::new(ours, &subject.kind, &subject.group),
            server: Server::new(client, OPERATOR, Metrics::new()),
            api,
            subject,
        };
        world.list(|_| {});
        world
    }

    /// Another process takes over: nothing is remembered.
    pub(super) fn restarted(self, arrange: impl FnOnce(&mut Vec<Value>)) -> Self {
        let Self { api, subject, .. } = self;
        let api = api.lock().unwrap().clone();
        let world = Self::new(Api::default(), subject);
        *world.api() = api;
        world.list(arrange);
        world
    }

    pub(super) fn api(&self) -> MutexGuard<'_, Api> {
        self.api.lock().unwrap()
    }

    /// Lists everything, in an order of choice.
    fn list(&self, arrange: impl FnOnce(&mut Vec<Value>)) {
        let mut all: Vec<Value> = {
            let mut api = self.api();
            api.events.clear();
            api.objects
                .iter()
                .map(|(id, object)| object.whole(id))
                .collect()
        };
        arrange(&mut all);
        let scopes: Vec<Scope> = kinds().map(scope).collect();
        for scope in &scopes {
            self.cache.begin_list(scope);
        }
        for object in &all {
            let scope = scopes
                .iter()
                .find(|scope| object["kind"] == scope.kind.as_str());
            self.cache.show(scope.unwrap(), body(object));
        }
        for scope in &scopes {
            self.cache.end_list(scope);
        }
    }

    /// The watches show what happened.
    pub(super) fn deliver(&self) {
        let events = std::mem::take(&mut self.api().events);
        for event in events {
            match event {
                Event::Shown(kind, object) => drop(self.cache.show(&scope(kind), body(&object))),
                Event::Gone(kind, object) => drop(self.cache.gone(&scope(kind), body(&object))),
            }
        }
    }

    pub(super) fn observed(&self, desired: &Desired) -> Observed {
        let kinds: Vec<ChildKind> = kinds().collect();
        observe(self.subject.clone(), desired, &kinds, &self.cache)
    }

    /// What would be done now.
    pub(super) fn plan(&self, desired: &Desired) -> Vec<Step> {
        steps(desired, &self.observed(desired))
    }

    /// One pass, for as long as the gate is open.
    pub(super) async fn pass(&self, desired: &Desired, gate: &dyn Gate) -> Passed {
        let observed = self.observed(desired);
        let steps = steps(desired, &observed);
        self.api().stored.clear();
        let outcome = execute(
            &self.server,
            &self.cache,
            gate,
            desired,
            &observed,
            steps.clone(),
            &BTreeSet::new(),
        )
        .await;
        Passed {
            steps,
            outcome,
            stored: std::mem::take(&mut self.api().stored),
        }
    }

    /// Everything but the operator does what it would: workloads get ready, what ends has ended,
    /// and what a deleted owner left is collected.
    pub(super) fn advance(&self, collected: &[&str]) {
        let mut api = self.api();
        api.finish_deletes();
        let ids: Vec<_> = api.objects.keys().cloned().collect();
        for id in ids {
            let object = &api.objects[&id];
            let owner = object.owner().unwrap_or_default();
            if collected.contains(&owner.as_str()) {
                api.end(&id);
                continue;
            }
            if id.kind.is_workload() {
                let replicas = object.live.pointer("/spec/replicas").cloned();
                let replicas = replicas.unwrap_or(json!(1));
                let status = json!({
                    "observedGeneration": object.generation, "replicas": replicas,
                    "readyReplicas": replicas, "updatedReplicas": replicas,
                    "availableReplicas": replicas,
                    "currentRevision": "r", "updateRevision": "r",
                    SEEN: template(&object.live),
                });
                let claims = claims(&id, &object.live);
                api.set_status(&id, &status);
                for (id, claim) in claims {
                    if !api.objects.contains_key(&id) {
                        api.insert(&id, claim, Vec::new());
                        // The controller's doing.
                        api.stored.pop();
                    }
                }
            }
        }
        let claims: Vec<_> = api
            .objects
            .iter()
            .filter(|(id, _)| id.kind == ChildKind::PersistentVolumeClaim)
            .map(|(id, claim)| {
                let asked = claim.live.pointer("/spec/resources/requests").cloned();
                (id.clone(), json!({"phase": "Bound", "capacity": asked}))
            })
            .collect();
        for (id, status) in claims {
            api.set_status(&id, &status);
        }
        api.finish_deletes();
    }

    /// The turns of which a workload that had run was given another template since the controllers
    /// last did anything.
    pub(super) fn rolling(&self, desired: &Desired) -> BTreeSet<String> {
        let api = self.api();
        let rolling = desired.children.iter().filter(|child| {
            let object = api.objects.get(&child.id);
            object.is_some_and(|object| {
                let seen = object.status.get(SEEN);
                let ready = object.status["readyReplicas"] != 0;
                ready && seen.is_some_and(|seen| *seen != template(&object.live))
            })
        });
        rolling
            .filter_map(|child| {
                let mut turns = desired.turns.iter();
                let node = child.node.as_ref()?;
                Some(turns.find(|turn| turn.nodes.contains(node))?.name.clone())
            })
            .collect()
    }

    /// What there is, without what differs from run to run.
    pub(super) fn masked(&self) -> BTreeMap<String, Value> {
        let api = self.api();
        let objects = api.objects.iter().map(|(id, object)| {
            let mut live = object.live.clone();
            if let Some(annotations) = live.pointer_mut("/metadata/annotations") {
                // Which generation wrote it last depends on when the process died.
                if let Some(applied) = annotations.get_mut(crate::labels::APPLIED) {
                    let text = applied.as_str().unwrap_or_default();
                    *applied = json!(text.split(';').next());
                }
            }
            (id.to_string(), json!([live, object.deleting]))
        });
        objects.collect()
    }
}

fn steps(desired: &Desired, observed: &Observed) -> Vec<Step> {
    let rollout = decide(desired, observed, &RolloutPolicy::DEFAULT);
    plan(desired, observed, &rollout)
}

async fn answer(
    api: &Mutex<Api>,
    request: HttpRequest<ClientBody>,
) -> Result<Response<ClientBody>, std::convert::Infallible> {
    let (parts, content) = request.into_parts();
    let bytes = content.collect().await.unwrap().to_bytes();
    let query = parts.uri.query().unwrap_or_default().split('&');
    let request = Request {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: query
            .filter_map(|pair| pair.split_once('='))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect(),
        content: parts
            .headers
            .get(http::header::CONTENT_TYPE)
            .and_then(|value| Some(value.to_str().ok()?.to_owned()))
            .unwrap_or_default(),
        body: serde_json::from_slice(&bytes).unwrap_or_default(),
    };
    let (code, answer) = api.lock().unwrap().answer(&request);
    let mut response = Response::new(ClientBody::from(answer.to_string().into_bytes()));
    *response.status_mut() = http::StatusCode::from_u16(code).unwrap();
    Ok(response)
}

/// The claims of a `StatefulSet`'s pods, as its controller makes them.
fn claims(id: &ObjectId, live: &Value) -> Vec<(ObjectId, Value)> {
    let templates = live.pointer("/spec/volumeClaimTemplates");
    let replicas = live.pointer("/spec/replicas").and_then(Value::as_i64);
    let mut all = Vec::new();
    for template in templates.and_then(Value::as_array).into_iter().flatten() {
        let name = template["metadata"]["name"].as_str().unwrap_or_default();
        for ordinal in 0..replicas.unwrap_or(1) {
            let name = format!("{name}-{}-{ordinal}", id.name);
            let mut claim = template.clone();
            claim["metadata"]["name"] = json!(name);
            let kind = ChildKind::PersistentVolumeClaim;
            all.push((ObjectId::new(kind, &id.namespace, name), claim));
        }
    }
    all
}

fn kinds() -> impl Iterator<Item = ChildKind> {
    kind::all().iter().map(|row| row.kind)
}

fn scope(kind: ChildKind) -> Scope {
    Scope {
        kind,
        namespace: None,
    }
}

fn body(object: &Value) -> Body {
    // Through text: a body keeps some of it as it was sent.
    serde_json::from_str(&object.to_string()).unwrap()
}
