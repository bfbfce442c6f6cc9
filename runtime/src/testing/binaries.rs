//! Finds the programs that a control plane consists of.
//!
//! Looked for in this order: the folder that `DSOI_CONTROL_PLANE` names, the one that
//! `KUBEBUILDER_ASSETS` names, the folders that setup-envtest fills, and our own cache folder;
//! what is in none of them is built into the cache folder. The second and third usually hold only
//! etcd and kube-apiserver.

use std::{
    collections::BTreeMap,
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use super::{Error, build};

/// The minor version of Kubernetes that is built, and the only one taken from setup-envtest's
/// folders, where nobody chose it: controllers must not be newer than the API server.
const MINOR: &str = "1.36.";

/// Part of the cache folder's path, so that another version never meets these programs.
const VERSIONS: &str = "kubernetes-v1.36.3-etcd-v3.6.8-kwok-v0.8.0";

/// A file that a control plane needs: a program, or the stages that kwok plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Etcd,
    ApiServer,
    ControllerManager,
    Scheduler,
    Kwok,
    /// The stages that come with kwok, as one file of YAML documents.
    Stages,
}

impl Part {
    pub(super) const ALL: [Self; 6] = [
        Self::Etcd,
        Self::ApiServer,
        Self::ControllerManager,
        Self::Scheduler,
        Self::Kwok,
        Self::Stages,
    ];

    /// The file's name, the same in every folder.
    pub(super) fn file(self) -> &'static str {
        match self {
            Self::Etcd => "etcd",
            Self::ApiServer => "kube-apiserver",
            Self::ControllerManager => "kube-controller-manager",
            Self::Scheduler => "kube-scheduler",
            Self::Kwok => "kwok",
            Self::Stages => "kwok-stages.yaml",
        }
    }
}

/// Where each part is.
#[derive(Clone, Debug)]
pub(super) struct Binaries(BTreeMap<Part, PathBuf>);

impl Binaries {
    pub(super) fn path(&self, part: Part) -> &Path {
        self.0.get(&part).expect("`find` returns every part")
    }
}

/// What the environment says about where to look.
#[derive(Clone, Debug, Default)]
pub(super) struct Lookup {
    control_plane: Option<PathBuf>,
    kubebuilder: Option<PathBuf>,
    data_home: Option<PathBuf>,
    cache_home: Option<PathBuf>,
    path: OsString,
}

impl Lookup {
    pub(super) fn from_env() -> Self {
        let folder = |name| {
            env::var_os(name)
                .filter(|v| !v.is_empty())
                .map(PathBuf::from)
        };
        let home = folder("HOME");
        let below_home = |path| home.as_ref().map(|home| home.join(path));
        Self {
            control_plane: folder("DSOI_CONTROL_PLANE"),
            kubebuilder: folder("KUBEBUILDER_ASSETS"),
            data_home: folder("XDG_DATA_HOME").or_else(|| below_home(".local/share")),
            cache_home: folder("XDG_CACHE_HOME").or_else(|| below_home(".cache")),
            path: env::var_os("PATH").unwrap_or_default(),
        }
    }

    /// Finds every part, building what is nowhere. Blocks, for minutes if it has to build.
    pub(super) fn find(&self) -> Result<Binaries, Error> {
        let folders = self.folders()?;
        let mut found = look(&folders);
        let missing = missing(&found);
        if !missing.is_empty() {
            let go = self.go().ok_or_else(|| Error::NoGo {
                missing: names(&missing),
            })?;
            let cache = self.cache().ok_or(Error::NoCache)?;
            build::build(&go, &cache, &missing)?;
            found = look(&folders);
        }
        match self::missing(&found).as_slice() {
            [] => Ok(Binaries(found)),
            absent => Err(Error::Build {
                program: names(absent),
                output: "the build ended well but left no such file".to_owned(),
            }),
        }
    }

    /// Every folder to look into, the most deliberately chosen first.
    fn folders(&self) -> Result<Vec<PathBuf>, Error> {
        let mut folders = Vec::new();
        for (variable, folder) in [
            ("DSOI_CONTROL_PLANE", &self.control_plane),
            ("KUBEBUILDER_ASSETS", &self.kubebuilder),
        ] {
            match folder {
                Some(path) if path.is_dir() => folders.push(path.clone()),
                Some(path) => {
                    return Err(Error::NoFolder {
                        variable,
                        path: path.clone(),
                    });
                }
                None => {}
            }
        }
        folders.extend(self.envtest());
        folders.extend(self.cache());
        Ok(folders)
    }

