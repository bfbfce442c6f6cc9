//! An update whose process is lost, at each operation on the disk in turn.

use std::cell::Cell;
use std::fs::{self, Permissions};
use std::io;
use std::path::Path;

use dsoi::write::{self, Disk, Local};

use super::world::World;

/// A disk that stops working after some operations, as it looks to a process that is killed.
pub(crate) struct Killed {
    left: Cell<usize>,
}

impl Killed {
    pub(crate) fn at(operation: usize) -> Self {
        Self {
            left: Cell::new(operation),
        }
    }

    fn step(&self) -> io::Result<()> {
        match self.left.get().checked_sub(1) {
            Some(left) => {
                self.left.set(left);
                Ok(())
            }
            None => Err(io::ErrorKind::Interrupted.into()),
        }
    }
}

impl Disk for Killed {
    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        self.step()?;
        Local.create_dir(dir)
    }

    fn create(&self, file: &Path, bytes: &[u8], mode: Option<Permissions>) -> io::Result<()> {
        if let Err(error) = self.step() {
            // Half of it had reached the disk.
            if self.left.replace(0) == 0 && file.parent().is_some_and(Path::exists) {
                fs::write(file, &bytes[..bytes.len() / 2])?;
            }
            return Err(error);
        }
        // No power is lost, so nothing waits for the disk.
        fs::write(file, bytes)?;
        mode.map_or(Ok(()), |mode| fs::set_permissions(file, mode))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step()?;
        Local.rename(from, to)
    }

    fn remove_file(&self, file: &Path) -> io::Result<()> {
        self.step()?;
        Local.remove_file(file)
    }

    fn remove_dir(&self, dir: &Path) -> io::Result<()> {
        self.step()?;
        Local.remove_dir(dir)
    }

    fn sync_dir(&self, _dir: &Path) -> io::Result<()> {
        self.step()
    }
}

/// A project in which an update creates, changes, merges and removes files.
fn project() -> World {
    let world = World::new("quickstart", "version=0.1.0");
    let text = world.read("dsoi.yaml");
    let text = text
        .replace("    gateway:\n", "    router:\n")
        .replace("logLevel", "level");
    world.write("dsoi.yaml", text);
    let cluster = world.read("src/cluster.rs");
    world.write("src/cluster.rs", format!("{cluster}\n// mine\n"));
    world
}

#[test]
fn an_update_that_is_killed_anywhere_ends_in_the_old_project_or_the_new_one() {
    let world = project();
    let before = world.files();
    let changes = world.changes();
    let enough = Killed::at(usize::MAX);
    write::update(world.dir(), &changes, &enough).unwrap();
    let after = world.files();
    let operations = usize::MAX - enough.left.get();
    assert_ne!(before, after);
    assert!(changes.len() > 10, "{}", changes.len());

    let put = |files: &super::world::Files| {
        for path in world
            .files()
            .keys()
            .filter(|path| !files.contains_key(*path))
        {
            world.remove(path);
        }
        let now = world.files();
        for (path, bytes) in files
            .iter()
            .filter(|(path, bytes)| now.get(*path) != Some(bytes))
        {
            world.write(path, bytes);
        }
    };
    let (mut old, mut new) = (0, 0);
    for operation in 0..operations {
        put(&before);
        // Whether it can tell that it has failed or not: what counts is what the next command finds.
        let _ = write::update(world.dir(), &changes, &Killed::at(operation));
        write::recover(world.dir(), &Killed::at(usize::MAX)).unwrap();
        let now = world.files();
        if now == before {
            old += 1;
        } else {
            assert_eq!(
                now, after,
                "killed at operation {operation} of {operations}"
            );
            new += 1;
        }
    }
    println!(
        "killed at {operations} operations: {old} ended in the old project, {new} in the new one"
    );
    assert!(old > 50 && new > 5, "{old}, {new}");
}
