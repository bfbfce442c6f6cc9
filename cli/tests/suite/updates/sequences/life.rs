//! A project, what its user has done to it, and what must hold whatever that was.

use std::collections::{BTreeMap, BTreeSet};

use dsoi::args::{
    Accept, AddNodeTypeArgs, Guard, RemoveNodeTypeArgs, RenameNodeTypeArgs, UpdateArgs,
};
use dsoi::command::{Failure, Report};
use dsoi::command::{add, remove, rename, update};
use dsoi::write::{self, digest};
use proptest::sample::Index;

use super::super::killed::Killed;
use super::super::manifests::{Manifest, name_of};
use super::super::world::{Files, World};
use super::{Event, Tried};

/// A project, and what its user has done to it.
pub(super) struct Life {
    world: World,
    wanted: Manifest,
    /// Whether the manifest has line ends as Windows has them.
    crlf: bool,
    /// The lines of the user's own, by file.
    lines: BTreeMap<String, Vec<String>>,
    /// Files that the user has changed in any way.
    touched: BTreeSet<String>,
    /// Files that the user has removed.
    removed: BTreeMap<String, Removed>,
    /// What the last update had to write.
    fresh: Files,
    count: usize,
}

/// A file as it was when it was removed.
struct Removed {
    bytes: Vec<u8>,
    lines: Option<Vec<String>>,
    touched: bool,
}

impl Life {
    pub(super) fn new(wanted: Manifest) -> Self {
        let world = World::of_text(&wanted.text());
        Self {
            wanted,
            crlf: false,
            lines: BTreeMap::new(),
            touched: BTreeSet::new(),
            removed: BTreeMap::new(),
            fresh: world.rendered(),
            world,
            count: 0,
        }
    }

    pub(super) fn files(&self) -> Files {
        self.world.files()
    }

    /// A file that its user may edit.
    fn pick(&self, index: Index) -> Option<String> {
        let files = self.world.files().into_keys();
        let files: Vec<String> = files
            .filter(|path| !path.starts_with(".dsoi/") && path != "dsoi.yaml")
            .collect();
        (!files.is_empty()).then(|| index.get(&files).clone())
    }

    fn edit(&mut self, file: Index, change: impl FnOnce(&mut Vec<String>)) -> Option<String> {
        let path = self.pick(file)?;
        let text = self.world.read(&path);
        let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
        change(&mut lines);
        self.world.write(&path, lines.concat());
        self.touched.insert(path.clone());
        Some(path)
    }

    pub(super) fn happens(&mut self, event: &Event, tried: &mut Tried) {
        match event {
            Event::Line(file, at) => {
                self.line(*file, *at, tried);
            }
            Event::Cut(file, at) => {
                let mut cut = String::new();
                let edited = self.edit(*file, |lines| {
                    if !lines.is_empty() {
                        cut = lines.remove(at.index(lines.len()));
                    }
                });
                if let Some(own) = edited.and_then(|path| self.lines.get_mut(&path)) {
                    own.retain(|line| line != cut.trim_end());
                }
            }
            Event::Remove(file) => {
                if let Some(path) = self.pick(*file) {
                    self.remove(&path);
                }
            }
            Event::Restore(file) => self.restore(*file),
            Event::Crlf(file) => {
                self.edit(*file, |lines| {
                    for line in lines.iter_mut().filter(|line| !line.ends_with("\r\n")) {
                        *line = line.replace('\n', "\r\n");
                    }
                });
            }
            Event::Manifest(change) => self.wanted.change(change),
            Event::Ends => self.crlf = !self.crlf,
            Event::Lost(at, edit) => self.lost(*at, *edit, tried),
            Event::AddAndRemove(like) => self.add_and_remove(*like, tried),
            Event::RenameAndBack(which, edit) => self.rename_and_back(*which, *edit, tried),
            Event::Update => self.update(tried),
        }
    }

    /// Writes a line of the user's own; out: where.
    fn line(&mut self, file: Index, at: Index, tried: &mut Tried) -> Option<String> {
        let line = format!("// mine {}", self.count);
        self.count += 1;
        let path = self.edit(file, |lines| {
            let end = if lines.first().is_some_and(|line| line.ends_with("\r\n")) {
                "\r\n"
            } else {
                "\n"
            };
            let at = at.index(lines.len() + 1);
            // Behind a last line without an end.
            if at == lines.len()
                && let Some(last) = lines.last_mut().filter(|line| !line.ends_with('\n'))
            {
                last.push_str(end);
            }
            lines.insert(at, format!("{line}{end}"));
        })?;
        tried.lines += 1;
        self.lines.entry(path.clone()).or_default().push(line);
        Some(path)
    }

