//! The custom resource itself: its annotations, its status, and one read of it.
//!
//! In: who the resource is. Out: the version that the server then has. A write names the uid, which
//! keeps it from a successor of the same name.

use http::Method;
use hyper::body::Bytes;
use kube::Resource;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::cache::Version;
use crate::error::{Closed, RequestError};
use crate::execute::{Call, Gate, METADATA, Server};
use crate::observe::Subject;
use crate::operator::Process;

const JSON: &str = "application/json";

#[derive(Deserialize)]
struct Answer {
    metadata: Stored,
}

/// What the server has of the resource.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Stored {
    pub(crate) resource_version: String,
    pub(crate) uid: String,
    pub(crate) generation: i64,
}

/// A status is written also when the resource changed meanwhile.
pub(crate) struct StatusGate<'a>(pub(crate) &'a Process);

impl Gate for StatusGate<'_> {
    fn check(&self) -> Result<(), Closed> {
        self.0.may_write()
    }
}

/// Applies the status of a resource, with force.
pub(crate) async fn apply_status<C: Resource<DynamicType = ()>>(
    server: &Server,
    gate: &dyn Gate,
    subject: &Subject,
    status: &Value,
) -> Result<Version, RequestError> {
    let body = json!({
        "apiVersion": C::api_version(&()),
        "kind": C::kind(&()),
        "metadata": {"name": subject.name, "namespace": subject.namespace, "uid": subject.uid},
        "status": status,
    })
    .to_string();
    let path = format!(
        "{}/status?fieldManager={}&force=true",
        path::<C>(&subject.namespace, &subject.name),
        server.manager()
    );
    let call = Call {
        method: Method::PATCH,
        path,
        content: "application/apply-patch+yaml",
        // The resource itself may be a megabyte, and is known.
        accept: METADATA,
        body: body.into(),
        kind: "status",
        verb: "apply",
    };
    let answer: Answer = server.send(gate, &call).await?;
    Ok(Version::new(&answer.metadata.resource_version))
}

/// Reads the metadata of a resource from a quorum; none where there is no such resource.
pub(crate) async fn read<C: Resource<DynamicType = ()>>(
    server: &Server,
    gate: &dyn Gate,
    namespace: &str,
    name: &str,
) -> Result<Option<Stored>, RequestError> {
    let call = Call {
        method: Method::GET,
        path: path::<C>(namespace, name),
        content: JSON,
        accept: METADATA,
        body: Bytes::new(),
        kind: "resource",
        verb: "get",
    };
    match server.send::<Answer>(gate, &call).await {
        Err(error) if error.code() == 404 => Ok(None),
        answer => Ok(Some(answer?.metadata)),
    }
}

/// Whether an annotation says so.
pub(crate) fn is_set<K: Resource>(cr: &K, annotation: &str) -> bool {
    noted(cr, annotation).is_some_and(|value| value == "true")
}

/// What an annotation says.
pub(crate) fn noted<'a, K: Resource>(cr: &'a K, annotation: &str) -> Option<&'a str> {
    let annotations = cr.meta().annotations.as_ref()?;
    annotations.get(annotation).map(String::as_str)
}

pub(crate) fn path<C: Resource<DynamicType = ()>>(namespace: &str, name: &str) -> String {
    C::url_path(&(), Some(namespace)) + "/" + name
}
