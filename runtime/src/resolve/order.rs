//! The order of upgrades (DS-14, DS-17, DS-47).

use crate::cluster::{Cluster, MissingOrder, NodeFields, OrderBy};
use crate::problem::Problems;

/// The resource's order, then the manifest's, completed where that is allowed.
pub(super) fn order<C: Cluster>(cr: &C, problems: &mut Problems) -> Vec<String> {
    let path = format!("spec.{}", C::SPELLING.deployment_order);
    let known: Vec<&str> = match C::ORDER_BY {
        OrderBy::NodeType => C::NODE_TYPES.iter().map(|known| known.name()).collect(),
        OrderBy::Node => cr.nodes().iter().map(NodeFields::name).collect(),
    };
    let what = match C::ORDER_BY {
        OrderBy::NodeType => "node type",
        OrderBy::Node => "node",
    };
    let mut order: Vec<String> = Vec::new();
    for (index, name) in cr.deployment_order().iter().enumerate() {
        let path = format!("{path}[{index}]");
        if !known.contains(&name.as_str()) {
            problems.add(path, super::unknown(what, name, known.iter().copied()));
        } else if order.contains(name) {
            problems.add(path, format!("`{name}` is in the order already"));
        } else {
            order.push(name.clone());
        }
    }
    let used = |name: &str| match C::ORDER_BY {
        OrderBy::NodeType => cr.nodes().iter().any(|node| node.node_type() == name),
        OrderBy::Node => true,
    };
    let default = C::ORDER.iter().filter(|name| known.contains(name));
    for name in default.chain(&known) {
        if order.iter().any(|there| there == name) {
            continue;
        }
        if C::MISSING == MissingOrder::Refuse && used(name) {
            problems.add(
                path.clone(),
                format!("lacks the {what} `{name}`, of which there are nodes"),
            );
        }
        order.push((*name).to_owned());
    }
    order
}
