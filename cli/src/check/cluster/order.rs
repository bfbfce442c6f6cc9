//! The order in which nodes are made and roll.

use crate::check::report::{Report, listed};
use crate::diagnostic::{Code, Problem, nearest};
use crate::manifest as ast;
use crate::model::{MissingOrder, NodeTypeName, Order, OrderBy};

/// In which order nodes roll.
pub(in crate::check) fn order(
    report: &Report<'_>,
    written: &ast::Order,
    types: &[NodeTypeName],
    written_types: &[ast::NodeType],
) -> Order {
    let names_written = || written_types.iter().map(|known| known.name.value.as_str());
    let by = match written.by.as_ref().map(|by| by.value) {
        Some(ast::OrderBy::Node) => OrderBy::Node,
        _ => OrderBy::NodeType,
    };
    let missing = match written.missing.as_ref().map(|missing| missing.value) {
        Some(ast::MissingOrder::Refuse) => MissingOrder::Refuse,
        _ => MissingOrder::Append,
    };
    let default = written.default.as_ref().map(|names| {
        let mut order: Vec<NodeTypeName> = Vec::new();
        for name in names {
            let Some(known) = types.iter().find(|known| known.as_str() == name.value) else {
                let problem = Problem::new(
                    Code::E0203,
                    "`order.default` names a node type that does not exist",
                )
                .at(
                    name.span,
                    format!("no node type is called `{}`", name.value),
                );
                report.push(match nearest(&name.value, names_written()) {
                    Some(near) => problem.help(format!("did you mean `{near}`?")),
                    None => problem.help(format!("there are {}", listed(names_written(), "none"))),
                });
                continue;
            };
            if order.contains(known) {
                report.push(
                    Problem::new(
                        Code::E0205,
                        format!("`order.default` lists `{known}` twice"),
                    )
                    .at(name.span, "again"),
                );
                continue;
            }
            order.push(known.clone());
        }
        let left: Vec<&NodeTypeName> = types
            .iter()
            .filter(|known| !names.iter().any(|name| name.value == known.as_str()))
            .collect();
        if let (MissingOrder::Refuse, false, Some(first)) =
            (missing, left.is_empty(), names.first())
        {
            let span = names
                .iter()
                .fold(first.span, |span, name| span.to(name.span));
            report.push(
                Problem::new(
                    Code::E0206,
                    format!("`order.default` leaves out {}", listed(left, "nothing")),
                )
                .at(span, "an incomplete order is refused")
                .help("list every node type, or set `missing: append`"),
            );
        }
        order
    });
    Order {
        by,
        default,
        missing,
    }
}