    /// setup-envtest's folders of our minor version, the newest patch first.
    fn envtest(&self) -> Vec<PathBuf> {
        let Some(data) = &self.data_home else {
            return Vec::new();
        };
        // A folder that cannot be listed is one that nobody set up.
        let Ok(entries) = fs::read_dir(data.join("kubebuilder-envtest/k8s")) else {
            return Vec::new();
        };
        let mut versions: Vec<(u32, PathBuf)> = entries
            .flatten()
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok()?;
                let patch = name.strip_prefix(MINOR)?.split('-').next()?;
                Some((patch.parse().ok()?, entry.path()))
            })
            .collect();
        versions.sort();
        versions.into_iter().rev().map(|(_, path)| path).collect()
    }

    fn cache(&self) -> Option<PathBuf> {
        let home = self.cache_home.as_ref()?;
        Some(home.join("dsoi/control-plane").join(VERSIONS))
    }

    fn go(&self) -> Option<PathBuf> {
        env::split_paths(&self.path)
            .map(|folder| folder.join("go"))
            .find(|go| go.is_file())
    }
}

fn names(parts: &[Part]) -> String {
    let names: Vec<_> = parts.iter().map(|part| part.file()).collect();
    names.join(", ")
}

fn look(folders: &[PathBuf]) -> BTreeMap<Part, PathBuf> {
    Part::ALL
        .into_iter()
        .filter_map(|part| {
            let mut paths = folders.iter().map(|folder| folder.join(part.file()));
            Some((part, paths.find(|path| path.is_file())?))
        })
        .collect()
}

fn missing(found: &BTreeMap<Part, PathBuf>) -> Vec<Part> {
    let absent = Part::ALL
        .into_iter()
        .filter(|part| !found.contains_key(part));
    absent.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(parts: &[Part]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for part in parts {
            fs::write(folder.path().join(part.file()), "").unwrap();
        }
        folder
    }

    #[test]
    fn without_programs_and_without_go_there_is_one_sentence() {
        let cache = tempfile::tempdir().unwrap();
        let lookup = Lookup {
            cache_home: Some(cache.path().to_owned()),
            ..Lookup::default()
        };
        assert_eq!(
            lookup.find().unwrap_err().to_string(),
            "the control plane's programs (etcd, kube-apiserver, kube-controller-manager, \
             kube-scheduler, kwok, kwok-stages.yaml) were not found and cannot be built without \
             Go: install Go 1.26 or later, or set DSOI_CONTROL_PLANE to a folder that holds them"
        );
    }

    #[test]
    fn only_what_is_missing_is_asked_for() {
        let assets = folder_with(&[Part::Etcd, Part::ApiServer]);
        let lookup = Lookup {
            kubebuilder: Some(assets.path().to_owned()),
            ..Lookup::default()
        };
        let error = lookup.find().unwrap_err().to_string();
        assert!(
            error.contains("(kube-controller-manager, kube-scheduler, kwok, kwok-stages.yaml)"),
            "{error}"
        );
    }

    #[test]
    fn the_folder_that_was_named_wins() {
        let named = folder_with(&Part::ALL);
        let assets = folder_with(&[Part::Etcd, Part::ApiServer]);
        let lookup = Lookup {
            control_plane: Some(named.path().to_owned()),
            kubebuilder: Some(assets.path().to_owned()),
            ..Lookup::default()
        };
        let found = lookup.find().unwrap();
        assert_eq!(found.path(Part::Etcd), named.path().join("etcd"));
    }

    #[test]
    fn a_named_folder_that_does_not_exist_is_an_error() {
        let lookup = Lookup {
            control_plane: Some("/nowhere/at/all".into()),
            ..Lookup::default()
        };
        assert!(matches!(lookup.find(), Err(Error::NoFolder { .. })));
    }

    #[test]
    fn of_envtest_only_our_minor_counts_and_the_newest_patch_wins() {
        let data = tempfile::tempdir().unwrap();
        for version in [
            "1.28.0-linux-amd64",
            "1.36.2-linux-amd64",
            "1.36.10-linux-amd64",
        ] {
            fs::create_dir_all(data.path().join("kubebuilder-envtest/k8s").join(version)).unwrap();
        }
        let lookup = Lookup {
            data_home: Some(data.path().to_owned()),
            ..Lookup::default()
        };
        let folders = lookup.envtest();
        let names: Vec<_> = folders
            .iter()
            .map(|path| path.file_name().unwrap())
            .collect();
        assert_eq!(names, ["1.36.10-linux-amd64", "1.36.2-linux-amd64"]);
    }
}
