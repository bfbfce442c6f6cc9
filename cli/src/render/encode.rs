//! Encoders for text that templates insert, one per language (SE-25): the filters `yaml`, `md`, `prose`, `code` and `sh`.
//!
//! A template writes no text of the manifest without one of them. Each gives text that its language reads as
//! exactly these characters, or, where that cannot be, as a visible stand-in.

use std::fmt::Write as _;

use tera::{Kwargs, State, Tera};

use super::yaml;

/// Adds the filters to an environment.
pub(super) fn register(tera: &mut Tera) {
    tera.register_filter("yaml", |text: &str, _: Kwargs, _: &State| {
        yaml::scalar(text)
    });
    tera.register_filter("md", |text: &str, _: Kwargs, _: &State| markdown(text));
    tera.register_filter("prose", |text: &str, _: Kwargs, _: &State| prose(text));
    tera.register_filter("code", |text: &str, _: Kwargs, _: &State| code_span(text));
    tera.register_filter("sh", |text: &str, _: Kwargs, _: &State| shell_word(text));
    tera.register_filter("comment", |text: &str, _: Kwargs, _: &State| comment(text));
}

/// Running text in Markdown, also inside a cell of a table: one line, nothing in it is markup.
pub(super) fn markdown(text: &str) -> String {
    let mut out = String::new();
    for c in one_line(text).chars() {
        if "\\`*_{}[]<>#|~&!$".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    // At the start of a line these would make a list, a heading or a rule.
    if out.starts_with(['-', '+', '=']) {
        out.insert(0, '\\');
    }
    out
}

/// As [`markdown`], but what stands between two backticks is code. With an odd one out, none is.
pub(super) fn prose(text: &str) -> String {
    let text = one_line(text);
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) || parts.iter().skip(1).step_by(2).any(|part| part.is_empty())
    {
        return markdown(&text);
    }
    let mut out = String::new();
    for (index, part) in parts.into_iter().enumerate() {
        if index.is_multiple_of(2) {
            // White space at its ends separates it from the code.
            let bare = part.trim();
            let (before, after) = part.split_once(bare).unwrap_or_default();
            out.extend([before, &markdown(bare), after]);
        } else {
            out.push_str(&code_span(part));
        }
    }
    out
}

/// A code span in Markdown, also inside a cell of a table.
pub(super) fn code_span(text: &str) -> String {
    let text = one_line(text);
    if text.is_empty() {
        return String::new();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    // A table cell ends at a bar even inside a code span, unless it is escaped.
    let text = text.replace('|', "\\|");
    if text.starts_with('`') || text.ends_with('`') {
        format!("{fence} {text} {fence}")
    } else {
        format!("{fence}{text}{fence}")
    }
}

/// One word of a POSIX shell.
pub(crate) fn shell_word(text: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "_./:@%+=,-".contains(c);
    if !text.is_empty() && text.chars().all(safe) {
        text.to_owned()
    } else {
        format!("'{}'", one_line(text).replace('\'', "'\\''"))
    }
}

/// The rest of a line after `#`.
pub(super) fn comment(text: &str) -> String {
    one_line(text)
}

/// The text on one line, with every character visible: what does not print is written as its code.
fn one_line(text: &str) -> String {
    let mut out = String::new();
    for c in text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
    {
        if c.is_control() || turns_text(c) {
            write!(out, "U+{:04X}", u32::from(c)).expect("writing to a string succeeds");
        } else {
            out.push(c);
        }
    }
    out
}

/// Whether the character changes how its neighbours look without being seen itself.
fn turns_text(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &[&str] = &[
        "a\nb: c",
        "`` ` ``",
        "| cell | <script>",
        "'; rm -rf / #",
        "$(id) ${HOME}",
        "{{ x }} «y» {% z %}",
        "\u{202e}txt",
        "# heading",
        "- item",
        "```",
        "*/ \"#",
    ];

    #[test]
    fn every_encoder_keeps_to_one_line() {
        for text in HOSTILE {
            for encode in [markdown, prose, code_span, shell_word, comment] {
                let out = encode(text);
                assert!(!out.contains(['\n', '\r', '\u{202e}']), "{out}");
            }
        }
    }

    #[test]
    fn a_code_span_is_longer_fenced_than_its_text() {
        assert_eq!(code_span("a`b"), "``a`b``");
        assert_eq!(code_span("```"), "```` ``` ````");
        assert_eq!(code_span("a|b"), "`a\\|b`");
    }

    #[test]
    fn what_stands_between_backticks_is_code_and_nothing_else_is() {
        assert_eq!(
            prose("`Retain` or `a|b`: *x*"),
            "`Retain` or `a\\|b`: \\*x\\*"
        );
        assert_eq!(prose("an ` alone"), "an \\` alone");
        assert_eq!(prose("``a``"), "\\`\\`a\\`\\`");
        assert_eq!(prose("<b> `x`"), "\\<b\\> `x`");
    }

    #[test]
    fn markup_is_escaped() {
        assert_eq!(markdown("<b> [x](y) |"), "\\<b\\> \\[x\\](y) \\|");
        assert_eq!(markdown("- item"), "\\- item");
    }

    #[test]
    fn a_shell_word_is_one_word() {
        assert_eq!(shell_word("ghcr.io/example/a:1"), "ghcr.io/example/a:1");
        assert_eq!(shell_word("a;b"), "'a;b'");
        assert_eq!(shell_word("it's"), "'it'\\''s'");
    }
}
