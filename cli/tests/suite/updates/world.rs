//! A project in a folder of its own, and what can be done to it.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use dsoi::command::init;
use dsoi::manifest::Source;
use dsoi::render::Settings;
use dsoi::update::{Project, decide};
use dsoi::write::{self, Change, Tree};

use super::killed::Killed;
use crate::testdata;

/// Files by path; a link is what it leads to.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

pub(crate) struct World {
    temp: tempfile::TempDir,
    /// The last rendering of a new project, and of what.
    fresh: Mutex<Option<(Said, Option<Arc<Tree>>)>>,
}

/// A manifest, and the settings of a project.
type Said = (Vec<u8>, String);

/// A command that was run in a project.
pub(crate) struct Run {
    pub(crate) args: Vec<String>,
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// Whether it was meant to write.
    pub(crate) fn is_an_update(&self) -> bool {
        let looks = |arg: &String| arg == "--check" || arg == "--dry-run";
        matches!(
            self.args[0].as_str(),
            "update" | "add" | "remove" | "rename"
        ) && !self.args.iter().any(looks)
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "$ dsoi {}", self.args.join(" "))?;
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                writeln!(f, "{name}:")?;
                for line in text.lines() {
                    writeln!(f, "{}", format!("  {line}").trim_end())?;
                }
            }
        }
        write!(f, "exit code: {}", self.code)
    }
}

impl World {
    /// A new project of a shipped manifest.
    pub(crate) fn new(base: &str, runtime: &str) -> Self {
        Self::of(&Self::rendering(base, runtime))
    }

    /// The files of a new project with the runtime of the registry, rendered once.
    pub(crate) fn known(base: &str) -> Arc<Tree> {
        static KNOWN: Mutex<BTreeMap<String, Arc<Tree>>> = Mutex::new(BTreeMap::new());
        let mut known = KNOWN.lock().unwrap();
        let tree = known.entry(base.to_owned());
        tree.or_insert_with(|| Arc::new(Self::rendering(base, "version=0.1.0")))
            .clone()
    }

    /// A new project of a manifest, with the runtime of the registry.
    pub(crate) fn of_text(manifest: &str) -> Self {
        Self::of(&Self::tree(manifest.to_owned(), "version=0.1.0"))
    }

    fn rendering(base: &str, runtime: &str) -> Tree {
        let text = fs::read_to_string(testdata("manifests").join(format!("{base}.yaml"))).unwrap();
        Self::tree(text, runtime)
    }

    fn tree(text: String, runtime: &str) -> Tree {
        let source = Source::new("dsoi.yaml", text.into_bytes()).unwrap();
        let settings = Settings {
            runtime: init::runtime(Some(&runtime.parse().unwrap())).unwrap(),
            kubernetes: "1.36".to_owned(),
        };
        init::generate(&source, &settings)
            .unwrap_or_else(|failure| panic!("{failure:#?}\n{}", source.text()))
    }

    /// An empty folder.
    pub(crate) fn empty() -> Self {
        Self {
            temp: tempfile::tempdir().unwrap(),
            fresh: Mutex::default(),
        }
    }

    /// A project of these files.
    pub(crate) fn of(tree: &Tree) -> Self {
        let world = Self::empty();
        for (path, text) in tree.iter() {
            world.write(path.as_str(), text);
        }
        world
    }

