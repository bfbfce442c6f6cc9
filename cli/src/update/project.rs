//! A project on disk, read and never written: what the last update left in `.dsoi/`, and what the files are now.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use walkdir::WalkDir;

use super::decide::untouched;
use super::past::RELEASED;
use super::text::{Text, marker};
use super::whereabouts::BEREFT;
use super::{Lock, LockError};
use crate::manifest::Source;
use crate::write::{RelPath, Tree};

/// What is at a path of the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    Nothing,
    File(Vec<u8>),
    /// A link or a directory.
    Other(&'static str),
}

/// A project as it is.
#[derive(Clone, Debug)]
pub struct Project {
    pub lock: Lock,
    /// The files in `.dsoi/`, by their whole path.
    pub own: BTreeMap<RelPath, Vec<u8>>,
    /// The files that the lock or the plan knows.
    pub files: BTreeMap<RelPath, Found>,
    /// The definitions that were released.
    pub released: BTreeMap<RelPath, Vec<u8>>,
}

/// Why a project cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    #[error("`{path}` is missing")]
    Missing { path: &'static str },
    #[error("it was written by dsoi {0}, and this is dsoi {own}", own = env!("CARGO_PKG_VERSION"))]
    Later(String),
    #[error("`.dsoi/lock` is damaged: {0}")]
    Lock(LockError),
    #[error("`{path}` in `.dsoi` is a link or has a name that dsoi does not give")]
    Foreign { path: String },
    #[error("`{path}` is {what}, and what releases promised is not read through it")]
    Released { path: String, what: &'static str },
    #[error("failed to read `{path}`")]
    Io { path: String, source: io::Error },
}

impl ProjectError {
    /// What to do about it.
    pub fn help(&self) -> String {
        let help = match self {
            Self::Later(version) => return format!("install dsoi {version} or a later one"),
            Self::Lock(LockError::Merge) => {
                "take one side of it with `git checkout --ours .dsoi`, bring what the other side changed into `dsoi.yaml` and the files that you edit, and run `dsoi update --allow-dirty`"
            }
            Self::Missing { .. } | Self::Lock(_) => BEREFT,
            Self::Foreign { .. } => "move it out of `.dsoi`",
            Self::Released { .. } => {
                "put what it should be in its place: a directory with the definitions as releases wrote them"
            }
            Self::Io { .. } => "make it readable, and update again",
        };
        help.to_owned()
    }
}

fn failed(path: &(impl ToString + ?Sized)) -> impl FnOnce(io::Error) -> ProjectError {
    let path = path.to_string();
    move |source| ProjectError::Io { path, source }
}

impl Project {
    /// Reads what an update needs before the plan is known: the lock.
    ///
    /// # Errors
    /// There is no lock, or it is damaged.
    pub fn read_lock(dir: &Path) -> Result<Lock, ProjectError> {
        let path = ".dsoi/lock";
        match found(dir, path)? {
            Found::File(bytes) => Lock::read(&bytes).map_err(|error| match error {
                LockError::Later(version) => ProjectError::Later(version),
                error => ProjectError::Lock(error),
            }),
            Found::Nothing => Err(ProjectError::Missing { path }),
            Found::Other(_) => Err(ProjectError::Foreign {
                path: path.to_owned(),
            }),
        }
    }

    /// Reads the files of a project: those of its lock and of `planned`.
    ///
    /// # Errors
    /// A file cannot be read, or `.dsoi/` has something in it that is not dsoi's.
    pub fn read(
        dir: &Path,
        lock: Lock,
        planned: impl Iterator<Item = RelPath>,
    ) -> Result<Self, ProjectError> {
        let mut paths: BTreeSet<RelPath> = planned.collect();
        paths.extend(lock.files.keys().cloned());
        let mut files = BTreeMap::new();
        for path in paths {
            let found = found(dir, path.as_str())?;
            files.insert(path, found);
        }
        Ok(Self {
            own: own(dir)?,
            released: released(dir, &lock)?,
            lock,
            files,
        })
    }

    /// Whether a file is as the last update left it: written by it, and not edited since.
    pub fn is_as_written(&self, path: &RelPath) -> bool {
        match (self.lock.files.get(path), self.found(path)) {
            (Some(known), Found::File(bytes)) => untouched(bytes, Text::of(bytes).as_ref(), known),
            _ => self.is_own(path) || self.is_as_released(path),
        }
    }

    /// Whether it is a definition as a release wrote it.
    pub fn is_as_released(&self, path: &RelPath) -> bool {
        let known = self.lock.released.get(path).zip(self.released.get(path));
        known.is_some_and(|(known, bytes)| untouched(bytes, Text::of(bytes).as_ref(), known))
    }

    /// Whether it is a file of dsoi's own, which only updates write.
    fn is_own(&self, path: &RelPath) -> bool {
        let planned = path.as_str().strip_prefix(".dsoi/base/");
        match planned.map(RelPath::new) {
            Some(Ok(planned)) => self.lock.files.contains_key(&planned),
            Some(Err(_)) => false,
            None => matches!(path.as_str(), ".dsoi/lock" | ".dsoi/dsoi.yaml"),
        }
    }

    /// What of `.dsoi/` is damaged, or missing though `rendered`, the project as it was written, has it.
    pub fn lost(&self, rendered: Option<&Tree>) -> Vec<RelPath> {
        let of = |path: &RelPath| {
            let of = path.as_str().strip_prefix(".dsoi/base/")?;
            self.lock.files.get(&RelPath::new(of).ok()?)
        };
        let damaged = self.own.iter().filter(|(path, bytes)| {
            of(path).is_some_and(|known| !untouched(bytes, Text::of(bytes).as_ref(), known))
        });
        let mut lost: BTreeSet<RelPath> = damaged.map(|(path, _)| path.clone()).collect();
        let wanted = rendered.into_iter().flat_map(Tree::iter);
        let wanted = wanted.map(|(path, _)| path);
        let missing = wanted
            .filter(|path| path.as_str().starts_with(".dsoi/") && !self.own.contains_key(path));
        lost.extend(missing.cloned());
        if self.is_misremembered() {
            lost.extend(RelPath::new(".dsoi/dsoi.yaml"));
        }
        lost.into_iter().collect()
    }

    /// Files that follow from the manifest alone and are not as they were written: those that are gone, and the others.
    pub fn unlike(&self) -> (Vec<&RelPath>, Vec<&RelPath>) {
        let unlike = self.lock.generated.iter();
        let unlike = unlike.filter(|path| !self.is_as_written(path));
        unlike.partition(|path| *self.found(path) == Found::Nothing)
    }

    /// Files with the markers of a conflict, and the line of the first.
    pub fn marked(&self) -> Vec<(&RelPath, usize)> {
        let texts = self.files.iter().filter_map(|(path, found)| match found {
            Found::File(bytes) => Some((path, Text::of(bytes)?)),
            _ => None,
        });
        texts
            .filter_map(|(path, text)| Some((path, marker(&text.plain)?)))
            .collect()
    }

    /// The manifest of the last update; `None` where it is lost or damaged, or cannot be read as text.
    pub fn manifest(&self) -> Option<Source> {
        let kept = self.kept_manifest().filter(|_| !self.is_misremembered())?;
        Source::new("dsoi.yaml", kept.clone()).ok()
    }

    /// Whether the manifest of the last update is there, and is another than that update kept: what the next one is
    /// compared with would be another.
    pub fn is_misremembered(&self) -> bool {
        let mut files = self.lock.files.iter();
        let known = files.find(|(path, _)| path.as_str() == "dsoi.yaml");
        let Some((bytes, (_, known))) = self.kept_manifest().zip(known) else {
            return false;
        };
        !untouched(bytes, Text::of(bytes).as_ref(), known)
    }

    fn kept_manifest(&self) -> Option<&Vec<u8>> {
        self.own.get(&RelPath::new(".dsoi/dsoi.yaml").ok()?)
    }

    /// What is at a path.
    pub fn found(&self, path: &RelPath) -> &Found {
        self.files.get(path).unwrap_or(&Found::Nothing)
    }
}

/// What is at a path, following no link on the way.
fn found(dir: &Path, path: &str) -> Result<Found, ProjectError> {
    let above = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
    for step in above.chain([path]) {
        let whole = step == path;
        match fs::symlink_metadata(dir.join(step)) {
            Ok(meta) if meta.is_symlink() => return Ok(Found::Other("a link")),
            Ok(meta) if whole && meta.is_dir() => return Ok(Found::Other("a directory")),
            Ok(meta) if !whole && !meta.is_dir() => {
                return Ok(Found::Other("below what is no directory"));
            }
            Ok(meta) if whole && !meta.is_file() => return Ok(Found::Other("no file")),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
            Err(error) => return Err(failed(step)(error)),
        }
    }
    fs::read(dir.join(path))
        .map(Found::File)
        .map_err(failed(path))
}

/// The files of the folder of released definitions.
fn released(dir: &Path, lock: &Lock) -> Result<BTreeMap<RelPath, Vec<u8>>, ProjectError> {
    let mut files = BTreeMap::new();
    let folder = RELEASED.trim_end_matches('/');
    match found(dir, folder)? {
        Found::Other("a directory") => {}
        // Then there are none; a link is not followed, and what is behind it is not gone.
        Found::Other(what) => {
            let path = folder.to_owned();
            return Err(ProjectError::Released { path, what });
        }
        Found::Nothing | Found::File(_) => return Ok(files),
    }
    let entries = fs::read_dir(dir.join(folder)).map_err(failed(folder))?;
    for entry in entries {
        let name = entry.map_err(failed(folder))?.file_name();
        let path = format!("{RELEASED}{}", name.to_string_lossy());
        match (RelPath::new(path.as_str()), found(dir, &path)?) {
            (Ok(path), Found::File(bytes)) => drop(files.insert(path, bytes)),
            (Ok(path), Found::Other(what)) if lock.released.contains_key(&path) => {
                let path = path.to_string();
                return Err(ProjectError::Released { path, what });
            }
            // A name that no file of the project can have is not dsoi's.
            _ => {}
        }
    }
    Ok(files)
}

/// What an update in progress has in `.dsoi/`.
const ASIDE: [&str; 2] = ["update", "update.lock"];

/// Everything in `.dsoi/`.
fn own(dir: &Path) -> Result<BTreeMap<RelPath, Vec<u8>>, ProjectError> {
    let mut own = BTreeMap::new();
    let walk = WalkDir::new(dir.join(".dsoi"))
        .follow_root_links(false)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| {
            entry.depth() != 1 || !ASIDE.iter().any(|name| entry.file_name() == *name)
        });
    for entry in walk {
        let entry = entry.map_err(|error| failed(".dsoi")(error.into()))?;
        if entry.file_type().is_dir() {
            continue;
        }
        let shown = entry.path().strip_prefix(dir).unwrap_or(entry.path());
        let shown = shown.to_string_lossy().replace('\\', "/");
        let path = RelPath::new(shown.as_str());
        match path {
            Ok(path) if entry.file_type().is_file() => {
                let bytes = fs::read(entry.path()).map_err(failed(&path))?;
                own.insert(path, bytes);
            }
            _ => return Err(ProjectError::Foreign { path: shown }),
        }
    }
    Ok(own)
}
