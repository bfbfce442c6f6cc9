//! The order of upgrades (DS-14, DS-17, DS-47).

use crate::cluster::{self, Cluster, MissingOrder, NodeFields, NodeType, OrderBy};
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
    // A node type has a place in the order, whatever the resource calls it.
    let place = |called: &str| match C::ORDER_BY {
        OrderBy::NodeType => cluster::node_type::<C>(called).map(NodeType::name),
        OrderBy::Node => known.iter().copied().find(|name| *name == called),
    };
    let mut order: Vec<String> = Vec::new();
    for (index, called) in cr.deployment_order().iter().enumerate() {
        let path = format!("{path}[{index}]");
        let Some(name) = place(called) else {
            let all = || -> Vec<&str> {
                match C::ORDER_BY {
                    OrderBy::NodeType => {
                        let types = C::NODE_TYPES.iter();
                        types.flat_map(|known| cluster::names_of(*known)).collect()
                    }
                    OrderBy::Node => known.clone(),
                }
            };
            problems.add(path, super::unknown(what, called, all().into_iter()));
            continue;
        };
        if order.iter().any(|there| there == name) {
            problems.add(path, format!("`{called}` is in the order already"));
        } else {
            order.push(name.to_owned());
        }
    }
    let used = |name: &str| match C::ORDER_BY {
        OrderBy::NodeType => cr
            .nodes()
            .iter()
            .any(|node| place(node.node_type()) == Some(name)),
        OrderBy::Node => true,
    };
    let default = C::ORDER.iter().filter_map(|name| place(name));
    for name in default.chain(known.iter().copied()) {
        if order.iter().any(|there| there == name) {
            continue;
        }
        if C::MISSING == MissingOrder::Refuse && used(name) {
            problems.add(
                path.clone(),
                format!("lacks the {what} `{name}`, of which there are nodes"),
            );
        }
        order.push(name.to_owned());
    }
    order
}
