//! Node types of which it is not known what they are like: the mistakes that are some whatever that says.
//!
//! In: such node types, as far as they are written. Out: mistakes. Nothing is made of the node types themselves, and what the
//! unknown part could mend is not told.

use super::facts::{Facts, TypeFacts};
use super::report::Report;
use super::typer::Typer;
use crate::diagnostic::{Code, Problem};

/// The mistakes of the node types that stand by themselves.
pub(super) fn problems(
    report: &Report<'_>,
    facts: &Facts<'_>,
    mut partial: Vec<TypeFacts>,
) -> Vec<Problem> {
    let aside = report.aside();
    let typer = Typer::new(&aside, facts);
    for known in &mut partial {
        known.files = typer.file_paths(known);
        typer.node_type(known);
    }
    let found = aside.into_problems();
    let found = found.sorted().into_iter();
    found.filter(|problem| stands(problem)).cloned().collect()
}

/// Roots of paths that see no part of a node type.
const ROOTS: [&str; 8] = [
    "cr", "spec", "config", "external", "node", "nodes", "pods", "k8s",
];

/// Whether the mistake is one, whatever lies under it: a field that no type has, a name that can be none, a path that leads
/// nowhere from where no node type decides.
fn stands(problem: &Problem) -> bool {
    match problem.code {
        Code::E0509 | Code::E0601 => true,
        Code::E0301 => problem.message.split('`').nth(1).is_some_and(|path| {
            let root = path.split(['.', '[']).next().unwrap_or_default();
            // Its ports may come from there.
            ROOTS.contains(&root) && !path.contains(".ports")
        }),
        _ => false,
    }
}
