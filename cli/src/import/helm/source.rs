//! Where the content of a volume comes from.

use super::super::draft::Draft;
use super::super::lost::{Losses, Weight};
use super::super::yaml::Yaml;
use super::World;
use super::container::clean;
use super::maps::{self, Maps};

/// What a volume is to a manifest.
pub(super) enum Kind<'y> {
    /// Storage.
    Claim,
    /// Nothing but ConfigMaps of the input.
    Maps(&'y Yaml),
    /// Anything else, which Kubernetes' own fields say.
    Other,
    /// The pod has none of that name.
    Missing,
}

/// The volume of a pod with that name.
pub(super) fn named<'y>(pod: &'y Yaml, volume: &str) -> Option<&'y Yaml> {
    let mut volumes = pod.items_at(&["volumes"]).iter();
    volumes.find(|one| one.text_at(&["name"]) == Some(volume))
}

/// What the volume of that name is.
pub(super) fn kind<'y>(
    volume: &str,
    pod: &'y Yaml,
    templates: &[Yaml],
    world: &World<'_>,
) -> Kind<'y> {
    let is_template = |template: &Yaml| template.text_at(&["metadata", "name"]) == Some(volume);
    if templates.iter().any(is_template) {
        return Kind::Claim;
    }
    let Some(source) = named(pod, volume) else {
        return Kind::Missing;
    };
    if source.get("persistentVolumeClaim").is_some() {
        return Kind::Claim;
    }
    let known = |config: &Yaml| {
        let name = config.text_at(&["name"]);
        name.is_some_and(|name| world.config_map(name).is_some())
    };
    let sources = source.items_at(&["projected", "sources"]);
    let all = match source.get("configMap") {
        Some(config) => known(config),
        None => {
            !sources.is_empty()
                && sources
                    .iter()
                    .all(|one| one.get("configMap").is_some_and(known))
        }
    };
    if all { Kind::Maps(source) } else { Kind::Other }
}

/// The ConfigMaps of a volume, with the mode of its files.
pub(super) fn config_maps(volume: &Yaml) -> Vec<(&Yaml, Option<i64>)> {
    let mode = volume.at(&["projected", "defaultMode"]).and_then(Yaml::int);
    let projected = volume.items_at(&["projected", "sources"]).iter();
    let projected = projected.filter_map(|one| one.get("configMap"));
    let own = volume.get("configMap");
    own.into_iter()
        .chain(projected)
        .map(|config| (config, mode))
        .collect()
}

/// The kind of a volume, as Kubernetes calls it.
pub(super) fn word(volume: &Yaml) -> &str {
    let key = volume.entries().iter().find(|(key, _)| key != "name");
    key.map_or("emptyDir", |(key, _)| key.as_str())
}

/// The volume as the manifest has it: ConfigMaps of the input have the name that the operator gives them.
pub(super) fn rewritten(
    volume: &Yaml,
    maps: &mut Maps,
    world: &mut World<'_>,
    losses: &mut Losses,
) -> Draft {
    let mut value = clean(volume);
    for part in value.parts_mut().into_iter().flatten() {
        match part.key.as_str() {
            "configMap" => rename(&mut part.value, maps, world, losses),
            "projected" => {
                for field in part.value.parts_mut().into_iter().flatten() {
                    let sources = field.value.parts_mut().into_iter().flatten();
                    let maps_of =
                        sources.flat_map(|one| one.value.parts_mut().into_iter().flatten());
                    for config in maps_of.filter(|one| one.key == "configMap") {
                        rename(&mut config.value, maps, world, losses);
                    }
                }
            }
            _ => {}
        }
    }
    value
}

/// Gives a reference to a ConfigMap of the input the name of the manifest's.
fn rename(config: &mut Draft, maps: &mut Maps, world: &mut World<'_>, losses: &mut Losses) {
    let fields = config.parts_mut().into_iter().flatten();
    for field in fields.filter(|field| field.key == "name") {
        let Draft::Text(name) = &field.value else {
            continue;
        };
        if let Some(label) = maps.whole(name, world, losses) {
            losses.add(
                Weight::Changed,
                format!("ConfigMap {name}, as a volume"),
                "containers beside the main one mount it: pods do not restart when its text changes, as they do for `files`",
                "",
            );
            field.value = maps::name_of(&label);
        }
    }
}

/// Notes what a volume of the manifest gives to pods of the machine, and what somebody else has to make.
pub(super) fn notes(volume: &Yaml, from: &str, world: &World<'_>, losses: &mut Losses) {
    if let Some(path) = volume.text_at(&["hostPath", "path"]) {
        losses.add(
            Weight::Security,
            format!("{from} (hostPath {path})"),
            "it is taken over: pods see that folder of the machine that they run on, and a namespace may refuse them",
            "take it out of `pod.volumes`, if the program runs without it",
        );
    }
    let optional = |source: &Yaml| source.get("optional") == Some(&Yaml::Bool(true));
    let sources = volume.items_at(&["projected", "sources"]).iter();
    for source in std::iter::once(volume).chain(sources) {
        for (key, field, kind) in [
            ("secret", "secretName", "Secret"),
            ("secret", "name", "Secret"),
            ("configMap", "name", "ConfigMap"),
        ] {
            let Some(reference) = source.get(key).filter(|one| !optional(one)) else {
                continue;
            };
            let Some(name) = reference.text_at(&[field]) else {
                continue;
            };
            if kind == "ConfigMap" && world.config_map(name).is_some() {
                continue;
            }
            foreign(kind, name, from, losses);
        }
    }
}

/// Notes an object that the manifest names and nobody makes.
pub(super) fn foreign(kind: &str, name: &str, from: &str, losses: &mut Losses) {
    losses.add(
        Weight::Stops,
        format!("{from}, {kind} {name}"),
        &format!("the manifest names this {kind} for every custom resource, and the operator does not make it: pods do not start without it"),
        &format!("make it in the namespace of each custom resource before its nodes: `kubectl create {} {name} …`", if kind == "Secret" { "secret generic" } else { "configmap" }),
    );
}