    fn remove(&mut self, path: &str) {
        let removed = Removed {
            bytes: self.world.files().remove(path).unwrap(),
            lines: self.lines.remove(path),
            touched: !self.touched.insert(path.to_owned()),
        };
        self.world.remove(path);
        self.removed.insert(path.to_owned(), removed);
    }

    fn restore(&mut self, file: Index) {
        let paths: Vec<String> = self.removed.keys().cloned().collect();
        if paths.is_empty() {
            return;
        }
        let path = file.get(&paths).clone();
        let removed = self.removed.remove(&path).unwrap();
        self.world.write(&path, removed.bytes);
        if !removed.touched {
            self.touched.remove(&path);
        }
        if let Some(lines) = removed.lines {
            self.lines.insert(path, lines);
        }
    }

    fn run(&self, markers: bool) -> Result<Report, Failure> {
        let args = UpdateArgs {
            guard: guard(markers),
            ..UpdateArgs::default()
        };
        update::run(&args, self.world.dir())
    }

    /// Writes the manifest that is wanted.
    fn say(&self) {
        let mut text = self.wanted.text();
        if self.crlf {
            text = text.replace('\n', "\r\n");
        }
        self.world.write("dsoi.yaml", text);
    }

    /// An update dies at an operation on the disk. The next command puts back what was, but for a file that was edited since.
    fn lost(&mut self, at: Index, edit: Option<(Index, Index)>, tried: &mut Tried) {
        self.say();
        let Some(changes) = self.world.wanted() else {
            return;
        };
        if changes.is_empty() {
            return;
        }
        tried.lost += 1;
        let before = self.world.files();
        let mut after = before.clone();
        for change in &changes {
            match &change.after {
                Some(bytes) => after.insert(change.path.to_string(), bytes.clone()),
                None => after.remove(change.path.as_str()),
            };
        }
        let killed = Killed::at(at.index(8 * changes.len() + 16));
        let happened = write::update(self.world.dir(), &changes, &killed).is_ok();
        let edited = edit.and_then(|(file, line)| self.line(file, line, tried));
        let left = self.world.files();
        let interrupted = left.contains_key(".dsoi/update/journal");
        let looks = update::run(
            &UpdateArgs {
                check: true,
                guard: guard(false),
                ..UpdateArgs::default()
            },
            self.world.dir(),
        );
        assert!(!interrupted || looks.is_err(), "a look sees nothing of it");
        assert_eq!(left, self.world.files(), "a look writes nothing");
        // A command that has nothing to do but that.
        let next = self.add("base", None).unwrap_err();
        let now = self.world.files();
        let changed: Vec<&str> = match &next {
            Failure::Beside {
                key: "recovered",
                data,
                ..
            } => {
                let list = data["changedSince"].as_array().unwrap();
                list.iter().map(|path| path.as_str().unwrap()).collect()
            }
            _ => Vec::new(),
        };
        assert_eq!(
            interrupted,
            matches!(
                next,
                Failure::Beside {
                    key: "recovered",
                    ..
                }
            ),
            "{next}"
        );
        let is = |whole: &Files| {
            let paths = whole.keys().chain(now.keys());
            let mut others = paths.filter(|path| whole.get(*path) != now.get(*path));
            others.all(|path| Some(path) == edited.as_ref())
        };
        assert!(
            if interrupted {
                is(&before)
            } else {
                is(&before) || is(&after)
            },
            "a mix of the old project and the new one"
        );
        if let Some(path) = &edited {
            assert_eq!(now.get(path), left.get(path), "`{path}` was edited since");
            let planned = changes.iter().any(|change| change.path.as_str() == path);
            let named = changed.contains(&path.as_str());
            assert_eq!(named, interrupted && planned, "`{path}`: {changed:?}");
        } else if is(&before) {
            tried.old += 1;
        } else {
            tried.new += 1;
        }
        if happened || is(&after) {
            self.fresh = self.world.rendered();
        }
    }

    fn add(&self, name: &str, like: Option<&str>) -> Result<Report, Failure> {
        let args = AddNodeTypeArgs {
            name: name.to_owned(),
            like: like.map(ToOwned::to_owned),
            kind: Vec::new(),
            port: Vec::new(),
            guard: guard(false),
        };
        add::node_type(&args, self.world.dir())
    }

