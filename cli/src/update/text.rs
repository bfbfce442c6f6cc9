//! Merging lines: what the user made of a file, and what the manifest makes of it now.
//!
//! Line ends are no edit: a file that has `\r\n` throughout is merged as if it had `\n`, and keeps its own.

use similar::{Algorithm, ConflictStyle, TextMerge, TextMergeConfig};

/// A text without its line ends' form, and which form that was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text {
    /// With `\n`.
    pub(super) plain: String,
    /// Whether each line ends in `\r\n`.
    pub(super) crlf: bool,
}

impl Text {
    /// The text of some bytes; `None` where they are no UTF-8.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let lines = text.matches('\n').count();
        // One of mixed line ends is taken as it is: no choice of ours is lost on its author.
        let crlf = lines > 0 && text.matches("\r\n").count() == lines;
        let plain = if crlf {
            text.replace("\r\n", "\n")
        } else {
            text.to_owned()
        };
        Some(Self { plain, crlf })
    }

    /// Another text with this one's line ends.
    pub(super) fn dress(&self, plain: &str) -> Vec<u8> {
        if self.crlf {
            plain.replace('\n', "\r\n").into_bytes()
        } else {
            plain.as_bytes().to_vec()
        }
    }
}

/// Two changes of one text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Merged {
    /// The lines of both, with markers around those that conflict.
    pub(super) text: String,
    /// Where both changed the same lines: their numbers in the user's text, from 1.
    pub(super) conflicts: Vec<std::ops::RangeInclusive<usize>>,
}

/// What stands behind the markers of a conflict: the user's, what both come from, the manifest's.
const LABELS: [&str; 3] = ["yours", "as dsoi last wrote it", "from dsoi.yaml"];

/// The first line, from 1, that is a marker of a conflict of ours.
pub(super) fn marker(text: &str) -> Option<usize> {
    let [yours, base, new] = LABELS;
    let markers = [
        format!("<<<<<<< {yours}"),
        format!("||||||| {base}"),
        format!(">>>>>>> {new}"),
    ];
    let found = text
        .lines()
        .position(|line| markers.iter().any(|marker| marker == line.trim_end()));
    found.map(|at| at + 1)
}

/// Two texts of which nobody knows what they come from: whatever they are, somebody has to choose.
pub(super) fn conflict(yours: &str, new: &str) -> Merged {
    let merged = merge("", yours, new);
    if !merged.conflicts.is_empty() {
        return merged;
    }
    let [ours, base, theirs] = LABELS;
    let ended = |text: &str| match text {
        "" => String::new(),
        text if text.ends_with('\n') => text.to_owned(),
        text => format!("{text}\n"),
    };
    Merged {
        text: format!(
            "<<<<<<< {ours}\n{}||||||| {base}\n=======\n{}>>>>>>> {theirs}\n",
            ended(yours),
            ended(new)
        ),
        conflicts: vec![1..=yours.lines().count().max(1)],
    }
}

/// Merges what became of `base` in two hands.
pub(super) fn merge(base: &str, yours: &str, new: &str) -> Merged {
    let mut merge: TextMerge<'_, '_, '_, str> = TextMergeConfig::new()
        .algorithm(Algorithm::Myers)
        .merge_lines(base, yours, new);
    let [ours, from, theirs] = LABELS;
    merge
        .conflict_style(ConflictStyle::Diff3)
        .labels(from, ours, theirs);
    let conflicts = merge
        .conflicts()
        .map(|region| {
            let lines = region.ours_range();
            lines.start + 1..=lines.end.max(lines.start + 1)
        })
        .collect();
    Merged {
        text: merge.to_string(),
        conflicts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "a\nb\nc\nd\ne\n";

    #[test]
    fn edits_of_different_lines_are_both_kept() {
        let merged = merge(BASE, "A\nb\nc\nd\ne\n", "a\nb\nc\nd\nE\nf\n");
        assert_eq!(merged.text, "A\nb\nc\nd\nE\nf\n");
        assert!(merged.conflicts.is_empty());
    }

    #[test]
    fn edits_of_one_line_conflict_and_both_stand_between_markers() {
        let merged = merge(BASE, "a\nb\nmine\nd\ne\n", "a\nb\ntheirs\nd\ne\n");
        assert_eq!(merged.conflicts, [3..=3]);
        assert_eq!(
            merged.text,
            "a\nb\n<<<<<<< yours\nmine\n||||||| as dsoi last wrote it\nc\n=======\ntheirs\n>>>>>>> from dsoi.yaml\nd\ne\n"
        );
    }

    #[test]
    fn a_marker_is_found_wherever_it_was_left() {
        let merged = merge(BASE, "a\nb\nmine\nd\ne\n", "a\nb\ntheirs\nd\ne\n");
        assert_eq!(marker(&merged.text), Some(3));
        assert_eq!(marker("a\n>>>>>>> from dsoi.yaml\r\n"), Some(2));
        // Those of git are of another conflict, and its own affair.
        assert_eq!(marker("<<<<<<< HEAD\n=======\n>>>>>>> branch\n"), None);
    }

    #[test]
    fn what_has_no_base_is_always_a_conflict() {
        for yours in ["", "mine", "a\nb\n"] {
            let merged = conflict(yours, BASE);
            assert_eq!(merged.conflicts.len(), 1, "{yours}");
            assert_eq!(marker(&merged.text), Some(1), "{yours}");
            assert!(merged.text.contains(yours) && merged.text.contains(BASE));
        }
    }

    #[test]
    fn the_same_edit_twice_is_one() {
        let merged = merge(BASE, "a\nb\nx\nd\ne\n", "a\nb\nx\nd\ne\n");
        assert_eq!(
            (merged.text.as_str(), merged.conflicts.len()),
            ("a\nb\nx\nd\ne\n", 0)
        );
    }

    #[test]
    fn a_missing_line_end_at_the_end_is_kept() {
        let merged = merge(BASE, "a\nb\nc\nd\ne", "A\nb\nc\nd\ne\n");
        assert_eq!(
            (merged.text.as_str(), merged.conflicts.len()),
            ("A\nb\nc\nd\ne", 0)
        );
    }

    #[test]
    fn line_ends_are_kept_where_they_are_of_one_form() {
        let text = Text::of(b"a\r\nb\r\n").unwrap();
        assert_eq!((text.plain.as_str(), text.crlf), ("a\nb\n", true));
        assert_eq!(text.dress("c\n"), b"c\r\n");
        let mixed = Text::of(b"a\r\nb\n").unwrap();
        assert_eq!((mixed.plain.as_str(), mixed.crlf), ("a\r\nb\n", false));
        assert!(Text::of(b"\xff").is_none());
    }
}
