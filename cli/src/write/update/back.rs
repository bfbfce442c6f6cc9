//! The way back to the old files, and out of what an update has left to the side.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::super::journal::{self, FOLDER, JOURNAL, Journal};
use super::super::{Disk, RelPath, digest};
use super::error::{Result, UpdateError, failed};
use super::forth::sync;
use super::look::{content, guard, kind};

/// Puts back the old files and removes the journal; may itself be interrupted and begun again.
pub(super) fn roll_back(dir: &Path, journal: &Journal, disk: &dyn Disk) -> Result<Vec<RelPath>> {
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

pub(super) fn remove(file: &Path, disk: &dyn Disk) -> io::Result<()> {
    match disk.remove_file(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// Removes the folder of an update that has no journal.
pub(super) fn clear(dir: &Path, disk: &dyn Disk) -> Result<()> {
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
