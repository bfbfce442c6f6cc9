//! An update on disk: all of it or nothing, whatever interrupts it.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs::Permissions;
use std::io;

use super::super::Local;
use super::*;

/// A disk that does not fail.
fn sound() -> Faulty {
    Faulty::at(usize::MAX, Fault::Killed)
}

/// How a disk fails at a given operation.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// The process is gone: nothing works from then on, and a file is half written.
    Killed,
    /// No room from then on: nothing can be made any more, all else works.
    Full,
    /// One operation fails, and all others work.
    Once,
}

struct Faulty {
    left: Cell<usize>,
    fault: Fault,
}

impl Faulty {
    fn at(operation: usize, fault: Fault) -> Self {
        Self {
            left: Cell::new(operation),
            fault,
        }
    }

    /// Whether this operation fails.
    fn fails(&self, makes: bool) -> io::Result<()> {
        let left = self.left.get();
        if left > 0 {
            self.left.set(left - 1);
            return Ok(());
        }
        match self.fault {
            Fault::Killed => Err(io::ErrorKind::Interrupted.into()),
            Fault::Full if makes => Err(io::ErrorKind::StorageFull.into()),
            Fault::Full => Ok(()),
            Fault::Once => {
                self.left.set(usize::MAX);
                Err(io::ErrorKind::PermissionDenied.into())
            }
        }
    }
}

impl Disk for Faulty {
    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        self.fails(true)?;
        Local.create_dir(dir)
    }

    fn create(&self, file: &Path, bytes: &[u8], mode: Option<Permissions>) -> io::Result<()> {
        if let Err(error) = self.fails(true) {
            if self.fault != Fault::Once {
                fs::write(file, &bytes[..bytes.len() / 2])?;
            }
            return Err(error);
        }
        // No power is lost in these tests, so nothing waits for the disk.
        assert!(!file.exists(), "{}", file.display());
        fs::write(file, bytes)?;
        mode.map_or(Ok(()), |mode| fs::set_permissions(file, mode))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.fails(false)?;
        Local.rename(from, to)
    }

    fn remove_file(&self, file: &Path) -> io::Result<()> {
        self.fails(false)?;
        Local.remove_file(file)
    }

    fn remove_dir(&self, dir: &Path) -> io::Result<()> {
        self.fails(false)?;
        Local.remove_dir(dir)
    }

    fn sync_dir(&self, _dir: &Path) -> io::Result<()> {
        self.fails(false)
    }
}

type Files = BTreeMap<String, String>;

fn files(dir: &Path) -> Files {
    walkdir::WalkDir::new(dir)
        .into_iter()
        .map(std::result::Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(dir).unwrap();
            let text = fs::read_to_string(entry.path()).unwrap();
            (path.to_str().unwrap().to_owned(), text)
        })
        .collect()
}

fn change(path: &str, before: Option<&str>, after: Option<&str>) -> Change {
    Change {
        path: RelPath::new(path).unwrap(),
        before: before.map(|text| text.as_bytes().to_vec()),
        after: after.map(|text| text.as_bytes().to_vec()),
    }
}

fn changes() -> Vec<Change> {
    vec![
        change(".dsoi/lock", Some("1"), Some("2")),
        change("src/main.rs", Some("old main"), Some("new main")),
        change("src/new/deep/a.rs", None, Some("a")),
        change("src/new/b.rs", None, Some("b")),
        change("src/nodes/gone.rs", Some("gone"), None),
        change("top", Some("t"), None),
    ]
}

/// A project as it is before [`changes`], and a file that they say nothing of.
fn project() -> tempfile::TempDir {
    let temp = tempfile::tempdir().unwrap();
    for change in changes() {
        if let Some(before) = change.before {
            let file = temp.path().join(change.path.as_str());
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, before).unwrap();
        }
    }
    fs::write(temp.path().join("mine"), "mine").unwrap();
    temp
}

