//! Volumes and mounts of a workload → files, storage and `pod.volumes` of a node type.
//!
//! What containers hand to each other through a volume stays whole, or it is said that it does not: the manifest mounts files
//! and storage in the main container, and everything in the others. Any other mount of the main container is the custom
//! resource's.

use std::collections::BTreeSet;

use super::super::draft::Part;
use super::super::lost::{Losses, Weight};
use super::super::out;
use super::super::yaml::Yaml;
use super::container::{clean, is_like};
use super::files::Files;
use super::maps::Maps;
use super::source::{self, Kind};
use super::storage::Claims;
use super::{Object, World};

/// What becomes of the volumes of a workload.
#[derive(Default)]
pub(super) struct Volumes {
    /// `files` and `storage` of the node type.
    pub(super) parts: Vec<Part>,
    /// `pod.volumes`.
    pub(super) pod: Vec<Part>,
    /// The volumes that containers beside the main one can mount.
    pub(super) kept: BTreeSet<String>,
}

/// A mount of the main container.
pub(super) struct Mount<'y> {
    pub(super) path: String,
    pub(super) sub_path: Option<&'y str>,
    pub(super) from: String,
    pub(super) written: &'y Yaml,
}

/// Sorts the volumes of a workload.
pub(super) fn volumes(
    object: Object<'_>,
    main: &Yaml,
    pod: &Yaml,
    maps: &mut Maps,
    world: &mut World<'_>,
    losses: &mut Losses,
) -> Volumes {
    let title = object.title();
    let templates = object.root.items_at(&["spec", "volumeClaimTemplates"]);
    let beside = beside(main, pod);
    let mounted_beside = |volume: &str| {
        let mut mounts = beside.iter().flat_map(|one| mounts(one));
        mounts.any(|(name, _)| name == volume)
    };
    let mut made = Volumes::default();
    let mut files = Files::default();
    let mut claims = Claims::default();
    let mut of_main = BTreeSet::new();
    for (volume, written) in mounts(main) {
        let mount = mount(&title, volume, written, losses);
        of_main.insert(volume);
        match source::kind(volume, pod, templates, world) {
            Kind::Missing => losses.add(
                Weight::Stops,
                mount.from,
                "the pod has no such volume, so it is not mounted",
                "",
            ),
            Kind::Claim => claims.add(volume, &mount, losses),
            Kind::Maps(volume) => {
                for (config, mode) in source::config_maps(volume) {
                    files.add(config, mode, &mount, maps, world, losses);
                }
            }
            Kind::Other => {
                let read_only = main.at(&["securityContext", "readOnlyRootFilesystem"])
                    == Some(&Yaml::Bool(true));
                let empty = matches!(source::named(pod, volume), Some(one) if one.get("emptyDir").is_some());
                let shared = mounted_beside(volume);
                unmounted(&mount, empty && !read_only && !shared, shared, losses);
            }
        }
    }
    for (volume, written) in beside.iter().flat_map(|one| mounts(one)) {
        if matches!(source::kind(volume, pod, templates, world), Kind::Claim) {
            claims.beside(volume, written, &title, losses);
            made.kept.insert(volume.to_owned());
        }
    }
    claims.notes(object, pod, world, losses);
    for volume in pod.items_at(&["volumes"]) {
        let Some(name) = volume.text_at(&["name"]) else {
            continue;
        };
        let from = format!("{title}, volume {name}");
        let beside = mounted_beside(name);
        if !beside && !of_main.contains(name) {
            losses.add(
                Weight::LeftOut,
                format!("{from} ({})", source::word(volume)),
                "no container mounts it",
                "",
            );
            continue;
        }
        let kind = source::kind(name, pod, templates, world);
        let taken = match kind {
            Kind::Other => true,
            Kind::Maps(_) => beside,
            Kind::Claim | Kind::Missing => false,
        };
        if taken {
            source::notes(volume, &from, world, losses);
            let value = source::rewritten(volume, maps, world, losses);
            made.pod.push(Part::item(value).from(from));
            made.kept.insert(name.to_owned());
        }
    }
    made.parts.extend(files.part());
    made.parts.extend(claims.part());
    made
}

/// The containers beside the main one that do not have its mounts.
fn beside<'y>(main: &Yaml, pod: &'y Yaml) -> Vec<&'y Yaml> {
    ["containers", "initContainers"]
        .iter()
        .flat_map(|key| pod.items_at(&[key]))
        .filter(|one| *one != main && !is_like(one, main))
        .collect()
}

fn mounts(container: &Yaml) -> impl Iterator<Item = (&str, &Yaml)> {
    let mounts = container.items_at(&["volumeMounts"]).iter();
    mounts.filter_map(|mount| {
        mount.text_at(&["mountPath"])?;
        Some((mount.text_at(&["name"])?, mount))
    })
}

fn mount<'y>(title: &str, volume: &str, written: &'y Yaml, losses: &mut Losses) -> Mount<'y> {
    let path = written.text_at(&["mountPath"]).unwrap_or_default();
    let from = format!("{title}, mount of {volume} at {path}");
    for (key, value) in written.entries() {
        let known = ["name", "mountPath", "subPath", "readOnly"].contains(&key.as_str());
        // What Kubernetes does without a word about it.
        let usual = ["None", "Disabled", "false"];
        let value = value.words().unwrap_or_default();
        if !known && !usual.contains(&value.as_str()) {
            losses.add(
                Weight::Changed,
                format!("{from}, {key}: {value}"),
                "mounts of files and storage have no such option",
                "`k8sConfigGroup[].volumeMount`",
            );
        }
    }
    Mount {
        path: path.trim_end_matches('/').to_owned(),
        sub_path: written.text_at(&["subPath"]),
        from,
        written,
    }
}

/// Notes a mount of the main container that a manifest cannot say.
fn unmounted(mount: &Mount<'_>, harmless: bool, shared: bool, losses: &mut Losses) {
    let why = if shared {
        "other containers of the pod hand something over in this volume, and a manifest cannot mount it in the main one: what was to be there is missing"
    } else if harmless {
        "the volume is in the manifest, but only a custom resource mounts it in the main container: without that the program writes into its container"
    } else {
        "the volume is in the manifest, but only a custom resource mounts it in the main container: what was to be there is missing"
    };
    let weight = if harmless {
        Weight::Resource
    } else {
        Weight::Stops
    };
    let written = out::inline(&clean(mount.written));
    losses.add(
        weight,
        mount.from.as_str(),
        why,
        &format!("in each custom resource, `k8sConfigGroup[].volumeMount: [{written}]`"),
    );
}
