//! `dsoi explain`: what a part of the language, a key of the manifest, a field of the custom resource or a problem
//! code means, and where a line of a generated file comes from.

mod entry;
mod field;
mod line;
mod resource;

use std::path::Path;

use serde_json::json;

use super::{Failure, Report, read_source, with_manifest};
use crate::args::ExplainArgs;
use crate::check;
use crate::diagnostic::{Code, nearest};
use crate::explain::{self as facts, Resource};
use crate::manifest::language::SUBJECTS;
use crate::manifest::{self, Source, explain};

/// Explains a subject, a code or a path; lists them all where none is given.
///
/// # Errors
/// There is no such subject, code or path; the path is one of the custom resource, and its manifest has mistakes.
pub fn run(args: &ExplainArgs, directory: &Path) -> Result<Report, Failure> {
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
    if let Some((file, line)) = line::parse(what) {
        return line::run(directory, file, line);
    }
    if let Some(meant) = facts::without_gaps(what) {
        return Err(Failure::Usage {
            message: format!("`{what}` has a step without a name"),
            help: Some(format!("did you mean `{meant}`?")),
        });
    }
    let source = source(args, directory)?;
    if let Some(source) = &source
        && let Some(report) = of_resource(source, what)?
    {
        return Ok(report);
    }
    if let Some(text) = resource::explain(what) {
        return Ok(Report {
            data: json!({ "subject": what, "explanation": text }),
            text,
            ..Report::default()
        });
    }
    match explain::path(what) {
        Ok(text) => Ok(of_manifest(source.as_ref(), what, text)),
        Err(unknown) => {
            if source.is_none() && facts::is_of_resource(what) {
                with_manifest(directory)?;
            }
            Err(line::without_number(directory, what)
                .unwrap_or_else(|| unknown_path(source.as_ref(), what, &unknown)))
        }
    }
}

/// The manifest at hand, if there is one.
fn source(args: &ExplainArgs, directory: &Path) -> Result<Option<Source>, Failure> {
    let is_chosen = args.file != Path::new("dsoi.yaml");
    if !is_chosen && !directory.join(&args.file).is_file() {
        return Ok(None);
    }
    match read_source(directory, &args.file) {
        Ok(source) => Ok(Some(source)),
        Err(failure) if is_chosen => Err(failure),
        // The language can be explained without it.
        Err(_) => Ok(None),
    }
}

/// A field of the manifest's custom resource; `None` where the path is none.
fn of_resource(source: &Source, what: &str) -> Result<Option<Report>, Failure> {
    let (manifest, operator) = match check::read(source) {
        Ok(read) => read,
        Err(problems) if facts::is_of_resource(what) => {
            return Err(Failure::manifest(source, problems));
        }
        Err(_) => return Ok(None),
    };
    let kind = operator.cluster.kind.as_str();
    match Resource::new(&manifest, &operator).field(what) {
        None => Ok(None),
        Some(Ok(field)) => Ok(Some(field::report(source, kind, &field))),
        Some(Err(missing)) => Err(field::missing(kind, what, &missing)),
    }
}

/// A key of manifests, and what stands there in the one at hand.
fn of_manifest(source: Option<&Source>, what: &str, mut text: String) -> Report {
    text.push_str(&resource::beside(what));
    let mut data = json!({ "path": what, "explanation": text });
    if let Some(source) = source
        && let Some(root) = manifest::tree(source)
    {
        let entries = entry::entries(&root, what);
        text.push_str(&entry::text(source, &entries));
        data["written"] = entry::data(source, &entries);
    }
    Report {
        text,
        data,
        ..Report::default()
    }
}

fn unknown_path(source: Option<&Source>, what: &str, unknown: &explain::Unknown) -> Failure {
    let codes = Code::ALL.iter().map(|code| code.id());
    let subjects = subjects().map(|(name, _)| name);
    let known = unknown.known.iter().copied().chain(codes).chain(subjects);
    let read = source.and_then(|source| check::read(source).ok());
    let mut elsewhere = explain::paths_to(&unknown.step);
    if let Some((manifest, operator)) = &read {
        let word = what.rsplit('.').next().unwrap_or(what);
        let resource = Resource::new(manifest, operator);
        elsewhere.extend(resource.called(word).map(|path| format!("`{path}`")));
    }
    let help = match (elsewhere.as_slice(), nearest(&unknown.step, known)) {
        _ if source.is_none() && facts::is_of_resource(what) => {
            "this is a path of a custom resource: call it in a project, or name the manifest with `-f FILE`".to_owned()
        }
        ([], Some(nearest)) => format!("did you mean `{nearest}`?"),
        ([], None) => "`dsoi explain` lists what there is".to_owned(),
        (paths, _) => format!("did you mean {}?", paths.join(" or ")),
    };
    Failure::Usage {
        message: format!("`{what}` is no subject, no problem code and no path in a manifest"),
        help: Some(help),
    }
}

/// The subjects that can be explained: the name of each, and what it is about.
pub fn subjects() -> impl Iterator<Item = (&'static str, &'static str)> {
    SUBJECTS
        .iter()
        .map(|subject| (subject.name, subject.title))
        .chain([(resource::NAME, resource::TITLE)])
}

/// Everything that can be explained.
fn overview() -> Report {
    let listed = subjects().map(|(name, title)| format!("  {name:14} {title}\n"));
    let sections = explain::sections().map(|(path, doc)| format!("  {path:34} {doc}\n"));
    let codes = Code::ALL
        .iter()
        .map(|code| format!("  {}  {}\n", code.id(), code.title()));
    let text = format!(
        "The language:\n{}\nSections of the manifest, T and the like for names of your choice:\n{}\nProblems:\n{}",
        listed.collect::<String>(),
        sections.collect::<String>(),
        codes.collect::<String>(),
    );
    Report {
        data: json!({
            "subjects": subjects().map(|(name, _)| name).collect::<Vec<_>>(),
            "paths": explain::sections().map(|(path, _)| path).collect::<Vec<_>>(),
            "codes": Code::ALL.iter().map(|code| code.id()).collect::<Vec<_>>(),
        }),
        text,
        ..Report::default()
    }
}