fn after() -> Files {
    let temp = project();
    update(temp.path(), &changes(), &sound()).unwrap();
    files(temp.path())
}

#[test]
fn an_update_changes_its_files_and_leaves_nothing_behind() {
    let temp = project();
    update(temp.path(), &changes(), &Local).unwrap();
    let expected = [
        (".dsoi/lock", "2"),
        ("mine", "mine"),
        ("src/main.rs", "new main"),
        ("src/new/b.rs", "b"),
        ("src/new/deep/a.rs", "a"),
    ];
    let expected: Files = expected.map(|(a, b)| (a.to_owned(), b.to_owned())).into();
    assert_eq!(files(temp.path()), expected);
    assert!(!temp.path().join("src/nodes").exists(), "it is empty");
    assert!(!temp.path().join(FOLDER).exists());
}

/// At each operation in turn: what is found afterwards is the old project or the new one.
#[test]
fn an_update_that_is_stopped_anywhere_leaves_the_old_files_or_the_new_ones() {
    let before = files(project().path());
    let after = after();
    let mut tried = 0;
    for fault in [Fault::Killed, Fault::Full, Fault::Once] {
        for operation in 0.. {
            let temp = project();
            let disk = Faulty::at(operation, fault);
            let result = update(temp.path(), &changes(), &disk);
            let whole = result.is_ok() && disk.left.get() > 0 && fault != Fault::Once;
            if fault != Fault::Killed {
                // The error was told, and the files are back without any help.
                let mut now = files(temp.path());
                now.retain(|path, _| !path.starts_with(FOLDER));
                let expected = if result.is_ok() { &after } else { &before };
                assert_eq!(&now, expected, "{fault:?} at {operation}: {result:?}");
            }
            let interrupted = is_interrupted(temp.path()).unwrap();
            let kept = recover(temp.path(), &sound()).unwrap();
            assert_eq!(kept, interrupted.then(Vec::new));
            let now = files(temp.path());
            let expected = if result.is_ok() || now == after {
                &after
            } else {
                &before
            };
            assert_eq!(&now, expected, "{fault:?} at {operation}: {result:?}");
            assert!(!temp.path().join(FOLDER).exists());
            assert_eq!(
                temp.path().join("src/new").exists(),
                now == after,
                "{fault:?} at {operation}"
            );
            tried += 1;
            if whole || (fault == Fault::Once && disk.left.get() < usize::MAX / 2) {
                break;
            }
        }
    }
    assert!(tried > 60, "{tried}");
    println!("{tried} interrupted updates");
}

#[test]
fn putting_back_may_be_interrupted_too() {
    let before = files(project().path());
    let mut tried = 0;
    // Where the files are being moved: the journal is there.
    for operation in 14..30 {
        for second in 0..20 {
            let temp = project();
            let first = Faulty::at(operation, Fault::Killed);
            update(temp.path(), &changes(), &first).unwrap_err();
            if !is_interrupted(temp.path()).unwrap() {
                continue;
            }
            // Killed again, or not: the last one ends it.
            let _ = recover(temp.path(), &Faulty::at(second, Fault::Killed));
            recover(temp.path(), &sound()).unwrap();
            assert_eq!(files(temp.path()), before, "{operation}, {second}");
            tried += 1;
        }
    }
    assert!(tried > 60, "{tried}");
}

#[test]
fn a_file_that_was_edited_after_the_interruption_stays() {
    let temp = project();
    let disk = Faulty::at(22, Fault::Killed);
    update(temp.path(), &changes(), &disk).unwrap_err();
    assert!(is_interrupted(temp.path()).unwrap());
    fs::write(temp.path().join("src/main.rs"), "edited").unwrap();
    let kept = recover(temp.path(), &sound()).unwrap().unwrap();
    assert_eq!(kept, [RelPath::new("src/main.rs").unwrap()]);
    let mut before = files(project().path());
    before.insert("src/main.rs".to_owned(), "edited".to_owned());
    assert_eq!(files(temp.path()), before);
}

