//! `dsoi explain`: what a part of the language, a key of the manifest or a problem code means.

mod resource;

use serde_json::json;

use super::{Failure, Report};
use crate::args::ExplainArgs;
use crate::diagnostic::{Code, nearest};
use crate::manifest::explain;
use crate::manifest::language::SUBJECTS;

/// Explains a subject, a code or a path; lists them all where none is given.
///
/// # Errors
/// There is no such subject, code or path.
pub fn run(args: &ExplainArgs) -> Result<Report, Failure> {
    let Some(what) = args.what.as_deref().map(str::trim) else {
        return Ok(overview());
    };
    if let Some(subject) = SUBJECTS
        .iter()
        .find(|subject| subject.name.eq_ignore_ascii_case(what))
    {
        let text = subject.text();
        return Ok(Report {
            data: json!({ "subject": subject.name, "explanation": text }),
            text,
            ..Report::default()
        });
    }
    if let Some(code) = Code::ALL
        .iter()
        .find(|code| code.id().eq_ignore_ascii_case(what))
    {
        return Ok(Report {
            text: format!(
                "{}: {}\n\n{}\n",
                code.id(),
                code.title(),
                code.explanation()
            ),
            data: json!({ "code": code.id(), "title": code.title(), "explanation": code.explanation() }),
            ..Report::default()
        });
    }
    if let Some(text) = resource::explain(what) {
        return Ok(Report {
            data: json!({ "subject": what, "explanation": text }),
            text,
            ..Report::default()
        });
    }
    match explain::path(what) {
        Ok(mut text) => {
            text.push_str(&resource::beside(what));
            Ok(Report {
                data: json!({ "path": what, "explanation": text }),
                text,
                ..Report::default()
            })
        }
        Err(unknown) => {
            let codes = Code::ALL.iter().map(|code| code.id());
            let subjects = SUBJECTS.iter().map(|subject| subject.name);
            let subjects = subjects.chain([resource::NAME]);
            let known = unknown.known.iter().copied().chain(codes).chain(subjects);
            let elsewhere = explain::paths_to(&unknown.step);
            let help = match (elsewhere.as_slice(), nearest(&unknown.step, known)) {
                ([], Some(nearest)) => Some(format!("did you mean `{nearest}`?")),
                ([], None) => Some("`dsoi explain` lists what there is".to_owned()),
                (paths, _) => Some(format!("did you mean {}?", paths.join(" or "))),
            };
            Err(Failure::Usage {
                message: format!(
                    "`{what}` is no subject, no problem code and no path in a manifest"
                ),
                help,
            })
        }
    }
}

/// Everything that can be explained.
fn overview() -> Report {
    let subjects = SUBJECTS
        .iter()
        .map(|subject| (subject.name, subject.title))
        .chain([(resource::NAME, resource::TITLE)])
        .map(|(name, title)| format!("  {name:14} {title}\n"));
    let sections = explain::sections().map(|(path, doc)| format!("  {path:34} {doc}\n"));
    let codes = Code::ALL
        .iter()
        .map(|code| format!("  {}  {}\n", code.id(), code.title()));
    let text = format!(
        "The language:\n{}\nSections of the manifest, T and the like for names of your choice:\n{}\nProblems:\n{}",
        subjects.collect::<String>(),
        sections.collect::<String>(),
        codes.collect::<String>(),
    );
    Report {
        data: json!({
            "subjects": SUBJECTS.iter().map(|subject| subject.name).chain([resource::NAME]).collect::<Vec<_>>(),
            "paths": explain::sections().map(|(path, _)| path).collect::<Vec<_>>(),
            "codes": Code::ALL.iter().map(|code| code.id()).collect::<Vec<_>>(),
        }),
        text,
        ..Report::default()
    }
}
