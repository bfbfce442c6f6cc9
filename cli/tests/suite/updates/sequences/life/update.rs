//! An update, and all that must hold of it.

use std::collections::{BTreeMap, BTreeSet};

use dsoi::args::UpdateArgs;
use dsoi::command::{Failure, Report, update};
use dsoi::gate::is_definition;
use dsoi::update::{RELEASED, documents};
use dsoi::write::digest;

use super::super::super::world::Files;
use super::super::Tried;
use super::{Life, guard};

impl Life {
    fn run(&self, markers: bool, release: bool) -> Result<Report, Failure> {
        let args = UpdateArgs {
            release,
            guard: guard(markers),
            ..UpdateArgs::default()
        };
        update::run(&args, self.world.dir())
    }

    /// Writes the manifest that is wanted.
    pub(super) fn say(&self) {
        let mut text = self.wanted.text();
        if self.crlf {
            text = text.replace('\n', "\r\n");
        }
        self.world.write("dsoi.yaml", text);
    }

    pub(super) fn update(&mut self, release: bool, tried: &mut Tried) {
        self.say();
        tried.updates += 1;
        let mut before = self.world.files();
        let mut result = self.run(false, release);
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
            result = self.run(true, release);
        }
        let report = result.unwrap_or_else(|failure| panic!("{failure}"));
        self.is_named(&report, &before);
        if release {
            tried.released += 1;
            self.promises();
        }
        self.keeps_its_promises();
        tried.kept = tried.kept.max(self.promised.len());
        tried.marked += self.choose(&report);
        self.holds(&report);
    }

    /// The definitions in the folder of releases.
    fn released(&self) -> BTreeSet<Vec<u8>> {
        let files = self.world.files().into_iter();
        let files = files.filter(|(path, _)| path.starts_with(RELEASED));
        files.map(|(_, bytes)| bytes).collect()
    }

    /// The definitions of now are among those that were released.
    fn promises(&mut self) {
        let released = self.released();
        let defined = self.world.rendered().into_iter().filter(|(path, bytes)| {
            let inside = path.strip_prefix("config/crd/");
            inside.is_some_and(|name| !name.contains('/'))
                && documents(bytes).iter().any(is_definition)
        });
        for (path, bytes) in defined {
            let mut known = released.iter();
            let now = documents(&bytes);
            assert!(
                known.any(|known| documents(known) == now),
                "`{path}` is not released"
            );
        }
        self.promised = released;
    }

    /// Nothing that was released is lost, whatever the manifest says by now.
    pub(super) fn keeps_its_promises(&mut self) {
        let released = self.released();
        assert!(
            self.promised.is_subset(&released),
            "a definition that was released is gone"
        );
        // What was broken knowingly is released with it.
        self.promised = released;
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
            let failure = self.run(true, false).unwrap_err();
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
        let theirs = files.keys().filter(|path| !path.starts_with(RELEASED));
        for path in theirs.filter(|path| !self.touched.contains(*path)) {
            assert!(
                fresh.contains_key(path),
                "nobody needs `{path}`, and it is there"
            );
        }
        let again = self
            .run(false, false)
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
