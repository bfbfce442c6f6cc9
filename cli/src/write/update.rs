//! Changes files of a project, all of them or none, whatever happens on the way.
//!
//! In: the changes, each with what the file was when it was read. Everything new is written to the side first,
//! with a copy of what it replaces; then a journal; then the files are renamed into their places. Removing the
//! journal is the moment at which the update has happened: before it, an error, a full disk or a lost process ends
//! in the old files, put back at once or by [`recover`]. Links are never followed (SE-24).

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::journal::{self, DRAFT, FOLDER, IGNORE, JOURNAL, Journal, OWN};
use super::{Disk, RelPath, digest, way_out};

/// A file of the project, before and after; `None` where there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub path: RelPath,
    pub before: Option<Vec<u8>>,
    pub after: Option<Vec<u8>>,
}

/// Why a project was not changed.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    #[error("`{0}` is a link, and links are not followed")]
    Link(String),
    #[error("`{0}` is no file")]
    NotAFile(String),
    #[error("`{0}` is in the way of a directory")]
    NotADirectory(String),
    #[error("these may not be written to: {}", .0.join(", "))]
    ReadOnly(Vec<String>),
    #[error("`{0}` is not dsoi's")]
    Foreign(String),
    #[error("`{0}` was changed by somebody else meanwhile")]
    Changed(RelPath),
    #[error("failed to {act} `{path}`")]
    Io {
        act: &'static str,
        path: String,
        source: io::Error,
    },
    #[error("an earlier update was interrupted, and its journal `{JOURNAL}` cannot be read")]
    Journal,
    #[error("an earlier update was interrupted, and what `{0}` was then is lost")]
    Lost(RelPath),
    #[error("{first}, and the files that were replaced by then could not be put back: {second}")]
    Stuck {
        first: Box<UpdateError>,
        second: Box<UpdateError>,
    },
}

impl UpdateError {
    /// What to do about it, where that can be said.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Link(_) => Some("put a file or directory of its own in the link's place"),
            Self::NotAFile(_) | Self::NotADirectory(_) | Self::Foreign(_) => {
                Some("move it out of the way")
            }
            Self::ReadOnly(_) => Some("make them writable, and update again"),
            Self::Changed(_) => Some("save what is open in editors, and update again"),
            Self::Io { source, .. } => way_out(source),
            Self::Journal | Self::Lost(_) => Some(
                "the files as they were are `.dsoi/update/*.old`: take from them what you need, or from version control, and remove `.dsoi/update`",
            ),
            Self::Stuck { .. } => Some(
                "mend the cause and run `dsoi update` again: it puts back what was, then starts anew",
            ),
        }
    }
}

type Result<T> = std::result::Result<T, UpdateError>;

/// Changes the files. Either all of them are changed, or the error says why none is.
///
/// # Errors
/// A file is not what it was when the change was computed, may not be written, or the disk fails.
pub fn update(dir: &Path, changes: &[Change], disk: &dyn Disk) -> Result<()> {
    guard(dir, FOLDER)?;
    let read_only = check(dir, changes)?;
    if !read_only.is_empty() {
        return Err(UpdateError::ReadOnly(read_only));
    }
    let journal = Journal::new(changes, missing_directories(dir, changes));
    // If it is there by now, it is somebody else's.
    disk.create_dir(&dir.join(FOLDER))
        .map_err(failed("write", FOLDER))?;
    if let Err(error) = stage(dir, changes, &journal, disk) {
        // The project is untouched; what is left of the folder goes with the next update at the latest.
        let _ = remove(&dir.join(JOURNAL), disk).map(|()| clear(dir, disk));
        return Err(error);
    }
    if let Err(first) = apply(dir, changes, &journal, disk) {
        return Err(match roll_back(dir, &journal, disk) {
            Ok(_) => first,
            Err(second) => UpdateError::Stuck {
                first: Box::new(first),
                second: Box::new(second),
            },
        });
    }
    // The update has happened; these only leave something to clear for the next one.
    let _ = clear(dir, disk);
    prune(dir, changes, disk);
    Ok(())
}

/// Whether an update was interrupted, so that the project is a mix until [`recover`] has run.
///
/// # Errors
/// The project cannot be read.
pub fn is_interrupted(dir: &Path) -> Result<bool> {
    guard(dir, FOLDER)?;
    Ok(kind(dir, JOURNAL)?.is_some())
}

/// Puts back what an interrupted update has replaced. Out: files that somebody has changed since, which stay as
/// they are; `None` if there was nothing to do.
///
/// # Errors
/// The journal is damaged, or the disk fails.
pub fn recover(dir: &Path, disk: &dyn Disk) -> Result<Option<Vec<RelPath>>> {
    if !is_interrupted(dir)? {
        clear(dir, disk)?;
        return Ok(None);
    }
    let bytes = fs::read(dir.join(JOURNAL)).map_err(failed("read", JOURNAL))?;
    let journal = Journal::read(&bytes).ok_or(UpdateError::Journal)?;
    roll_back(dir, &journal, disk).map(Some)
}

