//! One update of a project at a time: a lock that goes with its process, whatever becomes of that.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::super::Failure;

/// A file of its own. It is opened to write: without that, a lock is refused where files come over NFS.
const LOCK: &str = ".dsoi/update.lock";

/// The lock on a project, while it is held.
pub(super) struct Alone {
    file: File,
    path: PathBuf,
    writes: bool,
}

impl Drop for Alone {
    fn drop(&mut self) {
        if self.writes {
            // While it is held, so that nobody else's goes. One that stays does no harm.
            let _ = fs::remove_file(&self.path);
        }
        // Closing the file is not enough: a process that is being started elsewhere may hold a copy of it. What
        // fails here ends with this process.
        let _ = self.file.unlock();
    }
}

/// Keeps a second update out while this one runs. A look keeps nobody out, and does not begin while an update runs.
pub(super) fn alone(directory: &Path, looks_only: bool) -> Result<Option<Alone>, Failure> {
    let own = directory.join(".dsoi");
    // Then it is no project, or not one to write to, and the next step says so.
    if !fs::symlink_metadata(&own).is_ok_and(|meta| meta.is_dir()) {
        return Ok(None);
    }
    let path = directory.join(LOCK);
    loop {
        let Some(file) = open(&path, looks_only)? else {
            return Ok(None);
        };
        let lock = if looks_only {
            file.try_lock_shared()
        } else {
            file.try_lock()
        };
        match lock {
            Err(TryLockError::WouldBlock) => {
                return Err(Failure::Project {
                    message: "another update of this project is running".to_owned(),
                    help: Some("wait until it is done".to_owned()),
                    source: None,
                });
            }
            // It writes nothing, so it can do no harm where there are no locks.
            Err(TryLockError::Error(_)) if looks_only => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(unlockable(error)),
            Ok(()) => {}
        }
        // Whoever held it before may have removed it in between: then this is the lock of nothing.
        if is_at(&file, &path) {
            return Ok(Some(Alone {
                file,
                path,
                writes: !looks_only,
            }));
        }
    }
}

/// The file to lock; `None` where nobody updates.
fn open(path: &Path, looks_only: bool) -> Result<Option<File>, Failure> {
    match fs::symlink_metadata(path) {
        Ok(meta) if !meta.is_file() => {
            return Err(Failure::Project {
                message: format!("this cannot be updated: `{LOCK}` is not a file"),
                help: Some("move it out of `.dsoi`".to_owned()),
                source: None,
            });
        }
        _ => {}
    }
    let open = if looks_only {
        File::open(path)
    } else {
        OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
    };
    match open {
        Ok(file) => Ok(Some(file)),
        Err(error) if looks_only && error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unlockable(error)),
    }
}

fn unlockable(source: io::Error) -> Failure {
    Failure::Project {
        message: format!("failed to lock `{LOCK}`"),
        help: Some(
            "a project is updated where its files can be written to and locked, so that no two updates meet"
                .to_owned(),
        ),
        source: Some(Box::new(source)),
    }
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let (Ok(this), Ok(there)) = (file.metadata(), fs::symlink_metadata(path)) else {
        return false;
    };
    (this.dev(), this.ino()) == (there.dev(), there.ino())
}

// Elsewhere a file that is open keeps its name.
#[cfg(not(unix))]
fn is_at(_file: &File, path: &Path) -> bool {
    path.exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> tempfile::TempDir {
        let temp = tempfile::tempdir().unwrap();
        fs::create_dir(temp.path().join(".dsoi")).unwrap();
        temp
    }

    #[test]
    fn one_update_keeps_others_and_looks_out_and_leaves_nothing() {
        let temp = project();
        let first = alone(temp.path(), false).unwrap();
        assert!(first.is_some());
        assert!(alone(temp.path(), false).is_err());
        assert!(alone(temp.path(), true).is_err());
        drop(first);
        assert!(!temp.path().join(LOCK).exists());
        assert!(alone(temp.path(), false).unwrap().is_some());
    }

    #[test]
    fn looks_do_not_keep_each_other_out_and_write_nothing() {
        let temp = project();
        assert!(alone(temp.path(), true).unwrap().is_none());
        assert!(!temp.path().join(LOCK).exists());
        // What a killed update has left.
        fs::write(temp.path().join(LOCK), "").unwrap();
        let first = alone(temp.path(), true).unwrap();
        assert!(first.is_some());
        assert!(alone(temp.path(), true).unwrap().is_some());
        drop(first);
        assert!(temp.path().join(LOCK).exists());
    }

    // SE-24
    #[cfg(unix)]
    #[test]
    fn a_link_in_the_lock_s_place_is_not_followed() {
        let temp = project();
        let outside = temp.path().join("outside");
        std::os::unix::fs::symlink(&outside, temp.path().join(LOCK)).unwrap();
        assert!(alone(temp.path(), false).is_err());
        assert!(!outside.exists());
    }
}
