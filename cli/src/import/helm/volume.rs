//! Volumes and mounts of a workload → files and storage of a node type.

use std::collections::BTreeSet;

use super::super::content;
use super::super::draft::{Draft, Part};
use super::super::lost::Losses;
use super::super::name;
use super::super::yaml::Yaml;
use super::container::clean;
use super::env::release_names;
use super::{Object, World};
use crate::check::hides_the_system;

/// What becomes of the volumes of a workload.
#[derive(Default)]
pub(super) struct Volumes {
    /// `files`, `configMaps` and `storage` of the node type.
    pub(super) parts: Vec<Part>,
    /// `pod.volumes`, for the containers beside the main one.
    pub(super) pod: Vec<Part>,
    /// Their names.
    pub(super) kept: BTreeSet<String>,
}

/// A mount of the main container.
struct Mount<'y> {
    path: String,
    sub_path: Option<&'y str>,
    from: String,
}

const OF_GROUP: &str =
    "in the custom resource: `k8sConfigGroup[].volumes` and `k8sConfigGroup[].volumeMount`";

/// Sorts the volumes of a workload.
pub(super) fn volumes(
    object: Object<'_>,
    main: &Yaml,
    pod: &Yaml,
    world: &mut World<'_>,
    losses: &mut Losses,
) -> Volumes {
    let title = object.title();
    let templates = object.root.items_at(&["spec", "volumeClaimTemplates"]);
    let mut made = Made::default();
    for mount in main.items_at(&["volumeMounts"]) {
        let (Some(volume), Some(path)) = (mount.text_at(&["name"]), mount.text_at(&["mountPath"]))
        else {
            continue;
        };
        let from = format!("{title}, mount of {volume} at {path}");
        let mount = Mount {
            path: path.trim_end_matches('/').to_owned(),
            sub_path: mount.text_at(&["subPath"]),
            from,
        };
        let is_template =
            |template: &&Yaml| template.text_at(&["metadata", "name"]) == Some(volume);
        if let Some(template) = templates.iter().find(is_template) {
            made.claim(volume, &mount, losses);
            claim(template.get("spec"), &title, volume, losses);
            continue;
        }
        let named = |one: &&Yaml| one.text_at(&["name"]) == Some(volume);
        let Some(source) = pod.items_at(&["volumes"]).iter().find(named) else {
            losses.add(mount.from, "the pod has no such volume", "");
            continue;
        };
        if source.get("persistentVolumeClaim").is_some() {
            made.claim(volume, &mount, losses);
            made.of_its_own = true;
            let claim_name = source.text_at(&["persistentVolumeClaim", "claimName"]);
            losses.add(
                format!("{title}, claim {}", claim_name.unwrap_or(volume)),
                "each custom resource brings its own storage",
                "`k8sConfigGroup[].storageConfig`",
            );
            continue;
        }
        let sources = match source.at(&["projected", "sources"]) {
            Some(sources) => sources.items(),
            None => std::slice::from_ref(source),
        };
        for one in sources {
            made.source(one, &mount, world, losses);
        }
    }
    for template in templates {
        let volume = template.text_at(&["metadata", "name"]).unwrap_or("?");
        if !made.claims.iter().any(|part| part.key == volume) {
            losses.add(
                format!("{title}, claim {volume}"),
                "the main container does not mount it",
                "in the custom resource: `k8sConfigGroup[].storageConfig`",
            );
        }
    }
    made.finish(main, pod, &title)
}

/// Notes what a custom resource says of a claim.
fn claim(spec: Option<&Yaml>, title: &str, volume: &str, losses: &mut Losses) {
    let size = spec.and_then(|spec| spec.at(&["resources", "requests", "storage"]));
    let size = size.and_then(Yaml::words).unwrap_or_default();
    losses.add(
        format!("{title}, claim {volume} of {size}"),
        "its size and class",
        "in the custom resource: `k8sConfigGroup[].storageConfig`",
    );
}

#[derive(Default)]
struct Made {
    files: Vec<Part>,
    /// The last segment of each file's path.
    keys: BTreeSet<String>,
    maps: Vec<Part>,
    claims: Vec<Part>,
    of_its_own: bool,
}

impl Made {
    fn claim(&mut self, volume: &str, mount: &Mount<'_>, losses: &mut Losses) {
        let known = self.claims.iter().any(|part| part.key == volume);
        if known || mount.sub_path.is_some() {
            losses.add(
                mount.from.as_str(),
                "a claim is mounted once, and whole",
                OF_GROUP,
            );
            return;
        }
        let part = Part::new(volume, Draft::text(mount.path.as_str()));
        self.claims.push(part.from(mount.from.as_str()));
    }

