//! The children that a node type asks for, before they have metadata.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::config_map::ConfigMapRef;
use super::meta::{Scope, SharedOrigin};
use crate::kind::{ChildKind, ObjectId};
use crate::problem::Problem;

/// Where the resource says how much storage a child's claim template asks for, by the template's
/// name; a claim that stands alone is its own template.
pub(crate) type Sizes = BTreeMap<(ObjectId, String), String>;

/// Children that a node type or a cluster asks for. Their order means nothing.
#[derive(Debug, Default)]
pub struct Children {
    pub(crate) drafts: Vec<Draft>,
    pub(crate) maps: Vec<MapPart>,
    /// Config maps of the whole cluster, by the manifest's key.
    pub(crate) shared: Vec<(String, ConfigMapRef)>,
    /// Config maps that pods use: each has to be among the children.
    pub(crate) used: Vec<(SharedOrigin, String)>,
    pub(crate) peers: Vec<Governed>,
    pub(crate) sizes: Sizes,
    /// Claims that go with the resource; all others outlive it.
    pub(crate) owned_claims: BTreeSet<ObjectId>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) notes: Vec<Problem>,
}

impl Children {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a child; one that is absent, such as the Service of a group that has none, adds nothing.
    pub fn with(mut self, child: impl Child) -> Self {
        child.add_to(&mut self);
        self
    }

    pub fn with_all<I>(mut self, children: I) -> Self
    where
        I: IntoIterator,
        I::Item: Child,
    {
        for child in children {
            child.add_to(&mut self);
        }
        self
    }

    pub(crate) fn extend(&mut self, other: Self) {
        self.drafts.extend(other.drafts);
        self.maps.extend(other.maps);
        self.shared.extend(other.shared);
        self.used.extend(other.used);
        self.peers.extend(other.peers);
        self.sizes.extend(other.sizes);
        self.owned_claims.extend(other.owned_claims);
        self.problems.extend(other.problems);
        self.notes.extend(other.notes);
    }
}

/// Something that [`Children::with`] takes: a workload, a file, a config map, a Service …
pub trait Child: sealed::Sealed {
    #[doc(hidden)]
    fn add_to(self, children: &mut Children);
}

impl<T: Child> Child for Option<T> {
    fn add_to(self, children: &mut Children) {
        if let Some(child) = self {
            child.add_to(children);
        }
    }
}

pub(crate) mod sealed {
    /// Only the runtime knows how to make children.
    pub trait Sealed {}

    impl<T: Sealed> Sealed for Option<T> {}
}

/// A child without metadata.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) kind: ChildKind,
    pub(crate) name: String,
    pub(crate) origin: SharedOrigin,
    /// On top of the labels of its origin.
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) annotations: BTreeMap<String, String>,
    /// `spec`.
    pub(crate) spec: Value,
}

/// Keys of a config map. Parts of one name and scope become one object.
#[derive(Debug)]
pub(crate) struct MapPart {
    pub(crate) name: String,
    pub(crate) scope: Scope,
    pub(crate) origin: SharedOrigin,
    pub(crate) data: BTreeMap<String, String>,
}

/// How the pods of a node's `StatefulSet` are named: known once its children were described.
#[derive(Clone, Debug, Default)]
pub(crate) struct Governed {
    pub(crate) node: String,
    pub(crate) service: Option<String>,
    pub(crate) first_ordinal: i32,
    /// The named ports of the main container.
    pub(crate) ports: BTreeMap<String, i32>,
}
