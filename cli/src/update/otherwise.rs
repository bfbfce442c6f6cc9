//! Files that are written once, and that dsoi would write otherwise now: how its text changed, for their owner to take over.

use super::decide::{Decision, Done};
use super::diff::unified;
use super::{Found, Project};
use crate::write::{RelPath, Tree, digest};

/// A file of the user's that dsoi would write otherwise now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Otherwise {
    pub path: RelPath,
    /// From what dsoi wrote to what it would write, as a unified diff; `None` where what it wrote is lost.
    pub diff: Option<String>,
}

/// Those of a decision. `again` renders the project as the last update did, and is called only if there are any.
pub fn otherwise(
    decision: &Decision,
    tree: &Tree,
    project: &Project,
    again: impl FnOnce() -> Option<Tree>,
) -> Vec<Otherwise> {
    let mut yours = decision
        .outcomes
        .iter()
        .filter(|outcome| outcome.done == Done::Yours)
        .filter(|outcome| matches!(project.found(&outcome.path), Found::File(_)))
        .peekable();
    if yours.peek().is_none() {
        return Vec::new();
    }
    let before = again();
    let told = yours.filter_map(|outcome| {
        let path = &outcome.path;
        let now = tree.get(path.as_str())?;
        let then = before.as_ref().and_then(|before| before.get(path.as_str()));
        let known = project.lock.files.get(path);
        let then = then.filter(|then| known == Some(&digest(then)));
        Some(Otherwise {
            path: path.clone(),
            diff: then.map(|then| {
                let (from, to) = (
                    format!("{path} as dsoi wrote it"),
                    format!("{path} as it would now"),
                );
                unified(then, now, &from, &to)
            }),
        })
    });
    told.collect()
}
