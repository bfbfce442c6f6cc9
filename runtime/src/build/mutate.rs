//! Node types may change a child after it is built, but not whose it is.

use serde_json::Value;

use super::meta::Origin;
use crate::kind::ChildKind;
use crate::labels;
use crate::problem::Problem;

/// The hook `mutate` of the type of the node with that name.
pub(super) type Mutate<'a> = dyn Fn(&str, ChildKind, &mut Value) + 'a;

/// By these a child is found, and found to be ours; a selector cannot change.
const FIXED: &[&str] = &[
    "/apiVersion",
    "/kind",
    "/metadata/name",
    "/metadata/namespace",
    "/metadata/ownerReferences",
    "/spec/selector",
];

/// Calls the hook for a child of a node. Returns what it may not have changed.
pub(super) fn apply(
    hook: &Mutate<'_>,
    node: &str,
    kind: ChildKind,
    document: &mut Value,
    origin: &Origin,
) -> Vec<Problem> {
    let before = identity(document);
    hook(node, kind, document);
    let after = identity(document);
    let changed = before.iter().zip(&after).filter(|(a, b)| a.1 != b.1);
    changed
        .map(|((place, _), _)| {
            origin.problem(format!(
                "the hook `mutate` changes `{place}` of the {kind}, which the runtime needs: a fault of the operator"
            ))
        })
        .collect()
}

/// What has to stay: each place with its value.
fn identity(document: &Value) -> Vec<(&'static str, Value)> {
    let value = |place: &str| document.pointer(place).cloned().unwrap_or_default();
    let own = |place: &str| {
        let labels = document.pointer(place).and_then(Value::as_object);
        labels
            .into_iter()
            .flatten()
            .filter(|(key, _)| labels::is_reserved(key))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let fixed = FIXED.iter().map(|place| (*place, value(place)));
    let labels = ["/metadata/labels", "/spec/template/metadata/labels"];
    fixed
        .chain(labels.into_iter().map(|place| (place, own(place))))
        .collect()
}
