//! `dsoi remove`: the manifest without a part of it, and an update that follows from it.

mod loss;

use std::path::Path;

use self::loss::Loss;
use super::{Failure, Report, add, update};
use crate::args::{RemoveNodeTypeArgs, UpdateArgs};
use crate::check;
use crate::diagnostic::{Label, Problem, Problems, nearest};
use crate::manifest::edit::{Edits, Unremovable, remove_node_type};
use crate::manifest::{Manifest, Source};

/// Takes a node type out of the manifest of the project in `directory`, and updates the project.
///
/// # Errors
/// There is no such node type, or no other; the manifest has mistakes, or uses the node type elsewhere; and whatever keeps
/// an update from being made. Nothing was written then.
pub fn node_type(args: &RemoveNodeTypeArgs, directory: &Path) -> Result<Report, Failure> {
    add::named(&args.name)?;
    let update = UpdateArgs {
        guard: args.guard.clone(),
        ..UpdateArgs::default()
    };
    let mut loss = None;
    let report = update::changed(&update, directory, |source| {
        let (after, lost) = edited(source, &args.name)?;
        loss = Some(lost);
        Ok(after)
    });
    match (report, loss) {
        (Ok(report), Some(loss)) => Ok(loss.told(report)),
        // Whoever is asked for a yes, or only looks, is told what it is about.
        (
            Err(
                failure @ (Failure::Refused { .. }
                | Failure::Files { diff: Some(_), .. }
                | Failure::Beside { key: "changes", .. }),
            ),
            Some(loss),
        ) => Err(loss.beside(failure)),
        (report, _) => report,
    }
}

/// The manifest without the node type, and what goes with it.
fn edited(source: &Source, name: &str) -> Result<(Source, Loss), Failure> {
    let (manifest, operator) =
        check::read(source).map_err(|problems| Failure::manifest(source, problems))?;
    let edits = remove_node_type(source, name).map_err(|why| refused(why, &manifest, name))?;
    let text = edits.apply(source.text());
    let after = Source::new(source.name(), text.into_bytes()).map_err(Failure::Manifest)?;
    let (_, left) = check::read(&after).map_err(|problems| {
        let problems = in_use(source, &edits, &problems, name);
        Failure::manifest(source, problems)
    })?;
    let mut types = operator.cluster.node_types.iter();
    let found = types.find(|node_type| node_type.name.as_str() == name);
    match found {
        Some(node_type) => Ok((after, Loss::of(&operator, node_type, &left))),
        None => Err(refused(Unremovable::Unknown, &manifest, name)),
    }
}

fn refused(why: Unremovable, manifest: &Manifest, name: &str) -> Failure {
    match why {
        Unremovable::Unknown => unknown(manifest, name),
        Unremovable::Last => Failure::Project {
            message: format!("`{name}` is the only node type, and a cluster has at least one"),
            help: Some(format!(
                "add another first, `dsoi add nodetype NAME`; or `dsoi rename nodetype {name} NAME`"
            )),
            source: None,
        },
        Unremovable::Form => Failure::Project {
            message: format!(
                "`{name}` cannot be taken out of the text of `{}` without touching what stands around it",
                manifest.source.name()
            ),
            help: Some("take it out by hand, and run `dsoi update`".to_owned()),
            source: None,
        },
    }
}

/// There is no node type of that name.
pub(super) fn unknown(manifest: &Manifest, name: &str) -> Failure {
    let types = &manifest.cluster.node_types;
    let known: Vec<&str> = types.iter().map(|known| known.name.as_str()).collect();
    let all = format!("the node types are `{}`", known.join("`, `"));
    Failure::Project {
        message: format!("the manifest has no node type `{name}`"),
        help: Some(match nearest(name, known) {
            Some(near) => format!("did you mean `{near}`? {all}"),
            None => all,
        }),
        source: None,
    }
}

/// The mistakes that a manifest would have after some edits, where they stand in it before them.
fn in_use(source: &Source, edits: &Edits, problems: &Problems, name: &str) -> Problems {
    let mut found = Problems::new();
    for problem in problems.sorted() {
        let label = |label: &Label| Label {
            span: edits.origin(label.span),
            text: label.text.clone(),
        };
        let labels: Vec<Label> = problem.labels.iter().map(label).collect();
        let first = labels.first().map(|label| source.slice(label.span));
        // The place itself, or a path to it: `pods.store`.
        let part = |c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_';
        let uses = first.is_some_and(|text| text.split(part).any(|word| word == name));
        found.push(Problem {
            help: if uses {
                Some(format!(
                    "`{name}` is used here: take that out or name another node type, and remove `{name}` then"
                ))
            } else {
                problem.help.clone()
            },
            labels,
            ..problem.clone()
        });
    }
    found
}
