//! Applies manifests of any kind, strictly.

use std::time::{Duration, Instant};

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::{
    Api, Client,
    api::{DynamicObject, Patch, PatchParams},
    core::{ApiResource, GroupVersionKind},
    discovery::{self, Scope},
    runtime::wait::{await_condition, conditions},
};
use serde_json::Value;

use super::Error;

/// The field manager of what a test itself applies: never the operator's.
const MANAGER: &str = "dsoi-testing";

/// How long a definition may take until objects of its kind can be created.
const ESTABLISH: Duration = Duration::from_secs(20);

/// Applies every document of `text` in order; one without a namespace goes into `namespace`.
///
/// Unknown and duplicate fields are refused by the server.
pub(super) async fn apply(
    client: &Client,
    namespace: &str,
    text: &str,
) -> Result<Vec<DynamicObject>, Error> {
    let documents: Vec<Value> =
        serde_saphyr::from_multiple(text).map_err(|error| Error::Manifest {
            reason: error.to_string(),
        })?;
    let mut applied = Vec::with_capacity(documents.len());
    for document in documents {
        applied.push(apply_one(client, namespace, &document).await?);
    }
    Ok(applied)
}

async fn apply_one(
    client: &Client,
    namespace: &str,
    document: &Value,
) -> Result<DynamicObject, Error> {
    let field = |pointer: &str| {
        let value = document.pointer(pointer).and_then(Value::as_str);
        value.ok_or_else(|| Error::Manifest {
            reason: format!("`{}` is missing in {document}", pointer.replace('/', ".")),
        })
    };
    let (version, kind, name) = (
        field("/apiVersion")?,
        field("/kind")?,
        field("/metadata/name")?,
    );
    let (group, version) = version.split_once('/').unwrap_or(("", version));
    let (resource, scope) = resolve(client, &GroupVersionKind::gvk(group, version, kind)).await?;
    let namespace = match scope {
        Scope::Cluster => None,
        Scope::Namespaced => Some(field("/metadata/namespace").unwrap_or(namespace)),
    };
    let api: Api<DynamicObject> = match namespace {
        None => Api::all_with(client.clone(), &resource),
        Some(namespace) => Api::namespaced_with(client.clone(), namespace, &resource),
    };
    let params = PatchParams::apply(MANAGER).force().validation_strict();
    let applied = api
        .patch(name, &params, &Patch::Apply(document))
        .await
        .map_err(Error::api(format!("apply {kind} `{name}`")))?;
    if kind == "CustomResourceDefinition" {
        established(client, name).await?;
    }
    Ok(applied)
}

/// Asks the server for a kind's resource. A kind whose definition was established a moment ago
/// may still be absent from discovery, so an absent one is asked for again for a while.
async fn resolve(client: &Client, kind: &GroupVersionKind) -> Result<(ApiResource, Scope), Error> {
    let start = Instant::now();
    loop {
        match discovery::pinned_kind(client, kind).await {
            Ok((resource, capabilities)) => return Ok((resource, capabilities.scope)),
            Err(_) if start.elapsed() < Duration::from_secs(3) => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(source) => {
                return Err(Error::api(format!("find the kind {}", kind.kind))(source));
            }
        }
    }
}

async fn established(client: &Client, name: &str) -> Result<(), Error> {
    let api: Api<CustomResourceDefinition> = Api::all(client.clone());
    let wait = await_condition(api, name, conditions::is_crd_established());
    match tokio::time::timeout(ESTABLISH, wait).await {
        // A failing watch shows as the definition not being established in time.
        Ok(Ok(_)) => Ok(()),
        _ => Err(Error::TimedOut {
            what: format!("CustomResourceDefinition `{name}` is established"),
            after: ESTABLISH,
        }),
    }
}
