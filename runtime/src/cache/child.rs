//! What is kept of a child: a projection, never the object.
//!
//! It holds what `plan` and `report` read and no more: thousands of children fit into a few
//! megabytes. The evidence that the child is as we wrote it is dropped once it was judged.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

use k8s_openapi::jiff::Timestamp;
use serde_json::Value;

use super::order::Order;
use super::pod::{Pod, PodSeen, PodTrouble};

/// One child, as last seen.
#[derive(Clone, Debug, Default)]
pub struct Child {
    pub(crate) uid: Box<str>,
    pub(crate) version: Version,
    /// When it was created.
    pub(crate) created: Timestamp,
    /// It has a deletion timestamp.
    pub(crate) terminating: bool,
    pub(crate) owner: Option<Owner>,
    pub(crate) identity: Identity,
    pub(crate) applied: Option<Applied>,
    pub(crate) entries: Entries,
    pub(crate) evidence: Evidence,
    pub(crate) workload: Option<Box<Workload>>,
    pub(crate) claim: Option<Box<Claim>>,
    pub(crate) pod: Option<Box<Pod>>,
    pub(crate) revision: Option<Box<Revision>>,
}

/// The controller that an object's owner references name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) uid: Box<str>,
    pub(crate) kind: Box<str>,
    pub(crate) group: Box<str>,
    pub(crate) name: Box<str>,
}

/// What an object's labels say about who made it, for whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The labels `managed-by` and `dsoi.dev/kind` are this operator's and this kind's.
    pub(crate) ours: bool,
    pub(crate) instance: Option<Box<str>>,
    pub(crate) node: Option<Box<str>>,
    pub(crate) workload: Option<Box<str>>,
    pub(crate) storage: Option<Box<str>>,
}

/// The annotation `dsoi.dev/applied`: what was last written, and for which generation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    pub(crate) hash: Box<str>,
    pub(crate) generation: i64,
}

impl Applied {
    pub(crate) fn new(hash: &str, generation: i64) -> Self {
        Self {
            hash: hash.into(),
            generation,
        }
    }

    /// Reads the annotation; a damaged one counts as none, so that the child is written again.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (hash, generation) = text.split_once(';')?;
        Some(Self::new(hash, generation.parse().ok()?))
    }
}

impl fmt::Display for Applied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{};{}", self.hash, self.generation)
    }
}

/// Which entries of `managedFields` are our field manager's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entries {
    /// There is one of operation Apply.
    pub(crate) apply: bool,
    /// Where the one of operation Update stands.
    pub(crate) update: Option<u16>,
    /// One of them has a workload's replicas.
    pub(crate) replicas: bool,
}

/// What shows that a child still is as we wrote it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Evidence {
    /// Digest of our entries and of the order of lists.
    pub(crate) digest: [u8; 16],
    /// The evidence itself, until it was judged.
    pub(crate) raw: Option<Box<RawEvidence>>,
    /// The desired document for which it was judged, or for which we wrote it ourselves.
    pub(crate) settled: Option<Box<str>>,
}

/// Our entries' fieldsV1 trees, as JSON, and the order of lists.
#[derive(Clone, Debug, Default)]
pub(crate) struct RawEvidence {
    pub(crate) trees: Vec<Box<str>>,
    pub(crate) order: Order,
}

impl RawEvidence {
    /// The first thing in `document` that is no longer as we wrote it.
    pub(crate) fn drift(&self, document: &Value) -> Option<String> {
        let trees: Vec<Value> = self
            .trees
            .iter()
            // A tree that does not parse covers nothing: the child is written once more.
            .filter_map(|tree| serde_json::from_str(tree).ok())
            .collect();
        crate::ownership::uncovered(document, &trees).or_else(|| {
            (!self.order.keeps(&Order::of(document))).then(|| "the order of its lists".to_owned())
        })
    }
}

/// What is read of a workload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Workload {
    pub(crate) generation: i64,
    pub(crate) observed_generation: i64,
    /// The annotation `dsoi.dev/template` of its pod template.
    pub(crate) template: Option<Box<str>>,
    /// The annotation `dsoi.dev/rolled-back`.
    pub(crate) rolled_back: Option<Box<str>>,
    /// The annotation `dsoi.dev/node-type`; none on what an older operator wrote last.
    pub(crate) node_type: Option<Box<str>>,
    /// How many pods it is to have, whoever said so last.
    pub(crate) asked: i32,
    pub(crate) replicas: i32,
    pub(crate) ready: i32,
    pub(crate) updated: i32,
    /// A `StatefulSet` whose pods are not all of the update revision.
    pub(crate) updating: bool,
    /// Why pods cannot be made or do not get ready in time.
    pub(crate) failure: Option<Box<str>>,
    /// How much storage each claim template of a `StatefulSet` asks for, as the server writes it.
    pub(crate) templates: BTreeMap<Box<str>, Box<str>>,
}

/// What is read of a revision of ours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Revision {
    /// As a label's value.
    pub(crate) node_type: Box<str>,
    /// Higher is newer.
    pub(crate) number: i64,
    /// The annotation `dsoi.dev/rolled-back`.
    pub(crate) rolled_back: Option<Box<str>>,
}

/// What is read of a claim.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Claim {
    /// How much storage it asks for, as the server writes it.
    pub(crate) storage: Box<str>,
    /// It has a volume: only then can it grow.
    pub(crate) bound: bool,
}

impl Child {
    /// Whether anything that is read differs, beside the resource version.
    pub(crate) fn differs(&self, other: &Self) -> bool {
        self.uid != other.uid
            || self.terminating != other.terminating
            || self.owner != other.owner
            || self.identity != other.identity
            || self.applied != other.applied
            || self.entries != other.entries
            || self.evidence.digest != other.evidence.digest
            || self.workload != other.workload
            || self.claim != other.claim
            || self.revision != other.revision
            || self.trouble() != other.trouble()
            || self.seen_of_pod() != other.seen_of_pod()
    }

    fn trouble(&self) -> Option<&PodTrouble> {
        self.pod.as_deref()?.trouble.as_ref()
    }

    /// That a pod is ready, its workload says too; what hooks make of it nobody knows.
    fn seen_of_pod(&self) -> Option<(&PodSeen, bool)> {
        let pod = self.pod.as_deref()?;
        Some((pod.seen.as_deref()?, pod.ready))
    }
}

/// A resource version, in the order in which the server made them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Version(Box<str>);

impl Version {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.into())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// As the API promises since 1.35: decimal numbers without leading zeros, of any length.
impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.0.len(), &self.0).cmp(&(other.0.len(), &other.0))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_as_numbers() {
        assert!(Version::new("9") < Version::new("10"));
        assert!(Version::new("123") > Version::new("122"));
        assert!(Version::default() < Version::new("1"));
    }

    #[test]
    fn a_damaged_annotation_counts_as_none() {
        assert_eq!(Applied::parse("ab;7"), Some(Applied::new("ab", 7)));
        for text in ["", "ab", "ab;", "ab;x"] {
            assert_eq!(Applied::parse(text), None, "{text}");
        }
    }
}
