//! Nothing outside of a project is written, by any command that writes (SE-24): whatever its manifest, its lock and the command
//! line say, and whatever in it leads elsewhere.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser;
use dsoi::args::Cli;
use dsoi::command::{self, Failure};
use serde_json::{Value, json};

use crate::injection::{PATHS, quickstart, variants};
use crate::updates::world::World;

/// A project, and beside it what must stay as it is.
struct Place {
    temp: tempfile::TempDir,
}

/// What dsoi says.
type Done = Result<command::Report, Failure>;

impl Place {
    /// A project of the quick start whose manifest has changed in many ways since.
    fn new() -> Self {
        let place = Self {
            temp: tempfile::tempdir().unwrap(),
        };
        for (path, text) in World::known("quickstart").iter() {
            place.write(path.as_str(), text);
        }
        let manifest = fs::read_to_string(place.path("dsoi.yaml")).unwrap();
        let manifest = manifest
            .replace("tally:2.1", "tally:2.2")
            .replace("info | warn", "info | warn | error")
            .replace("path: /ready", "path: /readyz");
        place.write("dsoi.yaml", &manifest);
        fs::create_dir_all(place.outside().join("folder")).unwrap();
        fs::write(place.outside().join("file"), "mine").unwrap();
        place
    }

    fn dir(&self) -> PathBuf {
        self.temp.path().join("in/project")
    }

    fn outside(&self) -> PathBuf {
        self.temp.path().join("outside")
    }

