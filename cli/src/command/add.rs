//! `dsoi add`: a change of the manifest, and an update that follows from it.

use std::path::Path;

use super::{Failure, Report, update};
use crate::args::{AddNodeTypeArgs, UpdateArgs, is_name};
use crate::check;
use crate::diagnostic::{Label, Problem, Problems};
use crate::manifest::edit::{Edits, NewNodeType, add_node_type, lines_that_say};
use crate::manifest::{self, Source, WorkloadKind};

/// Adds a node type to the manifest of the project in `directory`, and updates the project.
///
/// # Errors
/// There is such a node type, or the manifest would have mistakes; and whatever keeps an update from being made.
/// Nothing was written then.
pub fn node_type(args: &AddNodeTypeArgs, directory: &Path) -> Result<Report, Failure> {
    for name in [Some(&args.name), args.like.as_ref()].into_iter().flatten() {
        named(name)?;
    }
    let new = NewNodeType {
        name: args.name.clone(),
        like: args.like.clone(),
        kinds: args
            .kind
            .iter()
            .map(|kind| match kind.as_str() {
                "StatefulSet" => WorkloadKind::StatefulSet,
                _ => WorkloadKind::Deployment,
            })
            .collect(),
        ports: args.port.clone(),
    };
    let update = UpdateArgs {
        guard: args.guard.clone(),
        ..UpdateArgs::default()
    };
    let mut said = Vec::new();
    let mut report = update::changed(&update, directory, |source| {
        if let Some(like) = &new.like {
            said = lines_that_say(source, like);
        }
        edited(source, &new)
    })?;
    if let Some(like) = &new.like {
        report.note(said.iter().map(|line| {
            format!(
                "next: line {line} of dsoi.yaml says `{like}`, and `{name}` takes it over: where it should say `{name}`, write that key under `{name}`",
                name = new.name
            )
        }));
    }
    Ok(report)
}

/// Refuses what cannot be the name of a node type.
///
/// # Errors
/// A fault of usage.
pub(super) fn named(name: &str) -> Result<(), Failure> {
    if is_name(name) {
        return Ok(());
    }
    Err(Failure::Usage {
        message: format!("`{name}` cannot be the name of a node type"),
        help: Some("it has letters, digits and hyphens, a letter first, and is not `null`, `true` or `false`".to_owned()),
    })
}

fn edited(source: &Source, new: &NewNodeType) -> Result<Source, Failure> {
    let manifest =
        manifest::parse(source).map_err(|problems| Failure::manifest(source, problems))?;
    let mut known = manifest.cluster.node_types.iter();
    if known.any(|node_type| node_type.name.value == new.name) {
        return Err(Failure::Project {
            message: format!("the manifest has a node type `{}` already", new.name),
            help: None,
            source: None,
        });
    }
    if let Some(like) = &new.like
        && !manifest
            .cluster
            .node_types
            .iter()
            .any(|known| known.name.value == *like)
    {
        return Err(super::remove::unknown(&manifest, like));
    }
    // Its own mistakes are told where they stand.
    check::read(source).map_err(|problems| Failure::manifest(source, problems))?;
    let edits = add_node_type(&manifest, new);
    let text = edits.apply(source.text());
    let after = Source::new(source.name(), text.into_bytes()).map_err(Failure::Manifest)?;
    match check::read(&after) {
        Ok(_) => Ok(after),
        Err(problems) => Err(mistaken(source, &new.name, &edits, &problems)),
    }
}

/// The mistakes that the manifest would have with the node type: of lines that are nowhere yet, no place is told.
fn mistaken(source: &Source, name: &str, edits: &Edits, problems: &Problems) -> Failure {
    let sorted = problems.sorted();
    let is_new = |problem: &&&Problem| problem.span().is_some_and(|span| edits.is_new(span));
    let new: Vec<_> = sorted.iter().filter(is_new).collect();
    if new.is_empty() {
        let mut mapped = Problems::new();
        for problem in sorted {
            let label = |label: &Label| Label {
                span: edits.origin(label.span),
                text: label.text.clone(),
            };
            mapped.push(Problem {
                labels: problem.labels.iter().map(label).collect(),
                ..problem.clone()
            });
        }
        return Failure::manifest(source, mapped);
    }
    let mut message = format!("a node type `{name}` cannot be added like this");
    for problem in &new {
        message.push_str(&format!("\n  [{}] {}", problem.code.id(), problem.message));
    }
    let mut ways: Vec<&str> = Vec::new();
    for way in new.iter().filter_map(|problem| problem.help.as_deref()) {
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
    Failure::Project {
        message,
        help: (!ways.is_empty()).then(|| ways.join("\nhelp: ")),
        source: None,
    }
}
