//! `resources.KIND.calls`: the four requests.

use crate::diagnostic::{Code, Problem};
use crate::expr::{Part, Text};
use crate::manifest::keys::{Section, Shape, key};
use crate::manifest::reader::{Reader, not_yet};
use crate::manifest::source::{Span, Spanned};
use crate::manifest::tree::Value;

/// One request: `VERB /path`.
#[derive(Debug, Clone)]
pub struct Call {
    /// `get`, `create`, `update` or `delete`.
    pub name: Spanned<&'static str>,
    pub verb: Verb,
    /// What follows the verb; begins with `/`.
    pub path: Text,
    pub span: Span,
}

/// The verb of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

const VERBS: &[(&str, Verb)] = &[
    ("GET", Verb::Get),
    ("POST", Verb::Post),
    ("PUT", Verb::Put),
    ("PATCH", Verb::Patch),
    ("DELETE", Verb::Delete),
];

pub(super) static SECTION: Section = Section {
    path: "resources.KIND.calls",
    doc: "The requests, each a verb and a path: `GET /schemas/${id}`. Values in a path are percent-encoded.",
    keys: &[
        key(
            "get",
            Shape::Expression,
            "Asks what is there; 404 where it is not.",
        ),
        key("create", Shape::Expression, "Makes it; sends the body."),
        key(
            "update",
            Shape::Expression,
            "Changes it; sends the body. Without it a change of the body is refused.",
        ),
        key(
            "delete",
            Shape::Expression,
            "Removes it; 404 where it is gone. Without it nothing is removed.",
        ),
    ],
};

pub(super) fn read(reader: &mut Reader<'_, '_>) -> Vec<Call> {
    let names = ["get", "create", "update", "delete"];
    let calls = names.into_iter().filter_map(|name| one(reader, name));
    calls.collect()
}

fn one(reader: &mut Reader<'_, '_>, name: &'static str) -> Option<Call> {
    let pair = reader.pair(name)?;
    if let Value::Map(_) = &pair.value.value {
        reader.problems.push(
            not_yet(&format!("the long form of `{name}`"), pair.value.span).help(format!(
                "write verb and path: `{name}: GET /things/${{id}}`"
            )),
        );
        return None;
    }
    let mut text = reader.expression(name)?;
    let key = Spanned::new(name, pair.key.span);
    let span = text.span;
    if let Some((verb, rest)) = split(&text) {
        if let Some(Part::Literal(first)) = text.parts.first_mut() {
            first.value = rest;
        }
        return Some(Call {
            name: key,
            verb,
            path: text,
            span,
        });
    }
    let verbs: Vec<&str> = VERBS.iter().map(|(word, _)| *word).collect();
    let problem = Problem::new(Code::E0107, format!("`{name}` is no request"))
        .at(span, "expected a verb and a path")
        .help(format!(
            "write it as `{} /things/${{id}}`; the verbs are {}",
            match name {
                "create" => "POST",
                "update" => "PUT",
                "delete" => "DELETE",
                _ => "GET",
            },
            verbs.join(", ")
        ));
    reader.problems.push(problem);
    None
}

/// The verb, and what of the first literal follows it.
fn split(text: &Text) -> Option<(Verb, String)> {
    let Some(Part::Literal(first)) = text.parts.first() else {
        return None;
    };
    let (word, rest) = first.value.split_once(' ')?;
    let verb = VERBS.iter().find(|(known, _)| *known == word)?.1;
    rest.starts_with('/').then(|| (verb, rest.to_owned()))
}
