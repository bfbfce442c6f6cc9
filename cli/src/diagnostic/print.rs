//! Problems as text for people and as JSON for programs.
//!
//! In: problems and the source they point into. Out: a string or a JSON value. Prints nothing itself.

use std::collections::BTreeSet;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Element, Level, Origin, Renderer, Snippet};
use serde_json::{Value, json};

use super::code::Code;
use super::list::Problems;
use super::problem::{Label, Problem};
use crate::manifest::{Source, Span};

/// How many problems are shown to people.
const SHOWN: usize = 50;
/// How many problems are listed for programs.
pub(super) const LISTED: usize = 1000;
/// The longest line that is shown in a snippet, in bytes.
const LONGEST_LINE: usize = 4000;

/// The problems as a text, a count in its last line.
pub fn text(problems: &Problems, source: &Source, color: bool) -> String {
    let (mut text, number) = list(problems, source, &Level::ERROR, color);
    text.extend([format!(
        "{}: {}\n",
        clean(source.name()),
        count(number, "error")
    )]);
    text
}

/// What is odd without being wrong, as a text with a count in its last line; empty where there is nothing.
pub fn warnings(problems: &Problems, source: &Source, color: bool) -> String {
    if problems.is_empty() {
        return String::new();
    }
    let (mut text, number) = list(problems, source, &Level::WARNING, color);
    text.extend([format!(
        "{}: no mistakes, {}\n",
        clean(source.name()),
        count(number, "warning")
    )]);
    text
}

/// What the codes of the problems mean, each once.
pub fn explanations(problems: &Problems) -> String {
    let codes: BTreeSet<Code> = problems
        .sorted()
        .into_iter()
        .map(|problem| problem.code)
        .collect();
    codes
        .into_iter()
        .map(|code| format!("\n{}: {}\n", code.id(), code.explanation()))
        .collect::<Vec<_>>()
        .concat()
}

/// The problems one by one, and how many there are.
fn list(
    problems: &Problems,
    source: &Source,
    level: &Level<'static>,
    color: bool,
) -> (String, usize) {
    let renderer = if color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let renderer = renderer.decor_style(DecorStyle::Unicode);
    let sorted = problems.sorted();
    let mut text = String::new();
    for problem in sorted.iter().take(SHOWN) {
        text.push_str(&one(problem, source, level.clone(), &renderer));
        text.push_str("\n\n");
    }
    if let Some(hidden) = sorted.len().checked_sub(SHOWN).filter(|&hidden| hidden > 0) {
        text.extend([format!("and {hidden} more\n")]);
    }
    (text, sorted.len())
}

fn count(number: usize, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        number => format!("{number} {what}s"),
    }
}

fn one(problem: &Problem, source: &Source, level: Level<'_>, renderer: &Renderer) -> String {
    let title = level
        .primary_title(clean(&problem.message))
        .id(problem.code.id());
    let mut elements: Vec<Element<'_>> = vec![match problem.labels.as_slice() {
        [] => Origin::path(source.name()).into(),
        labels => place(labels, source),
    }];
    if let Some(help) = &problem.help {
        elements.push(Level::HELP.message(clean(help)).into());
    }
    renderer.render(&[title.elements(elements)])
}

/// The lines that the labels point to; only the line and column where such a line is too long to show.
fn place<'a>(labels: &'a [Label], source: &'a Source) -> Element<'a> {
    let lines = || labels.iter().map(|label| source.line(label.span.start));
    let (Some(first), Some(last), Some(main)) = (lines().min(), lines().max(), labels.first())
    else {
        return Origin::path(source.name()).into();
    };
    let longest = (first..=last)
        .map(|line| source.line_span(line))
        .any(|span| span.end - span.start > LONGEST_LINE);
    if longest {
        return Origin::path(source.name())
            .line(source.line(main.span.start))
            .char_column(source.column(main.span.start))
            .into();
    }
    let window = source.line_span(first).to(source.line_span(last));
    let annotations = labels.iter().enumerate().map(|(index, label)| {
        let kind = if index == 0 {
            AnnotationKind::Primary
        } else {
            AnnotationKind::Context
        };
        // A value of many lines is shown by its first.
        let line = source.line_span(source.line(label.span.start));
        let start = label.span.start.min(line.end);
        let span = Span::new(
            start - window.start,
            label.span.end.min(line.end).max(start) - window.start,
        );
        kind.span(span.range()).label(clean(&label.text))
    });
    Snippet::source(source.slice(window))
        .line_start(first)
        .path(source.name())
        .annotations(annotations)
        .into()
}

/// The problems as JSON: `problems`, and in `omitted` how many are not listed.
pub fn json(problems: &Problems, source: &Source) -> Value {
    let sorted = problems.sorted();
    let list: Vec<Value> = sorted
        .iter()
        .take(LISTED)
        .map(|problem| {
            let labels = problem.labels.iter().map(|label| {
                json!({
                    "line": source.line(label.span.start),
                    "column": source.column(label.span.start),
                    "endLine": source.line(label.span.end),
                    "endColumn": source.column(label.span.end),
                    "text": label.text,
                })
            });
            json!({
                "code": problem.code.id(),
                "title": problem.code.title(),
                "message": problem.message,
                "file": source.name(),
                "labels": labels.collect::<Vec<_>>(),
                "help": problem.help,
            })
        })
        .collect();
    json!({ "problems": list, "omitted": sorted.len().saturating_sub(LISTED) })
}

/// A text without characters that would move a terminal's cursor or change its colours.
fn clean(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}