fn failed(
    act: &'static str,
    path: &(impl ToString + ?Sized),
) -> impl FnOnce(io::Error) -> UpdateError {
    let path = path.to_string();
    move |source| UpdateError::Io { act, path, source }
}

/// What is at a path, not following links.
fn kind(dir: &Path, path: &str) -> Result<Option<fs::Metadata>> {
    match fs::symlink_metadata(dir.join(path)) {
        Ok(meta) => Ok(Some(meta)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        // A file where a directory should be: then nothing is below it.
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(None),
        Err(error) => Err(failed("read", path)(error)),
    }
}

/// Fails if a link or a file stands where a directory has to be, at `path` or above it.
fn guard(dir: &Path, path: &str) -> Result<()> {
    let above = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
    for step in above.chain([path]) {
        match kind(dir, step)? {
            Some(meta) if meta.is_symlink() => return Err(UpdateError::Link(step.to_owned())),
            Some(meta) if !meta.is_dir() => {
                return Err(UpdateError::NotADirectory(step.to_owned()));
            }
            Some(_) => {}
            None => break,
        }
    }
    Ok(())
}

fn parent(path: &str) -> Option<&str> {
    path.rsplit_once('/').map(|(parent, _)| parent)
}

/// The content of a file of the project, if it is one.
fn content(dir: &Path, path: &RelPath) -> Result<Option<Vec<u8>>> {
    if let Some(parent) = parent(path.as_str()) {
        guard(dir, parent)?;
    }
    match kind(dir, path.as_str())? {
        None => Ok(None),
        Some(meta) if meta.is_symlink() => Err(UpdateError::Link(path.to_string())),
        Some(meta) if !meta.is_file() => Err(UpdateError::NotAFile(path.to_string())),
        Some(_) => fs::read(dir.join(path.as_str()))
            .map(Some)
            .map_err(failed("read", path)),
    }
}

/// Fails where a file is not what it was; lists what is marked as not to be written.
fn check(dir: &Path, changes: &[Change]) -> Result<Vec<String>> {
    let mut read_only = BTreeSet::new();
    for change in changes {
        if content(dir, &change.path)? != change.before {
            return Err(UpdateError::Changed(change.path.clone()));
        }
        // Whoever marked a file or directory so did not mean it to be replaced, even where a rename could do it.
        let above = change.path.parents().last();
        for path in above.into_iter().chain([change.path.as_str()]) {
            if kind(dir, path)?.is_some_and(|meta| meta.permissions().readonly()) {
                read_only.insert(path.to_owned());
            }
        }
    }
    Ok(read_only.into_iter().collect())
}

/// The directories that new files need, outermost first.
fn missing_directories(dir: &Path, changes: &[Change]) -> Vec<String> {
    let made = changes.iter().filter(|change| change.after.is_some());
    let missing: BTreeSet<&str> = made
        .flat_map(|change| change.path.parents())
        .filter(|parent| !dir.join(parent).exists())
        .collect();
    missing.into_iter().map(ToOwned::to_owned).collect()
}

/// Writes everything to the side, the journal last.
fn stage(dir: &Path, changes: &[Change], journal: &Journal, disk: &dyn Disk) -> Result<()> {
    // What is half done is nothing to commit.
    disk.create(&dir.join(IGNORE), b"*\n", None)
        .map_err(failed("write", IGNORE))?;
    // The folder's own name, and below the names in it: the journal must be there before the first file changes.
    disk.sync_dir(&dir.join(OWN))
        .map_err(failed("write", OWN))?;
    for (index, change) in changes.iter().enumerate() {
        let mode = fs::symlink_metadata(dir.join(change.path.as_str()))
            .ok()
            .map(|meta| meta.permissions());
        for (what, bytes) in [("old", &change.before), ("new", &change.after)] {
            if let Some(bytes) = bytes {
                disk.create(&journal::kept(dir, index, what), bytes, mode.clone())
                    .map_err(failed("write", &change.path))?;
            }
        }
    }
    disk.create(&dir.join(DRAFT), journal.print().as_bytes(), None)
        .map_err(failed("write", DRAFT))?;
    disk.sync_dir(&dir.join(FOLDER))
        .map_err(failed("write", FOLDER))?;
    disk.rename(&dir.join(DRAFT), &dir.join(JOURNAL))
        .map_err(failed("write", JOURNAL))?;
    disk.sync_dir(&dir.join(FOLDER))
        .map_err(failed("write", FOLDER))
}

/// Moves the staged files to their places and removes the journal.
fn apply(dir: &Path, changes: &[Change], journal: &Journal, disk: &dyn Disk) -> Result<()> {
    for made in &journal.directories {
        disk.create_dir(&dir.join(made))
            .map_err(failed("create", made))?;
    }
    for (index, change) in changes.iter().enumerate() {
        if content(dir, &change.path)? != change.before {
            return Err(UpdateError::Changed(change.path.clone()));
        }
        let to = dir.join(change.path.as_str());
        if change.after.is_some() {
            disk.rename(&journal::kept(dir, index, "new"), &to)
                .map_err(failed("write", &change.path))?;
        } else if change.before.is_some() {
            disk.remove_file(&to)
                .map_err(failed("remove", &change.path))?;
        }
    }
    let made = journal.directories.iter().map(String::as_str);
    let changed = changes.iter().map(|change| change.path.as_str());
    sync(dir, changed.chain(made), disk)?;
    disk.remove_file(&dir.join(JOURNAL))
        .map_err(failed("remove", JOURNAL))?;
    // It has happened. Should the power go before the disk knows, the journal is back, and so will be the old files.
    let _ = disk.sync_dir(&dir.join(FOLDER));
    Ok(())
}

/// Has the names of files and directories on the disk.
fn sync<'a>(dir: &Path, paths: impl Iterator<Item = &'a str>, disk: &dyn Disk) -> Result<()> {
    let folders: BTreeSet<&str> = paths.map(|path| parent(path).unwrap_or(".")).collect();
    for folder in folders
        .into_iter()
        .filter(|folder| dir.join(folder).is_dir())
    {
        disk.sync_dir(&dir.join(folder))
            .map_err(failed("write", folder))?;
    }
    Ok(())
}

