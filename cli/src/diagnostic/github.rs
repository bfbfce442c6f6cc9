//! Problems as workflow commands of GitHub Actions, which show them beside the lines they are about.
//!
//! In: problems, the source they point into and the file's path as the user would type it. Out: a line each. Prints nothing itself.

use super::list::Problems;
use super::print::LISTED;
use super::problem::{Problem, Severity};
use crate::manifest::Source;

/// The problems, a command each.
pub fn commands(problems: &Problems, source: &Source, path: &str, severity: Severity) -> String {
    let sorted = problems.sorted();
    let listed = sorted.iter().take(LISTED);
    listed
        .map(|problem| one(problem, source, path, severity))
        .collect()
}

/// A failure that has no place.
pub fn failed(message: &str) -> String {
    command(Severity::Error, &[("title", "dsoi".to_owned())], message)
}

fn one(problem: &Problem, source: &Source, path: &str, severity: Severity) -> String {
    let mut properties = vec![("file", path.to_owned())];
    if let Some(span) = problem.span() {
        let (line, last) = (source.line(span.start), source.line(span.end));
        properties.push(("line", line.to_string()));
        properties.push(("endLine", last.to_string()));
        properties.push(("col", source.column(span.start).to_string()));
        // A column of another line would be taken for one of the first.
        if line == last {
            properties.push(("endColumn", source.column(span.end).to_string()));
        }
    }
    let title = format!("{}: {}", problem.code.id(), problem.code.title());
    properties.push(("title", title));
    let mut message = problem.message.clone();
    for (what, text) in [
        ("", problem.labels.first().map(|label| &label.text)),
        ("help: ", problem.help.as_ref()),
    ] {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            message.push_str(&format!("\n{what}{text}"));
        }
    }
    command(severity, &properties, &message)
}

fn command(severity: Severity, properties: &[(&str, String)], message: &str) -> String {
    let properties: Vec<String> = properties
        .iter()
        .map(|(name, value)| format!("{name}={}", property(value)))
        .collect();
    let (word, properties) = (severity.word(), properties.join(","));
    format!("::{word} {properties}::{}\n", data(message))
}

/// What would end the line, and the sign that starts an escape.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// And what would end a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_message_is_a_command_or_a_property() {
        let text = "50%\r\n::error file=a,line=1::b";
        assert_eq!(
            command(Severity::Warning, &[("file", text.to_owned())], text),
            "::warning file=50%25%0D%0A%3A%3Aerror file=a%2Cline=1%3A%3Ab::50%25%0D%0A::error file=a,line=1::b\n"
        );
    }
}
