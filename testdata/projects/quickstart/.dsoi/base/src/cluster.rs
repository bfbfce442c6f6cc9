//! src/cluster.rs — what is true of a Tally as a whole.

use dsoi_runtime::prelude::*;

use crate::api::Tally;
use crate::nodes::{Gateway, Store};

/// The controller of the kind: what it watches, and whom it tells.
pub fn controller() -> Controller<Tally> {
    Controller::new()
}

impl Cluster for Tally {
    /// Also the order of upgrades, unless `spec.deploymentOrder` says otherwise.
    const NODE_TYPES: &'static [&'static dyn NodeType<Self>] = &[&Store, &Gateway];
    /// What this operator makes; its Role grants these kinds and no other.
    const CHILD_KINDS: &'static [ChildKind] = &[
        ChildKind::ConfigMap,
        ChildKind::Service,
        ChildKind::StatefulSet,
        ChildKind::Deployment,
        ChildKind::PersistentVolumeClaim,
        ChildKind::NetworkPolicy,
        ChildKind::Pod,
        ChildKind::ControllerRevision,
        ChildKind::PodDisruptionBudget,
        ChildKind::HorizontalPodAutoscaler,
        ChildKind::Ingress,
    ];
    const IMAGE: Option<&'static str> = Some("ghcr.io/example/tally:2.1");
}
