//! What an import did not carry over: nothing is dropped without a line here (SE-27).
//!
//! Each line says what it was and where, what its absence means, and what to do; those that keep pods from running come first.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// How many lines the list in a manifest has at most; programs get all of them.
const MANY: usize = 150;
/// How many sources stand in one line.
const TOGETHER: usize = 6;
/// How many characters a line may have.
const WIDTH: usize = 600;

/// What a loss means for whoever goes on from the manifest; the most serious first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Pods do not start, or cannot do their work, before somebody sees to it.
    Stops,
    /// It is about what pods may do to the machine that they run on, or who can read a secret.
    Security,
    /// It is said by each custom resource.
    Resource,
    /// It is in the manifest, but not as it was.
    Changed,
    /// It is not in the manifest.
    LeftOut,
}

/// Each weight, the word that programs get, and the heading of its lines.
const WEIGHTS: [(Weight, &str, &str); 5] = [
    (
        Weight::Stops,
        "stops",
        "Nodes do not start, or do not work, before you see to this:",
    ),
    (
        Weight::Security,
        "security",
        "Look at this for security's sake:",
    ),
    (
        Weight::Resource,
        "resource",
        "Say this in each custom resource:",
    ),
    (Weight::Changed, "changed", "Here, but not as it was:"),
    (Weight::LeftOut, "leftOut", "Not taken over:"),
];

/// One thing of the input that is not in the manifest, or not as it was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lost {
    pub weight: Weight,
    /// Where it stands in the input, as `StatefulSet kafka: spec.template.spec.affinity`.
    pub what: String,
    /// What became of it, and what that means.
    pub why: String,
    /// What to do, or where it could go.
    pub instead: Option<String>,
}

/// Lines under one heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub heading: &'static str,
    pub lines: Vec<String>,
}

/// Everything that was not carried over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Losses {
    list: Vec<Lost>,
}

impl Losses {
    /// Notes one, with what to do about it.
    pub fn add(&mut self, weight: Weight, what: impl Into<String>, why: &str, instead: &str) {
        let instead = (!instead.is_empty()).then(|| printable(instead));
        let lost = Lost {
            weight,
            what: printable(&what.into()),
            why: printable(why),
            instead,
        };
        if !self.list.contains(&lost) {
            self.list.push(lost);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Those that keep nodes from starting or working.
    pub fn stops(&self) -> impl Iterator<Item = &Lost> {
        self.of(Weight::Stops)
    }

    /// Those that are about security.
    pub fn security(&self) -> impl Iterator<Item = &Lost> {
        self.of(Weight::Security)
    }

    fn of(&self, weight: Weight) -> impl Iterator<Item = &Lost> {
        self.list.iter().filter(move |lost| lost.weight == weight)
    }

    /// A line each under the heading of its weight, those with one cause together.
    pub fn sections(&self) -> Vec<Section> {
        let mut left = MANY;
        let mut more = 0;
        let mut sections = Vec::new();
        for (weight, _, heading) in WEIGHTS {
            let mut lines = grouped(self.of(weight));
            more += lines.len().saturating_sub(left);
            lines.truncate(left);
            left -= lines.len();
            if !lines.is_empty() {
                sections.push(Section { heading, lines });
            }
        }
        if more > 0 {
            sections.push(Section {
                heading: "And more:",
                lines: vec![format!("{more} lines; `--output json` has all of them")],
            });
        }
        sections
    }

    /// All of them for programs, in the order in which they were found.
    pub fn json(&self) -> Value {
        let one = |lost: &Lost| {
            let word = WEIGHTS.iter().find(|(weight, ..)| *weight == lost.weight);
            json!({
                "weight": word.map(|(_, word, _)| word),
                "what": lost.what,
                "why": lost.why,
                "instead": lost.instead,
            })
        };
        self.list.iter().map(one).collect()
    }
}

fn grouped<'l>(list: impl Iterator<Item = &'l Lost>) -> Vec<String> {
    let mut order: Vec<(&str, Option<&str>)> = Vec::new();
    let mut groups: BTreeMap<(&str, Option<&str>), Vec<&str>> = BTreeMap::new();
    for lost in list {
        let key = (lost.why.as_str(), lost.instead.as_deref());
        let group = groups.entry(key).or_insert_with(|| {
            order.push(key);
            Vec::new()
        });
        group.push(&lost.what);
    }
    let mut lines = Vec::new();
    for key in order {
        let (why, instead) = key;
        let whats = groups.get(&key).map_or(&[][..], Vec::as_slice);
        let shown = whats.get(..TOGETHER * 4).unwrap_or(whats);
        for together in shown.chunks(TOGETHER) {
            let instead = instead.map_or_else(String::new, |place| format!(" → {place}"));
            lines.push(cut(&format!("{}: {why}{instead}", together.join("; "))));
        }
        if shown.len() < whats.len() {
            lines.push(format!("{} more: {why}", whats.len() - shown.len()));
        }
    }
    lines
}

/// A text on one line, in which nothing is what it does not look like.
pub(super) fn printable(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\n' | '\t' => out.push(' '),
            c if c.is_ascii() && !c.is_ascii_control() => out.push(c),
            c if c.escape_debug().count() > 1 => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(WIDTH) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or("")),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_one_cause_stands_together_and_what_stops_nodes_first() {
        let mut losses = Losses::default();
        let left = Weight::LeftOut;
        losses.add(left, "Role a", "rights are derived", "`operator.rules`");
        losses.add(left, "Job b", "runs once", "");
        losses.add(
            left,
            "Role c\n\u{202e}",
            "rights are derived",
            "`operator.rules`",
        );
        losses.add(Weight::Stops, "mount d", "not there", "");
        losses.add(Weight::Stops, "mount d", "not there", "");
        let sections = losses.sections();
        let [stops, left] = sections.as_slice() else {
            panic!("{sections:?}");
        };
        assert_eq!(stops.lines, ["mount d: not there"]);
        assert_eq!(
            left.lines,
            [
                "Role a; Role c \\u{202e}: rights are derived → `operator.rules`",
                "Job b: runs once"
            ]
        );
        assert_eq!(losses.json().as_array().map(Vec::len), Some(4));
        assert_eq!(losses.len(), 4);
    }

    #[test]
    fn a_list_without_end_is_counted() {
        let mut losses = Losses::default();
        for number in 0..400 {
            losses.add(Weight::LeftOut, "a", &format!("reason {number}"), "");
        }
        losses.add(Weight::Security, "b", "c", "");
        let sections = losses.sections();
        let lines = sections.iter().map(|one| one.lines.len());
        assert_eq!(lines.collect::<Vec<_>>(), [1, 149, 1]);
        assert!(sections[2].lines[0].starts_with("251 lines"));
    }
}
