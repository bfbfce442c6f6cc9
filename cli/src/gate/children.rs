//! Two models to what becomes of the children of clusters that exist, node type by node type, and which pods restart (D8).
//!
//! What a manifest changes in every cluster is known here. What hangs on a custom resource is not: whether it has such nodes,
//! and sets the field itself. Where the manifest alone does not tell, the change is never called safe.

mod cause;
mod cluster;
mod elsewhere;
mod outside;
mod pair;
mod parts;
mod say;
mod server;

use std::collections::BTreeSet;

use self::cause::{cause, reached};
use self::elsewhere::{addresses, defaults, shared};
pub(super) use self::pair::before;
use self::parts::{Reach, parts};
pub(super) use self::say::{expr, k8s, list};
use super::Class;
use super::schema::Change;
use crate::model::{ChildKind, NodeType, Operator, WorkloadKind};

/// What becomes of the children of a node type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeChange {
    /// `None`: of the cluster as a whole.
    pub node_type: Option<String>,
    pub fate: Fate,
    /// Kinds of children that there are from now on, and no more; sorted.
    pub appears: Vec<ChildKind>,
    pub goes: Vec<ChildKind>,
    /// Kinds whose objects are others than before; sorted.
    pub changes: Vec<ChildKind>,
    pub causes: Vec<Cause>,
}

/// What became of a node type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Added,
    Changed,
    Removed,
}

/// Why something becomes of children.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cause {
    pub class: Class,
    /// The manifest's key.
    pub key: String,
    pub effect: &'static str,
    pub restarts: bool,
    /// Only a custom resource tells, or code that is not dsoi's.
    pub depends: bool,
}

impl TypeChange {
    /// The worst of it.
    pub fn class(&self) -> Class {
        let worst = self.causes.iter().map(|cause| cause.class).max();
        worst.unwrap_or(Class::Safe)
    }

    /// Whether its pods restart, whatever a custom resource says.
    pub fn restarts(&self) -> bool {
        self.causes
            .iter()
            .any(|cause| cause.restarts && !cause.depends)
    }

    /// Whether its pods may restart, and the manifest alone does not tell.
    pub fn may_restart(&self) -> bool {
        !self.restarts() && self.causes.iter().any(|cause| cause.depends)
    }
}

impl TypeChange {
    /// Its file is not there: what is written into that has no effect yet.
    pub(super) fn keep_code(&mut self) {
        // These reach pods by other files.
        let elsewhere = |key: &str| {
            key == "typeName" || key.starts_with("cluster.") || key.starts_with("the addresses of ")
        };
        for cause in &mut self.causes {
            if cause.restarts && !cause.depends && !elsewhere(&cause.key) {
                cause.restarts = false;
                cause.effect = "pods restart once the file of the node type, which is left out, is there again";
            }
        }
    }
}

impl Cause {
    fn new(class: Class, key: impl Into<String>, effect: &'static str) -> Self {
        Self {
            class,
            key: key.into(),
            effect,
            restarts: false,
            depends: false,
        }
    }

    fn restarting(key: impl Into<String>) -> Self {
        Self {
            restarts: true,
            ..Self::new(Class::Rolling, key, RESTART)
        }
    }

    fn depending(mut self) -> Self {
        self.depends = true;
        self
    }
}

const RESTART: &str = "pods restart";

/// Compares two operators; `schema` is what became of the definitions. Out: one entry for the cluster as a whole, where
/// there is something to say, and one for each node type whose children are others, in the order of the manifest.
pub(super) fn children(old: &Operator, new: &Operator, schema: &[Change]) -> Vec<TypeChange> {
    let (mut whole, everywhere) = cluster::causes(&old.cluster, &new.cluster, old, new);
    whole.extend(outside::causes(old, new));
    whole.extend(server::causes(old, new));
    let mut found = Vec::new();
    if !whole.is_empty() {
        found.push(TypeChange {
            node_type: None,
            fate: Fate::Changed,
            appears: Vec::new(),
            goes: Vec::new(),
            changes: Vec::new(),
            causes: whole,
        });
    }
    for now in &new.cluster.node_types {
        let Some(was) = before(now, &old.cluster, &new.cluster) else {
            found.push(added(now, new));
            continue;
        };
        let mut change = changed(was, now, old, new);
        change.causes.extend(pair::causes(was, now));
        change.causes.extend(everywhere.iter().cloned());
        change.causes.extend(addresses(now, old, new));
        change.causes.extend(defaults(now, old, new, schema));
        change.causes.extend(shared(now, old, new));
        change.causes.sort();
        change.causes.dedup();
        if change.restarts() || change.may_restart() {
            change.changes.extend(workloads(now));
        }
        change
            .changes
            .retain(|kind| !change.appears.contains(kind) && !change.goes.contains(kind));
        for kinds in [&mut change.appears, &mut change.changes, &mut change.goes] {
            kinds.sort();
            kinds.dedup();
        }
        if !change.causes.is_empty() || !change.appears.is_empty() || !change.goes.is_empty() {
            found.push(change);
        }
    }
    for was in &old.cluster.node_types {
        let mut types = new.cluster.node_types.iter();
        if !types.any(|now| before(now, &old.cluster, &new.cluster) == Some(was)) {
            found.push(removed(was, old));
        }
    }
    found
}

