//! What a container asks for and what it may have, where the manifest says both.
//!
//! In: the entries of `resources`. Out: problems. What an expression or a custom resource says is not known here.

use crate::check::literal::amount;
use crate::check::typer::Typer;
use crate::diagnostic::{Code, Problem};
use crate::manifest::{Entry, Span, Template as Written, TemplateKind};

impl Typer<'_, '_> {
    /// `E0518`: the server refuses a request above the limit.
    pub(super) fn amounts(&self, resources: &[Entry]) {
        let limits = constants(resources, "limits");
        for (name, asked, span) in constants(resources, "requests") {
            let limit = limits.iter().find(|(limited, ..)| *limited == name);
            let Some((_, limit, place)) = limit else {
                continue;
            };
            let (Some(much), Some(most)) = (amount(&asked), amount(limit)) else {
                continue;
            };
            if much > most {
                self.report.push(
                    Problem::new(
                        Code::E0518,
                        format!("a container cannot ask for {asked} of `{name}` and have at most {limit}"),
                    )
                    .at(
                        span,
                        format!("more than its limit {}", self.report.line(*place)),
                    )
                    .help("lower the request, or raise the limit"),
                );
            }
        }
    }
}

/// The constants under a key of `resources`: the name of each, what is written, and where.
fn constants<'a>(resources: &'a [Entry], key: &str) -> Vec<(&'a str, String, Span)> {
    let mut all = resources.iter();
    let found = all.find(|entry| entry.key.as_literal() == Some(key));
    let Some(TemplateKind::Map(entries)) = found.map(|entry| &entry.value.kind) else {
        return Vec::new();
    };
    let constant = |entry: &'a Entry| {
        let name = entry.key.as_literal()?;
        Some((name, text(&entry.value)?, entry.value.span))
    };
    entries.iter().filter_map(constant).collect()
}

fn text(written: &Written) -> Option<String> {
    match &written.kind {
        TemplateKind::Int(number) => Some(number.to_string()),
        TemplateKind::Float(number) => Some(number.to_string()),
        TemplateKind::Text(text) => text.as_literal().map(str::to_owned),
        _ => None,
    }
}
