//! A name of the author's with another ending, and with it what names it, and nothing else that only reads alike.
//!
//! What names it is found as an author finds it: the name is changed alone, and where that is a mistake the word is changed at
//! the place of the mistake, until there is none.

use super::variants::{Site, renamed, replaced};
use crate::check;
use crate::diagnostic::Problems;
use crate::manifest::{Source, Span};

/// The most times that mistakes are followed.
const ROUNDS: usize = 8;

/// The manifests in which the name of a place is another one, best first.
pub(super) fn renamings(source: &Source, site: &Site) -> Vec<String> {
    let Some(around) = &site.around else {
        return Vec::new();
    };
    let bare = source.slice(site.span).trim_matches(['"', '\'']);
    let followed = ["x", "X", "_x"]
        .into_iter()
        .find_map(|ending| followed(source, site.span, bare, &format!("{bare}{ending}")));
    if let Some(followed) = followed {
        return vec![followed];
    }
    // What cannot be followed: wherever the word stands in an entry that the name is in, the smallest first.
    let whole = Span::new(0, source.text().len());
    around
        .iter()
        .map(|span| (*span, "x"))
        .chain(["x", "X", "_x"].map(|ending| (whole, ending)))
        .filter_map(|(within, ending)| {
            let new = renamed(source.slice(within), bare, &format!("{bare}{ending}"));
            replaced(source.text(), within, &new)
        })
        .collect()
}

fn followed(source: &Source, span: Span, bare: &str, new: &str) -> Option<String> {
    let key = source.slice(span).replacen(bare, new, 1);
    let mut text = replaced(source.text(), span, &key)?;
    for _ in 0..ROUNDS {
        let tried = Source::new(source.name(), text.clone().into_bytes()).ok()?;
        match check::read(&tried) {
            Ok(_) => return Some(text),
            Err(problems) => {
                let next = follow(&tried, &problems, bare, new);
                if next == text {
                    return None;
                }
                text = next;
            }
        }
    }
    None
}

/// The text with the word replaced at the places of mistakes: of each at the first place that has it.
fn follow(source: &Source, problems: &Problems, bare: &str, new: &str) -> String {
    let mut spans: Vec<Span> = problems
        .sorted()
        .into_iter()
        .filter_map(|problem| {
            let mut spans = problem.labels.iter().map(|label| label.span);
            spans.find(|span| {
                let text = source.slice(*span);
                renamed(text, bare, new) != text
            })
        })
        .collect();
    spans.sort_by_key(|span| (span.start, span.end));
    let mut out = source.text().to_owned();
    let mut last = usize::MAX;
    // From the end, so that the places before stay where they are.
    for span in spans.into_iter().rev() {
        if span.end > last {
            continue;
        }
        last = span.start;
        let text = renamed(source.slice(span), bare, new);
        out = replaced(&out, span, &text).unwrap_or(out);
    }
    out
}
