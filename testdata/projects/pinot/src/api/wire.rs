//! src/api/wire.rs — how the runtime reads the custom resource.

use std::borrow::Cow;

use dsoi_runtime::prelude::*;

use super::{Pinot, PinotConfig, PinotNode};

impl ClusterResource for Pinot {
    type Config = PinotConfig;
    type Node = PinotNode;

    const CRD: &'static str = include_str!("../../config/crd/pinots.yaml");
    const SPELLING: Spelling = Spelling {
        nodes: "nodes",
        node_type: "nodeType",
        k8s_config_group: "k8sConfig",
        app_config_group: "pinotNodeConfig",
        deployment_order: "deploymentOrder",
    };

    fn nodes(&self) -> &[PinotNode] {
        &self.spec.nodes
    }

    fn k8s_config_groups(&self) -> Vec<K8sConfigGroup<'_>> {
        self.spec.k8s_config.iter().map(K8sConfigGroupFields::group).collect()
    }

    fn app_config_groups(&self) -> Result<Cow<'_, [PinotConfig]>, Problem> {
        Ok(Cow::Borrowed(&self.spec.pinot_node_config))
    }

    fn deployment_order(&self) -> &[String] {
        &self.spec.deployment_order
    }

    fn rollout(&self) -> Option<&dsoi_runtime::spec::RolloutSpec> {
        self.spec.rollout.as_ref()
    }

    fn stopped(&self) -> bool {
        self.spec.stopped.unwrap_or(false)
    }
}
