//! Configs of a service whose content stands in the file → `files` of the node type.

use std::collections::BTreeSet;

use super::super::content;
use super::super::draft::{Draft, Part};
use super::super::lost::{Losses, Weight};
use super::super::name;
use super::super::yaml::Yaml;
use super::Peers;
use super::interpolation::Variables;

/// `files`: the configs of a service whose content stands in the file.
pub(super) fn files(
    peers: &Peers<'_>,
    spec: &Yaml,
    title: &str,
    variables: &mut Variables,
    losses: &mut Losses,
) -> Vec<Part> {
    let mut files: Vec<Part> = Vec::new();
    let mut maps: Vec<Part> = Vec::new();
    let mut keys: BTreeSet<String> = BTreeSet::new();
    for one in spec.items_at(&["configs"]) {
        let source = one.text().or_else(|| one.text_at(&["source"]));
        let source = source.unwrap_or("?");
        let from = format!("{title}, config {source}");
        let content = peers
            .root
            .at(&["configs", source, "content"])
            .and_then(Yaml::text);
        let Some(content) = content.filter(|text| text.len() <= content::MAX) else {
            losses.add(
                Weight::Stops,
                from,
                "its content does not stand in the compose file, or has more than 64 KiB, so it is not there",
                "write it under `files` of the node type",
            );
            continue;
        };
        peers.note(content, "", &from, losses);
        let content = &*content::unix(content, &from, losses);
        let target = one.text_at(&["target"]).map(str::to_owned);
        let target = target.unwrap_or_else(|| format!("/{source}"));
        let last = target.rsplit('/').next().unwrap_or(source);
        let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
        let label = name::unique(&name::label_or(stem, "file"), |name| {
            files.iter().any(|file| file.key == name)
        });
        for (key, value) in one.entries() {
            if !["source", "target"].contains(&key.as_str()) {
                losses.add(
                    Weight::Changed,
                    format!("{from}, {key}: {}", value.words().unwrap_or_default()),
                    "the file belongs to root, and everybody can read it",
                    "`files.F.mode` of the node type",
                );
            }
        }
        let mut parts = vec![Part::new("path", Draft::text(target.as_str()))];
        match variables.file(content, &from, losses) {
            // Nothing inserted: it may be a tree.
            Draft::Text(text) => parts.extend(content::parts(last, &text)),
            code => {
                parts.push(Part::new("format", Draft::text("text")));
                parts.push(Part::new("content", code));
            }
        }
        if !keys.insert(last.to_owned()) {
            let name = Draft::Code(format!("${{cr.name}}-${{node.name}}-{label}"));
            let map = Part::new(label.as_str(), Draft::map([Part::new("name", name)]));
            maps.push(map.from(from.as_str()));
        }
        files.push(Part::new(label, Draft::Map(parts)).from(from));
    }
    let mut made = Vec::new();
    if !files.is_empty() {
        made.push(Part::new("files", Draft::Map(files)));
    }
    if !maps.is_empty() {
        made.push(Part::new("configMaps", Draft::Map(maps)));
    }
    made
}
