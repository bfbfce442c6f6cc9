//! Colours of what is printed as text elsewhere: as git has them for differences, and as diagnostics have them for errors.

const BOLD: &str = "\u{1b}[1m";
const RED: &str = "\u{1b}[31m";
const GREEN: &str = "\u{1b}[32m";
const YELLOW: &str = "\u{1b}[33m";
const CYAN: &str = "\u{1b}[36m";
const ERROR: &str = "\u{1b}[1m\u{1b}[91m";
const RESET: &str = "\u{1b}[0m";

/// A unified diff in colours.
pub(super) fn diff(text: &str) -> String {
    let mut painted = String::with_capacity(text.len());
    // Lines of the hunk that are still to come, of both sides: what looks like a head of a file may be one of them.
    let (mut before, mut after) = (0_usize, 0_usize);
    for line in text.split_inclusive('\n') {
        let whole = line.trim_end_matches('\n');
        let colour = if before + after == 0 {
            match hunk(whole) {
                Some(counts) => {
                    (before, after) = counts;
                    CYAN
                }
                None if whole.starts_with('\\') => "",
                None => BOLD,
            }
        } else {
            match whole.chars().next() {
                Some('-') => {
                    before = before.saturating_sub(1);
                    RED
                }
                Some('+') => {
                    after = after.saturating_sub(1);
                    GREEN
                }
                Some('\\') => "",
                _ => {
                    (before, after) = (before.saturating_sub(1), after.saturating_sub(1));
                    ""
                }
            }
        };
        if colour.is_empty() {
            painted.push_str(line);
        } else {
            let end = line.get(whole.len()..).unwrap_or_default();
            painted.push_str(&format!("{colour}{whole}{RESET}{end}"));
        }
    }
    painted
}

/// How many lines a hunk has of each side: `@@ -1,2 +1 @@`.
fn hunk(line: &str) -> Option<(usize, usize)> {
    let (ranges, _) = line.strip_prefix("@@ -")?.split_once(" @@")?;
    let (before, after) = ranges.split_once(" +")?;
    let count = |range: &str| match range.split_once(',') {
        Some((_, count)) => count.parse().ok(),
        None => Some(1),
    };
    Some((count(before)?, count(after)?))
}

/// Lines that begin with a class of change, and the names of groups of them.
pub(super) fn classes(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| {
        let bare = line.trim_end_matches('\n');
        let end = line.get(bare.len()..).unwrap_or_default();
        if !bare.starts_with(' ') {
            return format!("{BOLD}{bare}{RESET}{end}");
        }
        let word = bare.trim_start().split(' ').next().unwrap_or_default();
        let colour = match word {
            _ if !bare.starts_with("  ") || bare.starts_with("   ") => return line.to_owned(),
            "safe" => GREEN,
            "rolling" => YELLOW,
            "breaking" | "security" => RED,
            _ => return line.to_owned(),
        };
        line.replacen(word, &format!("{colour}{word}{RESET}"), 1)
    });
    lines.collect()
}

/// An error and its help.
pub(super) fn error(text: &str, color: bool) -> String {
    if !color {
        return text.to_owned();
    }
    let lines = text.split_inclusive('\n');
    let painted = lines.map(|line| {
        for (head, colour) in [("error:", ERROR), ("help:", BOLD)] {
            if let Some(rest) = line.strip_prefix(head) {
                return format!("{colour}{head}{RESET}{rest}");
            }
        }
        line.to_owned()
    });
    painted.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removed_line_that_looks_like_a_head_is_red() {
        let text = "--- a/x\n+++ b/x\n@@ -1,2 +1 @@\n--- no head\n kept\n--- a/y\n";
        let painted = diff(text);
        assert!(
            painted.contains("\u{1b}[31m--- no head\u{1b}[0m\n kept\n"),
            "{painted}"
        );
        assert!(
            painted.ends_with("\u{1b}[1m--- a/y\u{1b}[0m\n"),
            "{painted}"
        );
        let plain = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[31m", "\u{1b}[36m"];
        let plain = plain
            .iter()
            .fold(painted, |text, code| text.replace(code, ""));
        assert_eq!(plain, text);
    }
}
