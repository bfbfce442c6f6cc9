//! Says what is wrong with custom resources, offline: what the definition refuses, and what the operator refuses after it.
//!
//! In: the text of a file with one resource or several. Out: every mistake in one run, each with its place in the file. Sends
//! nothing. Rules of the definition that are written in more of CEL than [`rule`] reads are named, not judged.

mod document;
mod print;
mod rule;
mod schema;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::Value;

use self::document::{Document, Place};
use self::schema::Walk;
use crate::build::build;
use crate::cluster::Cluster;
use crate::controller::Kind;
use crate::names;
use crate::problem::{Problem, Problems};
use crate::resolve::resolve;

pub(crate) use self::print::text;

/// What was found in a file.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Report {
    /// In the order of their places.
    pub(crate) findings: Vec<Finding>,
    /// What has no effect, and why.
    pub(crate) notes: Vec<Problem>,
    /// What was not looked at: the API server will.
    pub(crate) left: Vec<String>,
    /// How many resources there are, and of how many objects they would be made.
    pub(crate) resources: usize,
    pub(crate) objects: usize,
}

/// One mistake and its place.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    pub(crate) place: Place,
    pub(crate) problem: Problem,
}

/// What one kind says of one resource.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) problems: Problems,
    /// Paths of fields that do not exist: there the key is at fault, not its value.
    pub(crate) unknown: Vec<String>,
    pub(crate) notes: Vec<Problem>,
    pub(crate) left: Vec<String>,
    pub(crate) objects: usize,
}

/// Checks every resource in a file.
pub(crate) fn check(kinds: &[Box<dyn Kind>], operator: &str, text: &str) -> Report {
    let mut report = Report::default();
    let (documents, broken) = document::read(text);
    for document in &documents {
        one(kinds, operator, document, &mut report);
    }
    if let Some(finding) = broken {
        report.findings.push(finding);
    } else if documents.is_empty() {
        report.findings.push(Finding {
            place: Place::START,
            problem: Problem {
                path: String::new(),
                message: "there is no resource in the file".to_owned(),
            },
        });
    }
    report.findings.sort();
    report
}

fn one(kinds: &[Box<dyn Kind>], operator: &str, document: &Document, report: &mut Report) {
    report.resources += 1;
    let mut verdict = Verdict::default();
    for (path, message) in &document.problems {
        verdict.problems.add(path.clone(), message.clone());
    }
    let field = |name: &str| document.value.get(name).and_then(Value::as_str);
    let (version, kind) = (field("apiVersion"), field("kind"));
    let known = kinds
        .iter()
        .find(|known| kind == Some(&known.name()) && version == Some(&known.api_version()));
    match known {
        Some(known) => {
            let found = known.check(&document.value, operator);
            verdict.problems.extend(found.problems);
            verdict.unknown = found.unknown;
            verdict.objects = found.objects;
            report.notes.extend(found.notes);
            for rule in found.left {
                if !report.left.contains(&rule) {
                    report.left.push(rule);
                }
            }
        }
        None => verdict.problems.push(stranger(kinds, version, kind)),
    }
    report.objects += verdict.objects;
    for problem in verdict.problems {
        let place = document.place(&problem.path, verdict.unknown.contains(&problem.path));
        report.findings.push(Finding { place, problem });
    }
}

/// What a resource of no known kind is told.
fn stranger(kinds: &[Box<dyn Kind>], version: Option<&str>, kind: Option<&str>) -> Problem {
    let known: Vec<String> = kinds
        .iter()
        .map(|kind| format!("`{} {}`", kind.api_version(), kind.name()))
        .collect();
    let of_name = kinds.iter().find(|known| kind == Some(&known.name()));
    let (path, found) = match (version, kind, of_name) {
        (None, None, _) => ("", "has neither `apiVersion` nor `kind`".to_owned()),
        (_, None, _) => ("", "has no `kind`".to_owned()),
        (None, ..) => ("", "has no `apiVersion`".to_owned()),
        (Some(version), _, Some(_)) => (
            "apiVersion",
            format!(
                "`{}` is not the version of this kind",
                version.escape_debug()
            ),
        ),
        (_, Some(kind), None) => (
            "kind",
            format!("`{}` is no kind of this operator", kind.escape_debug()),
        ),
    };
    Problem {
        path: path.to_owned(),
        message: format!("{found}; it reads {}", known.join(", ")),
    }
}

