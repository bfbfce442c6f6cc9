//! Files that have another path by a changed manifest, and are the same for their author: edits move along.
//!
//! A file and its merge base are taken to be where they will be; what is decided for them there is then said of both paths.

use super::decide::{Decision, Done, Outcome, Refusal, Refused, decide};
use super::{Found, Project};
use crate::plan::{Owner, PlannedFile, What};
use crate::write::{Change, RelPath, Tree};

/// Paths of before, and of now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moves {
    list: Vec<(RelPath, RelPath)>,
}

impl Moves {
    /// The files that are the same in two plans, but for their path. Hooks are called by the names of node types: where such
    /// a name changes, they are merged like the files that call them.
    pub fn between(before: &[PlannedFile], now: &mut [PlannedFile]) -> Self {
        let mut list = Vec::new();
        for file in now.iter_mut() {
            let was = before.iter().find(|was| was.what == file.what);
            if let Some(was) =
                was.filter(|was| was.path != file.path && file.owner != Owner::Generated)
                && let (Ok(old), Ok(new)) = (
                    RelPath::new(was.path.as_str()),
                    RelPath::new(file.path.as_str()),
                )
            {
                list.push((old, new));
            }
            if file.what == What::Hooks {
                file.owner = Owner::Scaffold;
            }
        }
        Self { list }
    }

    /// Decides for every file of a project, as [`decide`] does.
    pub fn decide(
        &self,
        plan: &[PlannedFile],
        tree: &Tree,
        project: &Project,
        markers: bool,
        again: impl FnOnce() -> Option<Tree>,
    ) -> Decision {
        // A file that dsoi does not know yet is nobody's to move.
        let known = |old: &RelPath| project.lock.files.contains_key(old);
        let list: Vec<_> = self.list.iter().filter(|(old, _)| known(old)).collect();
        if list.is_empty() {
            return decide(plan, tree, project, markers, again);
        }
        let mut moved = project.clone();
        let mut taken = Vec::new();
        for (old, new) in &list {
            if *project.found(new) != Found::Nothing {
                taken.push(Refused {
                    path: new.clone(),
                    why: Refusal::Taken,
                });
            }
            if let Some(digest) = moved.lock.files.remove(old) {
                moved.lock.files.insert(new.clone(), digest);
            }
            let found = moved.files.remove(old).unwrap_or(Found::Nothing);
            moved.files.insert(new.clone(), found);
            if let (Some(old), Some(new)) = (base(old), base(new))
                && let Some(bytes) = moved.own.remove(&old)
            {
                moved.own.insert(new, bytes);
            }
        }
        let renamed = || renamed(&again()?, &list);
        let mut decision = decide(plan, tree, &moved, markers, renamed);
        for (old, new) in &list {
            settle(&mut decision, project, old, new);
        }
        decision.refused.extend(taken);
        decision.refused.sort_by(|a, b| a.path.cmp(&b.path));
        decision.outcomes.sort_by(|a, b| a.path.cmp(&b.path));
        decision
            .changes
            .sort_by_key(|change| (change.path.as_str() == ".dsoi/lock", change.path.clone()));
        decision
    }
}

/// Where the merge base of a file is.
fn base(path: &RelPath) -> Option<RelPath> {
    RelPath::new(format!(".dsoi/base/{path}")).ok()
}

/// A rendering of before, with the paths of now.
fn renamed(tree: &Tree, list: &[&(RelPath, RelPath)]) -> Option<Tree> {
    let mut now = Tree::new();
    for (path, text) in tree.iter() {
        let moved = list.iter().find(|(old, _)| old == path);
        let path = moved.map_or(path, |(_, new)| new);
        now.add(path.as_str(), text.to_owned()).ok()?;
    }
    Some(now)
}

/// Says of the path of before and of that of now what was decided for the file.
fn settle(decision: &mut Decision, project: &Project, old: &RelPath, new: &RelPath) {
    for refused in decision.refused.iter_mut().filter(|file| file.path == *new) {
        refused.path = old.clone();
    }
    let file = match project.found(old) {
        Found::File(bytes) => Some(bytes),
        Found::Nothing | Found::Other(_) => None,
    };
    if let Some(bytes) = file {
        arrive(&mut decision.changes, None, new, bytes);
        leave(&mut decision.changes, old, bytes);
        let said = decision.outcomes.iter_mut().find(|said| said.path == *new);
        match said {
            Some(said) if said.done == Done::Updated => said.done = Done::Created,
            Some(_) => {}
            None => decision.outcomes.push(Outcome {
                path: new.clone(),
                done: Done::Merged,
            }),
        }
        decision.outcomes.push(Outcome {
            path: old.clone(),
            done: Done::Removed,
        });
    }
    if let (Some(old), Some(new)) = (base(old), base(new))
        && let Some(bytes) = project.own.get(&old)
    {
        arrive(&mut decision.changes, project.own.get(&new), &new, bytes);
        leave(&mut decision.changes, &old, bytes);
    }
}

/// A file is written where it was not, be it unchanged.
fn arrive(changes: &mut Vec<Change>, before: Option<&Vec<u8>>, path: &RelPath, bytes: &[u8]) {
    match changes.iter_mut().find(|change| change.path == *path) {
        Some(change) => change.before = before.cloned(),
        None => changes.push(Change {
            path: path.clone(),
            before: before.cloned(),
            after: Some(bytes.to_vec()),
        }),
    }
}

fn leave(changes: &mut Vec<Change>, path: &RelPath, bytes: &[u8]) {
    changes.push(Change {
        path: path.clone(),
        before: Some(bytes.to_vec()),
        after: None,
    });
}
