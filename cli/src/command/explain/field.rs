//! A field of the custom resource, in words and for programs.

use serde_json::{Value, json};

use crate::command::{Failure, Report};
use crate::explain::{Below, Field, Missing};
use crate::manifest::{Source, Span};
use crate::render::docs::ChildDoc;

/// The most places of children that people are shown.
const SHOWN: usize = 12;

/// What there is to say of the field.
pub(super) fn report(source: &Source, kind: &str, field: &Field) -> Report {
    Report {
        text: text(source, kind, field),
        data: json!({
            "path": field.path,
            "kind": kind,
            "field": {
                "type": field.ty,
                "doc": field.doc,
                "required": field.required,
                "default": field.default,
                "rules": field.rules,
                "declared": field.declared.map(|span| place(source, span)),
                "sets": field.sets,
                "change": {
                    "effect": field.change.word,
                    "restarts": field.change.restarts,
                    "text": field.change.text,
                },
                "fields": field.fields.iter().map(below).collect::<Vec<_>>(),
            },
        }),
        ..Report::default()
    }
}

/// A place in the manifest for programs.
pub(super) fn place(source: &Source, span: Span) -> Value {
    json!({ "file": source.name(), "line": source.line(span.start), "column": source.column(span.start) })
}

fn below(field: &Below) -> Value {
    json!({ "name": field.name, "type": field.ty, "required": field.required, "doc": field.doc })
}

fn text(source: &Source, kind: &str, field: &Field) -> String {
    let head = if field.path.is_empty() {
        kind.to_owned()
    } else {
        format!("{kind} {}", field.path)
    };
    let mut text = format!("{head}: {}", field.ty);
    if field.required {
        text.push_str(", required");
    }
    text.push('\n');
    if let Some(doc) = &field.doc {
        text.push_str(&format!("\n{doc}\n"));
    }
    if let Some(default) = &field.default {
        text.push_str(&format!("\nDefault: {default}\n"));
    }
    section(&mut text, "Rules", field.rules.iter().cloned());
    if let Some(span) = field.declared {
        let (line, column) = (source.line(span.start), source.column(span.start));
        text.push_str(&format!(
            "\nDeclared: {}:{line}:{column}\n{}",
            source.name(),
            excerpt(source, span)
        ));
    }
    let (hidden, shown) = match field.sets.len().checked_sub(SHOWN) {
        Some(hidden) if hidden > 0 => (hidden, SHOWN),
        _ => (0, field.sets.len()),
    };
    section(&mut text, "Sets", field.sets.iter().take(shown).map(set));
    if hidden > 0 {
        text.push_str(&format!(
            "  and {hidden} more; explain one of the fields, or `--output json`\n"
        ));
    }
    text.push_str(&format!("\nChange: {}\n", field.change.text));
    section(&mut text, "Fields", rows(&field.fields));
    text
}

/// The line of a span, and a mark under it.
pub(super) fn excerpt(source: &Source, span: Span) -> String {
    let line = source.line(span.start);
    let whole = source.line_span(line);
    let before = source.slice(Span::new(whole.start, span.start));
    let marked = source.slice(Span::new(span.start, span.end.min(whole.end)));
    let number = line.to_string();
    format!(
        "  {number} | {}\n  {:width$} | {}{}\n",
        source.slice(whole),
        "",
        before
            .chars()
            .map(|c| if c == '\t' { '\t' } else { ' ' })
            .collect::<String>(),
        "^".repeat(marked.chars().count().max(1)),
        width = number.len(),
    )
}

fn section(text: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return;
    }
    text.push_str(&format!("\n{title}:\n"));
    for line in lines {
        text.push_str(&format!("  {line}\n"));
    }
}

fn set(child: &ChildDoc) -> String {
    let of = if child.node_types.is_empty() {
        String::new()
    } else {
        format!("  ({})", child.node_types.join(", "))
    };
    let restarts = if child.restarts {
        ", restarts pods"
    } else {
        ""
    };
    let from = match &child.from {
        Some(from) => format!(", where the node is a {from}"),
        None => String::new(),
    };
    format!("{} {}{of}{restarts}{from}", child.kind, child.path)
}

fn rows(fields: &[Below]) -> impl Iterator<Item = String> {
    let width = |of: fn(&Below) -> usize| fields.iter().map(of).max().unwrap_or(0);
    let (name, ty) = (
        width(|field| field.name.len()),
        width(|field| field.ty.len()).min(36),
    );
    fields.iter().map(move |field| {
        let required = if field.required { "required. " } else { "" };
        let row = format!(
            "{:name$}  {:ty$}  {required}{}",
            field.name, field.ty, field.doc
        );
        row.trim_end().to_owned()
    })
}

/// That there is no such field, and what there is.
pub(super) fn missing(kind: &str, what: &str, missing: &Missing) -> Failure {
    let above = if missing.above.is_empty() {
        format!("a {kind}")
    } else {
        format!("`{}`", missing.above)
    };
    let known: Vec<_> = missing
        .fields
        .iter()
        .map(|field| field.name.as_str())
        .collect();
    let known = if known.is_empty() {
        format!("{above} has no fields")
    } else {
        format!("{above} has {}", known.join(", "))
    };
    Failure::Usage {
        message: format!(
            "`{what}` is no field of a {kind}: {above} has no `{}`",
            missing.step
        ),
        help: Some(match &missing.nearest {
            Some(nearest) => format!("did you mean `{nearest}`? {known}"),
            None => known,
        }),
    }
}
