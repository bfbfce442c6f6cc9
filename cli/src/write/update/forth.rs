//! The way to the new files: all of them to the side, a journal, and each to its place.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::super::Disk;
use super::super::journal::{self, DRAFT, FOLDER, IGNORE, JOURNAL, Journal, OWN};
use super::Change;
use super::error::{Result, UpdateError, failed};
use super::look::{content, parent};

/// Writes everything to the side, the journal last.
pub(super) fn stage(
    dir: &Path,
    changes: &[Change],
    journal: &Journal,
    disk: &dyn Disk,
) -> Result<()> {
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
pub(super) fn apply(
    dir: &Path,
    changes: &[Change],
    journal: &Journal,
    disk: &dyn Disk,
) -> Result<()> {
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
pub(super) fn sync<'a>(
    dir: &Path,
    paths: impl Iterator<Item = &'a str>,
    disk: &dyn Disk,
) -> Result<()> {
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
