//! What a changed part of a node type does, and to which objects.

use super::parts::{Part, Reach};
use super::{Cause, workloads};
use crate::gate::Class;
use crate::model::{ChildKind, NodeType};

/// What a changed part does.
pub(super) fn cause(key: &str, was: Option<&Part>, is: Option<&Part>) -> Option<Cause> {
    let (reach, _) = was.or(is)?;
    // A kind that came or went brings its storage with it, or takes it.
    let of_a_kind = key.starts_with("storage.") && !key.starts_with("storage.volumes.");
    if of_a_kind && (was.is_none() || is.is_none()) {
        return None;
    }
    // Such a Service came with the kind, or another one governs, which is told.
    let governs = key.starts_with("services") && *reach == Reach::Fixed;
    if governs && (was.is_none() || is.is_none()) {
        return None;
    }
    Some(match reach {
        _ if key.starts_with("storage.volumes.") && was.is_none() => Cause::new(
            Class::Breaking,
            key,
            "custom resources that bring no such storage are refused",
        ),
        Reach::Pods => Cause::restarting(key),
        Reach::Config => Cause::new(Class::Safe, key, "the program reads it again by itself"),
        Reach::Service if is.is_none() => Cause::new(
            Class::Rolling,
            key,
            "it goes, and whoever calls it finds nothing",
        ),
        Reach::Service | Reach::Workload => Cause::new(Class::Safe, key, "no pod restarts"),
        Reach::Fixed => Cause::new(
            Class::Breaking,
            key,
            "cannot change in a StatefulSet that exists: the operator says so and leaves it, until a person deletes it without its pods",
        ),
        // What was refused, nobody has.
        Reach::Claims if was.is_some_and(|(_, was)| was == "refuse") => Cause::new(
            Class::Safe,
            key,
            "such storage was refused, and is made now",
        ),
        Reach::Claims => Cause::new(
            Class::Breaking,
            key,
            "claims are made otherwise or kept otherwise: what is stored in those of before stays there",
        ),
        Reach::Upgrades if is.is_none() => Cause::new(
            Class::Safe,
            key,
            "upgrades ask no code of yours here any more",
        ),
        Reach::Code if is.is_none() && key == "hooks.validate" => Cause::new(
            Class::Safe,
            key,
            "no code of yours refuses custom resources any more",
        ),
        Reach::Code if is.is_none() => Cause::new(
            Class::Rolling,
            key,
            "what code of yours changed is as the manifest has it again",
        )
        .depending(),
        Reach::Upgrades => Cause::new(Class::Safe, key, "upgrades ask code of yours"),
        Reach::Code => Cause::new(Class::Rolling, key, "code of yours has a say in it").depending(),
    })
}

/// The kinds of objects that a part is in.
pub(super) fn reached(key: &str, part: Option<&Part>, node_type: &NodeType) -> Vec<ChildKind> {
    let is_config = key.starts_with("files.") || key.starts_with("configMaps.");
    let mut kinds = match part {
        Some((Reach::Pods | Reach::Workload, _)) => workloads(node_type),
        Some((Reach::Service, _)) => vec![ChildKind::Service],
        Some((Reach::Fixed, _)) => vec![ChildKind::StatefulSet],
        Some((Reach::Claims, _)) => vec![ChildKind::PersistentVolumeClaim],
        _ => Vec::new(),
    };
    if is_config {
        kinds.push(ChildKind::ConfigMap);
    }
    kinds
}
