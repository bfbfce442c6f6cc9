//! Writes a new project: staged on the same file system, then renamed or linked, so that nothing is ever half
//! there.
//!
//! Existing files are never touched and links are never followed (SE-24).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{RelPath, Tree, way_out};

/// Why a project could not be written; nothing was.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("these files exist already: {}", list(paths))]
    Collisions { paths: Vec<RelPath> },
    #[error("`{}` is a link, and links are not followed", path.display())]
    Link { path: PathBuf },
    #[error("`{}` is in the way of a directory", path.display())]
    NotADirectory { path: PathBuf },
    #[error("failed to {act} `{}`", path.display())]
    Io {
        act: &'static str,
        path: PathBuf,
        source: io::Error,
    },
}

impl Error {
    /// What to do about it, where that can be said.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Collisions { .. } => {
                Some("choose another directory, or move these files out of the way")
            }
            Self::Link { .. } => Some("write to the directory that the link leads to"),
            Self::NotADirectory { .. } => {
                Some("choose another directory, or move it out of the way")
            }
            Self::Io { source, .. } => way_out(source),
        }
    }
}

/// How many files a message names.
const NAMED: usize = 10;

fn list(paths: &[RelPath]) -> String {
    let named: Vec<String> = paths.iter().take(NAMED).map(ToString::to_string).collect();
    let named = named.join(", ");
    match paths.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

fn io_error(act: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Io { act, path, source }
}

/// How many files of `tree` would be written into `dir`; writes nothing.
///
/// # Errors
/// What [`commit`] would refuse.
pub fn absent(dir: &Path, tree: &Tree) -> Result<usize, Error> {
    match fs::metadata(dir) {
        Ok(meta) if meta.is_dir() => Ok(missing(dir, tree)?.len()),
        Ok(_) => Err(Error::NotADirectory {
            path: dir.to_owned(),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(tree.iter().count()),
        Err(error) => Err(io_error("read", dir)(error)),
    }
}

/// Writes all files of `tree` into `dir`, which need not exist.
///
/// A file that is there with the same content is left as it is.
pub fn commit(dir: &Path, tree: &Tree) -> Result<(), Error> {
    let dir = std::path::absolute(dir).map_err(io_error("find", dir))?;
    let parent = dir.parent().unwrap_or(&dir).to_owned();
    fs::create_dir_all(&parent).map_err(io_error("create", &parent))?;
    let present = match fs::metadata(&dir) {
        Ok(meta) if meta.is_dir() => true,
        Ok(_) => return Err(Error::NotADirectory { path: dir }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return Err(io_error("read", &dir)(error)),
    };
    let missing = if present {
        missing(&dir, tree)?
    } else {
        tree.iter().collect()
    };

    // A directory that is there may be all that we may write to, or a file system of its own: a volume of a
    // container, say.
    let place = if present { &dir } else { &parent };
    let stage = tempfile::Builder::new()
        .prefix(".dsoi-")
        .tempdir_in(place)
        .map_err(io_error("write in", place))?;
    for (path, text) in &missing {
        let file = stage.path().join(path.as_str());
        make_parent(&file)?;
        fs::write(&file, text).map_err(io_error("write", &file))?;
        permissions(&file, 0o644)?;
    }
    if present {
        return merge(stage.path(), &dir, &missing);
    }
    let stage = stage.keep();
    permissions(&stage, 0o755)?;
    fs::rename(&stage, &dir).map_err(|error| {
        // The stage is ours and of no use any more; the rename's error is what counts.
        let _ = fs::remove_dir_all(&stage);
        io_error("create", &dir)(error)
    })
}

/// The files that are not there yet; a file of other content is a collision.
fn missing<'a>(dir: &Path, tree: &'a Tree) -> Result<Vec<(&'a RelPath, &'a str)>, Error> {
    let mut missing = Vec::new();
    let mut collisions = Vec::new();
    for (path, text) in tree.iter() {
        for above in path.parents() {
            let above = dir.join(above);
            match fs::symlink_metadata(&above) {
                Ok(meta) if meta.is_symlink() => return Err(Error::Link { path: above }),
                Ok(meta) if !meta.is_dir() => return Err(Error::NotADirectory { path: above }),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => break,
                Err(error) => return Err(io_error("read", &above)(error)),
            }
        }
        let file = dir.join(path.as_str());
        match fs::symlink_metadata(&file) {
            Ok(meta) if meta.is_file() && same(&file, text)? => {}
            Ok(_) => collisions.push(path.clone()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => missing.push((path, text)),
            Err(error) => return Err(io_error("read", &file)(error)),
        }
    }
    if collisions.is_empty() {
        Ok(missing)
    } else {
        Err(Error::Collisions { paths: collisions })
    }
}

fn same(file: &Path, text: &str) -> Result<bool, Error> {
    let bytes = fs::read(file).map_err(io_error("read", file))?;
    Ok(bytes == text.as_bytes())
}

/// Moves the staged files to their places; what was moved goes again if one of them fails.
fn merge(stage: &Path, dir: &Path, files: &[(&RelPath, &str)]) -> Result<(), Error> {
    let mut moved = Vec::new();
    for (path, _) in files {
        let to = dir.join(path.as_str());
        let result = make_parent(&to).and_then(|()| {
            // A hard link fails where a rename would replace what came in between.
            fs::hard_link(stage.join(path.as_str()), &to).map_err(io_error("write", &to))
        });
        if let Err(error) = result {
            for file in moved {
                // Best effort: the first error is the one to report.
                let _ = fs::remove_file(file);
            }
            return Err(error);
        }
        moved.push(to);
    }
    Ok(())
}

fn make_parent(file: &Path) -> Result<(), Error> {
    let parent = file.parent().unwrap_or(file);
    fs::create_dir_all(parent).map_err(io_error("create", parent))
}

#[cfg(unix)]
fn permissions(path: &Path, mode: u32) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(io_error("write", path))
}

#[cfg(not(unix))]
fn permissions(_path: &Path, _mode: u32) -> Result<(), Error> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> Tree {
        let mut tree = Tree::new();
        tree.add("dsoi.yaml", "a: 1\n".to_owned()).unwrap();
        tree.add("src/main.rs", "fn main() {}\n".to_owned())
            .unwrap();
        tree
    }

    #[test]
    fn a_new_project_is_there_whole() {
        let temp = tempfile::tempdir().unwrap();
        let dir = temp.path().join("a/b");
        commit(&dir, &tree()).unwrap();
        assert_eq!(
            fs::read_to_string(dir.join("src/main.rs")).unwrap(),
            "fn main() {}\n"
        );
        let entries = fs::read_dir(temp.path().join("a")).unwrap().count();
        assert_eq!(entries, 1, "no stage is left behind");
    }

    #[test]
    fn every_collision_is_listed_and_nothing_is_written() {
        let temp = tempfile::tempdir().unwrap();
        fs::create_dir(temp.path().join("src")).unwrap();
        fs::write(temp.path().join("src/main.rs"), "mine").unwrap();
        fs::write(temp.path().join("dsoi.yaml"), "mine").unwrap();
        let error = commit(temp.path(), &tree()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "these files exist already: dsoi.yaml, src/main.rs"
        );
        assert_eq!(
            fs::read_to_string(temp.path().join("src/main.rs")).unwrap(),
            "mine"
        );
    }

    #[test]
    fn what_would_be_written_is_counted_and_what_would_be_refused_is_refused() {
        let temp = tempfile::tempdir().unwrap();
        let dir = temp.path().join("new");
        assert_eq!(absent(&dir, &tree()).unwrap(), 2);
        assert!(!dir.exists());
        commit(&dir, &tree()).unwrap();
        assert_eq!(absent(&dir, &tree()).unwrap(), 0);
        fs::write(dir.join("src/main.rs"), "mine").unwrap();
        assert!(matches!(
            absent(&dir, &tree()),
            Err(Error::Collisions { .. })
        ));
        let paths: Vec<RelPath> = (0..12)
            .map(|n| RelPath::new(format!("f{n}")).unwrap())
            .collect();
        assert!(
            Error::Collisions { paths }
                .to_string()
                .ends_with("f9 and 2 more")
        );
    }

    #[test]
    fn the_manifest_may_lie_in_the_directory_already() {
        let temp = tempfile::tempdir().unwrap();
        fs::write(temp.path().join("dsoi.yaml"), "a: 1\n").unwrap();
        commit(temp.path(), &tree()).unwrap();
        assert!(temp.path().join("src/main.rs").exists());
    }

    #[test]
    fn nothing_is_written_beside_a_directory_that_is_there() {
        let temp = tempfile::tempdir().unwrap();
        let dir = temp.path().join("project");
        fs::create_dir(&dir).unwrap();
        let changed = || fs::metadata(temp.path()).unwrap().modified().unwrap();
        let before = changed();
        commit(&dir, &tree()).unwrap();
        assert_eq!(changed(), before);
        let mut entries: Vec<_> = fs::read_dir(&dir)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        entries.sort();
        assert_eq!(entries, ["dsoi.yaml", "src"], "no stage is left behind");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_followed() {
        let temp = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(outside.path(), temp.path().join("src")).unwrap();
        assert!(matches!(
            commit(temp.path(), &tree()),
            Err(Error::Link { .. })
        ));
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
    }
}
