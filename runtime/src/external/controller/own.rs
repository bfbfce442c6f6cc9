//! The marks that a resource carries: the finalizer, and the object's name.
//!
//! Both are written at once, before anything is done outside (NC-1), and go together, after the
//! object is gone. The name is fixed when it was there once (NC-10): the status says so, and the
//! annotation keeps it while a first attempt may have succeeded without anybody knowing.

use http::Method;
use kube::Resource;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use crate::controller::own::{noted, path};
use crate::error::RequestError;
use crate::execute::{Call, Gate, MERGE, METADATA, Server};
use crate::external::External;
use crate::guard::Sound;
use crate::spec::ExternalStatus;

/// How the marks of a kind are named.
#[derive(Clone, Debug)]
pub(super) struct Names {
    pub(super) finalizer: String,
    /// Holds the object's name.
    pub(super) id: String,
    /// Makes us leave the object alone.
    pub(super) paused: String,
    /// Lets the resource go without its object (NC-19).
    pub(super) release: String,
}

impl Names {
    pub(super) fn new<K: External>(group: &str, ignore: Option<String>) -> Self {
        let finalizer = if K::FINALIZER.is_empty() {
            format!("{group}/{}", K::kind(&()).to_lowercase())
        } else {
            K::FINALIZER.to_owned()
        };
        Self {
            finalizer,
            id: format!("{group}/external-id"),
            paused: ignore.unwrap_or_else(|| format!("{group}/paused")),
            release: format!("{group}/release"),
        }
    }
}

pub(super) fn has_finalizer<K: Resource>(cr: &K, names: &Names) -> bool {
    let finalizers = cr.meta().finalizers.as_ref();
    finalizers.is_some_and(|all| all.contains(&names.finalizer))
}

/// The name of the object that this resource has, or may have.
pub(super) fn remembered<K: External>(
    sound: &Sound<K, ExternalStatus>,
    names: &Names,
) -> Option<String> {
    fixed(sound).or_else(|| noted(&sound.cr, &names.id).map(str::to_owned))
}

/// The name of an object that was there once.
pub(super) fn fixed<K: External>(sound: &Sound<K, ExternalStatus>) -> Option<String> {
    sound.status.as_ref()?.external_id.clone()
}

/// Writes the marks, of the version of the resource that we know and no other.
pub(super) async fn claim<K: External>(
    server: &Server,
    gate: &dyn Gate,
    cr: &K,
    names: &Names,
    id: &str,
) -> Result<(), RequestError> {
    let mut finalizers = cr.meta().finalizers.clone().unwrap_or_default();
    if K::POLICY.deletes() && !finalizers.contains(&names.finalizer) {
        finalizers.push(names.finalizer.clone());
    }
    let annotations = json!({&names.id: id});
    let change = json!({"finalizers": finalizers, "annotations": annotations});
    patch(server, gate, cr, change, "claim").await
}

/// Takes the finalizer away: the resource goes.
pub(super) async fn release<K: Resource<DynamicType = ()>>(
    server: &Server,
    gate: &dyn Gate,
    cr: &K,
    names: &Names,
) -> Result<(), RequestError> {
    let mut finalizers = cr.meta().finalizers.clone().unwrap_or_default();
    finalizers.retain(|finalizer| *finalizer != names.finalizer);
    let change = json!({"finalizers": finalizers});
    match patch(server, gate, cr, change, "release").await {
        Err(error) if error.code() == 404 => Ok(()),
        released => released,
    }
}

async fn patch<K: Resource<DynamicType = ()>>(
    server: &Server,
    gate: &dyn Gate,
    cr: &K,
    mut change: Value,
    verb: &'static str,
) -> Result<(), RequestError> {
    let meta = cr.meta();
    change["uid"] = json!(meta.uid);
    change["resourceVersion"] = json!(meta.resource_version);
    let namespace = meta.namespace.as_deref().unwrap_or_default();
    let name = meta.name.as_deref().unwrap_or_default();
    let call = Call {
        method: Method::PATCH,
        path: format!(
            "{}?fieldManager={}",
            path::<K>(namespace, name),
            server.manager()
        ),
        content: MERGE,
        accept: METADATA,
        body: json!({"metadata": change}).to_string().into(),
        kind: "resource",
        verb,
    };
    let _: IgnoredAny = server.send(gate, &call).await?;
    Ok(())
}
