//! Recognises Helm templates: people bring them along, and nothing else here would notice.

use super::scalar::Scalar;
use super::source::Span;
use crate::diagnostic::{Code, Problem};

/// What an expression of Helm starts with; others' `{{ … }}` (alert templates, Jinja) may stand in a file's content.
const STARTS: &[&str] = &[
    ".Values",
    ".Release",
    ".Chart",
    ".Capabilities",
    ".Files",
    ".Template",
    "include ",
    "tpl ",
    "toYaml ",
];

/// The problem of a scalar with a Helm expression in it.
pub(super) fn problem(scalar: &Scalar) -> Option<Problem> {
    let mut from = 0;
    while let Some(at) = scalar.text.get(from..).and_then(|rest| rest.find("{{")) {
        let start = from + at;
        let rest = scalar.text.get(start..)?;
        let end = rest
            .find("}}")
            .map_or(scalar.text.len(), |end| start + end + 2);
        let expression = scalar.text.get(start..end)?;
        if is_helm(expression) {
            let problem = of(expression).at(
                scalar.place(start, end),
                "would reach the container as it stands",
            );
            return Some(problem);
        }
        from = end;
    }
    None
}

/// The problem of a Helm expression without quotes: YAML takes it for a mapping.
pub(super) fn unquoted(span: Span, text: &str) -> Option<Problem> {
    (text.starts_with("{{") && is_helm(text))
        .then(|| of(text).at(span, "YAML takes this for a mapping"))
}

fn is_helm(expression: &str) -> bool {
    let inner = expression.trim_start_matches(['{', '-', ' ']);
    STARTS.iter().any(|start| inner.starts_with(start)) || inner.contains(" .Values.")
}

fn of(expression: &str) -> Problem {
    let problem = Problem::new(
        Code::E0012,
        "this is a Helm expression; a manifest has none",
    );
    let name = expression
        .split(".Values.")
        .nth(1)
        .map(|rest| {
            rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .next()
                .unwrap_or(rest)
        })
        .filter(|name| !name.is_empty());
    match name {
        Some(name) => problem.help(format!(
            "declare `{name}` under `cluster.appConfigGroup.fields`, then write \"${{config.{name}}}\""
        )),
        None => problem.help("what a manifest can insert is listed by `dsoi explain E0310`"),
    }
}
