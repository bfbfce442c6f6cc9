//! src/cluster.rs — what is true of a Pinot as a whole.

use dsoi_runtime::prelude::*;

use crate::api::Pinot;
use crate::nodes::{Broker, ControllerNodes, Minion, Server};

/// The controller of the kind: what it watches, and whom it tells.
pub fn controller() -> Controller<Pinot> {
    Controller::new()
        .ignore_annotation("pinot.datainfra.io/reconcile")
        .events("pinot-control-plane", "pinotOperator")
}

impl Cluster for Pinot {
    /// Also the order of upgrades, unless `spec.deploymentOrder` says otherwise.
    const NODE_TYPES: &'static [&'static dyn NodeType<Self>] =
        &[&ControllerNodes, &Broker, &Server, &Minion];
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
    const MISSING: MissingOrder = MissingOrder::Refuse;

    fn workload_name(node: &Node<'_, Self>) -> String {
        format!("{}-{}", node.name(), node.k8s.name)
    }

    fn service_name(node: &Node<'_, Self>) -> String {
        format!("{}-{}-svc", node.name(), node.k8s.name)
    }

    fn container_name(node: &Node<'_, Self>) -> String {
        format!("{}-{}", node.name(), node.node_type())
    }

    fn config_map_name(node: &Node<'_, Self>) -> String {
        format!("{}-{}-config", node.cr_name(), node.config.name())
    }

    fn group_config_map_name(node: &Node<'_, Self>) -> String {
        format!("{}-{}-config", node.cr_name(), node.config.name())
    }

    fn claim_template_name(node: &Node<'_, Self>, _storage: &StorageConfig) -> String {
        format!("{}-pvc", node.name())
    }

    fn labels(node: &Node<'_, Self>) -> Labels {
        Labels::new()
            .with("app", "pinot")
            .with("custom_resource", node.cr_name())
            .with("nodeType", node.node_type())
            .with("pinotConfigGroup", node.config.name())
            .with("k8sConfigGroup", node.k8s.name)
    }

    fn cluster_labels(cr: &Self) -> Labels {
        Labels::new()
            .with("app", "pinot")
            .with("custom_resource", cr.cr_name())
    }
}