    /// A source of files, or of what is none.
    fn source(
        &mut self,
        source: &Yaml,
        mount: &Mount<'_>,
        world: &mut World<'_>,
        losses: &mut Losses,
    ) {
        let Some(config) = source.get("configMap") else {
            let kind = source.entries().iter().find(|(key, _)| key != "name");
            let kind = kind.map_or("nothing", |(kind, _)| kind.as_str());
            losses.add(
                mount.from.as_str(),
                &format!("a volume of the kind {kind}"),
                OF_GROUP,
            );
            return;
        };
        let name = config.text_at(&["name"]).unwrap_or("?");
        let Some(map) = world.config_maps.get(name).copied() else {
            losses.add(
                mount.from.as_str(),
                "its ConfigMap is not in the input",
                OF_GROUP,
            );
            return;
        };
        world.used.insert(format!("ConfigMap {name}"));
        if map.get("binaryData").is_some() {
            losses.add(
                format!("ConfigMap {name}, binaryData"),
                "files of a manifest are texts",
                OF_GROUP,
            );
        }
        let mode = config.get("defaultMode").and_then(Yaml::int);
        let items = config.items_at(&["items"]);
        for (key, value) in map.entries_at(&["data"]) {
            let item = items
                .iter()
                .find(|item| item.text_at(&["key"]) == Some(key));
            if !items.is_empty() && item.is_none() {
                continue;
            }
            let inner = item.and_then(|item| item.text_at(&["path"])).unwrap_or(key);
            let path = match mount.sub_path {
                Some(sub_path) if sub_path == inner => mount.path.clone(),
                Some(_) => continue,
                None => format!("{}/{inner}", mount.path),
            };
            let mode = item
                .and_then(|item| item.get("mode").and_then(Yaml::int))
                .or(mode);
            let text = value.words().unwrap_or_default();
            let from = format!("ConfigMap {name}, {key} at {path}");
            if text.len() > content::MAX {
                losses.add(from, "larger than 64 KiB", OF_GROUP);
                continue;
            }
            release_names(&text, &from, world, losses);
            let text = content::unix(&text, &from, losses).into_owned();
            let whole = mount.sub_path.is_none() && !hides_the_system(&mount.path);
            self.file(&path, &text, whole, mode, from);
        }
    }

    fn file(&mut self, path: &str, text: &str, whole: bool, mode: Option<i64>, from: String) {
        let last = path.rsplit('/').next().unwrap_or(path);
        let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
        let label = name::unique(&name::label_or(stem, "file"), |name| {
            self.files.iter().any(|file| file.key == name)
        });
        let mut parts = vec![Part::new("path", Draft::text(path))];
        if whole {
            parts.push(Part::new("mount", Draft::text("dir")));
        }
        if let Some(mode) = mode.filter(|mode| *mode & 0o111 != 0) {
            parts.push(Part::new("mode", Draft::Number(format!("{mode:04o}"))));
        }
        parts.extend(content::parts(last, text));
        if !self.keys.insert(last.to_owned()) {
            // Two files of one name cannot be in one config map.
            let name = Draft::Code(format!("${{cr.name}}-${{node.name}}-{label}"));
            let map = Part::new(label.as_str(), Draft::map([Part::new("name", name)]));
            self.maps.push(map.from(from.as_str()));
        }
        self.files
            .push(Part::new(label, Draft::Map(parts)).from(from));
    }

    fn finish(self, main: &Yaml, pod: &Yaml, title: &str) -> Volumes {
        let mut made = Volumes::default();
        let section = |key: &str, parts: Vec<Part>| {
            (!parts.is_empty()).then(|| Part::new(key, Draft::Map(parts)))
        };
        made.parts.extend(section("files", self.files));
        made.parts.extend(section("configMaps", self.maps));
        if !self.claims.is_empty() {
            let mut storage = Vec::new();
            if self.of_its_own {
                storage.push(Part::new("Deployment", Draft::text("claim")));
            }
            storage.push(Part::new("volumes", Draft::Map(self.claims)));
            made.parts.push(Part::new("storage", Draft::Map(storage)));
        }
        let beside = ["containers", "initContainers"];
        let mounted = |volume: &str| {
            let containers = beside.iter().flat_map(|key| pod.items_at(&[key]));
            let others = containers.filter(|one| *one != main);
            let mut mounts = others.flat_map(|one| one.items_at(&["volumeMounts"]));
            mounts.any(|mount| mount.text_at(&["name"]) == Some(volume))
        };
        for volume in pod.items_at(&["volumes"]) {
            let Some(name) = volume.text_at(&["name"]) else {
                continue;
            };
            let of_main = ["configMap", "persistentVolumeClaim", "projected"]
                .iter()
                .any(|kind| volume.get(kind).is_some());
            if !of_main && mounted(name) {
                made.kept.insert(name.to_owned());
                made.pod
                    .push(Part::item(clean(volume)).from(format!("{title}, volume {name}")));
            }
        }
        made
    }
}
