//! Keeps the definitions of now as what was released: from then on no update breaks them unasked.
//!
//! They are files of the project like any other, so that a review sees what a release promises, and a later one what it
//! changes. No lock has them: they are written on request alone, and stay as they are until then.

use super::{Decision, Done, Outcome, Project, RELEASED, documents};
use crate::gate::is_definition;
use crate::write::{Change, RelPath, Tree};

/// Head of a released definition.
const HEAD: &str = "# Released: what is stored by this definition stays legal. `dsoi update --release` writes it, nobody else.\n";

/// Has the definitions of `tree` written as released ones, and those removed that there are no more.
pub fn release(decision: &mut Decision, tree: &Tree, project: &Project) {
    let mut wanted = Vec::new();
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
            wanted.push((path, text.into_bytes()));
        }
    }
    let gone = project
        .released
        .keys()
        .filter(|path| wanted.iter().all(|(wanted, _)| wanted != *path));
    let gone: Vec<RelPath> = gone.cloned().collect();
    let all = wanted.into_iter().map(|(path, text)| (path, Some(text)));
    for (path, after) in all.chain(gone.into_iter().map(|path| (path, None))) {
        let before = project.released.get(&path).cloned();
        if before == after {
            continue;
        }
        let done = match (&before, &after) {
            (None, _) => Done::Created,
            (Some(_), Some(_)) => Done::Updated,
            (Some(_), None) => Done::Removed,
        };
        let first = Change {
            path: path.clone(),
            before,
            after,
        };
        decision.changes.insert(0, first);
        decision.outcomes.push(Outcome { path, done });
    }
    decision.outcomes.sort_by(|a, b| a.path.cmp(&b.path));
}
