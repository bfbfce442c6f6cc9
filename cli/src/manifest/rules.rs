//! `cluster.rules`: what must hold of a custom resource (MF-14).

use super::keys::{Section, Shape, key, required};
use super::reader::{Reader, string};
use super::source::{Span, Spanned};
use crate::diagnostic::{Code, Problem};
use crate::expr::Path;
use crate::expr::parse_unique;

/// One rule.
#[derive(Debug, Clone)]
pub struct Rule {
    pub kind: RuleKind,
    pub message: Spanned<String>,
    pub span: Span,
}

/// What a rule demands.
#[derive(Debug, Clone)]
pub enum RuleKind {
    /// A CEL expression over `self`, put in the CRD as it is.
    Cel(Spanned<String>),
    /// No two of these values are alike; has a [`crate::expr::Step::Each`].
    Unique(Path),
}

pub(super) static SECTION: Section = Section {
    path: "cluster.rules",
    doc: "What must hold of a custom resource beyond the types of its fields.",
    keys: &[
        key(
            "rule",
            Shape::Text,
            "A CEL expression over `self`; stands in the CRD as it is.",
        ),
        key(
            "unique",
            Shape::Text,
            "A path with `*`, as `pods.*.ordinal`: no two of these values are alike. Looked at before any write.",
        ),
        required(
            "message",
            Shape::Text,
            "What the user is told when it does not hold.",
        ),
    ],
};

pub(super) fn read(reader: &mut Reader<'_, '_>) -> Option<Rule> {
    reader.exclusive("rule", "unique");
    let message = reader.text("message");
    let kind = if let Some(rule) = reader.text("rule") {
        RuleKind::Cel(rule)
    } else if let Some(node) = reader.node("unique") {
        let scalar = string("unique", node, reader.problems)?;
        let path = parse_unique(scalar)
            .map_err(|problem| reader.problems.push(*problem))
            .ok()?;
        RuleKind::Unique(path)
    } else {
        if !reader.has("rule") && !reader.has("unique") {
            let problem = Problem::new(Code::E0104, "`rule` is missing in `rules`")
                .at(
                    message.map_or(reader.span, |message| message.span),
                    "has neither `rule` nor `unique`",
                )
                .help("`rule` is a CEL expression over `self`");
            reader.problems.push(problem);
        }
        return None;
    };
    Some(Rule {
        kind,
        message: message?,
        span: reader.span,
    })
}
