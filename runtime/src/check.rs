//! Says what is wrong with custom resources, offline: what the definition refuses, and what the operator refuses after it.
//!
//! In: the text of a file with one resource or several. Out: every mistake in one run, each with its place in the file. Sends
//! nothing. Rules of the definition that are written in more of CEL than [`rule`] reads are named, not judged.

mod across;
mod document;
#[cfg(feature = "external")]
mod external;
mod one;
mod print;
mod rule;
mod schema;
#[cfg(test)]
mod tests;
mod unread;
mod values;

use serde_json::Value;

use self::across::Across;
use self::document::{Document, Place};
use crate::build::{Desired, DesiredChild, build, unused};
use crate::cluster::Cluster;
use crate::controller::Kind;
use crate::names;
use crate::problem::{Problem, Problems};
use crate::render::schema_of;
use crate::resolve::resolve;
use crate::spec::RolloutPolicy;

#[cfg(feature = "external")]
pub(crate) use self::external::external_verdict;
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
    /// How many resources there are.
    pub(crate) resources: usize,
    /// Those of them with which nothing is wrong that their objects depend on.
    pub(crate) built: Vec<Built>,
}

/// One resource and what it asks for.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Built {
    pub(crate) api_version: String,
    pub(crate) kind: String,
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) policy: RolloutPolicy,
    pub(crate) desired: Desired,
}

impl Report {
    /// The objects that the resources would be made of, resource by resource.
    pub(crate) fn children(&self) -> impl Iterator<Item = &DesiredChild> {
        self.built.iter().flat_map(|built| &built.desired.children)
    }
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
    /// The children, where nothing that they depend on is wrong.
    pub(crate) desired: Option<Desired>,
    /// How the resource's upgrades go.
    pub(crate) policy: RolloutPolicy,
}

/// The documents of a file, each with what YAML allows and JSON does not.
pub(crate) fn documents(text: &str) -> Result<Vec<(Value, Problems)>, Problems> {
    let (documents, broken) = document::read(text);
    if let Some(finding) = broken {
        let Finding { place, problem } = finding;
        let mut problems = Problems::new();
        let at = format!("line {}, column {}", place.line, place.column);
        problems.add(at, problem.message);
        return Err(problems);
    }
    let one = |document: Document| {
        let mut problems = Problems::new();
        for problem in document.problems() {
            problems.add(problem.path.trim_end_matches('\u{0}'), problem.message);
        }
        (document.value, problems)
    };
    Ok(documents.into_iter().map(one).collect())
}

/// Whose uid the owner references of children have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    /// The one that the file says, if it does.
    Written,
    /// None: two files about one resource are compared, and only one of them may come from a cluster.
    None,
}

/// Checks every resource in a file. One that names no namespace is in `namespace`.
pub(crate) fn check(
    kinds: &[Box<dyn Kind>],
    operator: &str,
    text: &str,
    namespace: &str,
    identity: Identity,
) -> Report {
    let mut report = Report::default();
    let (mut documents, broken) = document::read(text);
    let mut across = Across::default();
    for document in &mut documents {
        if let Some(Value::Object(metadata)) = document.value.get_mut("metadata") {
            let own = metadata
                .entry("namespace")
                .or_insert_with(|| namespace.into());
            if own.is_null() {
                *own = namespace.into();
            }
            if identity == Identity::None {
                metadata.remove("uid");
            }
        }
        resource(kinds, operator, document, &mut across, &mut report);
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

fn resource(
    kinds: &[Box<dyn Kind>],
    operator: &str,
    document: &Document,
    across: &mut Across,
    report: &mut Report,
) {
    let index = report.resources;
    report.resources += 1;
    let mut verdict = Verdict::default();
    verdict.problems.extend(document.problems());
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
            verdict.desired = found.desired;
            verdict.policy = found.policy;
            report.notes.extend(found.notes);
            for rule in found.left {
                if !report.left.contains(&rule) {
                    report.left.push(rule);
                }
            }
        }
        None => verdict.problems.push(stranger(kinds, version, kind)),
    }
    let desired = verdict.desired.take();
    let children = desired.iter().flat_map(|desired| &desired.children);
    let ids = children.map(|child| &child.id);
    if let Some(message) = across.next(index, &document.value, ids) {
        verdict.problems.add("metadata.name", message);
    }
    if let Some(desired) = desired {
        let meta = |key: &str| {
            let value = document.value.pointer(&format!("/metadata/{key}"));
            value.and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        report.built.push(Built {
            api_version: version.unwrap_or_default().to_owned(),
            kind: kind.unwrap_or_default().to_owned(),
            namespace: meta("namespace"),
            name: meta("name"),
            policy: verdict.policy,
            desired,
        });
    }
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
    one::read(
        written,
        &schema_of(C::CRD, &C::version(&())),
        |cr: C, verdict| {
            let mut refused = Problems::new();
            values::of_groups(&cr, &mut refused);
            match C::ROLLOUT.with(cr.rollout()) {
                Ok(policy) => verdict.policy = policy,
                Err(error) => refused.add("spec.rollout.after", error.to_string()),
            }
            refused.extend(match resolve(&cr) {
                Err(found) => found,
                Ok(resolved) => match build(&resolved, operator) {
                    Err(found) => found,
                    Ok(desired) => {
                        verdict.notes.clone_from(&desired.notes);
                        verdict.notes.extend(unused(&resolved));
                        let mut refused = Problems::new();
                        values::of_children(&resolved, &desired, &mut refused);
                        verdict.desired = Some(desired);
                        refused
                    }
                },
            });
            refused
        },
    )
}

/// `; did you mean `x`?`, where there is one like it.
fn hint<'a>(text: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    names::nearest(text, known)
        .map(|near| format!("; did you mean `{near}`?"))
        .unwrap_or_default()
}
