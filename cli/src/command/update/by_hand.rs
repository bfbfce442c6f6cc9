//! A node type that was renamed by hand: its file with its author's edits stays behind.

use crate::manifest::{self, Source};
use crate::update::{Decision, Done, Project};

/// What to say where it looks so.
pub(super) fn hint(
    project: &Project,
    source: &Source,
    decision: &Decision,
    looks_only: bool,
) -> Option<String> {
    let mut orphans = decision.outcomes.iter().filter(|outcome| {
        outcome.done == Done::Orphaned && outcome.path.as_str().starts_with("src/nodes/")
    });
    orphans.next()?;
    let (before, now) = (names(&project.manifest()?)?, names(source)?);
    let gone: Vec<&String> = before.iter().filter(|name| !now.contains(name)).collect();
    let new: Vec<&String> = now.iter().filter(|name| !before.contains(name)).collect();
    let ([gone], [new], None) = (gone.as_slice(), new.as_slice(), orphans.next()) else {
        return None;
    };
    let first = if looks_only {
        "take that change of dsoi.yaml back"
    } else {
        "bring the project of before back from version control"
    };
    Some(format!(
        "if `{new}` is what `{gone}` was, {first}: `dsoi rename nodetype {gone} {new}` takes your edits along"
    ))
}

fn names(source: &Source) -> Option<Vec<String>> {
    let manifest = manifest::parse(source).ok()?;
    let types = manifest.cluster.node_types.into_iter();
    Some(types.map(|known| known.name.value).collect())
}
