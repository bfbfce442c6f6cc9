//! What an import did not carry over: nothing is dropped without a line here (SE-27).

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// How many lines the list in a manifest has at most; programs get all of them.
const MANY: usize = 150;
/// How many sources stand in one line.
const TOGETHER: usize = 6;
/// How many characters a line may have.
const WIDTH: usize = 400;

/// One thing of the input that is not in the manifest, or not as it was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lost {
    /// Where it stands in the input, as `StatefulSet kafka: spec.template.spec.affinity`.
    pub what: String,
    /// Why it is not in the manifest.
    pub why: String,
    /// Where it could go.
    pub instead: Option<String>,
}

/// Everything that was not carried over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Losses {
    list: Vec<Lost>,
}

impl Losses {
    /// Notes one, with where it could go.
    pub fn add(&mut self, what: impl Into<String>, why: &str, instead: &str) {
        let instead = (!instead.is_empty()).then(|| printable(instead));
        let lost = Lost {
            what: printable(&what.into()),
            why: printable(why),
            instead,
        };
        self.list.push(lost);
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// A line each, those with one cause together, in the order in which they were found.
    pub fn lines(&self) -> Vec<String> {
        let mut order: Vec<(&str, Option<&str>)> = Vec::new();
        let mut groups: BTreeMap<(&str, Option<&str>), Vec<&str>> = BTreeMap::new();
        for lost in &self.list {
            let key = (lost.why.as_str(), lost.instead.as_deref());
            let group = groups.entry(key).or_insert_with(|| {
                order.push(key);
                Vec::new()
            });
            if !group.contains(&lost.what.as_str()) {
                group.push(&lost.what);
            }
        }
        let mut lines = Vec::new();
        for key in order {
            let (why, instead) = key;
            let whats = groups.get(&key).map_or(&[][..], Vec::as_slice);
            let shown = whats.get(..TOGETHER * 4).unwrap_or(whats);
            for together in shown.chunks(TOGETHER) {
                let instead = instead.map_or_else(String::new, |place| format!(" ({place})"));
                lines.push(cut(&format!("{why}{instead}: {}", together.join("; "))));
            }
            if shown.len() < whats.len() {
                lines.push(format!("{why}: {} more", whats.len() - shown.len()));
            }
        }
        if lines.len() > MANY {
            let more = lines.len() - MANY;
            lines.truncate(MANY);
            lines.push(format!(
                "and {more} lines more; `--output json` has all of them"
            ));
        }
        lines
    }

    /// All of them for programs.
    pub fn json(&self) -> Value {
        let one =
            |lost: &Lost| json!({ "what": lost.what, "why": lost.why, "instead": lost.instead });
        self.list.iter().map(one).collect()
    }
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
    fn what_has_one_cause_stands_together() {
        let mut losses = Losses::default();
        losses.add("Role a", "rights are derived", "`operator.rules`");
        losses.add("Job b", "runs once", "");
        losses.add("Role c\n\u{202e}", "rights are derived", "`operator.rules`");
        assert_eq!(
            losses.lines(),
            [
                "rights are derived (`operator.rules`): Role a; Role c \\u{202e}",
                "runs once: Job b"
            ]
        );
        assert_eq!(losses.json().as_array().map(Vec::len), Some(3));
    }
}
