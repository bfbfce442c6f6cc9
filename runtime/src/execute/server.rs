//! Requests to the API server: addresses, timeouts, and sending again.
//!
//! The client's own retry is off. A request is sent again only after 429, 5xx, or no answer, after
//! what the server asks to wait, and only as long as the gate is open: the custom resource is
//! there, unchanged, and we hold the lease.

use std::time::Duration;

use http::{Method, Request, header};
use http_body_util::BodyExt;
use hyper::body::Bytes;
use kube::Client;
use kube::client::Body;
use kube::core::Status;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::cache::{Body as Object, Child};
use crate::error::{Closed, RequestError};
use crate::kind::{ChildKind, ObjectId, WatchForm};
use crate::metrics::Metrics;

/// One request, whatever it does.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How often a request is sent in all.
const ATTEMPTS: u32 = 4;
/// A longer wait is not sat out: the pass ends, and the next one begins after it.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

pub(crate) const METADATA: &str = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
const JSON: &str = "application/json";
const APPLY: &str = "application/apply-patch+yaml";
/// The type of a patch that is merged into an object.
pub(crate) const MERGE: &str = "application/merge-patch+json";
/// The same, but that lists are merged by their keys.
pub(super) const STRATEGIC: &str = "application/strategic-merge-patch+json";

/// What becomes of what a deleted object owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dependents {
    /// It goes as well.
    Go,
    /// It stays, without an owner.
    Stay,
}

impl Dependents {
    fn policy(self) -> &'static str {
        match self {
            Self::Go => "Background",
            Self::Stay => "Orphan",
        }
    }
}

/// Whether another request may be started.
pub(crate) trait Gate: Sync {
    fn check(&self) -> Result<(), Closed>;
}

/// Sends requests about children.
#[derive(Clone)]
pub(crate) struct Server {
    client: Client,
    manager: String,
    metrics: Metrics,
}

/// A request before it is sent.
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) content: &'static str,
    pub(crate) accept: &'static str,
    /// Shared, not copied: it may be a megabyte, and is sent again after a failure.
    pub(crate) body: Bytes,
    /// For metrics: the kind of object and the verb.
    pub(crate) kind: &'static str,
    pub(crate) verb: &'static str,
}

impl Server {
    pub(crate) fn new(client: Client, manager: &str, metrics: Metrics) -> Self {
        Self {
            client,
            manager: manager.to_owned(),
            metrics,
        }
    }

    /// The field manager.
    pub(crate) fn manager(&self) -> &str {
        &self.manager
    }

    /// POSTs a document. What the server does not know is refused, as in an apply.
    pub(crate) async fn create(
        &self,
        gate: &dyn Gate,
        id: &ObjectId,
        document: &Value,
    ) -> Result<Object, RequestError> {
        let manager = &self.manager;
        let path = format!(
            "{}?fieldManager={manager}&fieldValidation=Strict",
            collection(id)
        );
        let body = document.to_string();
        self.send(gate, &write(id, Method::POST, "create", path, JSON, body))
            .await
    }

    /// Applies a document to the object of this uid, with force.
    pub(crate) async fn apply(
        &self,
        gate: &dyn Gate,
        id: &ObjectId,
        uid: &str,
        document: Value,
    ) -> Result<Object, RequestError> {
        let path = format!("{}?fieldManager={}&force=true", object(id), self.manager);
        let body = with_uid(document, uid).to_string();
        let call = write(id, Method::PATCH, "apply", path, APPLY, body);
        self.send(gate, &call).await
    }

    /// Applies a workload's replicas, and nothing else, as a field manager of their own.
    pub(crate) async fn apply_scale(
        &self,
        gate: &dyn Gate,
        id: &ObjectId,
        uid: &str,
        document: Value,
        force: bool,
    ) -> Result<Object, RequestError> {
        let manager = &self.manager;
        let path = format!("{}?fieldManager={manager}-scale&force={force}", object(id));
        let body = with_uid(document, uid).to_string();
        let call = write(id, Method::PATCH, "scale", path, APPLY, body);
        self.send(gate, &call).await
    }

    /// Tries [`Server::apply`]. Returns the whole object as it would be.
    pub(crate) async fn try_apply(
        &self,
        gate: &dyn Gate,
        id: &ObjectId,
        uid: &str,
        document: Value,
    ) -> Result<Value, RequestError> {
        let manager = &self.manager;
        let path = format!(
            "{}?fieldManager={manager}&force=true&dryRun=All",
            object(id)
        );
        let body = with_uid(document, uid).to_string();
        let mut call = write(id, Method::PATCH, "preflight", path, APPLY, body);
        call.accept = JSON;
        self.send(gate, &call).await
    }

    /// Tries a patch. Returns the whole object as it would be.
    pub(crate) async fn try_patch(
        &self,
        gate: &dyn Gate,
        id: &ObjectId,
        content: &'static str,
        change: &Value,
    ) -> Result<Value, RequestError> {
        let path = format!("{}?fieldManager={}&dryRun=All", object(id), self.manager);
        let body = change.to_string();
        let mut call = write(id, Method::PATCH, "preflight", path, content, body);
        call.accept = JSON;
        self.send(gate, &call).await
    }

    /// Patches an object.
    pub(crate) async fn patch(
        &self,
        gate: &dyn Gate,
        id: &ObjectId,
        verb: &'static str,
        content: &'static str,
        change: &Value,
    ) -> Result<Object, RequestError> {
        let path = format!("{}?fieldManager={}", object(id), self.manager);
        let body = change.to_string();
        self.send(gate, &write(id, Method::PATCH, verb, path, content, body))
            .await
    }

