//! src/api/wire.rs — how the runtime reads the custom resource.

use std::borrow::Cow;

use dsoi_runtime::prelude::*;

use super::{Tally, TallyConfig, TallyNode};

impl ClusterResource for Tally {
    type Config = TallyConfig;
    type Node = TallyNode;

    const CRD: &'static str = include_str!("../../config/crd/tallies.yaml");
    const SPELLING: Spelling = Spelling {
        nodes: "nodes",
        node_type: "nodeType",
        k8s_config_group: "k8sConfigGroup",
        app_config_group: "appConfigGroup",
        deployment_order: "deploymentOrder",
    };

    fn nodes(&self) -> &[TallyNode] {
        &self.spec.nodes
    }

    fn k8s_config_groups(&self) -> Vec<K8sConfigGroup<'_>> {
        self.spec.k8s_config_group.iter().map(K8sConfigGroupFields::group).collect()
    }

    fn app_config_groups(&self) -> Result<Cow<'_, [TallyConfig]>, Problem> {
        Ok(Cow::Borrowed(&self.spec.app_config_group))
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
