//! A kind of custom resource, whatever its type: what the process needs of a controller.

use futures::future::BoxFuture;
use kube::ResourceExt;
use serde_json::Value;

use crate::build::build;
use crate::cluster::Cluster;
use crate::operator::Process;
use crate::problem::Problems;
use crate::resolve::resolve;

/// One kind and its controller.
pub(crate) trait Kind: Send {
    /// As in `kind:`.
    fn name(&self) -> String;
    /// `group/version`, as in `apiVersion:`.
    fn api_version(&self) -> String;
    /// The `CustomResourceDefinition`, as YAML.
    fn crd(&self) -> &'static str;
    /// The children of a resource, as they would be written.
    fn render(&self, resource: &Value, operator: &str) -> Result<Vec<Value>, RenderError>;
    /// Runs until the process stops.
    fn run(self: Box<Self>, process: Process) -> BoxFuture<'static, ()>;
}

/// Why a resource has no children to show.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RenderError {
    #[error("{path}: {source}")]
    Decode {
        path: String,
        source: serde_json::Error,
    },
    #[error("{0}: no such field")]
    UnknownField(String),
    #[error("{0}")]
    Refused(Problems),
}

/// The children of a resource. Every mistake is named with its path.
pub(super) fn render<C: Cluster>(
    resource: &Value,
    operator: &str,
) -> Result<Vec<Value>, RenderError> {
    let mut cr: C = serde_path_to_error::deserialize(resource).map_err(|error| {
        let path = error.path().to_string();
        RenderError::Decode {
            path,
            source: error.into_inner(),
        }
    })?;
    if let Some(field) = serde_json::to_value(&cr)
        .ok()
        .and_then(|known| unknown(resource, &known, ""))
    {
        return Err(RenderError::UnknownField(field));
    }
    let meta = cr.meta_mut();
    meta.namespace.get_or_insert_with(|| "default".to_owned());
    meta.uid.get_or_insert_default();
    tracing::debug!(name = cr.name_any(), "rendering");
    let desired = resolve(&cr)
        .and_then(|resolved| build(&resolved, operator))
        .map_err(RenderError::Refused)?;
    Ok(desired
        .children
        .iter()
        .map(|child| child.document.as_ref().clone())
        .collect())
}

/// The first field of `given` that did not survive decoding. Empty values may be left out.
fn unknown(given: &Value, known: &Value, path: &str) -> Option<String> {
    match (given, known) {
        (Value::Object(given), Value::Object(known)) => given.iter().find_map(|(key, value)| {
            let path = if path.is_empty() {
                key.clone()
            } else {
                format!("{path}.{key}")
            };
            match known.get(key) {
                Some(known) => unknown(value, known, &path),
                None if is_empty(value) => None,
                None => Some(path),
            }
        }),
        (Value::Array(given), Value::Array(known)) => given
            .iter()
            .zip(known)
            .enumerate()
            .find_map(|(index, (given, known))| unknown(given, known, &format!("{path}[{index}]"))),
        _ => None,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(is_empty),
        Value::String(_) | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_field_that_nobody_knows_is_named() {
        let known = json!({"spec": {"nodes": [{"name": "a"}]}});
        let given = json!({"spec": {"nodes": [{"name": "a", "replica": 3}]}});
        assert_eq!(
            unknown(&given, &known, "").as_deref(),
            Some("spec.nodes[0].replica")
        );
        let given = json!({"spec": {"nodes": [{"name": "a", "env": []}], "order": null}});
        assert_eq!(unknown(&given, &known, ""), None);
    }
}
