//! Changes files of a project, all of them or none, whatever happens on the way.
//!
//! In: the changes, each with what the file was when it was read. Everything new is written to the side first,
//! with a copy of what it replaces; then a journal; then the files are renamed into their places. Removing the
//! journal is the moment at which the update has happened: before it, an error, a full disk or a lost process ends
//! in the old files, put back at once or by [`recover`]. Links are never followed (SE-24).

mod back;
mod error;
mod forth;
mod look;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use self::back::{clear, remove, roll_back};
pub use self::error::UpdateError;
use self::error::{Result, failed};
use self::forth::{apply, stage};
use self::look::{check, guard, kind, missing_directories};
use super::journal::{FOLDER, JOURNAL, Journal};
use super::{Disk, RelPath};

/// A file of the project, before and after; `None` where there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub path: RelPath,
    pub before: Option<Vec<u8>>,
    pub after: Option<Vec<u8>>,
}

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