/// Puts back the old files and removes the journal; may itself be interrupted and begun again.
fn roll_back(dir: &Path, journal: &Journal, disk: &dyn Disk) -> Result<Vec<RelPath>> {
    let mut changed_since = Vec::new();
    let mut paths = Vec::new();
    let mut made = Vec::new();
    for (index, entry) in journal.files.iter().enumerate().rev() {
        let path = entry.path().ok_or(UpdateError::Journal)?;
        let now = content(dir, &path)?.map(digest);
        if now == entry.before {
            continue;
        }
        if now != entry.after {
            changed_since.push(path);
            continue;
        }
        let to = dir.join(path.as_str());
        if let Some(before) = &entry.before {
            let old = journal::kept(dir, index, "old");
            let bytes = fs::read(&old).map_err(failed("read", &old.display()))?;
            if digest(&bytes) != *before {
                return Err(UpdateError::Lost(path));
            }
            // Whoever removed its directory since has it back too: the file is not lost with it.
            for above in path.parents() {
                guard(dir, above)?;
                if kind(dir, above)?.is_none() {
                    disk.create_dir(&dir.join(above))
                        .map_err(failed("create", above))?;
                    made.push(above.to_owned());
                }
            }
            let permissions = fs::metadata(&old).ok().map(|meta| meta.permissions());
            let copy = journal::kept(dir, index, "back");
            remove(&copy, disk).map_err(failed("remove", &copy.display()))?;
            disk.create(&copy, &bytes, permissions)
                .map_err(failed("write", &path))?;
            disk.rename(&copy, &to).map_err(failed("write", &path))?;
        } else {
            disk.remove_file(&to).map_err(failed("remove", &path))?;
        }
        paths.push(path);
    }
    let names = paths.iter().map(RelPath::as_str);
    sync(dir, names.chain(made.iter().map(String::as_str)), disk)?;
    for made in journal.directories.iter().rev() {
        // One that somebody has put a file into since stays.
        let _ = disk.remove_dir(&dir.join(made));
    }
    disk.remove_file(&dir.join(JOURNAL))
        .map_err(failed("remove", JOURNAL))?;
    // What was is back; the rest is for the next update to clear.
    let _ = clear(dir, disk);
    changed_since.sort();
    Ok(changed_since)
}

fn remove(file: &Path, disk: &dyn Disk) -> io::Result<()> {
    match disk.remove_file(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// Removes the folder of an update that has no journal.
fn clear(dir: &Path, disk: &dyn Disk) -> Result<()> {
    let folder = dir.join(FOLDER);
    let entries = match fs::read_dir(&folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(failed("read", FOLDER))?,
    };
    let files: std::result::Result<Vec<PathBuf>, io::Error> =
        entries.map(|entry| Ok(entry?.path())).collect();
    let files = files.map_err(failed("read", FOLDER))?;
    if let Some(name) = files
        .iter()
        .filter_map(|file| file.file_name())
        .find(|name| {
            let name = name.to_str();
            !name.is_some_and(journal::is_ours)
        })
    {
        let name = name.to_string_lossy();
        return Err(UpdateError::Foreign(format!("{FOLDER}/{name}")));
    }
    for file in files {
        disk.remove_file(&file)
            .map_err(failed("remove", &file.display()))?;
    }
    disk.remove_dir(&folder).map_err(failed("remove", FOLDER))
}

/// Removes the directories that removed files have left empty.
fn prune(dir: &Path, changes: &[Change], disk: &dyn Disk) {
    let removed = changes.iter().filter(|change| change.after.is_none());
    let folders: BTreeSet<&str> = removed.flat_map(|change| change.path.parents()).collect();
    // Innermost first; one that is not empty stays.
    for folder in folders.into_iter().rev() {
        let _ = disk.remove_dir(&dir.join(folder));
    }
}

#[cfg(test)]
mod tests;