    /// A node type that nobody has edited since leaves what was before it.
    fn add_and_remove(&mut self, like: Option<Index>, tried: &mut Tried) {
        self.update(tried);
        let types: Vec<String> = self.wanted.all().map(name_of).collect();
        let like = like.map(|like| like.get(&types).as_str());
        let before = self.world.files();
        // Where lines of the user's own are in the way, or the order names all of them.
        if let Err(failure) = self.add("newcomer", like) {
            assert!(matches!(failure, Failure::Files { .. }), "{failure}");
            assert_eq!(before, self.world.files());
            return;
        }
        tried.added += 1;
        self.are_there();
        let args = RemoveNodeTypeArgs {
            name: "newcomer".to_owned(),
            guard: guard(false),
        };
        remove::node_type(&args, self.world.dir()).unwrap_or_else(|failure| panic!("{failure}"));
        assert_same(&before, &self.world.files());
    }

    /// Two renamings leave what was before them, and what was edited in between.
    fn rename_and_back(&mut self, which: Index, edit: bool, tried: &mut Tried) {
        self.update(tried);
        let types: Vec<String> = self.wanted.all().map(name_of).collect();
        let old = which.get(&types).as_str();
        let rename = |life: &Self, old: &str, new: &str| {
            let args = RenameNodeTypeArgs {
                old: old.to_owned(),
                new: new.to_owned(),
                no_alias: true,
                guard: guard(false),
            };
            rename::node_type(&args, life.world.dir())
        };
        let before = self.world.files();
        if let Err(failure) = rename(self, old, "renamed") {
            assert!(matches!(failure, Failure::Files { .. }), "{failure}");
            assert_eq!(before, self.world.files());
            return;
        }
        tried.renamed += 1;
        self.are_there();
        let own = "src/nodes/renamed.rs";
        let edited = edit && self.world.path(own).is_file();
        if edited {
            self.world
                .write(own, self.world.read(own) + "// in between\n");
        }
        rename(self, "renamed", old).unwrap_or_else(|failure| panic!("{failure}"));
        let mut now = self.world.files();
        let own = format!("src/nodes/{}.rs", old.replace('-', "_"));
        if edited {
            let text = self.world.read(&own);
            let text = text.strip_suffix("// in between\n").unwrap().to_owned();
            self.world.write(&own, &text);
            now.insert(own, text.into_bytes());
        }
        assert_same(&before, &now);
    }