    fn path(&self, path: &str) -> PathBuf {
        self.dir().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Everything that is not in the project; of a link, where it leads.
    fn beside(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let walk = walkdir::WalkDir::new(self.temp.path()).into_iter();
        walk.filter_entry(|entry| entry.path() != self.dir())
            .map(Result::unwrap)
            .map(|entry| {
                let bytes = match entry.path_is_symlink() {
                    true => fs::read_link(entry.path()).unwrap().into_os_string(),
                    false if entry.file_type().is_dir() => "a directory".into(),
                    false => return (entry.path().to_owned(), fs::read(entry.path()).unwrap()),
                };
                (entry.into_path(), bytes.into_encoded_bytes())
            })
            .collect()
    }

    fn run(&self, args: &[&str]) -> Done {
        let dir = self.dir();
        let all = ["dsoi", "-C", dir.to_str().unwrap()];
        let all = all.iter().chain(args).copied();
        let cli = Cli::try_parse_from(all).map_err(|error| Failure::Usage {
            message: error.to_string(),
            help: None,
        })?;
        command::run(&cli)
    }

    /// Runs it, and fails if anything else than the project has changed, or a bug of ours shows.
    fn stays_inside(&self, args: &[&str], what: &str) -> Done {
        let before = self.beside();
        let done = self.run(args);
        assert_eq!(before, self.beside(), "{what}: {args:?}: {done:?}");
        if let Err(failure) = &done {
            assert_ne!(failure.exit_code(), 70, "{what}: {args:?}: {failure:?}");
        }
        assert!(!self.path(".git").exists(), "{what}: {args:?}");
        done
    }
}

/// Every command that writes to a project, where it has something to write.
const WRITING: &[&[&str]] = &[
    &["update"],
    &["add", "nodetype", "cache", "--like", "gateway"],
    &["update", "--runtime", "path=../rt", "--k8s", "1.35"],
    &["add", "nodetype", "cache", "--markers"],
    &["remove", "nodetype", "gateway"],
    &["rename", "nodetype", "gateway", "edge"],
    &[
        "import",
        "crd",
        "-f",
        "config/crd/tallies.yaml",
        "-o",
        "imported.yaml",
    ],
];

#[test]
fn every_command_that_writes_has_something_to_write() {
    for args in WRITING {
        let place = Place::new();
        // An import knows of no project: what it writes is its one file.
        let wrote = || {
            let lock = fs::read(place.path(".dsoi/lock")).unwrap();
            (lock, place.path("imported.yaml").exists())
        };
        let before = wrote();
        place.stays_inside(args, "a project").unwrap();
        assert_ne!(before, wrote(), "{args:?}");
    }
}

#[test]
fn a_hostile_manifest_stays_inside_of_its_project() {
    let mut tried = 0;
    let mut written = 0;
    let mut place = Place::new();
    for hostile in PATHS {
        for manifest in variants(&quickstart(), hostile) {
            place.write("dsoi.yaml", &manifest.to_string());
            let args = WRITING[tried % WRITING.len()];
            tried += 1;
            // What was refused has left the project as it was, too.
            if place.stays_inside(args, hostile).is_ok() {
                written += 1;
                place = Place::new();
            }
        }
    }
    println!("{tried} hostile manifests, of which {written} are harmless");
    assert!(tried > 300 && written > 10, "{tried}, {written}");
}

#[test]
fn a_hostile_command_line_stays_inside_of_its_project() {
    let mut place = Place::new();
    for hostile in PATHS {
        for args in [
            &["add", "nodetype", hostile][..],
            &["add", "nodetype", "cache", "--like", hostile],
            &["update", "--runtime", hostile],
            &["remove", "nodetype", hostile],
            &["rename", "nodetype", "gateway", hostile],
            &["update", "--k8s", hostile],
        ] {
            if place.stays_inside(args, hostile).is_ok() {
                place = Place::new();
            }
        }
    }
    for hostile in PATHS.iter().step_by(9) {
        // It may be a fine path of a runtime; nothing is written there.
        let runtime = format!("path={hostile}");
        let _ = Place::new().stays_inside(&["update", "--runtime", &runtime], hostile);
    }
}

#[test]
fn a_hostile_lock_stays_inside_of_its_project() {
    let place = Place::new();
    let known = fs::read(place.path(".dsoi/lock")).unwrap();
    let known: Value = serde_json::from_slice(&known).unwrap();
    for hostile in PATHS
        .iter()
        .step_by(3)
        .chain(&["../../outside/file", "../../outside"])
    {
        let mut lock = known.clone();
        // As if dsoi had written it, and it had not been edited since.
        let mine = "a0d1c8b0a83f8f0e4d0f0a6ac2b57bbf0e5ad5c9ec3c2b1cbd2f1f4f6a4a8c59";
        lock["files"][*hostile] = json!({ "sha256": mine });
        place.write(".dsoi/lock", &lock.to_string());
        let _ = place.stays_inside(&["update"], hostile);
    }
}

/// What a link in the project's place leads to.
#[derive(Clone, Copy, Debug)]
enum To {
    File,
    Folder,
    Nowhere,
    /// What was in its place.
    Moved,
}

#[cfg(unix)]
fn link(place: &Place, path: &str, to: To) {
    let (here, outside) = (place.path(path), place.outside());
    let target = match to {
        To::File => outside.join("file"),
        To::Folder => outside.join("folder"),
        To::Nowhere => outside.join("nowhere"),
        To::Moved => outside.join("moved"),
    };
    if matches!(to, To::Moved) {
        fs::rename(&here, &target).unwrap();
    } else if here.is_dir() {
        fs::remove_dir_all(&here).unwrap();
    } else {
        fs::remove_file(&here).unwrap();
    }
    std::os::unix::fs::symlink(target, here).unwrap();
}

/// Every file and folder of a new project.
fn places() -> Vec<String> {
    let tree = World::known("quickstart");
    let mut places: Vec<String> = Vec::new();
    for (path, _) in tree.iter() {
        places.extend(path.parents().map(ToOwned::to_owned));
        places.push(path.to_string());
    }
    places.sort();
    places.dedup();
    places
}

#[cfg(unix)]
#[test]
fn no_command_follows_a_link_in_its_project() {
    let kinds = [To::Moved, To::File, To::Folder, To::Nowhere];
    let mut refused = 0;
    // Four and seven: every kind of link meets every command.
    let kinds = kinds.iter().cycle();
    for ((path, to), args) in places().iter().zip(kinds).zip(WRITING.iter().cycle()) {
        let place = Place::new();
        link(&place, path, *to);
        let done = place.stays_inside(args, &format!("{path} to {to:?}"));
        refused += usize::from(done.is_err());
        // What was refused is not even half there.
        let link = fs::symlink_metadata(place.path(path)).unwrap();
        assert!(done.is_ok() || link.is_symlink(), "{path} to {to:?}");
    }
    println!("{} links, {refused} of them in the way", places().len());
    assert!(refused > 30, "{refused}");
}

#[cfg(unix)]
#[test]
fn a_directory_full_of_links_is_left_as_it_is() {
    for args in WRITING {
        let place = Place::new();
        let files: Vec<String> = places()
            .into_iter()
            .filter(|path| place.path(path).is_file())
            .collect();
        for path in &files {
            link(&place, path, To::File);
        }
        let done = place.stays_inside(args, "all files");
        assert!(done.is_err(), "{done:?}");
        for path in &files {
            assert!(place.path(path).is_symlink(), "{path}");
        }
    }
}

/// A project that is itself a link is the directory that it leads to, and nothing beside that.
#[cfg(unix)]
#[test]
fn a_project_behind_a_link_is_updated_in_its_own_place() {
    let place = Place::new();
    let alias = place.temp.path().join("alias");
    std::os::unix::fs::symlink(place.dir(), &alias).unwrap();
    let before = place.beside();
    let cli = Cli::try_parse_from([
        Path::new("dsoi"),
        Path::new("-C"),
        &alias,
        Path::new("update"),
    ]);
    command::run(&cli.unwrap()).unwrap();
    assert_eq!(before, place.beside());
    let main = fs::read_to_string(place.path("src/cluster.rs")).unwrap();
    assert!(main.contains("tally:2.2"));
}
