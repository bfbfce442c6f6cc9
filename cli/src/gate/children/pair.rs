//! Which node type of before a node type is, and what a new name among its children means.

use super::Cause;
use crate::gate::Class;
use crate::model::{Cluster, NodeType, NodeTypeName};

/// The node type of before: the one that children know by the same name, or else the one that custom resources call by a
/// name that they may still say.
pub(in crate::gate) fn before<'a>(
    now: &NodeType,
    old: &'a Cluster,
    new: &Cluster,
) -> Option<&'a NodeType> {
    let known = |name: &NodeTypeName| {
        let mut types = old.node_types.iter();
        types.find(|was| was.type_name == *name)
    };
    if let Some(was) = known(&now.type_name) {
        return Some(was);
    }
    let called = |was: &&NodeType| was.name == now.name || now.aliases.contains(&was.name);
    let is_free = |was: &&NodeType| {
        let mut types = new.node_types.iter();
        !types.any(|other| other.type_name == was.type_name)
    };
    let mut types = old.node_types.iter();
    types.find(|was| called(was) && is_free(was))
}

/// What it means that children know it by another name.
pub(super) fn causes(was: &NodeType, now: &NodeType) -> Vec<Cause> {
    if was.type_name == now.type_name {
        return Vec::new();
    }
    let lost = "labels, names and files that have `type.name` in them are others: what is stored in claims that are named by it stays in the old ones";
    vec![
        Cause::new(Class::Breaking, "typeName", lost),
        Cause::restarting("typeName"),
    ]
}
