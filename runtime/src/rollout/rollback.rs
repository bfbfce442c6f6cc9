//! Which node types run what they ran before, and what that is (D5, D6, DS-25, DS-28).
//!
//! In: desired and observed children, and revisions. Out: the children to have in place of those that
//! were refused. Pure. The custom resource is never changed: a marker on the workloads says which
//! template of which generation was refused, and holds only while both are the desired ones. So a
//! restart and a wiped status change nothing, and every edit of the resource starts afresh. The
//! revision has such a marker too: who deletes the workload gets what it ran, and no second rollback.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::facts::template;
use super::revision::{self, Content, KeptMap, gated};
use crate::build::{Desired, DesiredChild};
use crate::cache::Child;
use crate::kind::{ChildKind, ObjectId};
use crate::labels;
use crate::names;
use crate::observe::Observed;

/// The annotation of a workload that went back, and of the revision that it went back to:
/// `<refused>;<generation>;<revision>`, where a template was refused, or all that a revision holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Marker {
    refused: String,
    generation: i64,
    revision: String,
}

impl Marker {
    /// Of a revision: what its node type would run.
    pub(crate) fn of_revision(refused: String, generation: i64, revision: &str) -> Self {
        Self {
            refused,
            generation,
            revision: revision.to_owned(),
        }
    }

    /// A damaged one counts as none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, ';');
        Some(Self {
            refused: parts.next()?.to_owned(),
            generation: parts.next()?.parse().ok()?,
            revision: parts.next()?.to_owned(),
        })
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{};{};{}", self.refused, self.generation, self.revision)
    }
}

/// A node type that runs what it ran before.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Back {
    /// The name of the revision.
    pub(crate) revision: String,
    /// None where it cannot be read: then nothing of the node type is changed.
    pub(crate) content: Option<Arc<Content>>,
}

/// By node type.
pub(crate) type Backs = BTreeMap<String, Back>;

/// Why node types that should go back cannot, as people read it, by node type.
pub(crate) type Impossible = BTreeMap<String, String>;

/// The node types that went back in an earlier pass, each with its revision.
pub(crate) fn marked(desired: &Desired, observed: &Observed) -> BTreeMap<String, String> {
    let generation = observed.subject.generation;
    let workloads = desired
        .children
        .iter()
        .filter(|child| child.id.kind.is_workload());
    let mut marked: BTreeMap<String, String> = workloads
        .clone()
        .filter_map(|wanted| wanted.node_type.as_deref())
        .filter_map(|node_type| {
            let refused = revision::name(desired, &observed.subject.name, node_type)?;
            let all = known(observed, node_type).into_iter();
            let mut markers = all.filter_map(|(id, child)| {
                let marker = Marker::parse(child.revision.as_ref()?.rolled_back.as_deref()?)?;
                let holds = marker.generation == generation && marker.refused == refused;
                (holds && marker.revision == id.name).then_some(marker.revision)
            });
            Some((node_type.to_owned(), markers.next()?))
        })
        .collect();
    marked.extend(workloads.filter_map(|wanted| {
        let live = &observed.children.get(&wanted.id)?.child;
        let marker = Marker::parse(live.workload.as_deref()?.rolled_back.as_deref()?)?;
        let active = marker.generation == generation
            && Some(marker.refused.as_str()) == template(&wanted.document);
        active.then(|| Some((wanted.node_type.clone()?, marker.revision)))?
    }));
    marked
}

/// What a node type can go back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The last revision that was good.
    Revision(String),
    /// What is desired was good itself: the crash is not the upgrade's.
    Desired,
    /// Nothing is known to have run before.
    Nothing,
}

/// What a node type can go back to.
pub(crate) fn target(desired: &Desired, observed: &Observed, node_type: &str) -> Target {
    let Some(current) = revision::name(desired, &observed.subject.name, node_type) else {
        return Target::Nothing;
    };
    let known = known(observed, node_type);
    if known.iter().any(|(id, _)| id.name == current) {
        return Target::Desired;
    }
    match known.last() {
        Some((id, _)) => Target::Revision(id.name.clone()),
        None => Target::Nothing,
    }
}

/// What a revision would change of the nodes that are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Restores {
    Something,
    /// None of them ran what it holds: nothing could say after a restart that they went back.
    NoNode,
    /// They run what it holds: what crashes is new, or has another cause.
    Nothing,
}

/// What a revision would change of the present nodes of a node type.
pub(crate) fn restores(
    content: &Content,
    desired: &Desired,
    observed: &Observed,
    node_type: &str,
) -> Restores {
    let ran: Vec<(&DesiredChild, &Value)> = gated(desired, node_type)
        .filter(|child| observed.children.contains_key(&child.id))
        .filter_map(|child| Some((child, content.template(&child.id)?)))
        .collect();
    if ran.is_empty() {
        return Restores::NoNode;
    }
    let of_theirs = |node: Option<&str>| {
        let mut theirs = ran.iter();
        node.is_none_or(|node| theirs.any(|(child, _)| child.node.as_deref() == Some(node)))
    };
    let mut kept_maps = content.maps().iter();
    let differs = ran
        .iter()
        .any(|(child, kept)| child.document.pointer("/spec/template") != Some(*kept))
        || kept_maps.any(|kept| of_theirs(kept.node.as_deref()) && is_other(kept, desired));
    if differs {
        Restores::Something
    } else {
        Restores::Nothing
    }
}