#[test]
fn a_removed_file_comes_back_with_its_directory() {
    let temp = project();
    let last = (22..200)
        .find(|&operation| {
            let temp = project();
            let killed = Faulty::at(operation, Fault::Killed);
            let _ = update(temp.path(), &changes(), &killed);
            !is_interrupted(temp.path()).unwrap()
        })
        .unwrap();
    update(
        temp.path(),
        &changes(),
        &Faulty::at(last - 1, Fault::Killed),
    )
    .unwrap_err();
    assert!(is_interrupted(temp.path()).unwrap());
    // As `git clean` does with what is empty.
    fs::remove_dir(temp.path().join("src/nodes")).unwrap();
    assert_eq!(recover(temp.path(), &Local).unwrap(), Some(Vec::new()));
    assert_eq!(files(temp.path()), files(project().path()));
}

#[test]
fn what_somebody_has_put_into_the_folder_stays() {
    let temp = project();
    fs::create_dir(temp.path().join(FOLDER)).unwrap();
    fs::write(temp.path().join(FOLDER).join("notes.md"), "mine").unwrap();
    let error = recover(temp.path(), &Local).unwrap_err();
    assert!(matches!(error, UpdateError::Foreign(_)), "{error}");
    // Nor is a folder that is there taken for one's own.
    update(temp.path(), &changes(), &Local).unwrap_err();
    assert!(temp.path().join(FOLDER).join("notes.md").exists());
}

#[test]
fn a_file_that_is_no_longer_what_was_read_is_refused() {
    let temp = project();
    fs::write(temp.path().join("src/main.rs"), "edited").unwrap();
    let before = files(temp.path());
    let error = update(temp.path(), &changes(), &sound()).unwrap_err();
    assert!(matches!(error, UpdateError::Changed(_)), "{error}");
    assert_eq!(files(temp.path()), before);
}

// SE-24
#[cfg(unix)]
#[test]
fn links_are_not_followed_wherever_they_are() {
    for link in ["src", "src/main.rs", "src/new", ".dsoi", ".dsoi/update"] {
        let temp = project();
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("main.rs"), "old main").unwrap();
        let at = temp.path().join(link);
        let target = if at.is_file() {
            fs::remove_file(&at).unwrap();
            outside.path().join("main.rs")
        } else {
            let _ = fs::remove_dir_all(&at);
            outside.path().to_owned()
        };
        std::os::unix::fs::symlink(target, &at).unwrap();
        let error = update(temp.path(), &changes(), &sound()).unwrap_err();
        assert!(matches!(error, UpdateError::Link(_)), "{link}: {error}");
        let found = files(outside.path());
        assert_eq!(found.len(), 1, "{link}");
        assert_eq!(found["main.rs"], "old main");
        // A folder that is a link is not cleared either.
        assert_eq!(
            recover(temp.path(), &sound()).is_err(),
            link.starts_with(".dsoi")
        );
        assert_eq!(files(outside.path()).len(), 1, "{link}");
    }
}

#[cfg(unix)]
#[test]
fn everything_that_may_not_be_written_to_is_listed_and_nothing_is_written() {
    use std::os::unix::fs::PermissionsExt as _;

    let temp = project();
    for path in ["src/main.rs", "top"] {
        fs::set_permissions(temp.path().join(path), Permissions::from_mode(0o444)).unwrap();
    }
    let before = files(temp.path());
    let error = update(temp.path(), &changes(), &sound()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "these may not be written to: src/main.rs, top"
    );
    assert_eq!(files(temp.path()), before);
}

#[cfg(unix)]
#[test]
fn a_file_keeps_its_mode() {
    use std::os::unix::fs::PermissionsExt as _;

    let temp = project();
    let main = temp.path().join("src/main.rs");
    fs::set_permissions(&main, Permissions::from_mode(0o755)).unwrap();
    update(temp.path(), &changes(), &sound()).unwrap();
    let mode = fs::metadata(&main).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o755);
}

mod power;
