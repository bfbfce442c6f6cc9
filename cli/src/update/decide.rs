//! What becomes of each file, by its owner, by equality, and only then by merging lines.
//!
//! | owner | untouched | edited | deleted |
//! |---|---|---|---|
//! | `Generated` | written anew | refused | written anew |
//! | `Scaffold` | written anew | merged | stays deleted |
//! | `Once` | written anew | stays, and is named if it would be another now | stays deleted |
//!
//! A file that the manifest no longer asks for goes if it is untouched, and stays and is named if not. One that has
//! the markers of an earlier conflict is refused: nobody has chosen yet. Refusals are collected: with one of them
//! nothing at all is written.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::own::own;
use super::text::{Text, conflict, marker, merge};
use super::{Found, Project};
use crate::plan::{Owner, PlannedFile, What};
use crate::write::{Change, RelPath, Tree, digest};

/// What an update does to a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// All changes on disk, those in `.dsoi/` too; sorted by path, the lock last.
    pub changes: Vec<Change>,
    /// What there is to say of the user's files, sorted by path.
    pub outcomes: Vec<Outcome>,
    /// Why nothing may be written; empty if all may.
    pub refused: Vec<Refused>,
}

impl Decision {
    /// Has the manifest written too: for a command whose task is to change it.
    pub fn rewrite_manifest(&mut self, before: &str, after: &str) {
        if let Ok(path) = RelPath::new("dsoi.yaml") {
            self.changes.insert(
                0,
                Change {
                    path: path.clone(),
                    before: Some(before.as_bytes().to_vec()),
                    after: Some(after.as_bytes().to_vec()),
                },
            );
            let done = Done::Updated;
            self.outcomes.insert(0, Outcome { path, done });
        }
    }
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub path: RelPath,
    pub done: Done,
}

/// What can become of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    Created,
    /// Written anew; nobody had edited it.
    Updated,
    /// Has the user's changes and the manifest's.
    Merged,
    /// Has both sides between markers, at so many places.
    Marked(usize),
    Removed,
    /// Edited by its owner, who is the user, while dsoi would write it otherwise now.
    Yours,
    /// Not made again; what changed in it has no place.
    LeftOut,
    /// No longer asked for, and kept for the user's edits.
    Orphaned,
    /// In `.dsoi/`, and not dsoi's.
    Foreign,
}

/// A file that stands in the way of an update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub path: RelPath,
    pub why: Refusal,
}

/// Why a file stands in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It follows from the manifest alone, and was edited.
    Edited,
    /// It is new to dsoi, and there is another one of that name.
    Taken,
    /// The user and the manifest changed the same lines; those of the user's text.
    Conflict(Vec<RangeInclusive<usize>>),
    /// Nobody has chosen yet between the markers of an earlier conflict, which begin at this line.
    Markers(usize),
    /// It was edited, and what it was before is lost.
    NoBase,
    /// It was edited, and is no UTF-8 any more.
    NoText,
    /// There is something else than a file.
    NoFile(&'static str),
}

impl Refusal {
    /// Whether markers can show the choice.
    pub fn is_a_choice(&self) -> bool {
        matches!(self, Self::Conflict(_) | Self::NoBase)
    }
}

/// Decides for every file of a project.
///
/// `tree` is what `plan` renders to now. `again` renders the project as the last update did, where that can still
/// be done; it is called only if a merge base is missing. `markers` writes conflicts instead of refusing them.
pub fn decide(
    plan: &[PlannedFile],
    tree: &Tree,
    project: &Project,
    markers: bool,
    again: impl FnOnce() -> Option<Tree>,
) -> Decision {
    let mut decider = Decider {
        project,
        markers,
        again: Again::Not(Some(again)),
        held: BTreeMap::new(),
        decision: Decision::default(),
    };
    let mut planned = Vec::new();
    for file in plan {
        let Some((path, text)) = tree.iter().find(|(path, _)| path.as_str() == file.path) else {
            continue;
        };
        planned.push(path);
        // The manifest is where an update starts from: it is never written.
        if file.what != What::Manifest {
            decider.planned(path, file.owner, text);
        }
    }
    planned.sort();
    for path in project.lock.files.keys() {
        if planned.binary_search(&path).is_err() {
            decider.orphan(path);
        }
    }
    let own = own(tree, project, &decider.held);
    for path in &own.foreign {
        decider.say(path, Done::Foreign);
    }
    let mut decision = decider.decision;
    decision.changes.extend(own.changes);
    decision.outcomes.sort_by(|a, b| a.path.cmp(&b.path));
    decision.refused.sort_by(|a, b| a.path.cmp(&b.path));
    decision
        .changes
        .sort_by_key(|change| (change.path.as_str() == ".dsoi/lock", change.path.clone()));
    decision
}

/// The last rendering, made only if it is asked for.
enum Again<F> {
    Not(Option<F>),
    Made(Option<Tree>),
}

impl<F: FnOnce() -> Option<Tree>> Again<F> {
    fn text(&mut self, path: &RelPath) -> Option<&str> {
        if let Self::Not(make) = self {
            *self = Self::Made(make.take().and_then(|make| make()));
        }
        match self {
            Self::Made(Some(tree)) => tree.get(path.as_str()),
            _ => None,
        }
    }
}

struct Decider<'a, F> {
    project: &'a Project,
    markers: bool,
    again: Again<F>,
    /// Files that were not written though they would be others now, each with what it was at the last update.
    held: BTreeMap<RelPath, Option<String>>,
    decision: Decision,
}

