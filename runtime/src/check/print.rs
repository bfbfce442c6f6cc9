//! A report as text for people.

use std::fmt::Write;

use super::{Finding, Report};

/// How many mistakes are shown.
const SHOWN: usize = 50;
/// The longest line that is shown, in characters.
const LONGEST: usize = 200;

/// What was found, with the lines it is about; a count in the last line.
pub(crate) fn text(report: &Report, file: &str, source: &str) -> String {
    let lines: Vec<&str> = source.lines().collect();
    let mut out = String::new();
    for finding in report.findings.iter().take(SHOWN) {
        one(&mut out, finding, file, &lines);
    }
    let count = report.findings.len();
    if count > SHOWN {
        line(&mut out, format_args!("and {} more", count - SHOWN));
    }
    for rule in &report.left {
        line(
            &mut out,
            format_args!("not looked at, the API server will: {rule}"),
        );
    }
    let mistakes = match count {
        0 => "no mistakes".to_owned(),
        1 => "1 mistake".to_owned(),
        count => format!("{count} mistakes"),
    };
    let made = if count == 0 {
        format!(", {} objects", report.children().count())
    } else {
        String::new()
    };
    line(&mut out, format_args!("{file}: {mistakes}{made}"));
    out
}

fn one(out: &mut String, finding: &Finding, file: &str, lines: &[&str]) {
    let place = finding.place;
    let path = finding.problem.path.trim_end_matches('\u{0}');
    let message = &finding.problem.message;
    let separator = if path.is_empty() { "" } else { ": " };
    line(out, format_args!("error: {path}{separator}{message}"));
    line(
        out,
        format_args!("  --> {file}:{}:{}", place.line, place.column),
    );
    let shown = place.line.checked_sub(1).and_then(|at| lines.get(at));
    if let Some(shown) = shown.filter(|shown| shown.chars().count() <= LONGEST) {
        let number = place.line.to_string();
        let margin = " ".repeat(number.len());
        // Tabs stay, so that the mark stands below what it marks.
        let before: String = shown
            .chars()
            .take(place.column.saturating_sub(1))
            .map(|c| if c == '\t' { '\t' } else { ' ' })
            .collect();
        let room = shown.chars().count().saturating_sub(place.column - 1);
        let marks = "^".repeat(place.width.min(room).max(1));
        let clean: String = shown
            .chars()
            .map(|c| {
                if c.is_control() && c != '\t' {
                    '\u{fffd}'
                } else {
                    c
                }
            })
            .collect();
        line(out, format_args!("{margin} |"));
        line(out, format_args!("{number} | {clean}"));
        line(out, format_args!("{margin} | {before}{marks}"));
    }
    out.push('\n');
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a text cannot fail.
    let _ = out.write_fmt(text);
    out.push('\n');
}