/// Checks one resource of a kind: its shape, its references, its children, the rules of its definition.
pub(crate) fn verdict<C: Cluster>(written: &Value, operator: &str) -> Verdict {
    let schema = crate::render::schema::<C>();
    let mut walk = Walk::default();
    let value = walk.root(written, &schema);
    let Walk {
        mut problems,
        unknown,
        invented,
        substitutes,
        ..
    } = walk;
    let mut verdict = Verdict {
        unknown,
        ..Verdict::default()
    };
    // As on the server, rules are for what has the right shape.
    let shapely = problems.is_empty();
    let (decoded, invented) = decode::<C>(value.clone(), substitutes, invented, &mut problems);
    if let Some(mut cr) = decoded {
        let meta = cr.meta_mut();
        meta.namespace.get_or_insert_with(|| "default".to_owned());
        let refused = match resolve(&cr) {
            Err(found) => found,
            Ok(resolved) => match build(&resolved, operator) {
                Err(found) => found,
                Ok(desired) => {
                    verdict.objects = desired.children.len();
                    verdict.notes = desired.notes;
                    Problems::new()
                }
            },
        };
        merge(&mut problems, refused, &invented);
    }
    let (broken, left) = if shapely {
        rule::broken(&value, &schema)
    } else {
        Default::default()
    };
    for problem in broken {
        // The definition says with one rule what `resolve` says with the field's own path. Rules of the whole resource are the
        // manifest's, and nobody else says them.
        let said =
            |known: &Problem| !problem.path.is_empty() && related(&known.path, &problem.path);
        if !problems.iter().any(said) {
            problems.push(problem);
        }
    }
    verdict.left = left;
    verdict.problems = problems;
    verdict
}

/// Decodes a resource; what cannot be decoded, and is reported, is replaced by something that can.
fn decode<C: Cluster>(
    mut value: Value,
    mut substitutes: BTreeMap<String, (String, Value)>,
    mut invented: Vec<String>,
    problems: &mut Problems,
) -> (Option<C>, Vec<String>) {
    loop {
        let error = match serde_path_to_error::deserialize(&value) {
            Ok(cr) => return (Some(cr), invented),
            Err(error) => error,
        };
        let path = error.path().to_string();
        let Some((pointer, substitute)) = substitutes.remove(&path) else {
            if problems.is_empty() {
                problems.add(path, error.inner().to_string());
            }
            return (None, invented);
        };
        if let Some(place) = value.pointer_mut(&pointer) {
            *place = substitute;
        }
        invented.push(path);
    }
}

/// Adds what was found in a resource of which some parts were invented: not what is said of these.
fn merge(problems: &mut Problems, found: Problems, invented: &[String]) {
    // Everything refers to names.
    if invented
        .iter()
        .any(|path| path.rsplit('.').next() == Some("name"))
    {
        return;
    }
    let parent = |path: &str| path.rfind(['.', '[']).map_or(0, |at| at);
    let doubtful = |problem: &Problem| {
        invented.iter().any(|path| {
            let around = path.get(..parent(path)).unwrap_or(path);
            // What is said of a whole list may be said because of the invented part of an entry of any.
            related(&problem.path, around) || !problem.path.contains('[')
        })
    };
    let found: Vec<Problem> = found.into_iter().filter(|found| !doubtful(found)).collect();
    // One mistake in a place is said by whoever says more of it.
    for problem in &found {
        problems.forget(&problem.path);
    }
    problems.extend(found);
}

/// Whether one path is the other or leads to it.
fn related(a: &str, b: &str) -> bool {
    let leads = |outer: &str, inner: &str| {
        inner
            .strip_prefix(outer)
            .is_some_and(|rest| outer.is_empty() || rest.is_empty() || rest.starts_with(['.', '[']))
    };
    leads(a, b) || leads(b, a)
}

/// `; did you mean `x`?`, where there is one like it.
fn hint<'a>(text: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    names::nearest(text, known)
        .map(|near| format!("; did you mean `{near}`?"))
        .unwrap_or_default()
}
