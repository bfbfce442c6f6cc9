//! src/api/wire.rs — how the runtime reads the custom resource.

use std::borrow::Cow;

use dsoi_runtime::prelude::*;

use super::{Depot, DepotConfig, DepotNode};

impl ClusterResource for Depot {
    type Config = DepotConfig;
    type Node = DepotNode;

    const CRD: &'static str = include_str!("../../config/crd/depots.yaml");
    const SPELLING: Spelling = Spelling {
        nodes: "nodes",
        node_type: "nodeType",
        k8s_config_group: "k8sConfigGroup",
        app_config_group: "appConfigGroup",
        deployment_order: "deploymentOrder",
    };

    fn nodes(&self) -> &[DepotNode] {
        &self.spec.nodes
    }

    fn k8s_config_groups(&self) -> Vec<K8sConfigGroup<'_>> {
        self.spec.k8s_config_group.iter().map(K8sConfigGroupFields::group).collect()
    }

    fn k8s_common(&self) -> Option<K8sConfigGroup<'_>> {
        self.spec.every_pod.as_ref().map(K8sConfigGroupFields::group)
    }

    fn app_config_groups(&self) -> Result<Cow<'_, [DepotConfig]>, Problem> {
        dsoi_runtime::spec::over_common(self.spec.every_config.as_ref(), &self.spec.app_config_group)
            .map(Cow::Owned)
            .map_err(|(index, message)| Problem { path: Self::SPELLING.config_group(index), message })
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
