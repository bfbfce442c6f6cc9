//! What a process may find under the name of a child.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::build::DesiredChild;
use crate::cache::Applied;
use crate::kind::{ChildKind, PrunePolicy};
use crate::model::api::{Api, Entry};
use crate::model::fields::tree;
use crate::model::world::OPERATOR;
use crate::observe::stamped;

/// The uid of the custom resource of the same name that is gone.
pub(super) const PREDECESSOR: &str = "uid-before";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    Absent,
    AsDesired,
    /// As an older content had it, created.
    Old,
    /// The same, applied already.
    OldApplied,
    /// Somebody changed a field of ours.
    Drifted,
    /// Somebody took the annotation away.
    Bare,
    /// Somebody took the owner reference away.
    Stripped,
    /// It is being deleted.
    Ending,
    /// A custom resource of the same name that is gone left it.
    Predecessors,
    /// Another owner has it.
    Foreign,
}

pub(super) fn any() -> impl Strategy<Value = Start> {
    use Start::{
        Absent, AsDesired, Bare, Drifted, Ending, Foreign, Old, OldApplied, Predecessors, Stripped,
    };
    select(vec![
        Absent,
        Absent,
        AsDesired,
        AsDesired,
        Old,
        Old,
        OldApplied,
        Drifted,
        Bare,
        Stripped,
        Ending,
        Predecessors,
        Foreign,
    ])
}

/// Without those that nobody but a person can settle.
pub(super) fn ours() -> impl Strategy<Value = Start> {
    any().prop_map(|start| match start {
        Start::Foreign => Start::Old,
        other => other,
    })
}

impl Start {
    /// Puts it there. `old` is what the child was once.
    pub(super) fn put(self, api: &mut Api, wanted: &DesiredChild, old: &DesiredChild) {
        let keep = wanted.id.kind.row().prune == PrunePolicy::Keep;
        let child = match self {
            Self::Absent => return,
            Self::Old | Self::OldApplied => old,
            _ => wanted,
        };
        let mut document = stamped(child, &Applied::new(&child.hash, 1));
        let owner = |document: &mut Value, uid: &str, kind: &str| {
            if let Some(owner) = document.pointer_mut("/metadata/ownerReferences/0") {
                owner["uid"] = json!(uid);
                owner["kind"] = json!(kind);
            }
        };
        match self {
            Self::Predecessors => owner(&mut document, PREDECESSOR, "Tally"),
            Self::Foreign if keep => {
                document["metadata"]["labels"] = json!({"who": "somebody"});
            }
            Self::Foreign => owner(&mut document, "uid-of-another", "Other"),
            _ => {}
        }
        let entry = Entry {
            manager: OPERATOR.to_owned(),
            operation: if self == Self::OldApplied {
                "Apply"
            } else {
                "Update"
            }
            .to_owned(),
            tree: tree(&document),
        };
        api.insert(&wanted.id, document, vec![entry]);
        let change = match self {
            Self::Drifted if wanted.id.kind == ChildKind::ConfigMap => {
                json!({"data": {"content": "somebody's"}})
            }
            Self::Drifted => json!({"metadata": {"labels": {crate::labels::NODE: null}}}),
            Self::Bare => json!({"metadata": {"annotations": {crate::labels::APPLIED: null}}}),
            Self::Stripped => json!({"metadata": {"ownerReferences": null}}),
            _ => Value::Null,
        };
        // A claim without its labels is nobody's, and it has no owner.
        if !(change.is_null() || keep && self != Self::Bare) {
            api.edit(&wanted.id, "somebody", &change);
        }
        if self == Self::Ending {
            let slow = std::mem::replace(&mut api.slow_deletes, true);
            api.end(&wanted.id);
            api.slow_deletes = slow;
        }
    }
}
