//! Where a pod's files are mounted from.
//!
//! Config maps that are mounted file by file, or whose files all lie in one directory, are plain
//! volumes named like the map. Other directories are projected from the keys that belong in them.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1::{
    ConfigMapProjection, ConfigMapVolumeSource, KeyToPath, ProjectedVolumeSource, Volume,
    VolumeMount, VolumeProjection,
};

use super::file::FileMount;
use crate::names;

/// The file volumes of one pod.
#[derive(Debug, Default)]
pub(crate) struct FileVolumes {
    pub(crate) volumes: Vec<Volume>,
    /// Directory → the volume that is mounted there.
    directories: BTreeMap<String, String>,
}

impl FileVolumes {
    /// Decides on volumes for all files of a pod's containers.
    pub(crate) fn plan<'f>(files: impl IntoIterator<Item = &'f FileMount>) -> Self {
        let files: Vec<&FileMount> = files.into_iter().fold(Vec::new(), |mut all, file| {
            if !all.contains(&file) {
                all.push(file);
            }
            all
        });
        let mut plan = Self::default();
        let mut planned = BTreeSet::new();
        for file in &files {
            let directory = file.directory().to_owned();
            let together: Vec<&FileMount> = if file.whole_directory {
                let same =
                    |other: &&&FileMount| other.whole_directory && other.directory() == directory;
                files.iter().filter(same).copied().collect()
            } else {
                let same = |other: &&&FileMount| !other.whole_directory && other.map == file.map;
                files.iter().filter(same).copied().collect()
            };
            let whole_map = together.iter().all(|other| other.map == file.map)
                && files
                    .iter()
                    .all(|other| other.map != file.map || together.contains(other));
            let name = if whole_map || !file.whole_directory {
                volume_name(&file.map)
            } else {
                volume_name(&format!("files{directory}"))
            };
            if file.whole_directory {
                plan.directories.insert(directory, name.clone());
            }
            if planned.insert(name.clone()) {
                let volume = if whole_map || !file.whole_directory {
                    plain(name, &file.map, &together)
                } else {
                    projected(name, &together)
                };
                plan.volumes.push(volume);
            }
        }
        plan
    }

    /// The mounts of one container's files, in their order.
    pub(crate) fn mounts(&self, files: &[FileMount]) -> Vec<VolumeMount> {
        let mut mounts: Vec<VolumeMount> = Vec::new();
        for file in files {
            let mount = if file.whole_directory {
                let directory = file.directory();
                VolumeMount {
                    name: self.directories.get(directory).cloned().unwrap_or_default(),
                    mount_path: directory.to_owned(),
                    ..VolumeMount::default()
                }
            } else {
                VolumeMount {
                    name: volume_name(&file.map),
                    mount_path: file.path.clone(),
                    sub_path: Some(file.key.clone()),
                    ..VolumeMount::default()
                }
            };
            if !mounts.contains(&mount) {
                mounts.push(mount);
            }
        }
        mounts
    }
}

fn plain(name: String, map: &str, files: &[&FileMount]) -> Volume {
    let modes: BTreeSet<i32> = files.iter().map(|file| file.mode).collect();
    let alike = modes.len() == 1;
    Volume {
        name,
        config_map: Some(ConfigMapVolumeSource {
            name: map.to_owned(),
            default_mode: modes.first().copied(),
            items: (!alike).then(|| items(files.iter().copied())),
            ..ConfigMapVolumeSource::default()
        }),
        ..Volume::default()
    }
}

fn projected(name: String, files: &[&FileMount]) -> Volume {
    let maps: BTreeSet<&str> = files.iter().map(|file| file.map.as_str()).collect();
    let sources = maps.into_iter().map(|map| VolumeProjection {
        config_map: Some(ConfigMapProjection {
            name: map.to_owned(),
            items: Some(items(files.iter().copied().filter(|file| file.map == map))),
            optional: None,
        }),
        ..VolumeProjection::default()
    });
    let mut source = ProjectedVolumeSource {
        sources: Some(sources.collect()),
        ..ProjectedVolumeSource::default()
    };
    source.default_mode = Some(0o444);
    Volume {
        name,
        projected: Some(source),
        ..Volume::default()
    }
}

// Newer Kubernetes versions add fields to these types: no literal here may name all of them.
fn items<'f>(files: impl Iterator<Item = &'f FileMount>) -> Vec<KeyToPath> {
    let item = |file: &FileMount| {
        let mut item = KeyToPath {
            key: file.key.clone(),
            path: file.key.clone(),
            ..KeyToPath::default()
        };
        item.mode = Some(file.mode);
        item
    };
    files.map(item).collect()
}

/// A volume's name is a DNS label; a config map's may be longer and have dots.
fn volume_name(text: &str) -> String {
    if names::is_dns_label(text) {
        text.to_owned()
    } else {
        let plain: String = text
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() {
                    c.to_ascii_lowercase()
                } else {
                    '-'
                }
            })
            .collect();
        let digest = names::digest(text.as_bytes());
        let head: String = plain.trim_matches('-').chars().take(50).collect();
        let tail = digest.get(..10).unwrap_or_default();
        format!("{}-{tail}", head.trim_matches('-'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(map: &str, path: &str, whole_directory: bool) -> FileMount {
        FileMount {
            map: map.to_owned(),
            key: path.rsplit('/').next().unwrap().to_owned(),
            path: path.to_owned(),
            mode: 0o444,
            whole_directory,
            digested: None,
        }
    }

    #[test]
    fn one_map_in_one_directory_is_a_plain_volume_named_like_it() {
        let files = [file("m", "/a/x", true), file("m", "/a/y", true)];
        let plan = FileVolumes::plan(&files);
        assert_eq!(plan.volumes.len(), 1);
        assert_eq!(plan.volumes[0].name, "m");
        assert!(plan.volumes[0].config_map.as_ref().unwrap().items.is_none());
        let mounts = plan.mounts(&files);
        assert_eq!(mounts.len(), 1);
        assert_eq!(
            (mounts[0].mount_path.as_str(), &mounts[0].sub_path),
            ("/a", &None)
        );
    }

    #[test]
    fn a_directory_shows_its_own_files_only() {
        let files = [
            file("m", "/a/x", true),
            file("n", "/a/z", true),
            file("m", "/b/y", false),
        ];
        let plan = FileVolumes::plan(&files);
        let projected = plan.volumes[0].projected.as_ref().unwrap();
        let keys: Vec<&str> = projected
            .sources
            .as_ref()
            .unwrap()
            .iter()
            .flat_map(|source| source.config_map.as_ref().unwrap().items.as_ref().unwrap())
            .map(|item| item.key.as_str())
            .collect();
        assert_eq!(keys, ["x", "z"]);
        assert_eq!(plan.volumes[1].name, "m");
        assert_eq!(plan.mounts(&files)[1].sub_path.as_deref(), Some("y"));
    }

    #[test]
    fn a_name_that_no_volume_may_have_is_shortened_without_a_clash() {
        let long = "x".repeat(80);
        for name in [long.as_str(), "a.b", "A"] {
            assert!(names::is_dns_label(&volume_name(name)), "{name}");
        }
        assert_ne!(volume_name("a.b"), volume_name("a-b"));
    }
}
