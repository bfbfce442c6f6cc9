//! What is at the places that an update is about to change. Follows no link, and writes nothing (SE-24).

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use super::super::RelPath;
use super::Change;
use super::error::{Result, UpdateError, failed};

/// What is at a path, not following links.
pub(super) fn kind(dir: &Path, path: &str) -> Result<Option<fs::Metadata>> {
    match fs::symlink_metadata(dir.join(path)) {
        Ok(meta) => Ok(Some(meta)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        // A file where a directory should be: then nothing is below it.
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(None),
        Err(error) => Err(failed("read", path)(error)),
    }
}

/// Fails if a link or a file stands where a directory has to be, at `path` or above it.
pub(super) fn guard(dir: &Path, path: &str) -> Result<()> {
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

pub(super) fn parent(path: &str) -> Option<&str> {
    path.rsplit_once('/').map(|(parent, _)| parent)
}

/// The content of a file of the project, if it is one.
pub(super) fn content(dir: &Path, path: &RelPath) -> Result<Option<Vec<u8>>> {
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
pub(super) fn check(dir: &Path, changes: &[Change]) -> Result<Vec<String>> {
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
pub(super) fn missing_directories(dir: &Path, changes: &[Change]) -> Vec<String> {
    let made = changes.iter().filter(|change| change.after.is_some());
    let missing: BTreeSet<&str> = made
        .flat_map(|change| change.path.parents())
        .filter(|parent| !dir.join(parent).exists())
        .collect();
    missing.into_iter().map(ToOwned::to_owned).collect()
}
