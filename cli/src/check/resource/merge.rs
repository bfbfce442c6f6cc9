//! `everyResource` < resource: the two layers become one.
//!
//! Fields, calls and fields of the status merge by name, everything else replaces. Works on what was written, so that each part
//! keeps its place in the manifest.

use crate::manifest::{Call, Field, Policy, Resource, StatusField};

/// A resource as it stands after merging.
pub(super) fn lay(every: Option<&Resource>, own: &Resource) -> Resource {
    let Some(every) = every else {
        return own.clone();
    };
    let (under, over) = (every.clone(), own.clone());
    Resource {
        kind: over.kind,
        plural: over.plural,
        short_names: either(under.short_names, over.short_names),
        columns: either(under.columns, over.columns),
        doc: over.doc.or(under.doc),
        spec: by_name(under.spec, over.spec, |field: &Field| {
            field.name.value.clone()
        }),
        server: over.server.or(under.server),
        parent: over.parent.or(under.parent),
        id: over.id.or(under.id),
        body: over.body.or(under.body),
        calls: by_name(under.calls, over.calls, |call: &Call| call.name.value),
        absent: over.absent.or(under.absent),
        compare: over.compare.or(under.compare),
        status: by_name(under.status, over.status, |field: &StatusField| {
            field.name.value.clone()
        }),
        flat_condition: over.flat_condition.or(under.flat_condition),
        policy: Policy {
            adopt: over.policy.adopt.or(under.policy.adopt),
            deletion: over.policy.deletion.or(under.policy.deletion),
            parent_gone: over.policy.parent_gone.or(under.policy.parent_gone),
            resync: over.policy.resync.or(under.policy.resync),
        },
        finalizer: over.finalizer.or(under.finalizer),
        span: over.span,
    }
}

fn either<T>(under: Vec<T>, over: Vec<T>) -> Vec<T> {
    if over.is_empty() { under } else { over }
}

/// Those of both, the upper in place of one of the same name.
fn by_name<T, K: PartialEq>(under: Vec<T>, over: Vec<T>, name: impl Fn(&T) -> K) -> Vec<T> {
    let mut all: Vec<T> = under
        .into_iter()
        .filter(|lower| !over.iter().any(|upper| name(upper) == name(lower)))
        .collect();
    all.extend(over);
    all
}
