//! What dsoi keeps in `.dsoi/` for the next update, and what of it goes.
//!
//! A file that was not written, though the manifest would have it otherwise now, is held: its digest and its merge
//! base stay what they were, so that it gets the change when it comes back.

use std::collections::BTreeMap;

use super::decide::untouched;
use super::release::promises;
use super::text::Text;
use super::{Lock, Project};
use crate::write::{Change, RelPath, Tree};

/// What becomes of `.dsoi/`.
#[derive(Debug, Default)]
pub(super) struct Own {
    pub(super) changes: Vec<Change>,
    /// Files there that are not dsoi's; they stay.
    pub(super) foreign: Vec<RelPath>,
}

/// Brings `.dsoi/` up to `tree`, but for the files that are `held`, each with its merge base if that can be had.
pub(super) fn own(tree: &Tree, project: &Project, held: &BTreeMap<RelPath, Option<String>>) -> Own {
    let mut wanted: BTreeMap<&str, String> = tree
        .iter()
        .filter(|(path, _)| path.as_str().starts_with(".dsoi/"))
        .map(|(path, text)| (path.as_str(), text.to_owned()))
        .collect();
    let bases: BTreeMap<String, &Option<String>> = held
        .iter()
        .map(|(path, base)| (format!(".dsoi/base/{path}"), base))
        .collect();
    for (path, base) in &bases {
        // Only what is merged has a base.
        if wanted.remove(path.as_str()).is_some()
            && let Some(base) = base
        {
            wanted.insert(path, base.clone());
        }
    }
    if let Some(lock) = wanted.get_mut(".dsoi/lock") {
        let known = held
            .keys()
            .filter_map(|path| Some((path, project.lock.files.get(path)?)));
        *lock = Lock::promising(&Lock::holding(lock, known), &promises(project));
    }

    let mut own = Own::default();
    for (path, text) in &wanted {
        // The tree has proven it.
        let Ok(path) = RelPath::new(*path) else {
            continue;
        };
        let before = project.own.get(&path);
        if before.is_none_or(|before| before != text.as_bytes()) {
            own.changes.push(Change {
                before: before.cloned(),
                after: Some(text.as_bytes().to_vec()),
                path,
            });
        }
    }
    for (path, before) in &project.own {
        let name = path.as_str();
        if wanted.contains_key(name) || bases.contains_key(name) {
            continue;
        }
        if is_of_dsoi(path, before, project) {
            own.changes.push(Change {
                path: path.clone(),
                before: Some(before.clone()),
                after: None,
            });
        } else {
            own.foreign.push(path.clone());
        }
    }
    own
}

/// Whether it is a merge base as dsoi has written it.
fn is_of_dsoi(path: &RelPath, bytes: &[u8], project: &Project) -> bool {
    let of = path.as_str().strip_prefix(".dsoi/base/");
    let of = of.and_then(|of| RelPath::new(of).ok());
    let known = of.and_then(|of| project.lock.files.get(&of));
    known.is_some_and(|known| untouched(bytes, Text::of(bytes).as_ref(), known))
}
