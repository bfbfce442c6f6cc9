//! Stage *resolve*: a custom resource becomes nodes with their groups, or a list of problems.
//!
//! In: the resource. Out: [`Resolved`], in which every reference is looked up and every bound of the
//! manifest holds. Names of children are not known here: `build` checks them.

mod group;
mod limits;
mod order;
#[cfg(test)]
mod tests;

use crate::cluster::{AppConfigGroup, Cluster, NodeFields, NodeType};
use crate::names;
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

/// Looks up what the nodes refer to, and checks what the resource asks for.
///
/// # Errors
/// Everything that is wrong, each with its path.
pub fn resolve<C: Cluster>(cr: &C) -> Result<Resolved<'_, C>, Problems> {
    let mut problems = Problems::new();
    let groups = cr.k8s_config_groups();
    limits::identity(cr, &mut problems);
    unique::<C>(cr, &groups, &mut problems);
    for (index, group) in groups.iter().enumerate() {
        group::check(group, &C::SPELLING.k8s_group(index), &mut problems);
    }
    let nodes: Vec<ResolvedNode<'_, C>> = cr
        .nodes()
        .iter()
        .enumerate()
        .filter_map(|(index, spec)| look_up(cr, &groups, index, spec, &mut problems))
        .collect();
    limits::counts(cr, &mut problems);
    for node in &nodes {
        limits::node(node, &mut problems);
    }
    let order = order::order(cr, &mut problems);
    cr.validate(&mut problems);
    problems.or(Resolved { cr, nodes, order })
}

fn look_up<'a, C: Cluster>(
    cr: &'a C,
    groups: &[K8sConfigGroup<'a>],
    index: usize,
    spec: &'a C::Node,
    problems: &mut Problems,
) -> Option<ResolvedNode<'a, C>> {
    let spelling = C::SPELLING;
    let path = spelling.node(index);
    let configs = cr.app_config_groups();
    let k8s = groups
        .iter()
        .enumerate()
        .find(|(_, group)| group.name == spec.k8s_config_group());
    let config = configs
        .iter()
        .enumerate()
        .find(|(_, group)| group.name() == spec.app_config_group());
    let node_type = C::NODE_TYPES
        .iter()
        .find(|known| known.name() == spec.node_type());
    if k8s.is_none() {
        problems.add(
            format!("{path}.{}", spelling.k8s_config_group),
            unknown(
                &format!("entry of `spec.{}`", spelling.k8s_config_group),
                spec.k8s_config_group(),
                groups.iter().map(|group| group.name),
            ),
        );
    }
    if config.is_none() {
        problems.add(
            format!("{path}.{}", spelling.app_config_group),
            unknown(
                &format!("entry of `spec.{}`", spelling.app_config_group),
                spec.app_config_group(),
                configs.iter().map(AppConfigGroup::name),
            ),
        );
    }
    if node_type.is_none() {
        problems.add(
            format!("{path}.{}", spelling.node_type),
            unknown(
                "node type",
                spec.node_type(),
                C::NODE_TYPES.iter().map(|known| known.name()),
            ),
        );
    }
    let ((k8s_index, k8s), (config_index, config)) = (k8s?, config?);
    Some(ResolvedNode {
        spec,
        index,
        k8s_index,
        config_index,
        k8s: *k8s,
        config,
        node_type: *node_type?,
    })
}

/// `no node type is called `qurey`; did you mean `query`?`
fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let name = name.escape_debug();
    let hint = match names::nearest(&name.to_string(), known.clone()) {
        Some(near) => format!("; did you mean `{near}`?"),
        None => match known.collect::<Vec<_>>().as_slice() {
            [] => String::new(),
            all => format!("; there are `{}`", all.join("`, `")),
        },
    };
    format!("no {what} is called `{name}`{hint}")
}

fn unique<C: Cluster>(cr: &C, groups: &[K8sConfigGroup<'_>], problems: &mut Problems) {
    let spelling = C::SPELLING;
    let nodes = cr.nodes().iter().map(NodeFields::name);
    let configs = cr.app_config_groups().iter().map(AppConfigGroup::name);
    twice(spelling.nodes, nodes, problems);
    twice(
        spelling.k8s_config_group,
        groups.iter().map(|group| group.name),
        problems,
    );
    twice(spelling.app_config_group, configs, problems);
}

fn twice<'a>(list: &str, names: impl Iterator<Item = &'a str>, problems: &mut Problems) {
    let mut seen = std::collections::BTreeMap::new();
    for (index, name) in names.enumerate() {
        if let Some(first) = seen.get(name) {
            problems.add(
                format!("spec.{list}[{index}].name"),
                format!(
                    "`{}` is the name of spec.{list}[{first}] already",
                    name.escape_debug()
                ),
            );
        } else {
            seen.insert(name, index);
        }
    }
}
