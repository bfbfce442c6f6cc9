//! Keys that a manifest does not have and that decide something all the same: what is true without them.
//!
//! Only those are here whose absence means everything there is: a line that is there by them has no other cause.

use super::variants::{Edit, Site, join};
use crate::manifest::{Node, Pair, Source, Span, Value};

/// The keys that are not written, each with what could be written.
pub(super) fn keys(source: &Source, root: &Node) -> Vec<Site> {
    let Some(cluster) = root.pair("cluster") else {
        return Vec::new();
    };
    let mut sites = Vec::new();
    let mut site = |path: &str, at: &Pair, rows: &[Vec<String>], is_so| {
        let row = |row: &Vec<String>| -> Vec<Edit> {
            let edits = row.iter();
            edits
                .filter_map(|entry| insertion(source, at, entry))
                .collect()
        };
        let tries = rows.iter().map(row).collect();
        sites.push(Site::unwritten(path, at.key.span, tries, is_so));
    };
    match cluster.value.pair("k8sConfigGroup") {
        Some(group) if group.value.pair("fields").is_none() => {
            let rows = fields(|fields| fields);
            site(FIELDS, group, &rows, ALL_FIELDS);
        }
        Some(_) => {}
        None => {
            let rows = fields(|fields| format!("k8sConfigGroup: {{{fields}}}"));
            site(FIELDS, cluster, &rows, ALL_FIELDS);
        }
    }
    let node_types = cluster.value.pair("nodeTypes");
    let node_types = node_types.map_or(&[][..], |pair| pair.value.pairs());
    let every = cluster.value.pair("everyNodeType");
    if every.is_none_or(|every| every.value.pair("kinds").is_none()) {
        let kinds = ["StatefulSet", "Deployment"].map(|kind| vec![format!("kinds: [{kind}]")]);
        for of in node_types {
            // What a node type is like may have them.
            let has = ["kinds", "like"]
                .iter()
                .any(|key| of.value.pair(key).is_some());
            if !has {
                let path = join(&join("cluster.nodeTypes", &of.key.text), "kinds");
                site(&path, of, &kinds, "both kinds");
            }
        }
    }
    sites
}

const FIELDS: &str = "cluster.k8sConfigGroup.fields";
const ALL_FIELDS: &str = "all fields";

/// Fewer fields than all: two rows, so that what the one leaves is told by the other; in each, if that is too few for the
/// manifest, with what it may need beside it.
fn fields(entry: impl Fn(String) -> String) -> Vec<Vec<String>> {
    let needed = [
        "",
        ", storageConfig",
        ", service",
        ", storageConfig, service",
    ];
    let row = |field: &str| {
        let needed = needed.iter();
        let row = needed.map(|needed| entry(format!("fields: [{field}{needed}]")));
        row.collect()
    };
    ["image", "nodeSelector"].map(row).into()
}

/// One more entry of a mapping, before the others; `None` where there is no mapping.
fn insertion(source: &Source, at: &Pair, entry: &str) -> Option<Edit> {
    let empty = |place: usize| Span::new(place, place);
    let node = &at.value;
    match &node.value {
        Value::Map(pairs) => {
            if source.slice(node.span).starts_with('{') {
                let comma = if pairs.is_empty() { "" } else { ", " };
                return Some((empty(node.span.start + 1), format!("{entry}{comma}")));
            }
            let first = pairs.first()?.key.span.start;
            let indent = source.column(first).checked_sub(1)?;
            let blank = " ".repeat(indent);
            Some((empty(first), format!("{entry}\n{blank}")))
        }
        Value::Scalar(scalar) if scalar.text.is_empty() => {
            let behind = source.text().get(at.key.span.end..)?;
            let (blank, _) = behind.split_once(':')?;
            let end = at.key.span.end + blank.len() + 1;
            blank
                .trim()
                .is_empty()
                .then(|| (empty(end), format!(" {{{entry}}}")))
        }
        _ => None,
    }
}
