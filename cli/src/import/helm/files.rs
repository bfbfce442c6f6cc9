//! ConfigMaps that the main container mounts → `files` of a node type.

use std::collections::BTreeSet;

use super::super::content;
use super::super::draft::{Draft, Part};
use super::super::lost::{Losses, Weight};
use super::super::name;
use super::super::yaml::Yaml;
use super::World;
use super::maps::{self, Maps};
use super::volume::Mount;
use crate::check::hides_the_system;

/// The files of one node type.
#[derive(Default)]
pub(super) struct Files {
    parts: Vec<Part>,
    /// The last segment of each file's path.
    keys: BTreeSet<String>,
}

impl Files {
    /// The files that a source of a volume is where the main container mounts it. `mode` is the volume's.
    pub(super) fn add(
        &mut self,
        config: &Yaml,
        mode: Option<i64>,
        mount: &Mount<'_>,
        maps: &mut Maps,
        world: &mut World<'_>,
        losses: &mut Losses,
    ) {
        let name = config.text_at(&["name"]).unwrap_or("?");
        let Some(object) = world.config_map(name) else {
            return;
        };
        let (map, title) = (object.root, object.title());
        world.used.insert(title.clone());
        maps::binary(object, losses);
        if config.get("optional") == Some(&Yaml::Bool(true)) {
            losses.add(
                Weight::Changed,
                format!("{title}, optional"),
                "pods started without it, and the operator always makes it",
                "",
            );
        }
        let mode = config.get("defaultMode").and_then(Yaml::int).or(mode);
        let items = config.items_at(&["items"]);
        let mut found = false;
        let mut skipped = false;
        for (key, value) in map.entries_at(&["data"]) {
            let item = items
                .iter()
                .find(|item| item.text_at(&["key"]) == Some(key));
            if !items.is_empty() && item.is_none() {
                skipped |= mount.sub_path.is_none_or(|sub_path| sub_path == key);
                continue;
            }
            let inner = item.and_then(|item| item.text_at(&["path"])).unwrap_or(key);
            let path = match mount.sub_path {
                Some(sub_path) if sub_path == inner => mount.path.clone(),
                Some(_) => continue,
                None => format!("{}/{inner}", mount.path),
            };
            found = true;
            world.used_keys.insert((title.clone(), key.clone()));
            let mode = item
                .and_then(|item| item.get("mode").and_then(Yaml::int))
                .or(mode);
            let text = value.words().unwrap_or_default();
            let from = format!("{title}, {key} at {path}");
            if text.len() > content::MAX {
                maps::too_large(from, losses);
                continue;
            }
            world.look(&text, key, &from, losses);
            let text = content::unix(&text, &from, losses).into_owned();
            let whole = mount.sub_path.is_none() && !hides_the_system(&mount.path);
            self.file(&path, &text, whole, mode, from, maps);
        }
        if !found {
            let what = match mount.sub_path {
                Some(sub_path) => format!("{}, subPath {sub_path}", mount.from),
                None => mount.from.clone(),
            };
            losses.add(
                Weight::Stops,
                what,
                &if skipped {
                    format!("the `items` of the volume leave that text of {title} out, so nothing is there")
                } else {
                    format!("{title} has no such text, so nothing is there")
                },
                "`files` of the node type",
            );
        }
    }

    fn file(
        &mut self,
        path: &str,
        text: &str,
        whole: bool,
        mode: Option<i64>,
        from: String,
        maps: &mut Maps,
    ) {
        let last = path.rsplit('/').next().unwrap_or(path);
        let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
        let label = name::unique(&name::label_or(stem, "file"), |name| {
            self.parts.iter().any(|file| file.key == name)
        });
        let mut parts = vec![Part::new("path", Draft::text(path))];
        if whole {
            parts.push(Part::new("mount", Draft::text("dir")));
        }
        // What files have anyway goes without saying.
        let said = |mode: &i64| *mode != 0o644 && (0..=0o777).contains(mode);
        if let Some(mode) = mode.filter(said) {
            parts.push(Part::new("mode", Draft::Number(format!("{mode:04o}"))));
        }
        parts.extend(content::parts(last, text));
        if !self.keys.insert(last.to_owned()) {
            // Two files of one name cannot be in one config map.
            maps.of_file(&label, &from);
        }
        self.parts
            .push(Part::new(label, Draft::Map(parts)).from(from));
    }

    /// `files` of the node type.
    pub(super) fn part(self) -> Option<Part> {
        (!self.parts.is_empty()).then(|| Part::new("files", Draft::Map(self.parts)))
    }
}
