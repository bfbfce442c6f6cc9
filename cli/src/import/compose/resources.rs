//! What a service uses, and how often it runs.

use super::super::draft::{Draft, Part};
use super::super::lost::{Losses, Weight};
use super::super::yaml::Yaml;
use super::units;

/// `resources` of the node type.
pub(super) fn resources(spec: &Yaml, title: &str, losses: &mut Losses) -> Option<Part> {
    let replicas = spec
        .at(&["deploy", "replicas"])
        .or_else(|| spec.get("scale"));
    if let Some(replicas) = replicas.and_then(Yaml::words) {
        losses.add(
            Weight::Resource,
            format!("{title}, replicas: {replicas}"),
            "how many there are",
            &format!("`nodes[].replicas: {replicas}`"),
        );
    }
    for (key, _) in spec.entries_at(&["deploy"]) {
        if !["replicas", "resources"].contains(&key.as_str()) {
            losses.add(
                Weight::LeftOut,
                format!("{title}, deploy.{key}"),
                "a node type has nothing like it, so it has no effect any more",
                "",
            );
        }
    }
    let mut kinds = Vec::new();
    for (key, wanted) in [("limits", "limits"), ("reservations", "requests")] {
        for (field, _) in spec.entries_at(&["deploy", "resources", key]) {
            if !["cpus", "memory"].contains(&field.as_str()) {
                losses.add(
                    Weight::Changed,
                    format!("{title}, deploy.resources.{key}.{field}"),
                    "only processor time and memory are taken over",
                    "`resources` of the node type",
                );
            }
        }
        let of = |field: &str| spec.at(&["deploy", "resources", key, field]);
        let direct = |field: &str| (key == "limits").then(|| spec.get(field)).flatten();
        let cpus = of("cpus").or_else(|| direct("cpus")).and_then(Yaml::words);
        let memory = of("memory").or_else(|| direct("mem_limit"));
        let memory = memory.and_then(Yaml::words);
        let size = memory.as_deref().and_then(units::size);
        if let (Some(memory), None) = (&memory, &size) {
            losses.add(
                Weight::Changed,
                format!("{title}, memory {memory}"),
                "not a size that can be read, so memory has no limit",
                "`resources` of the node type",
            );
        }
        let mut fields = Vec::new();
        fields.extend(cpus.map(|cpus| Part::new("cpu", Draft::Text(cpus))));
        fields.extend(size.map(|memory| Part::new("memory", Draft::Text(memory))));
        if !fields.is_empty() {
            kinds.push(Part::new(wanted, Draft::Map(fields)));
        }
    }
    let part = Part::new("resources", Draft::Map(kinds));
    (!part.value.is_empty()).then(|| part.from(format!("{title}, resources")))
}