    pub(crate) fn dir(&self) -> &Path {
        self.temp.path()
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.dir().join(path)
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Removes a file or a folder.
    pub(crate) fn remove(&self, path: &str) {
        let path = self.path(path);
        if path.is_dir() {
            fs::remove_dir_all(path).unwrap();
        } else {
            fs::remove_file(path).unwrap();
        }
    }

    #[cfg(unix)]
    pub(crate) fn link(&self, path: &str, to: &str) {
        if self.path(path).exists() {
            self.remove(path);
        }
        std::os::unix::fs::symlink(to, self.path(path)).unwrap();
    }

    #[cfg(unix)]
    pub(crate) fn read_only(&self, path: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(self.path(path), fs::Permissions::from_mode(0o444)).unwrap();
    }

    pub(crate) fn git(&self, args: &[String]) {
        let output = self
            .command("git")
            .args(["-c", "user.name=A", "-c", "user.email=a@example.com"])
            .args(args)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.dir())
            .env("NO_COLOR", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("LC_ALL", "C")
            .env("GIT_CONFIG_SYSTEM", "/dev/null");
        command
    }

    /// Runs dsoi in the project; with `room`, no file may grow beyond so many blocks of 512 bytes.
    pub(crate) fn run(&self, args: &[String], room: Option<u32>) -> Run {
        let dsoi = env!("CARGO_BIN_EXE_dsoi");
        let output: Output = match room {
            None => self.command(dsoi).args(args).output().unwrap(),
            Some(room) => self
                .command("sh")
                // Without the signal, the write itself fails, as it does on a full disk.
                .args([
                    "-c",
                    &format!("trap '' XFSZ; ulimit -f {room}; exec \"$@\""),
                ])
                .args(["sh", dsoi])
                .args(args)
                .output()
                .unwrap(),
        };
        Run {
            args: args.to_vec(),
            code: output.status.code().unwrap(),
            stdout: self.said(output.stdout),
            stderr: self.said(output.stderr),
        }
    }

    /// What a program has printed, wherever this project lies.
    fn said(&self, bytes: Vec<u8>) -> String {
        let text = String::from_utf8(bytes).unwrap();
        text.replace(self.dir().to_str().unwrap(), "DIR")
    }

    /// Every file but those of git.
    pub(crate) fn files(&self) -> Files {
        let walk = walkdir::WalkDir::new(self.dir()).into_iter();
        walk.filter_entry(|entry| entry.file_name() != ".git")
            .map(Result::unwrap)
            .filter(|entry| !entry.file_type().is_dir())
            .map(|entry| {
                let path = entry.path().strip_prefix(self.dir()).unwrap();
                let bytes = if entry.file_type().is_symlink() {
                    let to = fs::read_link(entry.path()).unwrap();
                    format!("-> {}", to.display()).into_bytes()
                } else {
                    fs::read(entry.path()).unwrap()
                };
                (path.to_str().unwrap().to_owned(), bytes)
            })
            .collect()
    }

    /// What a new project of the manifest would have, with the settings of this one; empty if there can be none.
    pub(crate) fn rendered(&self) -> Files {
        let tree = self.fresh();
        let tree = tree.iter().flat_map(|tree| tree.iter());
        tree.map(|(path, text)| (path.to_string(), text.as_bytes().to_vec()))
            .collect()
    }

    fn fresh(&self) -> Option<Arc<Tree>> {
        let lock = Project::read_lock(self.dir()).ok()?;
        let bytes = fs::read(self.path("dsoi.yaml")).ok()?;
        let settings = lock.settings().ok()?;
        // It is asked for again and again, and takes a while.
        let key = (bytes.clone(), format!("{settings:?}"));
        let mut known = self.fresh.lock().unwrap();
        if let Some((of, tree)) = known.as_ref()
            && *of == key
        {
            return tree.clone();
        }
        let source = Source::new("dsoi.yaml", bytes).ok()?;
        let tree = init::generate(&source, &settings).ok().map(Arc::new);
        *known = Some((key, tree.clone()));
        tree
    }

    /// The files of `.dsoi` that are others than those of a new project of the manifest. One that is not dsoi's has
    /// been `named`; what is kept of a file that is not there may be of another time.
    pub(crate) fn stale(&self, named: &str) -> Vec<String> {
        let (mut now, mut fresh) = (self.files(), self.rendered());
        let absent: Vec<String> = fresh
            .keys()
            .filter(|path| {
                let meta = fs::symlink_metadata(self.path(path));
                !meta.is_ok_and(|meta| meta.is_file())
            })
            .cloned()
            .collect();
        for files in [&mut now, &mut fresh] {
            files.retain(|path, _| path.starts_with(".dsoi/"));
            if let Some(lock) = files.get_mut(".dsoi/lock") {
                let mut document: serde_json::Value = serde_json::from_slice(lock).unwrap();
                // What was released is no part of a new project.
                drop(document.as_object_mut().unwrap().remove("released"));
                for path in &absent {
                    document["files"].as_object_mut().unwrap().remove(path);
                }
                *lock = document.to_string().into_bytes();
            }
            for path in &absent {
                files.remove(&format!(".dsoi/base/{path}"));
            }
        }
        now.retain(|path, _| !named.contains(&format!("kept     {path}: dsoi has not")));
        let paths = now.keys().chain(fresh.keys()).cloned();
        let mut stale: Vec<String> = paths
            .filter(|path| now.get(path) != fresh.get(path))
            .collect();
        stale.dedup();
        stale
    }

    /// What an update would change, if nothing stands in its way.
    pub(crate) fn changes(&self) -> Vec<Change> {
        self.wanted().unwrap()
    }

    /// The same; `None` where something does.
    pub(crate) fn wanted(&self) -> Option<Vec<Change>> {
        let lock = Project::read_lock(self.dir()).unwrap();
        let source = Source::new("dsoi.yaml", fs::read(self.path("dsoi.yaml")).unwrap()).unwrap();
        let (plan, tree) = init::planned(&source, &lock.settings().unwrap()).unwrap();
        let paths = tree.iter().map(|(path, _)| path.clone());
        let paths = paths.filter(|path| !path.as_str().starts_with(".dsoi/"));
        let project = Project::read(self.dir(), lock, paths).unwrap();
        let decision = decide(&plan, &tree, &project, false, || None);
        decision.refused.is_empty().then_some(decision.changes)
    }

    /// An update whose process is gone at an operation on the disk.
    pub(crate) fn killed(&self, operation: usize) {
        let killed = Killed::at(operation);
        write::update(self.dir(), &self.changes(), &killed).unwrap_err();
    }
}
