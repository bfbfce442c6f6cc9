//! Stage *resolve*: a custom resource becomes nodes with their groups, or a list of problems.
//!
//! In: the resource. Out: [`Resolved`], in which every reference is looked up. Nothing is built here.

use crate::cluster::{Cluster, NodeFields, NodeType};
use crate::problem::Problems;
use crate::spec::K8sConfigGroup;

/// A custom resource whose references all hold.
pub struct Resolved<'a, C: Cluster> {
    pub cr: &'a C,
    /// In the resource's order.
    pub nodes: Vec<ResolvedNode<'a, C>>,
    /// The order of upgrades: names of node types, or of nodes where the cluster orders by node.
    /// Every one that the resource has is in it, once.
    pub order: Vec<String>,
}

/// A node and its groups.
pub struct ResolvedNode<'a, C: Cluster> {
    pub spec: &'a C::Node,
    /// Its place in `spec.nodes`, and those of its groups in their lists.
    pub index: usize,
    pub k8s_index: usize,
    pub config_index: usize,
    pub k8s: K8sConfigGroup<'a>,
    pub config: &'a C::Config,
    pub node_type: &'static dyn NodeType<C>,
}

/// Looks up what the nodes refer to.
///
/// # Errors
/// Everything that is wrong with the references, each with its path.
pub fn resolve<C: Cluster>(cr: &C) -> Result<Resolved<'_, C>, Problems> {
    let problems = Problems::new();
    let groups = cr.k8s_config_groups();
    let mut nodes = Vec::new();
    for (index, spec) in cr.nodes().iter().enumerate() {
        let k8s = groups
            .iter()
            .position(|group| group.name == spec.k8s_config_group());
        let config = cr
            .app_config_groups()
            .iter()
            .enumerate()
            .find(|(_, group)| {
                crate::cluster::AppConfigGroup::name(*group) == spec.app_config_group()
            });
        let node_type = C::NODE_TYPES
            .iter()
            .find(|known| known.name() == spec.node_type());
        if let (Some(k8s_index), Some((config_index, config)), Some(node_type)) =
            (k8s, config, node_type)
        {
            nodes.push(ResolvedNode {
                spec,
                index,
                k8s_index,
                config_index,
                k8s: groups.get(k8s_index).copied().unwrap_or_default(),
                config,
                node_type: *node_type,
            });
        }
    }
    let order = C::NODE_TYPES
        .iter()
        .map(|known| known.name().to_owned())
        .collect();
    problems.or(Resolved { cr, nodes, order })
}