    /// Deletes the object of this uid and resource version, and no other.
    pub(crate) async fn delete(
        &self,
        gate: &dyn Gate,
        id: &ObjectId,
        child: &Child,
        dependents: Dependents,
    ) -> Result<(), RequestError> {
        let body = json!({
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "propagationPolicy": dependents.policy(),
            "preconditions": {"uid": child.uid, "resourceVersion": child.version.as_str()},
        })
        .to_string();
        let call = write(id, Method::DELETE, "delete", object(id), JSON, body);
        let _: serde::de::IgnoredAny = self.send(gate, &call).await?;
        Ok(())
    }

    /// Reads a whole object, to tell what about it cannot be changed.
    pub(crate) async fn read_whole(
        &self,
        gate: &dyn Gate,
        id: &ObjectId,
    ) -> Result<Value, RequestError> {
        let mut call = write(id, Method::GET, "get", object(id), JSON, "");
        call.accept = JSON;
        self.send(gate, &call).await
    }

    /// Reads an object from a quorum of the store.
    pub(crate) async fn read(
        &self,
        gate: &dyn Gate,
        id: &ObjectId,
    ) -> Result<Object, RequestError> {
        let call = write(id, Method::GET, "get", object(id), JSON, "");
        self.send(gate, &call).await
    }

    /// Sends one request, again if that may help.
    pub(crate) async fn send<T: DeserializeOwned>(
        &self,
        gate: &dyn Gate,
        call: &Call,
    ) -> Result<T, RequestError> {
        let mut attempt = 0;
        loop {
            gate.check()?;
            let result = match tokio::time::timeout(TIMEOUT, self.once(call)).await {
                Ok(result) => result,
                Err(_) => Err(RequestError::Timeout(TIMEOUT)),
            };
            self.metrics.request(call.kind, call.verb, &result);
            let error = match result {
                Ok(answer) => {
                    return serde_json::from_slice(&answer).map_err(RequestError::Unreadable);
                }
                Err(error) => error,
            };
            attempt += 1;
            let wait = error.retry_after().unwrap_or_else(|| pause(attempt));
            if !error.is_transient() || attempt >= ATTEMPTS || wait > LONGEST_WAIT {
                return Err(error);
            }
            tokio::time::sleep(wait).await;
        }
    }

    async fn once(&self, call: &Call) -> Result<Bytes, RequestError> {
        let request = Request::builder()
            .method(call.method.clone())
            .uri(&call.path)
            .header(header::CONTENT_TYPE, call.content)
            .header(header::ACCEPT, call.accept)
            .body(Body::from(call.body.clone()))
            .map_err(RequestError::Request)?;
        let answer = self
            .client
            .send(request)
            .await
            .map_err(RequestError::Unreachable)?;
        let code = answer.status();
        let retry_after = answer
            .headers()
            .get(header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.parse().ok())
            .map(Duration::from_secs);
        let body = answer
            .into_body()
            .collect()
            .await
            .map_err(RequestError::Unreachable)?
            .to_bytes();
        if code.is_success() {
            return Ok(body);
        }
        // A proxy in between may answer in its own words.
        let mut status: Status = serde_json::from_slice(&body)
            .unwrap_or_else(|_| Status::failure(&String::from_utf8_lossy(&body), code.as_str()));
        status.code = code.as_u16();
        Err(RequestError::Answer {
            status: Box::new(status),
            retry_after,
        })
    }
}

/// The document for the object of this uid and no other.
fn with_uid(mut document: Value, uid: &str) -> Value {
    if let Some(metadata) = document.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.insert("uid".to_owned(), uid.into());
    }
    document
}

/// 0.2 s, 0.4 s, 0.8 s …
fn pause(attempt: u32) -> Duration {
    Duration::from_millis(100) * 2_u32.saturating_pow(attempt.min(10))
}

fn write(
    id: &ObjectId,
    method: Method,
    verb: &'static str,
    path: String,
    content: &'static str,
    body: impl Into<Bytes>,
) -> Call {
    Call {
        method,
        path,
        content,
        accept: accept(id.kind),
        body: body.into(),
        kind: id.kind.as_str(),
        verb,
    }
}

/// The form in which the kind is watched, so that a reply compares with an event.
fn accept(kind: ChildKind) -> &'static str {
    match kind.row().watch {
        WatchForm::Full => JSON,
        WatchForm::Metadata => METADATA,
    }
}

fn collection(id: &ObjectId) -> String {
    let row = id.kind.row();
    let root = if row.group.is_empty() {
        format!("/api/{}", row.version)
    } else {
        format!("/apis/{}/{}", row.group, row.version)
    };
    format!("{root}/namespaces/{}/{}", id.namespace, row.plural)
}

fn object(id: &ObjectId) -> String {
    format!("{}/{}", collection(id), id.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_api() {
        let id = |kind| ObjectId::new(kind, "prod", "a");
        assert_eq!(
            object(&id(ChildKind::Service)),
            "/api/v1/namespaces/prod/services/a"
        );
        assert_eq!(
            object(&id(ChildKind::StatefulSet)),
            "/apis/apps/v1/namespaces/prod/statefulsets/a"
        );
    }

    #[test]
    fn the_pause_grows_and_stays_below_what_is_sat_out() {
        assert_eq!(pause(1), Duration::from_millis(200));
        assert!(pause(2) > pause(1));
        assert!(pause(ATTEMPTS) < LONGEST_WAIT);
    }
}
