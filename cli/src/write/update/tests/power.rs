//! Loss of power: names in a directory that was not synced may be what they were before.

use std::cell::RefCell;
use std::path::PathBuf;

use super::*;

/// How an operation is forgotten, and the directory whose names it has changed.
type Undo = (PathBuf, Box<dyn Fn()>);

/// A disk that loses power, and then has forgotten what was not synced.
struct Forgetful {
    left: Cell<usize>,
    unsynced: RefCell<Vec<Undo>>,
}

impl Forgetful {
    fn at(operation: usize) -> Self {
        Self {
            left: Cell::new(operation),
            unsynced: RefCell::default(),
        }
    }

    fn step(&self) -> io::Result<()> {
        let left = self.left.get().checked_sub(1);
        self.left.set(left.unwrap_or_default());
        left.map(|_| ()).ok_or(io::ErrorKind::Interrupted.into())
    }

    fn unsynced(&self, path: &Path, undo: impl Fn() + 'static) {
        let dir = path.parent().unwrap().to_owned();
        self.unsynced.borrow_mut().push((dir, Box::new(undo)));
    }

    /// The power goes: what was not synced is forgotten, where `of` says so.
    fn forget(&self, of: impl Fn(&Path) -> bool) {
        for (dir, undo) in self.unsynced.borrow_mut().drain(..).rev() {
            if of(&dir) {
                undo();
            }
        }
    }
}

/// Nothing can be said of a file whose directory was forgotten too: these fail or not.
impl Disk for Forgetful {
    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        self.step()?;
        Local.create_dir(dir)?;
        let made = dir.to_owned();
        self.unsynced(dir, move || drop(fs::remove_dir_all(&made)));
        Ok(())
    }

    fn create(&self, file: &Path, bytes: &[u8], _: Option<Permissions>) -> io::Result<()> {
        self.step()?;
        fs::write(file, bytes)?;
        let made = file.to_owned();
        self.unsynced(file, move || drop(fs::remove_file(&made)));
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step()?;
        let before = fs::read(to).ok();
        Local.rename(from, to)?;
        let (source, target) = (from.to_owned(), to.to_owned());
        self.unsynced(to, move || {
            let _ = fs::rename(&target, &source);
            if let Some(before) = &before {
                let _ = fs::write(&target, before);
            }
        });
        Ok(())
    }

    fn remove_file(&self, file: &Path) -> io::Result<()> {
        self.step()?;
        let before = fs::read(file)?;
        Local.remove_file(file)?;
        let gone = file.to_owned();
        self.unsynced(file, move || drop(fs::write(&gone, &before)));
        Ok(())
    }

    fn remove_dir(&self, dir: &Path) -> io::Result<()> {
        self.step()?;
        Local.remove_dir(dir)?;
        let gone = dir.to_owned();
        self.unsynced(dir, move || drop(fs::create_dir(&gone)));
        Ok(())
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.step()?;
        // Of the directory itself: `.` at the end of a path is no other one.
        let dir: PathBuf = dir.components().collect();
        self.unsynced.borrow_mut().retain(|(of, _)| *of != dir);
        Ok(())
    }
}

#[test]
fn whatever_a_loss_of_power_forgets_the_project_is_the_old_one_or_the_new_one() {
    let before = files(project().path());
    let after = after();
    let mut tried = 0;
    for forgotten in ["all", "of dsoi", "of the project"] {
        for operation in 0..200 {
            let temp = project();
            let disk = Forgetful::at(operation);
            let result = update(temp.path(), &changes(), &disk);
            let own = temp.path().join(".dsoi");
            disk.forget(|dir| match forgotten {
                "all" => true,
                "of dsoi" => dir.starts_with(&own),
                _ => !dir.starts_with(&own),
            });
            recover(temp.path(), &sound()).unwrap();
            let now = files(temp.path());
            assert!(
                now == before || now == after,
                "{forgotten} at {operation}: {result:?}: {now:?}"
            );
            tried += 1;
            if disk.left.get() > 0 {
                assert_eq!(now, after, "{forgotten}: it had been told that it is done");
                break;
            }
        }
    }
    assert!(tried > 100, "{tried}");
    println!("{tried} losses of power");
}
