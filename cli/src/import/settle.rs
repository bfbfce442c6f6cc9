//! Draft → a manifest that checks: the checker is the judge of what an import may say.
//!
//! What has a mistake is taken out of the draft and noted with the checker's own words, until there is none. So an input
//! can be anything, and its manifest passes `dsoi check`.

use std::collections::BTreeMap;

use super::draft::Draft;
use super::lost::{Losses, Weight};
use super::out::{self, Layout, Place};
use crate::check;
use crate::diagnostic::{Problem, Problems};
use crate::manifest::Source;

/// After so many rounds it is the largest part around a mistake that goes, so that there is an end.
const PATIENCE: usize = 10;

/// Without these a program does not start, or another one does.
const STARTING: &[&str] = &["command", "args"];

/// The text of a draft, below its first lines, without what does not check. `None` where nothing is left to take out.
pub(super) fn settle(head: &str, draft: &mut Draft, losses: &mut Losses) -> Option<String> {
    let above = head.matches('\n').count();
    let mut round = 0;
    loop {
        round += 1;
        let (body, places) = out::write(draft, Layout::Open);
        let text = format!("{head}{body}");
        let out: BTreeMap<Vec<usize>, Problem> =
            match Source::new("dsoi.yaml", text.clone().into_bytes()) {
                Ok(source) => match check::read(&source) {
                    Ok(_) => {
                        return Some(format!("{head}{}", out::write(draft, Layout::Compact).0));
                    }
                    Err(problems) => wrong(&source, &problems, &places, above, round > PATIENCE),
                },
                // It is too large.
                Err(rejected) => largest(&body, &places)
                    .zip(rejected.problems.sorted().first().copied().cloned())
                    .into_iter()
                    .collect(),
            };
        if out.is_empty() {
            return None;
        }
        // From the end on, so that the paths in front stay right; what is inside of another goes with it.
        for (path, problem) in out.iter().rev() {
            let inside = |other: &Vec<usize>| other != path && path.starts_with(other);
            if out.keys().any(inside) {
                continue;
            }
            if let Some(part) = draft.remove(path) {
                let starts = STARTING.contains(&part.key.as_str());
                let what = part.from.unwrap_or(part.key);
                let help = problem.help.as_deref().unwrap_or_default();
                losses.add(
                    if starts {
                        Weight::Stops
                    } else {
                        Weight::LeftOut
                    },
                    what,
                    &format!("no manifest can say it: {}", problem.message),
                    help,
                );
            }
        }
    }
}

/// The parts around the mistakes.
fn wrong(
    source: &Source,
    problems: &Problems,
    places: &[Place],
    above: usize,
    outermost: bool,
) -> BTreeMap<Vec<usize>, Problem> {
    let mut out = BTreeMap::new();
    for problem in problems.sorted() {
        let line = problem.span().map_or(0, |span| source.line(span.start));
        let line = line.saturating_sub(above);
        let around = places
            .iter()
            .filter(|place| (place.first..=place.last).contains(&line));
        let place = if outermost {
            around.min_by_key(|place| place.path.len())
        } else {
            around.max_by_key(|place| place.path.len())
        };
        if let Some(place) = place {
            out.entry(place.path.clone())
                .or_insert_with(|| problem.clone());
        }
    }
    out
}

/// The part with the longest text that has none in it.
fn largest(body: &str, places: &[Place]) -> Option<Vec<usize>> {
    let lines: Vec<usize> = body.lines().map(str::len).collect();
    let size = |place: &Place| -> usize {
        let lines = lines.get(place.first.saturating_sub(1)..place.last);
        lines.map_or(0, |lines| lines.iter().sum())
    };
    let is_leaf = |place: &Place| {
        !places
            .iter()
            .any(|other| other.path.len() > place.path.len() && other.path.starts_with(&place.path))
    };
    // More than so many large parts are not worth a comparison of each with each.
    let few = places.len() <= 2_000;
    places
        .iter()
        .filter(|place| !few || is_leaf(place))
        .max_by_key(|place| size(place))
        .map(|place| place.path.clone())
}
