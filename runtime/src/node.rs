//! A node as its node type sees it: the resource, the node's groups, and builders of children.

mod pods;

use crate::build::SharedMaps;
use crate::cluster::{Cluster, NodeFields, NodeType};
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
    pub(crate) type_: &'static dyn NodeType<C>,
    pub(crate) resolved: &'a Resolved<'a, C>,
    pub(crate) entry: &'a ResolvedNode<'a, C>,
    pub(crate) operator: &'a str,
    pub(crate) shared: &'a SharedMaps,
}

impl<C: Cluster> Node<'_, C> {
    pub fn name(&self) -> &str {
        self.spec.name()
    }

    pub fn cr_name(&self) -> &str {
        self.cr.meta().name.as_deref().unwrap_or_default()
    }

    pub fn namespace(&self) -> &str {
        self.cr.meta().namespace.as_deref().unwrap_or_default()
    }

    pub fn node_type(&self) -> &str {
        self.spec.node_type()
    }

    pub fn kind(&self) -> WorkloadKind {
        self.spec.kind()
    }

    pub fn replicas(&self) -> i32 {
        self.spec.replicas()
    }
}