impl<F: FnOnce() -> Option<Tree>> Decider<'_, F> {
    fn planned(&mut self, path: &RelPath, owner: Owner, new: &str) {
        let known = self.project.lock.files.get(path).cloned();
        let changed = known.as_ref() != Some(&digest(new));
        match self.project.found(path) {
            Found::Nothing if known.is_none() || owner == Owner::Generated => {
                self.write(path, None, new.as_bytes().to_vec(), Done::Created);
            }
            Found::Nothing if changed => self.hold(path, Done::LeftOut),
            Found::Nothing => {}
            Found::Other(what) => match owner {
                Owner::Once if changed => self.hold(path, Done::Yours),
                Owner::Once | Owner::Scaffold if !changed => {}
                _ => self.refuse(path, Refusal::NoFile(what)),
            },
            Found::File(bytes) => {
                let bytes = bytes.clone();
                self.present(path, owner, new, &bytes, known.as_deref());
            }
        }
    }

    /// A file that is there.
    fn present(
        &mut self,
        path: &RelPath,
        owner: Owner,
        new: &str,
        bytes: &[u8],
        known: Option<&str>,
    ) {
        let text = Text::of(bytes);
        if bytes == new.as_bytes() || text.as_ref().is_some_and(|text| text.plain == new) {
            return;
        }
        if let Some(known) = known
            && untouched(bytes, text.as_ref(), known)
        {
            let dressed = text.map_or_else(|| new.as_bytes().to_vec(), |text| text.dress(new));
            return self.write(path, Some(bytes), dressed, Done::Updated);
        }
        if owner == Owner::Scaffold
            && let Some(line) = text.as_ref().and_then(|text| marker(&text.plain))
        {
            return self.refuse(path, Refusal::Markers(line));
        }
        let changed = known != Some(digest(new).as_str());
        match (owner, known) {
            (Owner::Generated, Some(_)) => self.refuse(path, Refusal::Edited),
            (Owner::Generated, None) => self.refuse(path, Refusal::Taken),
            (Owner::Once, _) if changed => self.say(path, Done::Yours),
            (Owner::Scaffold, _) if changed => match text {
                Some(text) => self.merged(path, &text, bytes, new, known),
                None => self.refuse(path, Refusal::NoText),
            },
            (Owner::Once | Owner::Scaffold, _) => {}
        }
    }

    fn merged(
        &mut self,
        path: &RelPath,
        yours: &Text,
        bytes: &[u8],
        new: &str,
        known: Option<&str>,
    ) {
        let base = known.and_then(|known| self.base(path, known));
        let without = if known.is_some() {
            Refusal::NoBase
        } else {
            Refusal::Taken
        };
        let (merged, refusal) = match &base {
            Some(base) => (merge(base, &yours.plain, new), None),
            None => (conflict(&yours.plain, new), Some(without)),
        };
        let count = merged.conflicts.len();
        let refusal = refusal.or((count > 0).then_some(Refusal::Conflict(merged.conflicts)));
        match refusal {
            Some(refusal) if !(self.markers && refusal.is_a_choice()) => {
                self.refuse(path, refusal);
            }
            _ if merged.text == yours.plain => {}
            _ => {
                let done = if count > 0 {
                    Done::Marked(count)
                } else {
                    Done::Merged
                };
                self.write(path, Some(bytes), yours.dress(&merged.text), done);
            }
        }
    }

    /// What the last update wrote, if it can still be had: kept, or rendered again to the same digest.
    fn base(&mut self, path: &RelPath, known: &str) -> Option<String> {
        let kept = RelPath::new(format!(".dsoi/base/{path}")).ok();
        let kept = kept.and_then(|kept| self.project.own.get(&kept));
        let is_it = |bytes: &[u8]| digest(bytes) == known;
        if let Some(bytes) = kept.filter(|bytes| is_it(bytes)) {
            return String::from_utf8(bytes.clone()).ok();
        }
        let again = self.again.text(path)?;
        is_it(again.as_bytes()).then(|| again.to_owned())
    }

    /// A file that the manifest no longer asks for.
    fn orphan(&mut self, path: &RelPath) {
        let known = self.project.lock.files.get(path);
        match (self.project.found(path), known) {
            (Found::File(bytes), Some(known))
                if untouched(bytes, Text::of(bytes).as_ref(), known) =>
            {
                self.decision.changes.push(Change {
                    path: path.clone(),
                    before: Some(bytes.clone()),
                    after: None,
                });
                self.say(path, Done::Removed);
            }
            (Found::Nothing, _) => {}
            _ => self.say(path, Done::Orphaned),
        }
    }

    /// Does not write a file that would be another now.
    fn hold(&mut self, path: &RelPath, done: Done) {
        if let Some(known) = self.project.lock.files.get(path).cloned() {
            let base = self.base(path, &known);
            self.held.insert(path.clone(), base);
        }
        self.say(path, done);
    }

    fn write(&mut self, path: &RelPath, before: Option<&[u8]>, after: Vec<u8>, done: Done) {
        self.decision.changes.push(Change {
            path: path.clone(),
            before: before.map(<[u8]>::to_vec),
            after: Some(after),
        });
        self.say(path, done);
    }

    fn say(&mut self, path: &RelPath, done: Done) {
        self.decision.outcomes.push(Outcome {
            path: path.clone(),
            done,
        });
    }

    fn refuse(&mut self, path: &RelPath, why: Refusal) {
        self.decision.refused.push(Refused {
            path: path.clone(),
            why,
        });
    }
}

/// Whether a file is what the last update wrote, whatever its line ends.
pub(super) fn untouched(bytes: &[u8], text: Option<&Text>, known: &str) -> bool {
    digest(bytes) == known || text.is_some_and(|text| text.crlf && digest(&text.plain) == known)
}