/// What becomes of clusters whose definition another one replaces, by the key that does it: nothing that the new operator does.
pub(super) fn orphaned(key: &str) -> TypeChange {
    TypeChange {
        node_type: None,
        fate: Fate::Changed,
        appears: Vec::new(),
        goes: Vec::new(),
        changes: Vec::new(),
        causes: vec![Cause::new(
            Class::Breaking,
            key,
            "clusters that exist stay as they are, without an operator: the new one looks after resources of the new definition alone",
        )],
    }
}

/// Kinds that stand for objects which a manifest asks for.
fn kinds(node_type: &NodeType, operator: &Operator) -> BTreeSet<ChildKind> {
    let mut kinds = node_type.child_kinds(&operator.cluster.k8s_group);
    kinds.remove(&ChildKind::ControllerRevision);
    kinds.remove(&ChildKind::Pod);
    kinds
}

fn added(node_type: &NodeType, operator: &Operator) -> TypeChange {
    let mut causes = vec![Cause::new(
        Class::Safe,
        "nodeTypes",
        "there are none until a custom resource has such a node",
    )];
    if node_type.rules.min_nodes > 0 {
        causes.push(Cause::new(
            Class::Breaking,
            "nodes",
            "custom resources without such a node are refused",
        ));
    }
    TypeChange {
        node_type: Some(node_type.name.to_string()),
        fate: Fate::Added,
        appears: kinds(node_type, operator).into_iter().collect(),
        goes: Vec::new(),
        changes: Vec::new(),
        causes,
    }
}

fn removed(node_type: &NodeType, operator: &Operator) -> TypeChange {
    let mut goes = kinds(node_type, operator);
    // What they hold is not the operator's to delete.
    goes.remove(&ChildKind::PersistentVolumeClaim);
    TypeChange {
        node_type: Some(node_type.name.to_string()),
        fate: Fate::Removed,
        appears: Vec::new(),
        goes: goes.into_iter().collect(),
        changes: Vec::new(),
        causes: vec![Cause::new(
            Class::Breaking,
            "nodeTypes",
            "a custom resource that has such a node is refused whole: take them out of it first, while the operator of now runs, and they go. Claims stay",
        )],
    }
}

fn workloads(node_type: &NodeType) -> Vec<ChildKind> {
    let kinds = node_type.rules.kinds.iter().map(|kind| match kind {
        WorkloadKind::StatefulSet => ChildKind::StatefulSet,
        WorkloadKind::Deployment => ChildKind::Deployment,
    });
    kinds.collect()
}

fn changed(was: &NodeType, now: &NodeType, old: &Operator, new: &Operator) -> TypeChange {
    let (before, after) = (kinds(was, old), kinds(now, new));
    let mut change = TypeChange {
        node_type: Some(now.name.to_string()),
        fate: Fate::Changed,
        appears: after.difference(&before).copied().collect(),
        // What claims hold is not the operator's to delete.
        goes: before
            .difference(&after)
            .filter(|kind| **kind != ChildKind::PersistentVolumeClaim)
            .copied()
            .collect(),
        changes: Vec::new(),
        causes: Vec::new(),
    };
    let (before, after) = (parts(was), parts(now));
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for key in keys {
        let (is, had) = (after.get(key), before.get(key));
        if is == had {
            continue;
        }
        let Some(cause) = cause(key, had, is) else {
            continue;
        };
        // One Service of several: the others stay.
        match (had, is) {
            (Some((Reach::Service, _)), None) => change.goes.push(ChildKind::Service),
            (None, Some((Reach::Service, _))) => change.appears.push(ChildKind::Service),
            _ => change.changes.extend(reached(key, had.or(is), now)),
        }
        // Whoever is told the name of a Service is told another.
        if key.starts_with("services.") {
            let told = format!("{key}.");
            let mut others = after.iter().filter(|(_, (reach, _))| *reach == Reach::Pods);
            if others.any(|(_, (_, text))| text.contains(&told)) {
                change.causes.push(Cause::restarting(key));
            }
        }
        change.causes.push(cause);
    }
    for kind in &was.rules.kinds {
        if !now.rules.kinds.contains(kind) {
            let effect = "nodes of that kind are refused";
            change
                .causes
                .push(Cause::new(Class::Breaking, "kinds", effect));
        }
    }
    change
}

#[cfg(test)]
mod tests;
