//! A custom resource as YAML becomes its children as YAML: offline, without a cluster.
//!
//! `render` and `check` of a generated operator, and the golden tests of its author, stand on it.
//! Decoding is strict: a field that the API does not know is named, where a server would drop it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use crate::build::{Desired, DesiredChild};
use crate::check;
use crate::cluster::Cluster;
use crate::problem::Problems;

/// Why a custom resource cannot be rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    #[error("this is not one custom resource, as the file has {0}")]
    Count(usize),
    #[error("the custom resource is `{found}`; this operator reads `{expected}`")]
    Kind { found: String, expected: String },
    /// Fields that do not exist, or whatever else makes the resource illegal; also what is no YAML.
    #[error("the custom resource is refused:\n{0}")]
    Refused(Problems),
    #[error("the children cannot be written as YAML")]
    Encode(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The children of a custom resource as YAML documents, in the order in which they are written.
///
/// Without a namespace the resource is in `default`.
///
/// # Errors
/// The resource is no YAML, of another kind, has a field that does not exist, or is refused.
pub fn render<C: Cluster>(cr: &str, operator: &str) -> Result<String, RenderError> {
    documents(children_of::<C>(cr, operator)?.children.iter())
}

/// Children as YAML documents.
pub(crate) fn documents<'a>(
    children: impl Iterator<Item = &'a DesiredChild>,
) -> Result<String, RenderError> {
    let mut out = String::new();
    for child in children {
        let document = serde_saphyr::to_string(&shown(child))
            .map_err(|error| RenderError::Encode(Box::new(error)))?;
        out.push_str("---\n");
        out.push_str(&document);
    }
    Ok(out)
}

/// A child's document as it is shown. Offline a resource has no uid, and a reference to an owner without one is none: it is left out.
pub(crate) fn shown(child: &DesiredChild) -> Value {
    let mut document = (*child.document).clone();
    let owner = document.pointer("/metadata/ownerReferences/0/uid");
    if owner.and_then(Value::as_str) == Some("")
        && let Some(Value::Object(metadata)) = document.get_mut("metadata")
    {
        metadata.remove("ownerReferences");
    }
    document
}

/// The children of a custom resource. What `check` says of a file is what refuses it here.
///
/// # Errors
/// As [`render`].
pub fn children_of<C: Cluster>(cr: &str, operator: &str) -> Result<Desired, RenderError> {
    let documents = check::documents(cr).map_err(RenderError::Refused)?;
    let [(written, mut problems)] =
        <[_; 1]>::try_from(documents).map_err(|documents| RenderError::Count(documents.len()))?;
    let text = |key: &str| written.get(key).and_then(Value::as_str).unwrap_or_default();
    let found = format!("{} {}", text("apiVersion"), text("kind"));
    let expected = format!("{} {}", C::api_version(&()), C::kind(&()));
    if found != expected {
        return Err(RenderError::Kind { found, expected });
    }
    let verdict = check::verdict::<C>(&written, operator);
    problems.extend(verdict.problems);
    problems
        .or(verdict.desired.unwrap_or_default())
        .map_err(RenderError::Refused)
}
/// The schema of one version in a definition. A definition is part of the program and long: it is read once.
pub(crate) fn schema_of(crd: &'static str, served: &str) -> Arc<Value> {
    static READ: Mutex<BTreeMap<(&str, String), Arc<Value>>> = Mutex::new(BTreeMap::new());
    // Nothing is done under the lock that could leave the map half changed.
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    let known = read.entry((crd, served.to_owned()));
    Arc::clone(known.or_insert_with(|| Arc::new(schema(crd, served))))
}

fn schema(crd: &str, served: &str) -> Value {
    // A definition that cannot be read has no schema: then there are fewer checks, and the server makes them.
    let crd: Value = serde_saphyr::from_str(crd).unwrap_or_default();
    let versions = crd.pointer("/spec/versions").and_then(Value::as_array);
    let version = versions
        .into_iter()
        .flatten()
        .find(|version| version.get("name").and_then(Value::as_str) == Some(served));
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
        assert!(refusal(&yaml(&cr)).contains("spec.nodes[1].replicas: "));
        let cr = with(&tally::sample(), "/kind", json!("Other"));
        assert!(refusal(&yaml(&cr)).contains("`example.com/v1alpha1 Other`"));
    }

    /// PN-8.
    #[test]
    fn a_key_that_is_written_twice_is_refused_with_its_line() {
        let twice = format!("{}kind: Tally\n", yaml(&tally::sample()));
        assert!(refusal(&twice).contains("kind: `kind` is written twice"));
        assert!(refusal("a: [").contains(": this is not YAML"));
        let two = format!("{0}---\n{0}", yaml(&tally::sample()));
        assert!(refusal(&two).ends_with("the file has 2"));
    }
}
