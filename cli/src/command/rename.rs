//! `dsoi rename`: the manifest with another name in it, and an update that carries edits along.

use std::path::Path;

use serde_json::json;

use super::remove::unknown;
use super::{Failure, Report, add, update};
use crate::args::{RenameNodeTypeArgs, UpdateArgs};
use crate::check;
use crate::diagnostic::{Label, Problem, Problems};
use crate::manifest::Source;
use crate::manifest::edit::{Unrenamable, rename_node_type};
use crate::model::{Operator, OrderBy};

/// Renames a node type of the manifest of the project in `directory`, and updates the project.
///
/// # Errors
/// There is no such node type, or one of the new name; the manifest has mistakes; and whatever keeps an update from being
/// made. Nothing was written then.
pub fn node_type(args: &RenameNodeTypeArgs, directory: &Path) -> Result<Report, Failure> {
    add::named(&args.old)?;
    add::named(&args.new)?;
    if args.old == args.new {
        return Err(Failure::Usage {
            message: format!("`{}` is its name already", args.new),
            help: None,
        });
    }
    let update = UpdateArgs {
        guard: args.guard.clone(),
        ..UpdateArgs::default()
    };
    let mut told = None;
    let report = update::renamed(&update, directory, |source| {
        let (after, renamed) = edited(source, args)?;
        told = Some(renamed);
        Ok(after)
    })?;
    Ok(match told {
        Some(renamed) => renamed.told(args, report),
        None => report,
    })
}

/// What there is to say of a renaming.
struct Renamed {
    /// Lines that have the old name in quotes.
    perhaps: Vec<usize>,
    type_name: String,
    /// Whether children knew it by another name before.
    is_other: bool,
    /// Where a custom resource names node types.
    fields: String,
}

fn edited(source: &Source, args: &RenameNodeTypeArgs) -> Result<(Source, Renamed), Failure> {
    let (old, new) = (&args.old, &args.new);
    let (manifest, operator) =
        check::read(source).map_err(|problems| Failure::manifest(source, problems))?;
    let renaming = rename_node_type(source, old, new, !args.no_alias);
    let renaming = renaming.map_err(|why| match why {
        Unrenamable::Unknown => unknown(&manifest, old),
        Unrenamable::Taken => Failure::Project {
            message: format!("a custom resource may say `{new}` already, and means another node type"),
            help: Some("choose another name; or rename or remove that one, or its entry of `aliases`, first".to_owned()),
            source: None,
        },
        Unrenamable::Form(span) => Failure::Project {
            message: format!(
                "`{old}` cannot be renamed in the text of line {} of `{}` without touching what stands around it",
                source.line(span.start),
                source.name()
            ),
            help: Some("write that line in another way, and try again".to_owned()),
            source: None,
        },
    })?;
    let text = renaming.edits.apply(source.text());
    let after = Source::new(source.name(), text.into_bytes()).map_err(Failure::Manifest)?;
    check::read(&after).map_err(|problems| {
        let mut mapped = Problems::new();
        for problem in problems.sorted() {
            let label = |label: &Label| Label {
                span: renaming.edits.origin(label.span),
                text: label.text.clone(),
            };
            mapped.push(Problem {
                labels: problem.labels.iter().map(label).collect(),
                ..problem.clone()
            });
        }
        Failure::manifest(source, mapped)
    })?;
    let lines = renaming.perhaps.iter().map(|span| source.line(span.start));
    let mut perhaps: Vec<usize> = lines.collect();
    perhaps.dedup();
    let mut types = operator.cluster.node_types.iter();
    let before = types.find(|known| known.name.as_str() == old);
    let type_name = renaming.type_name.unwrap_or_else(|| new.clone());
    let renamed = Renamed {
        perhaps,
        is_other: before.is_none_or(|known| known.type_name.as_str() != type_name),
        type_name,
        fields: fields(&operator),
    };
    Ok((after, renamed))
}

/// Where a custom resource names node types.
fn fields(operator: &Operator) -> String {
    let words = &operator.cluster.spelling;
    let mut fields = format!("`spec.{}[].{}`", words.nodes.wire, words.node_type.wire);
    if operator.cluster.order.by == OrderBy::NodeType {
        fields.push_str(&format!(" and `spec.{}`", words.deployment_order.wire));
    }
    fields
}

impl Renamed {
    fn told(self, args: &RenameNodeTypeArgs, mut report: Report) -> Report {
        let (old, new) = (&args.old, &args.new);
        let Self {
            perhaps,
            type_name,
            is_other,
            fields,
        } = self;
        let mut lines = Vec::new();
        if args.no_alias {
            lines.push(format!(
                "clusters: a custom resource that says `{old}` in {fields} is refused whole by the new operator (`Accepted` is `False`) until it says `{new}`: its pods run on, and nothing of it is looked after"
            ));
        } else {
            lines.push(format!(
                "clusters: a custom resource may say `{old}` or `{new}` in {fields}, and nothing of it changes by that: `aliases` has the old name"
            ));
        }
        if is_other {
            lines.push(format!(
                "clusters: labels, names and files that have `type.name` in them change from `{old}` to `{new}`, and pods restart for it"
            ));
            lines.push(
                "clusters: the sample's nodes have other names now; where it was applied, keep those that it had: other names are other nodes"
                    .to_owned(),
            );
        } else {
            let now = if type_name == *new {
                "its name again"
            } else {
                "the `typeName` now"
            };
            lines.push(format!(
                "clusters: labels, names, files and status keep `{type_name}`, which is {now}: nothing restarts"
            ));
        }
        for line in &perhaps {
            lines.push(format!(
                "look at line {line} of dsoi.yaml as it was: it has `{old}` in quotes, which was left as it is"
            ));
        }
        report.note(lines);
        report.data["renamed"] = json!({
            "from": old,
            "to": new,
            "alias": !args.no_alias,
            "typeName": type_name,
            "perhaps": perhaps,
        });
        report
    }
}
