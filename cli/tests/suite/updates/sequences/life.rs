//! A project, what its user has done to it, and what must hold whatever that was.

mod lost;
mod update;
mod verbs;

use std::collections::{BTreeMap, BTreeSet};

use dsoi::args::{Accept, Guard};
use dsoi::update::RELEASED;
use proptest::sample::Index;

use super::super::manifests::Manifest;
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
    /// Every definition that was ever released.
    promised: BTreeSet<Vec<u8>>,
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
            promised: BTreeSet::new(),
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
            // What a release promised is nobody's to edit: the next update says so.
            .filter(|path| !path.starts_with(RELEASED))
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
            Event::Update => self.update(false, tried),
            Event::Release => self.update(true, tried),
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
}

/// Yes to all that is asked.
fn guard(markers: bool) -> Guard {
    Guard {
        markers,
        accept: vec![Accept::Breaking, Accept::Security],
        ..Guard::default()
    }
}
