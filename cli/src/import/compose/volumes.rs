//! Volumes and configs of a service.

use std::collections::BTreeSet;

use super::super::content;
use super::super::draft::{Draft, Part};
use super::super::lost::Losses;
use super::super::name;
use super::super::yaml::Yaml;
use super::interpolation::{Variables, with_defaults};

/// `storage`: the named volumes of a service.
pub(super) fn storage(spec: &Yaml, title: &str, losses: &mut Losses) -> Option<Part> {
    let mut claims: Vec<Part> = Vec::new();
    for one in spec.items_at(&["volumes"]) {
        let written = one.words();
        let written = written.map(|words| with_defaults(&words, title, losses));
        let (source, target, kind) = match &written {
            Some(text) => short(text),
            None => (
                one.text_at(&["source"]).map(str::to_owned),
                one.text_at(&["target"]).map(str::to_owned),
                one.text_at(&["type"]).unwrap_or("volume").to_owned(),
            ),
        };
        let target = target.unwrap_or_default();
        let target = target.trim_end_matches('/');
        let from = match &source {
            Some(source) => format!("{title}, volume {source} at {target}"),
            None => format!("{title}, volume at {target}"),
        };
        match (kind.as_str(), source) {
            ("volume", Some(source)) => {
                let label = name::label_or(&source, "data");
                if claims.iter().any(|part| part.key == label) {
                    losses.add(
                        from,
                        "a claim is mounted once",
                        "in the custom resource: `k8sConfigGroup[].volumes` and `k8sConfigGroup[].volumeMount`",
                    );
                } else {
                    claims.push(Part::new(label, Draft::text(target)).from(from));
                }
            }
            ("bind", _) => losses.add(
                from,
                "files of the folder are not read",
                "write what is in it under `files` of the node type",
            ),
            (kind, _) => losses.add(
                from,
                &format!("a volume of the kind {kind}"),
                "in the custom resource: `k8sConfigGroup[].volumes` and `k8sConfigGroup[].volumeMount`",
            ),
        }
    }
    let volumes = Part::new("volumes", Draft::Map(claims));
    (!volumes.value.is_empty()).then(|| Part::new("storage", Draft::map([volumes])))
}

/// `SOURCE:TARGET[:OPTIONS]` or `TARGET`: source, target, kind.
fn short(text: &str) -> (Option<String>, Option<String>, String) {
    let mut parts = text.split(':');
    let (first, second) = (parts.next().unwrap_or(""), parts.next());
    let Some(target) = second else {
        return (None, Some(first.to_owned()), "anonymous volume".to_owned());
    };
    let bind = first.starts_with(['.', '/', '~', '$']) || first.contains(['/', '\\']);
    let kind = if bind { "bind" } else { "volume" };
    (
        Some(first.to_owned()),
        Some(target.to_owned()),
        kind.to_owned(),
    )
}

/// `files`: the configs of a service whose content stands in the file.
pub(super) fn files(
    root: &Yaml,
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
        let content = root
            .at(&["configs", source, "content"])
            .and_then(Yaml::text);
        let Some(content) = content.filter(|text| text.len() <= content::MAX) else {
            losses.add(
                from,
                "its content does not stand in the file, or has more than 64 KiB",
                "`files` of the node type",
            );
            continue;
        };
        let content = &*content::unix(content, &from, losses);
        let target = one.text_at(&["target"]).map(str::to_owned);
        let target = target.unwrap_or_else(|| format!("/{source}"));
        let last = target.rsplit('/').next().unwrap_or(source);
        let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
        let label = name::unique(&name::label_or(stem, "file"), |name| {
            files.iter().any(|file| file.key == name)
        });
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
