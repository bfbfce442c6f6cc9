//! Random changes of a manifest and random edits of its project, with updates in between: nothing that a person wrote is
//! ever lost, what nobody edited is as in a new project, and a second update does nothing.
//!
//! `DSOI_CASES=1000 cargo test -p dsoi --test suite sequences -- --nocapture` tries more of them.

use std::collections::{BTreeMap, BTreeSet};

use dsoi::args::{Guard, UpdateArgs};
use dsoi::command::update;
use dsoi::command::{Failure, Report};
use dsoi::write::digest;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};

use super::world::{Files, World};

/// What happens to a project between two updates.
#[derive(Clone, Debug)]
enum Event {
    /// A line of the user's own, in a file at a place.
    Line(Index, Index),
    /// A line of dsoi's that the user removes.
    Cut(Index, Index),
    Remove(Index),
    /// A file that was removed, as it was then.
    Restore(Index),
    Crlf(Index),
    /// A node type that comes or goes.
    NodeType(u8),
    /// A setting of the application that comes or goes.
    Field(u8),
    /// Another argument of a node type.
    Argument(u8),
    Image(u8),
    Update,
}

fn event() -> impl Strategy<Value = Event> {
    let index = any::<Index>;
    prop_oneof![
        3 => (index(), index()).prop_map(|(file, line)| Event::Line(file, line)),
        1 => (index(), index()).prop_map(|(file, line)| Event::Cut(file, line)),
        1 => index().prop_map(Event::Remove),
        1 => index().prop_map(Event::Restore),
        1 => index().prop_map(Event::Crlf),
        3 => (0..3_u8).prop_map(Event::NodeType),
        2 => (0..3_u8).prop_map(Event::Field),
        2 => (0..3_u8).prop_map(Event::Argument),
        1 => (0..3_u8).prop_map(Event::Image),
        4 => Just(Event::Update),
    ]
}

/// What the manifest says at the moment.
#[derive(Default)]
struct Wanted {
    node_types: BTreeSet<u8>,
    fields: BTreeSet<u8>,
    argument: u8,
    image: u8,
}

impl Wanted {
    fn toggle(set: &mut BTreeSet<u8>, item: u8) {
        if !set.remove(&item) {
            set.insert(item);
        }
    }

    fn manifest(&self, shipped: &str) -> String {
        let fields: String = self
            .fields
            .iter()
            .map(|field| format!(", field{field}: optional int"))
            .collect();
        let node_types: String = self
            .node_types
            .iter()
            .map(|name| {
                format!("    type{name}:\n      args: [serve]\n      ports: {{http: 8080}}\n")
            })
            .collect();
        shipped
            .replace(
                "extra: optional tree",
                &format!("extra: optional tree{fields}"),
            )
            .replace(
                "  everyNodeType:\n",
                &format!("{node_types}  everyNodeType:\n"),
            )
            .replace(
                "--role=gateway",
                &format!("--role=gateway{}", self.argument),
            )
            .replace("tally:2.1", &format!("tally:2.{}", self.image))
    }
}

/// Figures of a run.
#[derive(Debug, Default)]
struct Tried {
    sequences: usize,
    updates: usize,
    refused: usize,
    marked: usize,
    lines: usize,
}

/// A project, and what its user has done to it.
struct Life {
    world: World,
    shipped: String,
    wanted: Wanted,
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
    fn new() -> Self {
        let world = World::new("quickstart", "version=0.1.0");
        Self {
            shipped: world.read("dsoi.yaml"),
            wanted: Wanted::default(),
            lines: BTreeMap::new(),
            touched: BTreeSet::new(),
            removed: BTreeMap::new(),
            fresh: world.rendered(),
            world,
            count: 0,
        }
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

    fn happens(&mut self, event: &Event, tried: &mut Tried) {
        match event {
            Event::Line(file, at) => {
                let line = format!("// mine {}", self.count);
                self.count += 1;
                let edited = self.edit(*file, |lines| {
                    let end = if lines.first().is_some_and(|line| line.ends_with("\r\n")) {
                        "\r\n"
                    } else {
                        "\n"
                    };
                    lines.insert(at.index(lines.len() + 1), format!("{line}{end}"));
                });
                if let Some(path) = edited {
                    tried.lines += 1;
                    self.lines.entry(path).or_default().push(line);
                }
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
            Event::NodeType(name) => Wanted::toggle(&mut self.wanted.node_types, *name),
            Event::Field(name) => Wanted::toggle(&mut self.wanted.fields, *name),
            Event::Argument(value) => self.wanted.argument = *value,
            Event::Image(value) => self.wanted.image = *value,
            Event::Update => self.update(tried),
        }
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
            guard: Guard {
                markers,
                ..Guard::default()
            },
            ..UpdateArgs::default()
        };
        update::run(&args, self.world.dir())
    }

    fn update(&mut self, tried: &mut Tried) {
        let manifest = self.wanted.manifest(&self.shipped);
        self.world.write("dsoi.yaml", manifest);
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
    let Failure::Files { files, .. } = failure else {
        panic!("{failure}");
    };
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    files
        .iter()
        .map(|file| (text(&file["path"]), text(&file["why"])))
        .collect()
}

#[test]
fn no_edit_is_lost_whatever_happens_to_a_project() {
    let cases = std::env::var("DSOI_CASES").ok();
    let cases = cases.map_or(16, |cases| cases.parse().unwrap());
    let mut runner = TestRunner::new(Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 60,
        ..Config::default()
    });
    let tried = std::cell::RefCell::new(Tried::default());
    let events = proptest::collection::vec(event(), 1..12);
    let result = runner.run(&events, |events| {
        let mut tried = tried.borrow_mut();
        tried.sequences += 1;
        let mut life = Life::new();
        for event in &events {
            life.happens(event, &mut tried);
        }
        life.happens(&Event::Update, &mut tried);
        Ok(())
    });
    println!("{:?}", tried.borrow());
    result.unwrap_or_else(|error| panic!("{error}"));
}

/// The manifest of before gives the files of before.
#[test]
fn a_node_type_that_comes_and_goes_leaves_the_same_bytes() {
    let mut life = Life::new();
    let mut tried = Tried::default();
    life.happens(&Event::Update, &mut tried);
    let before = life.world.files();
    for name in [0, 1, 2, 1, 0, 2] {
        life.happens(&Event::NodeType(name), &mut tried);
        life.happens(&Event::Update, &mut tried);
    }
    assert_eq!(before, life.world.files());
}
