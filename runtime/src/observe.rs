//! Stage *observe*: what the caches know about a custom resource's children. Sends nothing.
//!
//! In: the cache and the desired children. Out: [`Observed`], facts that `plan` decides on. A
//! child's evidence is judged here, once per version, and the verdict kept instead of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kube::Resource;
use serde_json::Value;

use crate::build::{Desired, DesiredChild};
use crate::cache::{Applied, Cache, Child, Concerned, Owner};
use crate::kind::{ChildKind, ObjectId, PrunePolicy};
use crate::labels;

/// The custom resource whose children are looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    pub namespace: String,
    pub name: String,
    pub uid: String,
    pub generation: i64,
    /// Its kind and group, as owner references name them.
    pub kind: String,
    pub group: String,
}

impl Subject {
    /// None of what the server has not taken yet.
    pub(crate) fn of<K: Resource<DynamicType = ()>>(cr: &K) -> Option<Self> {
        let meta = cr.meta();
        Some(Self {
            namespace: meta.namespace.clone()?,
            name: meta.name.clone()?,
            uid: meta.uid.clone()?,
            generation: meta.generation.unwrap_or_default(),
            kind: K::kind(&()).into_owned(),
            group: K::group(&()).into_owned(),
        })
    }
}

/// What is known about the children of one custom resource.
#[derive(Clone, Debug)]
pub struct Observed {
    pub subject: Subject,
    /// Desired children that exist, whoever owns them, all that the resource owns, and what holds
    /// data and names it.
    pub children: BTreeMap<ObjectId, Known>,
    /// The pods that its labels name.
    pub pods: BTreeMap<ObjectId, Arc<Child>>,
    /// Kinds that were not listed yet: nothing is known about them.
    pub unlisted: BTreeSet<ChildKind>,
    /// Kinds that the server does not let us list, and what it says.
    pub denied: BTreeMap<ChildKind, String>,
    /// Nodes that their type's hook calls not ready, and why.
    pub unready: BTreeMap<String, String>,
}

/// A child, and whether it is as we wrote it.
#[derive(Clone, Debug)]
pub struct Known {
    pub child: Arc<Child>,
    /// What is no longer as we wrote it; judged only where the desired document is the one that we
    /// wrote.
    pub drift: Option<String>,
}

/// Whose an object of a desired child's name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    Ours,
    /// Left by a custom resource of the same name that was deleted; it is about to be collected.
    Predecessors,
    Foreign,
}

/// Looks up what is known about the desired children and all others that the resource owns.
pub(crate) fn observe(
    subject: Subject,
    desired: &Desired,
    kinds: &[ChildKind],
    cache: &Cache,
) -> Observed {
    let unlisted = kinds
        .iter()
        .copied()
        .filter(|kind| !cache.is_listed(*kind, &subject.namespace))
        .collect();
    let denied = kinds
        .iter()
        .filter_map(|kind| Some((*kind, cache.denied(*kind, &subject.namespace)?)))
        .collect();
    let who = Concerned {
        namespace: subject.namespace.clone(),
        name: subject.name.clone(),
    };
    let mut children: BTreeMap<ObjectId, Known> = cache
        .owned(&subject.uid)
        .into_iter()
        .chain(cache.named(&who))
        .map(|(id, child)| (id, Known { child, drift: None }))
        .collect();
    for wanted in &desired.children {
        if let Some(child) = cache.child_of(&wanted.id) {
            let drift = drift(wanted, &child, cache);
            children.insert(wanted.id.clone(), Known { child, drift });
        }
    }
    let pods = cache.pods(&subject.namespace, &subject.name);
    Observed {
        subject,
        children,
        pods,
        unlisted,
        denied,
        unready: BTreeMap::new(),
    }
}

impl Observed {
    /// The generation of a content change that is newer than the resource as we know it (D2).
    pub(crate) fn ahead(&self) -> Option<i64> {
        self.children
            .values()
            .filter(|known| {
                known
                    .child
                    .owner
                    .as_ref()
                    .is_some_and(|owner| *owner.uid == *self.subject.uid)
            })
            .filter_map(|known| known.child.applied.as_ref())
            .map(|applied| applied.generation)
            .filter(|generation| *generation > self.subject.generation)
            .max()
    }
}

/// What is written: the desired document with the annotations that say which one it is, and what of.
pub(crate) fn stamped(wanted: &DesiredChild, applied: &Applied) -> Value {
    let mut document = (*wanted.document).clone();
    labels::annotate(&mut document, labels::APPLIED, &applied.to_string());
    if let Some(node_type) = wanted.node_type.as_deref()
        && wanted.id.kind.is_workload()
    {
        labels::annotate(&mut document, labels::NODE_TYPE, node_type);
    }
    document
}

/// Whose an object is that has the name of a desired child.
pub(crate) fn whose(subject: &Subject, wanted: &DesiredChild, child: &Child) -> Whose {
    let identity = &child.identity;
    let named_after_us =
        identity.ours && identity.instance.as_deref() == Some(subject.name.as_str());
    if wanted.id.kind.row().prune == PrunePolicy::Keep {
        // Nothing owns a claim; its labels are its identity.
        let label = |key: &str| {
            wanted
                .document
                .pointer("/metadata/labels")
                .and_then(|labels| labels.get(key))
                .and_then(Value::as_str)
        };
        let same = identity.node.as_deref() == label(labels::NODE)
            && identity.storage.as_deref() == label(labels::STORAGE);
        // One that the resource asked to go with it is about to be collected.
        let left = child
            .owner
            .as_ref()
            .is_some_and(|owner| is_predecessor(subject, owner));
        return match named_after_us && same {
            true if left => Whose::Predecessors,
            true => Whose::Ours,
            false => Whose::Foreign,
        };
    }
    let Some(owner) = &child.owner else {
        // The owner reference was stripped: our labels and our fields must both be there.
        let written = child.entries.apply || child.entries.update.is_some();
        return if named_after_us && written {
            Whose::Ours
        } else {
            Whose::Foreign
        };
    };
    if *owner.uid == *subject.uid {
        Whose::Ours
    } else if is_predecessor(subject, owner) {
        Whose::Predecessors
    } else {
        Whose::Foreign
    }
}

/// Whether this owner is a resource of the same name that is gone.
fn is_predecessor(subject: &Subject, owner: &Owner) -> bool {
    *owner.uid != *subject.uid
        && *owner.kind == *subject.kind
        && *owner.group == *subject.group
        && *owner.name == *subject.name
}

fn drift(wanted: &DesiredChild, child: &Child, cache: &Cache) -> Option<String> {
    let applied = child.applied.as_ref()?;
    if *applied.hash != *wanted.hash
        || child.evidence.settled.as_deref() == Some(wanted.hash.as_str())
        || wanted.id.kind.row().prune == PrunePolicy::Keep
    {
        return None;
    }
    let Some(raw) = &child.evidence.raw else {
        return Some("its fields".to_owned());
    };
    let drift = raw.drift(&stamped(wanted, applied));
    if drift.is_none() {
        cache.settle(&wanted.id, &child.version, &wanted.hash);
    }
    drift
}