/// Whether a config map is desired to hold something else, or not to be there.
fn is_other(kept: &KeptMap, desired: &Desired) -> bool {
    let mut all = desired.children.iter();
    let wanted =
        all.find(|child| child.id.kind == ChildKind::ConfigMap && child.id.name == kept.name);
    wanted.is_none_or(|wanted| wanted.document.get("data") != kept.document.get("data"))
}

/// The revisions of a node type, the newest last.
pub(crate) fn known<'a>(observed: &'a Observed, node_type: &str) -> Vec<(&'a ObjectId, &'a Child)> {
    let label = revision::label(node_type);
    let number = |child: &Child| child.revision.as_ref().map(|known| known.number);
    let mut known: Vec<(&ObjectId, &Child)> = observed
        .children
        .iter()
        .map(|(id, known)| (id, &*known.child))
        .filter(|(id, child)| {
            let of = child.revision.as_ref().map(|known| &*known.node_type);
            id.kind == ChildKind::ControllerRevision
                && of == Some(label.as_str())
                && !child.terminating
        })
        .collect();
    known.sort_by_key(|(id, child)| (number(child), *id));
    known
}

/// What is desired, with the node types that went back as they were.
pub(crate) fn effective(desired: &Desired, backs: &Backs, generation: i64) -> Desired {
    let mut effective = desired.clone();
    for (node_type, back) in backs {
        let Some(content) = &back.content else {
            continue;
        };
        let of_type = |child: &&mut DesiredChild| child.node_type.as_ref() == Some(node_type);
        for child in effective.children.iter_mut().filter(of_type) {
            if child.id.kind.is_workload() {
                put_back(child, content, back, generation);
            } else if child.id.kind == ChildKind::ConfigMap {
                let kept = content
                    .maps()
                    .iter()
                    .find(|kept| kept.name == child.id.name);
                let data = kept.and_then(|kept| kept.document.get("data"));
                set(child, "data", data.cloned());
            }
        }
        effective
            .children
            .extend(dropped(desired, content, node_type));
    }
    effective
}

fn put_back(child: &mut DesiredChild, content: &Content, back: &Back, generation: i64) {
    // A node that is new has nothing to go back to.
    let Some(kept) = content.template(&child.id).cloned() else {
        return;
    };
    let marker = Marker {
        refused: template(&child.document).unwrap_or_default().to_owned(),
        generation,
        revision: back.revision.clone(),
    };
    let mut document = (*child.document).clone();
    if let Some(template) = document.pointer_mut("/spec/template") {
        *template = kept;
    }
    labels::annotate(&mut document, labels::ROLLED_BACK, &marker.to_string());
    rewrite(child, document);
}

fn set(child: &mut DesiredChild, field: &str, value: Option<Value>) {
    let Some(value) = value else { return };
    let mut document = (*child.document).clone();
    if let Some(object) = document.as_object_mut() {
        object.insert(field.to_owned(), value);
    }
    rewrite(child, document);
}

fn rewrite(child: &mut DesiredChild, document: Value) {
    child.hash = names::digest_of(&document);
    child.document = Arc::new(document);
}

/// The config maps that the old pods read and that are no longer desired.
fn dropped<'a>(
    desired: &'a Desired,
    content: &'a Content,
    node_type: &'a str,
) -> impl Iterator<Item = DesiredChild> + 'a {
    let mine = desired.children.iter();
    let mine = mine.filter(|child| child.node_type.as_deref() == Some(node_type));
    let nodes: BTreeSet<&str> = mine.filter_map(|child| child.node.as_deref()).collect();
    let namespace = desired
        .children
        .first()
        .map(|child| child.id.namespace.clone());
    content
        .maps()
        .iter()
        .filter(move |kept| kept.node.as_deref().is_none_or(|node| nodes.contains(node)))
        .filter(|kept| {
            let mut all = desired.children.iter();
            !all.any(|child| child.id.kind == ChildKind::ConfigMap && child.id.name == kept.name)
        })
        .map(move |kept| DesiredChild {
            id: ObjectId::new(
                ChildKind::ConfigMap,
                namespace.clone().unwrap_or_default(),
                &kept.name,
            ),
            node: kept.node.clone(),
            node_type: Some(node_type.to_owned()),
            start: None,
            document: Arc::new(kept.document.clone()),
            hash: names::digest_of(&kept.document),
        })
}

#[cfg(test)]
mod tests;
