//! src/cluster.rs — what is true of a Depot as a whole.

use dsoi_runtime::prelude::*;

use crate::api::Depot;
use crate::nodes::{Front, Keeper};

/// The controller of the kind: what it watches, and whom it tells.
pub fn controller() -> Controller<Depot> {
    Controller::new()
}

impl Cluster for Depot {
    /// Also the order of upgrades, unless `spec.deploymentOrder` says otherwise.
    const NODE_TYPES: &'static [&'static dyn NodeType<Self>] = &[&Keeper, &Front];
    /// What this operator makes; its Role grants these kinds and no other.
    const CHILD_KINDS: &'static [ChildKind] = &[
        ChildKind::ConfigMap,
        ChildKind::Service,
        ChildKind::StatefulSet,
        ChildKind::Deployment,
        ChildKind::PersistentVolumeClaim,
        ChildKind::Pod,
        ChildKind::ControllerRevision,
    ];
    const IMAGE: Option<&'static str> = Some("ghcr.io/example/depot:1.4");
    const READS_PODS: bool = true;
    const ROLLOUT: RolloutPolicy = RolloutPolicy::DEFAULT
        .on_crash(OnCrash::Rollback)
        .after(300);
}
