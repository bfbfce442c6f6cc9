//! Other values in place of one: another number, another word, another ending, another type.

use super::variants::{Edit, Known};
use crate::manifest::{Shape, Source, Span};

/// The ends of names of files that say how they are written.
pub(super) const ENDS: [&str; 4] = ["yaml", "json", "properties", "conf"];

/// What may be said of a type beside what it is: whether it has to be there, and what is true without it.
pub(super) fn types(span: Span, text: &str) -> Vec<Vec<Edit>> {
    let (bare, default) = text
        .split_once(" = ")
        .map_or((text, None), |(bare, default)| (bare, Some(default)));
    let mode = match bare.strip_prefix("optional ") {
        Some(ty) => ty.to_owned(),
        None => format!("optional {bare}"),
    };
    let mut rows = vec![vec![(span, mode)]];
    if let Some(default) = default {
        let others = bare
            .split(" | ")
            .map(str::trim)
            .filter(|word| *word != default);
        let mut row: Vec<Edit> = others
            .map(|word| (span, format!("{bare} = {word}")))
            .collect();
        row.push((span, format!("{bare} = {default}1")));
        rows.extend([row, vec![(span, bare.to_owned())]]);
    }
    rows
}

/// What a value could be instead, best first.
pub(super) fn first_row(source: &Source, span: Span, known: Known) -> Vec<Edit> {
    let text = source.slice(span);
    let whole = |text: String| (span, text);
    let mut tries = Vec::new();
    match known {
        Known::Shape(Shape::Flag) => {
            tries.push(whole(
                if text == "true" { "false" } else { "true" }.to_owned(),
            ));
        }
        Known::Shape(Shape::Word(words)) => {
            tries.extend(
                words()
                    .into_iter()
                    .filter(|word| *word != text)
                    .map(|word| whole(word.to_owned())),
            );
        }
        Known::Shape(Shape::Type) => {
            let (mode, ty) = match text.strip_prefix("optional ") {
                Some(ty) => ("optional ", ty),
                None => ("", text),
            };
            let ty = ty.split(" = ").next().unwrap_or(ty);
            let others = ["string", "int", "list<string>"];
            tries.extend(
                others
                    .into_iter()
                    .filter(|other| *other != ty)
                    .map(|other| whole(format!("{mode}{other}"))),
            );
            tries.extend(endings(source, span));
        }
        _ => {
            if let Some(number) = integer(text) {
                tries.push(whole((number + 1).to_string()));
                tries.push(whole((number - 1).to_string()));
            } else if text == "true" || text == "false" {
                tries.push(whole((text == "false").to_string()));
            } else {
                tries.extend(endings(source, span));
            }
        }
    }
    tries
}

fn integer(text: &str) -> Option<i64> {
    let number: i64 = text.parse().ok()?;
    (number.abs() < i64::MAX / 2).then_some(number)
}

/// A scalar with one more character at its end or at its start.
pub(super) fn endings(source: &Source, span: Span) -> Vec<(Span, String)> {
    let text = source.slice(span);
    let quoted = text.len() > 1 && text.starts_with(['"', '\'']) && text.ends_with(['"', '\'']);
    let inset = usize::from(quoted);
    let (start, end) = (span.start + inset, span.end.saturating_sub(inset));
    let at = |place: usize, text: &str| (Span::new(place, place), text.to_owned());
    // A number in front makes a longer duration, and a longer number.
    let mut tries = vec![at(end, "x"), at(end, "1"), at(start, "x"), at(start, "1")];
    // The end of a path says what is in the file.
    let bare = source.slice(Span::new(start, end));
    if let Some(slash) = bare.rfind('/') {
        tries.push(at(start + slash + 1, "x"));
    }
    if bare.contains('.') {
        tries.push(at(end, ".x"));
    }
    tries
}
