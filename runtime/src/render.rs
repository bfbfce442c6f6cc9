//! A custom resource as YAML becomes its children as YAML: offline, without a cluster.
//!
//! `render` and `check` of a generated operator, and the golden tests of its author, stand on it.
//! Decoding is strict: a field that the API does not know is named, where a server would drop it.

use serde_json::Value;

use crate::build::{Desired, build};
use crate::cluster::Cluster;
use crate::names;
use crate::problem::Problems;
use crate::resolve::resolve;

/// Why a custom resource cannot be rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    #[error("the custom resource is not one YAML document")]
    Yaml(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the custom resource is `{found}`; this operator reads `{expected}`")]
    Kind { found: String, expected: String },
    #[error("the custom resource cannot be read at `{path}`")]
    Decode {
        path: String,
        source: serde_json::Error,
    },
    /// Unknown fields, or whatever else makes the resource illegal.
    #[error("the custom resource is refused:\n{0}")]
    Refused(Problems),
    #[error("the children cannot be written as YAML")]
    Encode(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The children of a custom resource as YAML documents, in the order in which they are written.
///
/// Without a namespace the resource is in `default`; its uid is left out.
///
/// # Errors
/// The resource is no YAML, of another kind, has a field that does not exist, or is refused.
pub fn render<C: Cluster>(cr: &str, operator: &str) -> Result<String, RenderError> {
    let mut out = String::new();
    for child in children_of::<C>(cr, operator)?.children {
        let document = serde_saphyr::to_string(&*child.document)
            .map_err(|error| RenderError::Encode(Box::new(error)))?;
        out.push_str("---\n");
        out.push_str(&document);
    }
    Ok(out)
}

/// The children of a custom resource.
///
/// # Errors
/// As [`render`].
pub fn children_of<C: Cluster>(cr: &str, operator: &str) -> Result<Desired, RenderError> {
    let cr: C = decode(cr)?;
    let resolved = resolve(&cr).map_err(RenderError::Refused)?;
    build(&resolved, operator).map_err(RenderError::Refused)
}

/// Reads a custom resource strictly.
///
/// # Errors
/// As [`render`], without what only its children show.
pub fn decode<C: Cluster>(cr: &str) -> Result<C, RenderError> {
    let written: Value =
        serde_saphyr::from_str(cr).map_err(|error| RenderError::Yaml(Box::new(error)))?;
    let text = |key: &str| written.get(key).and_then(Value::as_str).unwrap_or_default();
    let found = format!("{} {}", text("apiVersion"), text("kind"));
    let expected = format!("{} {}", C::api_version(&()), C::kind(&()));
    if found != expected {
        return Err(RenderError::Kind { found, expected });
    }
    let mut cr: C =
        serde_path_to_error::deserialize(&written).map_err(|error| RenderError::Decode {
            path: error.path().to_string(),
            source: error.into_inner(),
        })?;
    let read = serde_json::to_value(&cr).map_err(|error| RenderError::Encode(Box::new(error)))?;
    let mut problems = Problems::new();
    unread(&written, &read, "", &schema::<C>(), &mut problems);
    let meta = cr.meta_mut();
    meta.namespace.get_or_insert_with(|| "default".to_owned());
    problems.or(cr).map_err(RenderError::Refused)
}

/// Names each field that was written and not read: what is not in the type is not encoded again.
fn unread(written: &Value, read: &Value, path: &str, schema: &Value, problems: &mut Problems) {
    match (written, read) {
        (Value::Object(written), Value::Object(read)) => {
            for (key, value) in written {
                let path = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                let known = schema.get("properties").and_then(Value::as_object);
                match read.get(key) {
                    Some(read) => {
                        let schema = known.and_then(|known| known.get(key));
                        unread(value, read, &path, schema.unwrap_or(&Value::Null), problems);
                    }
                    // An optional field that is empty is not encoded.
                    None if is_empty(value) => {}
                    None => {
                        let keys = known.map(|known| known.keys()).into_iter().flatten();
                        let keys = keys.chain(read.keys()).map(String::as_str);
                        let hint = names::nearest(key, keys)
                            .map(|near| format!("; did you mean `{near}`?"))
                            .unwrap_or_default();
                        problems.add(path, format!("no such field{hint}"));
                    }
                }
            }
        }
        (Value::Array(written), Value::Array(read)) => {
            let items = schema.get("items").unwrap_or(&Value::Null);
            for (index, (written, read)) in written.iter().zip(read).enumerate() {
                unread(written, read, &format!("{path}[{index}]"), items, problems);
            }
        }
        _ => {}
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

/// The schema of the version that this API reads; null where the CRD has none.
pub(crate) fn schema<C: Cluster>() -> Value {
    // A definition that cannot be read has no schema: then there are fewer checks, and the server makes them.
    let crd: Value = serde_saphyr::from_str(C::CRD).unwrap_or_default();
    let versions = crd.pointer("/spec/versions").and_then(Value::as_array);
    let version = versions
        .into_iter()
        .flatten()
        .find(|version| version.get("name").and_then(Value::as_str) == Some(&*C::version(&())));
    version
        .and_then(|version| version.pointer("/schema/openAPIV3Schema"))
        .cloned()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fixture::{tally, with};

    fn yaml(cr: &Value) -> String {
        serde_saphyr::to_string(cr).unwrap()
    }

    fn refusal(cr: &str) -> String {
        render::<tally::Tally>(cr, "tally-operator")
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_resource_is_rendered_the_same_each_time_and_reads_back_as_its_children() {
        let cr = yaml(&tally::sample());
        let text = render::<tally::Tally>(&cr, "tally-operator").unwrap();
        assert_eq!(text, render::<tally::Tally>(&cr, "tally-operator").unwrap());
        let documents: Vec<Value> = serde_saphyr::from_multiple(&text).unwrap();
        let desired = children_of::<tally::Tally>(&cr, "tally-operator").unwrap();
        let children: Vec<Value> = desired
            .children
            .iter()
            .map(|c| (*c.document).clone())
            .collect();
        assert_eq!(documents, children);
    }

    #[test]
    fn an_unknown_field_is_named_with_its_place_and_the_nearest_known_one() {
        let cr = with(&tally::sample(), "/spec/nodes/1/replica", json!(3));
        assert!(
            refusal(&yaml(&cr))
                .contains("spec.nodes[1].replica: no such field; did you mean `replicas`?")
        );
        let cr = with(
            &tally::sample(),
            "/spec/k8sConfigGroup/1/service/typ",
            json!("x"),
        );
        assert!(refusal(&yaml(&cr)).contains("spec.k8sConfigGroup[1].service.typ: no such field"));
    }

    #[test]
    fn a_field_of_the_wrong_type_is_named_with_its_place() {
        let cr = with(&tally::sample(), "/spec/nodes/1/replicas", json!("three"));
        assert!(refusal(&yaml(&cr)).contains("`spec.nodes[1].replicas`"));
        let cr = with(&tally::sample(), "/kind", json!("Other"));
        assert!(refusal(&yaml(&cr)).contains("`example.com/v1alpha1 Other`"));
    }

    /// PN-8.
    #[test]
    fn a_key_that_is_written_twice_is_refused_with_its_line() {
        let error = render::<tally::Tally>("kind: Tally\nkind: Tally\n", "o").unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(
            cause.contains("duplicate") && cause.contains('2'),
            "{cause}"
        );
    }
}
