//! A node as its node type sees it: the resource, the node's groups, and builders of children.
//!
//! The builders themselves are in [`mod@crate::build`], one kind per file.

mod pods;

use std::cell::OnceCell;
use std::sync::Arc;

use crate::build::{Context, Origin, SharedOrigin};
use crate::cluster::{Cluster, NodeFields};
use crate::resolve::{Resolved, ResolvedNode};
use crate::spec::{K8sConfigGroup, WorkloadKind};

pub use self::pods::PodRef;

/// One node of a cluster, with its groups looked up.
pub struct Node<'a, C: Cluster> {
    /// The whole custom resource.
    pub cr: &'a C,
    /// The node's entry of `spec.nodes`, with the fields that this API adds.
    pub spec: &'a C::Node,
    pub k8s: K8sConfigGroup<'a>,
    pub config: &'a C::Config,
    pub(crate) resolved: &'a Resolved<'a, C>,
    pub(crate) entry: &'a ResolvedNode<'a, C>,
    pub(crate) context: &'a Context<'a>,
    origin: OnceCell<SharedOrigin>,
}

impl<'a, C: Cluster> Node<'a, C> {
    pub(crate) fn new(
        resolved: &'a Resolved<'a, C>,
        entry: &'a ResolvedNode<'a, C>,
        context: &'a Context<'a>,
    ) -> Self {
        Self {
            cr: resolved.cr,
            spec: entry.spec,
            k8s: entry.k8s,
            config: resolved.config(entry),
            resolved,
            entry,
            context,
            origin: OnceCell::new(),
        }
    }

    /// What the node's children have in common. Made when the first is: a peer that is only named
    /// in a file needs none of it.
    pub(crate) fn origin(&self) -> &SharedOrigin {
        self.origin.get_or_init(|| {
            let labels = C::labels(self).0;
            Arc::new(Origin::of_node(self.context.cluster, self.entry, labels))
        })
    }

    pub fn name(&self) -> &'a str {
        self.spec.name()
    }

    pub fn cr_name(&self) -> &'a str {
        self.cr.cr_name()
    }

    pub fn namespace(&self) -> &'a str {
        self.cr.cr_namespace()
    }

    /// The name of its node type; `spec.node_type` is what the resource calls it.
    pub fn node_type(&self) -> &'a str {
        self.entry.node_type.name()
    }

    pub fn kind(&self) -> WorkloadKind {
        self.spec.kind()
    }

    pub fn replicas(&self) -> i32 {
        self.spec.replicas()
    }
}
