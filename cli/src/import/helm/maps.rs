//! ConfigMaps of the stream → `configMaps` of a node type, for the containers that take them as they are.

use std::collections::BTreeMap;

use super::super::content;
use super::super::draft::{Draft, Part};
use super::super::lost::{Losses, Weight};
use super::super::name;
use super::{Object, World};

/// The config maps of one node type.
#[derive(Default)]
pub(super) struct Maps {
    parts: Vec<Part>,
    /// What each ConfigMap of the input is called in the manifest; nothing where it has no text.
    known: BTreeMap<String, Option<String>>,
}

impl Maps {
    /// What the manifest calls a ConfigMap of the input, which it has whole from now on.
    pub(super) fn whole(
        &mut self,
        name: &str,
        world: &mut World<'_>,
        losses: &mut Losses,
    ) -> Option<String> {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let map = world.config_map(name)?;
        let entries = texts(map, world, losses);
        let label = (!entries.is_empty()).then(|| {
            let label = name::label_or(name, "data");
            let label = name::unique(&label, |label| self.has(label));
            let data = Draft::map([Part::new("data", Draft::Map(entries))]);
            let part = Part::new(label.as_str(), data).from(format!("ConfigMap {name}"));
            self.parts.push(part);
            label
        });
        self.known.insert(name.to_owned(), label.clone());
        label
    }

    /// A config map of its own for a file.
    pub(super) fn of_file(&mut self, file: &str, from: &str) {
        let label = name::unique(file, |label| self.has(label));
        let name = Draft::Code(format!("${{cr.name}}-${{node.name}}-{label}"));
        let map = Part::new(file, Draft::map([Part::new("name", name)]));
        self.parts.push(map.from(from));
    }

    fn has(&self, label: &str) -> bool {
        self.parts.iter().any(|part| part.key == label)
    }

    /// `configMaps` of the node type.
    pub(super) fn part(self) -> Option<Part> {
        (!self.parts.is_empty()).then(|| Part::new("configMaps", Draft::Map(self.parts)))
    }
}

/// The name of a config map of the manifest, as Kubernetes' own fields take it.
pub(super) fn name_of(label: &str) -> Draft {
    Draft::Code(format!("${{configMaps.{label}.name}}"))
}

fn texts(map: Object<'_>, world: &mut World<'_>, losses: &mut Losses) -> Vec<Part> {
    let title = map.title();
    world.used.insert(title.clone());
    binary(map, losses);
    let mut entries = Vec::new();
    for (key, value) in map.root.entries_at(&["data"]) {
        world.used_keys.insert((title.clone(), key.clone()));
        let from = format!("{title}, {key}");
        let text = value.words().unwrap_or_default();
        if text.len() > content::MAX {
            too_large(from, losses);
            continue;
        }
        world.look(&text, key, &from, losses);
        let text = content::unix(&text, &from, losses).into_owned();
        entries.push(Part::new(key.as_str(), Draft::Text(text)).from(from));
    }
    entries
}

/// Notes what of a ConfigMap is no text.
pub(super) fn binary(map: Object<'_>, losses: &mut Losses) {
    for (key, _) in map.root.entries_at(&["binaryData"]) {
        losses.add(
            Weight::Stops,
            format!("{}, {key}", map.title()),
            "it is no text, and files of a manifest are, so it is not there",
            "make the ConfigMap by hand, and mount it with `k8sConfigGroup[].volumes` and `.volumeMount`",
        );
    }
}

pub(super) fn too_large(what: String, losses: &mut Losses) {
    losses.add(
        Weight::Stops,
        what,
        "larger than 64 KiB, so it is not there",
        "make the ConfigMap by hand, and mount it with `k8sConfigGroup[].volumes` and `.volumeMount`",
    );
}