    /// Each line of the user's own is somewhere.
    fn are_there(&self) {
        let files = self.world.files();
        let own = files.iter().filter(|(path, _)| !path.starts_with(".dsoi/"));
        let text: String = own
            .map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned() + "\n")
            .collect();
        let there: BTreeSet<&str> = text.lines().map(str::trim_end).collect();
        for line in self.lines.values().flatten() {
            assert!(there.contains(line.as_str()), "`{line}` is lost");
        }
    }

    fn update(&mut self, tried: &mut Tried) {
        self.say();
        tried.updates += 1;
        let mut before = self.world.files();
        let mut result = self.run(false);
        if let Err(failure) = &result {
            assert_eq!(
                before,
                self.world.files(),
                "a refusal writes nothing: {failure}"
            );
            tried.refused += 1;
            // What the messages say: files that dsoi writes whole are removed, for the others there are markers.
            for (path, why) in named(failure) {
                if why == "edited" || why == "taken" {
                    self.remove(&path);
                    // It is written anew, as nobody has edited it.
                    self.touched.remove(&path);
                    self.removed.remove(&path);
                }
            }
            before = self.world.files();
            result = self.run(true);
        }
        let report = result.unwrap_or_else(|failure| panic!("{failure}"));
        self.is_named(&report, &before);
        tried.marked += self.choose(&report);
        self.holds(&report);
    }

    /// What an update has done to a file is said; so is what it would have done, were the file not the user's.
    fn is_named(&mut self, report: &Report, before: &Files) {
        let said: BTreeMap<&str, &str> = report.data["files"]
            .as_array()
            .unwrap()
            .iter()
            .map(|file| {
                let text = |key: &str| file[key].as_str().unwrap();
                (text("path"), text("outcome"))
            })
            .collect();
        let (now, fresh) = (self.world.files(), self.world.rendered());
        let lock: serde_json::Value = serde_json::from_slice(&now[".dsoi/lock"]).unwrap();
        let theirs = |path: &&String| !path.starts_with(".dsoi/") && *path != "dsoi.yaml";
        for path in before.keys().chain(now.keys()).filter(theirs) {
            let outcome = said.get(path.as_str()).copied();
            let wrote = match outcome {
                Some("created" | "updated" | "merged" | "marked" | "removed") => true,
                Some("yours" | "leftOut" | "orphaned") | None => false,
                Some(other) => panic!("`{path}` is {other}"),
            };
            let changed = before.get(path) != now.get(path);
            assert_eq!(wrote, changed, "`{path}` is {outcome:?}");
        }
        for (path, text) in fresh.iter().filter(|(path, _)| theirs(path)) {
            let asked = self.fresh.get(path).is_some_and(|last| last != text);
            let once = lock["files"][path]["owner"] == "once";
            let outcome = said.get(path.as_str()).copied();
            if !now.contains_key(path) {
                // As long as it would be another than the one that was removed.
                let behind = lock["files"][path]["sha256"] != digest(text);
                assert_eq!(outcome, behind.then_some("leftOut"), "`{path}`");
            } else if asked && once && self.edited(path, &now) {
                assert_eq!(outcome, Some("yours"), "`{path}`");
            }
        }
        for path in self.fresh.keys().filter(theirs) {
            if !fresh.contains_key(path) && now.contains_key(path) {
                assert_eq!(said.get(path.as_str()), Some(&"orphaned"), "`{path}`");
            }
        }
        // What is removed stays so, unless it follows from the manifest alone or is another file by now.
        self.removed.retain(|path, _| {
            let generated = lock["files"][path]["owner"] == "generated";
            fresh.contains_key(path) && self.fresh.contains_key(path) && !generated
        });
        for path in self.removed.keys() {
            assert!(!now.contains_key(path), "`{path}` is back");
        }
        self.fresh = fresh;
    }

    /// Whether a file is more than one with other line ends.
    fn edited(&self, path: &str, now: &Files) -> bool {
        let plain = |files: &Files| {
            let text = String::from_utf8_lossy(files.get(path)?).replace("\r\n", "\n");
            Some(text)
        };
        plain(now) != plain(&self.world.rendered())
    }

    /// Keeps both sides of each conflict. Out: in how many files there were some.
    fn choose(&self, report: &Report) -> usize {
        let files = report.data["files"].as_array().unwrap();
        let marked = files.iter().filter(|file| file["outcome"] == "marked");
        let marked: Vec<&str> = marked.map(|file| file["path"].as_str().unwrap()).collect();
        if let Some(path) = marked.first() {
            let failure = self.run(true).unwrap_err();
            let refused = named(&failure);
            assert!(
                refused.contains(&((*path).to_owned(), "markers".to_owned())),
                "markers are not seen: {failure}"
            );
        }
        for path in &marked {
            let mut base = false;
            let mut chosen = String::new();
            for line in self.world.read(path).split_inclusive('\n') {
                match line.trim_end() {
                    "||||||| as dsoi last wrote it" => base = true,
                    "=======" => base = false,
                    "<<<<<<< yours" | ">>>>>>> from dsoi.yaml" => {}
                    _ if base => {}
                    _ => chosen += line,
                }
            }
            self.world.write(path, chosen);
        }
        marked.len()
    }

    fn holds(&mut self, report: &Report) {
        let files = self.world.files();
        let fresh = self.world.rendered();
        for (path, lines) in &self.lines {
            let text = String::from_utf8_lossy(files.get(path).unwrap_or_else(|| {
                panic!("`{path}` is gone, with edits");
            }));
            for line in lines {
                let kept = text.lines().any(|known| known.trim_end() == line);
                assert!(kept, "`{line}` in `{path}` is lost");
            }
        }
        let stale = self.world.stale(&report.notes.join("\n"));
        assert!(stale.is_empty(), "{stale:?}");
        for (path, text) in fresh.iter().filter(|(path, _)| !path.starts_with(".dsoi/")) {
            if !self.touched.contains(path) {
                assert!(
                    files.get(path) == Some(text),
                    "`{path}` is not as in a new project"
                );
            }
        }
        for path in files.keys().filter(|path| !self.touched.contains(*path)) {
            assert!(
                fresh.contains_key(path),
                "nobody needs `{path}`, and it is there"
            );
        }
        let again = self
            .run(false)
            .unwrap_or_else(|failure| panic!("again: {failure}"));
        assert_eq!(again.data["upToDate"], true, "{:?}", again.notes);
        assert_eq!(files, self.world.files(), "a second update does nothing");
    }
}

/// The files that a failure names, and why.
fn named(failure: &Failure) -> Vec<(String, String)> {
    let failure = match failure {
        Failure::Beside { failure, .. } => failure,
        failure => failure,
    };
    let Failure::Files { files, .. } = failure else {
        panic!("{failure}");
    };
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    files
        .iter()
        .map(|file| (text(&file["path"]), text(&file["why"])))
        .collect()
}

/// Yes to all that is asked.
fn guard(markers: bool) -> Guard {
    Guard {
        markers,
        accept: vec![Accept::Breaking, Accept::Security],
        ..Guard::default()
    }
}

fn assert_same(before: &Files, now: &Files) {
    let paths: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    for path in paths {
        let text = |files: &Files| {
            files
                .get(path)
                .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        };
        assert_eq!(text(before), text(now), "`{path}`");
    }
}
