//! Stage *resolve*: a custom resource becomes nodes with their groups, or a list of problems.
//!
//! In: the resource. Out: [`Resolved`], in which every reference is looked up and every bound of the
//! manifest holds. Names of children are not known here: `build` checks them.

mod group;
mod limits;
mod namespaces;
mod order;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::cluster::{self, AppConfigGroup, Cluster, NodeFields, NodeType};
use crate::names;
use crate::problem::Problems;
use crate::spec::K8sConfigGroup;

/// A custom resource whose references all hold.
pub struct Resolved<'a, C: Cluster> {
    pub cr: &'a C,
    /// The app config groups, each over what lies under all of them.
    pub configs: Cow<'a, [C::Config]>,
    /// In the resource's order.
    pub nodes: Vec<ResolvedNode<'a, C>>,
    /// The order of upgrades: names of node types, or of nodes where the cluster orders by node.
    /// Every one that the resource has is in it, once.
    pub order: Vec<String>,
}

impl<C: Cluster> Resolved<'_, C> {
    /// The app config group of one of its nodes.
    pub(crate) fn config(&self, entry: &ResolvedNode<'_, C>) -> &C::Config {
        self.configs
            .get(entry.config_index)
            .expect("`look_up` found the group there")
    }
}

/// A node and its groups.
pub struct ResolvedNode<'a, C: Cluster> {
    pub spec: &'a C::Node,
    /// Its place in `spec.nodes`, and those of its groups in their lists.
    pub index: usize,
    pub k8s_index: usize,
    pub config_index: usize,
    /// Over what lies under every group.
    pub k8s: K8sConfigGroup<'a>,
    pub node_type: &'static dyn NodeType<C>,
}

/// Looks up what the nodes refer to, and checks what the resource asks for.
///
/// # Errors
/// Everything that is wrong, each with its path.
pub fn resolve<C: Cluster>(cr: &C) -> Result<Resolved<'_, C>, Problems> {
    let mut problems = Problems::new();
    let groups = cr.k8s_config_groups();
    let common = cr.k8s_common();
    limits::identity(cr, &mut problems);
    namespaces::check(cr, &mut problems);
    let configs = match cr.app_config_groups() {
        Ok(configs) => configs,
        // Without its groups a resource has no nodes that could be spoken of.
        Err(problem) => {
            problems.push(problem);
            return Err(problems);
        }
    };
    unique::<C>(cr, &groups, &configs, &mut problems);
    if let Some(common) = &common {
        group::check(common, &format!("spec.{}", common.name), &mut problems);
    }
    for (index, group) in groups.iter().enumerate() {
        group::check(group, &C::SPELLING.k8s_group(index), &mut problems);
    }
    let nodes: Vec<ResolvedNode<'_, C>> = cr
        .nodes()
        .iter()
        .enumerate()
        .filter_map(|(index, spec)| {
            look_up(
                common.as_ref(),
                &groups,
                &configs,
                index,
                spec,
                &mut problems,
            )
        })
        .collect();
    limits::counts(cr, &mut problems);
    for node in &nodes {
        limits::node(node, &mut problems);
    }
    let order = order::order(cr, &mut problems);
    cr.validate(&mut problems);
    problems.or(Resolved {
        cr,
        configs,
        nodes,
        order,
    })
}

fn look_up<'a, C: Cluster>(
    common: Option<&K8sConfigGroup<'a>>,
    groups: &[K8sConfigGroup<'a>],
    configs: &[C::Config],
    index: usize,
    spec: &'a C::Node,
    problems: &mut Problems,
) -> Option<ResolvedNode<'a, C>> {
    let spelling = C::SPELLING;
    let path = spelling.node(index);
    let k8s = groups
        .iter()
        .enumerate()
        .find(|(_, group)| group.name == spec.k8s_config_group());
    let config = configs
        .iter()
        .enumerate()
        .find(|(_, group)| group.name() == spec.app_config_group());
    let node_type = cluster::node_type::<C>(spec.node_type());
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
                C::NODE_TYPES
                    .iter()
                    .flat_map(|known| cluster::names_of(*known)),
            ),
        );
    }
    let ((k8s_index, k8s), (config_index, _)) = (k8s?, config?);
    Some(ResolvedNode {
        spec,
        index,
        k8s_index,
        config_index,
        k8s: common.map_or(*k8s, |common| k8s.over(common)),
        node_type: node_type?,
    })
}

/// `no node type is called `qurey`; did you mean `query`?`
fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let name = name.escape_debug();
    let hint = match names::nearest(&name.to_string(), known.clone()) {
        Some(near) => format!("; did you mean `{near}`?"),
        None => match once(known).as_slice() {
            [] => String::new(),
            all => format!("; there are `{}`", all.join("`, `")),
        },
    };
    format!("no {what} is called `{name}`{hint}")
}

/// Each name once, in their order.
fn once<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut all = Vec::new();
    for name in names {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    all
}

fn unique<C: Cluster>(
    cr: &C,
    groups: &[K8sConfigGroup<'_>],
    configs: &[C::Config],
    problems: &mut Problems,
) {
    let spelling = C::SPELLING;
    let nodes = cr.nodes().iter().map(NodeFields::name);
    let configs = configs.iter().map(AppConfigGroup::name);
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
