//! What a service uses, and how often it runs.
//!
//! Compose has two words for each, one below `deploy` and an older one beside it. Where both are there, that of `deploy`
//! counts, and the other is noted.

use super::super::draft::{Draft, Part};
use super::super::lost::{Losses, Weight};
use super::super::yaml::Yaml;
use super::units;

/// `resources` of the node type.
pub(super) fn resources(spec: &Yaml, title: &str, losses: &mut Losses) -> Option<Part> {
    let replicas = either(spec, &["deploy", "replicas"], "scale", title, losses);
    if let Some(replicas) = replicas {
        losses.add(
            Weight::Resource,
            format!("{title}, replicas: {replicas}"),
            "how many there are",
            &format!("`nodes[].replicas: {replicas}`"),
        );
    }
    for (key, _) in spec.entries_at(&["deploy"]) {
        if key == "placement" {
            losses.add(
                Weight::Resource,
                format!("{title}, deploy.placement"),
                "where pods run",
                "`k8sConfigGroup[].nodeSelector` or `.topologySpreadConstraints`",
            );
        } else if !["replicas", "resources"].contains(&key.as_str()) {
            losses.add(
                Weight::LeftOut,
                format!("{title}, deploy.{key}"),
                "a node type has nothing like it, so it has no effect any more",
                "",
            );
        }
    }
    for (key, _) in spec.entries_at(&["deploy", "resources"]) {
        if !["limits", "reservations"].contains(&key.as_str()) {
            only(&format!("{title}, deploy.resources.{key}"), losses);
        }
    }
    let mut kinds = Vec::new();
    for (key, wanted, cpus, memory) in [
        ("limits", "limits", "cpus", "mem_limit"),
        ("reservations", "requests", "", "mem_reservation"),
    ] {
        for (field, _) in spec.entries_at(&["deploy", "resources", key]) {
            if !["cpus", "memory"].contains(&field.as_str()) {
                only(&format!("{title}, deploy.resources.{key}.{field}"), losses);
            }
        }
        let path = |field| ["deploy", "resources", key, field];
        let cpus = either(spec, &path("cpus"), cpus, title, losses);
        let memory = either(spec, &path("memory"), memory, title, losses);
        let size = memory.as_deref().and_then(units::size);
        if let (Some(memory), None) = (&memory, &size) {
            losses.add(
                Weight::Changed,
                format!("{title}, memory {memory}"),
                &format!("not a size that can be read, so memory has no place in `{wanted}`"),
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

fn only(what: &str, losses: &mut Losses) {
    losses.add(
        Weight::Changed,
        what,
        "only processor time and memory are taken over",
        "`resources` of the node type",
    );
}

/// What `deploy` says, else the older key. Where they differ, the older one is noted.
fn either(
    spec: &Yaml,
    path: &[&str],
    older: &str,
    title: &str,
    losses: &mut Losses,
) -> Option<String> {
    let said = spec.at(path).and_then(Yaml::words);
    let old = spec.get(older).and_then(Yaml::words);
    let (Some(said), Some(old)) = (&said, &old) else {
        return said.or(old);
    };
    if said != old {
        losses.add(
            Weight::Changed,
            format!("{title}, {older}: {old}"),
            &format!("`{}: {said}` says otherwise, and counts", path.join(".")),
            "",
        );
    }
    Some(said.clone())
}
