//! Names that are one in Rust or on disk, or that no file can have.

use std::collections::{BTreeMap, BTreeSet};

use super::report::Report;
use crate::diagnostic::{Code, Problem};
use crate::manifest as ast;
use crate::model::{NodeType, Server};
use crate::write::RelPath;

/// `E0604`: node types, files and config maps whose names are one in Rust.
pub(super) fn distinct(report: &Report<'_>, written: &ast::Cluster, node_types: &[NodeType]) {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for node_type in node_types {
        let (ident, name) = (node_type.type_ident.as_str(), node_type.name.as_str());
        if let Some(earlier) = seen.insert(ident, name) {
            let span = written
                .node_types
                .iter()
                .find(|known| known.name.value == name)
                .map(|known| known.name.span);
            report.push(
                Problem::new(
                    Code::E0604,
                    format!("the node types `{earlier}` and `{name}` are both `{ident}` in Rust"),
                )
                .at(
                    span.unwrap_or_default(),
                    format!("clashes with `{earlier}`"),
                )
                .help("rename one of them"),
            );
        }
    }
}

/// `E0604`: servers whose names are one in Rust.
pub(super) fn one_ident_each(report: &Report<'_>, servers: &[Server], written: &[ast::Server]) {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for server in servers {
        if !seen.insert(server.ident.as_str()) {
            let span = written
                .iter()
                .find(|known| known.name.value == server.name.as_str())
                .map(|known| known.name.span);
            report.push(
                Problem::new(
                    Code::E0604,
                    format!("two servers are both `{}` in Rust", server.ident),
                )
                .at(span.unwrap_or_default(), "clashes with another")
                .help("rename one of them"),
            );
        }
    }
}

/// `E0601`: names that no file can have, since each of these names one.
pub(super) fn files(
    report: &Report<'_>,
    plural: &ast::Spanned<String>,
    singular: &str,
    node_types: &[NodeType],
    written: &ast::Cluster,
) {
    let types = written.node_types.iter().filter_map(|known| {
        let node_type = node_types
            .iter()
            .find(|node_type| node_type.name.as_str() == known.name.value)?;
        Some((node_type.ident.as_str(), known.name.span))
    });
    let names = [
        (plural.value.as_str(), plural.span),
        (singular, written.kind.span),
    ];
    for (name, span) in names.into_iter().chain(types) {
        let name = name.trim_start_matches("r#");
        if let Err(error) = RelPath::new(format!("{}.yaml", name.to_lowercase())) {
            report.push(
                Problem::new(
                    Code::E0601,
                    format!("`{name}` cannot be the name of a file"),
                )
                .at(span, "files of the project are named after this")
                .help(format!("choose another name: {}", error.reason())),
            );
        }
    }
}
