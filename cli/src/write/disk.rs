//! The few things that an update does to a disk, each of which may be the last before the power goes.
//!
//! A trait, so that tests can stop an update at each of them.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::path::Path;

/// One method per operation that changes something.
pub trait Disk {
    /// Makes a directory whose parent exists.
    fn create_dir(&self, dir: &Path) -> io::Result<()>;
    /// Makes a new file, and has it on the disk when it returns. A file that is there is an error.
    fn create(&self, file: &Path, bytes: &[u8], permissions: Option<Permissions>)
    -> io::Result<()>;
    /// Moves a file, also onto another one.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    fn remove_file(&self, file: &Path) -> io::Result<()>;
    /// Removes an empty directory.
    fn remove_dir(&self, dir: &Path) -> io::Result<()>;
    /// Has the names in a directory on the disk when it returns.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;
}

/// The disk of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Local;

impl Disk for Local {
    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        fs::create_dir(dir)
    }

    fn create(
        &self,
        file: &Path,
        bytes: &[u8],
        permissions: Option<Permissions>,
    ) -> io::Result<()> {
        // A link that somebody put there is not followed: the file has to be new.
        let mut open = OpenOptions::new().write(true).create_new(true).open(file)?;
        open.write_all(bytes)?;
        // A new one is as its user's umask has it.
        if let Some(permissions) = permissions {
            open.set_permissions(permissions)?;
        }
        open.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove_file(&self, file: &Path) -> io::Result<()> {
        fs::remove_file(file)
    }

    fn remove_dir(&self, dir: &Path) -> io::Result<()> {
        fs::remove_dir(dir)
    }

    #[cfg(unix)]
    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        File::open(dir)?.sync_all()
    }

    // Elsewhere a directory cannot be opened as a file, and a rename is durable by itself.
    #[cfg(not(unix))]
    fn sync_dir(&self, _dir: &Path) -> io::Result<()> {
        Ok(())
    }
}
