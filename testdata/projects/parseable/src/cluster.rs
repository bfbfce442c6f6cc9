//! src/cluster.rs — what is true of a ParseableTenant as a whole.

use dsoi_runtime::prelude::*;

use crate::api::ParseableTenant;
use crate::nodes::Server;

/// The controller of the kind: what it watches, and whom it tells.
pub fn controller() -> Controller<ParseableTenant> {
    Controller::new().events("parseable-operator", "ParseableOperator")
}

impl Cluster for ParseableTenant {
    /// Also the order of upgrades, unless `spec.deploymentOrder` says otherwise.
    const NODE_TYPES: &'static [&'static dyn NodeType<Self>] = &[&Server];
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
    const UNLABELLED: &'static [ChildKind] =
        &[ChildKind::Service, ChildKind::PersistentVolumeClaim];

    fn workload_name(node: &Node<'_, Self>) -> String {
        format!("{}-{}", node.k8s.name, node.name())
    }

    fn service_name(node: &Node<'_, Self>) -> String {
        format!("{}-{}", node.name(), node.k8s.name)
    }

    fn container_name(node: &Node<'_, Self>) -> String {
        format!("{}-{}", node.name(), node.node_type())
    }

    fn claim_name(node: &Node<'_, Self>, storage: &StorageConfig) -> String {
        format!("{}-{}-{}", node.name(), node.k8s.name, storage.name)
    }

    fn labels(node: &Node<'_, Self>) -> Labels {
        Labels::new()
            .with("app", "parseable")
            .with("custom_resource", node.cr_name())
            .with("nodeType", node.node_type())
            .with("parseableConfig", node.config.name())
            .with("k8sConfigGroup", node.k8s.name)
    }

    fn cluster_labels(cr: &Self) -> Labels {
        Labels::new()
            .with("app", "parseable")
            .with("custom_resource", cr.cr_name())
    }

    fn shared(&self, shared: &Shared<'_, Self>) -> Children {
        let ext = self
            .spec
            .external
            .object_store
            .as_ref()
            .map(|object_store| {
                shared
                    .config_map("ext")
                    .name(format!("{}-ext", self.cr_name()))
                    .data([("data", &object_store.spec.data)])
            });

        Children::new().with(ext)
    }
}
