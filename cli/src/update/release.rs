//! Keeps the definitions of now as what was released: from then on no update breaks them unasked.
//!
//! They are files of the project like any other, so that a review sees what a release promises, and a later one what it
//! changes. The newest of a definition lies under the name that it has in `config/crd`; those of before lie beside it,
//! with a number, 1 for the oldest. The lock has their digests, so that none of them is lost or edited unseen.

use std::collections::BTreeMap;

use super::text::Text;
use super::{Decision, Done, Lock, Outcome, Project, RELEASED, documents};
use crate::gate::is_definition;
use crate::write::{Change, RelPath, Tree, digest};

/// Head of a released definition.
const HEAD: &str = "# Released: what is stored by this definition stays legal. `dsoi update --release` writes it, nobody else.\n";

/// The number of a definition that a later release replaced; `None` of the newest.
pub fn number(path: &RelPath) -> Option<u32> {
    parts(path).1
}

/// The name of a released definition without its number, and that.
fn parts(path: &RelPath) -> (&str, Option<u32>) {
    let name = path.as_str().strip_prefix(RELEASED);
    let Some(name) = name.and_then(|name| name.strip_suffix(".yaml")) else {
        return (path.as_str(), None);
    };
    let numbered = name.rsplit_once('.');
    let numbered = numbered.and_then(|(stem, number)| Some((stem, number.parse().ok()?)));
    numbered.map_or((name, None), |(stem, number)| (stem, Some(number)))
}

/// What the definitions in the folder are, for the next lock: what is there is promised.
pub(super) fn promises(project: &Project) -> BTreeMap<RelPath, String> {
    let promised = project.released.iter().map(|(path, bytes)| {
        let known = project.lock.released.get(path);
        let known = known.filter(|_| project.is_as_released(path)).cloned();
        // As git may hand it out elsewhere.
        let plain = || Text::of(bytes).map_or_else(|| digest(bytes), |text| digest(text.plain));
        (path.clone(), known.unwrap_or_else(plain))
    });
    promised.collect()
}

/// Has the definitions of `tree` written as released ones; those that they replace are kept under a number.
pub fn release(decision: &mut Decision, tree: &Tree, project: &Project) {
    let mut after: BTreeMap<RelPath, Option<Vec<u8>>> = BTreeMap::new();
    for (path, text) in tree.iter() {
        let file = path.as_str().strip_prefix("config/crd/");
        let is_one = || documents(text.as_bytes()).iter().any(is_definition);
        if let Some(file) = file.filter(|file| !file.contains('/') && is_one())
            && let Ok(path) = RelPath::new(format!("{RELEASED}{file}"))
        {
            let body = text
                .split_inclusive('\n')
                .skip_while(|line| line.starts_with('#'));
            let text: String = std::iter::once(HEAD).chain(body).collect();
            after.insert(path, Some(text.into_bytes()));
        }
    }
    for (path, before) in &project.released {
        if number(path).is_some() {
            continue;
        }
        // What says the same in other words is the same promise.
        let is_same = |text: &Vec<u8>| documents(text) == documents(before);
        match after.get(path) {
            Some(Some(text)) if is_same(text) => {
                after.remove(path);
                continue;
            }
            Some(_) => {}
            None => drop(after.insert(path.clone(), None)),
        }
        if let Some(older) = next(path, project) {
            after.insert(older, Some(before.clone()));
        }
    }
    let mut promised = promises(project);
    for (path, after) in after {
        let before = project.released.get(&path).cloned();
        let done = match (&before, &after) {
            (None, _) => Done::Created,
            (Some(_), Some(_)) => Done::Updated,
            (Some(_), None) => Done::Removed,
        };
        match &after {
            Some(text) => drop(promised.insert(path.clone(), digest(text))),
            None => drop(promised.remove(&path)),
        }
        let first = Change {
            path: path.clone(),
            before,
            after,
        };
        decision.changes.insert(0, first);
        decision.outcomes.push(Outcome { path, done });
    }
    decision.outcomes.sort_by(|a, b| a.path.cmp(&b.path));
    note(decision, project, &promised);
}

/// Where a definition goes that is no longer the newest.
fn next(path: &RelPath, project: &Project) -> Option<RelPath> {
    let (stem, _) = parts(path);
    let known = project.released.keys().chain(project.lock.released.keys());
    let alike = known.map(parts).filter(|(known, _)| *known == stem);
    let last = alike.filter_map(|(_, number)| number).max().unwrap_or(0);
    RelPath::new(format!("{RELEASED}{stem}.{}.yaml", last.saturating_add(1))).ok()
}

/// Has the lock know what is promised.
fn note(decision: &mut Decision, project: &Project, promised: &BTreeMap<RelPath, String>) {
    let Ok(path) = RelPath::new(".dsoi/lock") else {
        return;
    };
    let Some(before) = project.own.get(&path) else {
        return;
    };
    let changes = &mut decision.changes;
    let planned = changes.iter().position(|change| change.path == path);
    let planned = planned.map(|at| changes.remove(at).after);
    let text = planned.flatten().unwrap_or_else(|| before.clone());
    let after = Lock::promising(&String::from_utf8_lossy(&text), promised).into_bytes();
    if after != *before {
        let before = Some(before.clone());
        let after = Some(after);
        // The last, as ever.
        changes.push(Change {
            path,
            before,
            after,
        });
    }
}
