//! Problems as a SARIF 2.1.0 log, for code scanning.
//!
//! In: problems, the source they point into and the file's path as the user would type it. Out: a JSON value. Prints nothing itself.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::code::Code;
use super::list::Problems;
use super::print::LISTED;
use super::problem::{Label, Problem, Severity};
use crate::manifest::Source;

/// The schema of a log.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The log of a run that has read a manifest.
pub fn log(problems: &Problems, source: &Source, path: &str, severity: Severity) -> Value {
    let sorted = problems.sorted();
    let listed = || sorted.iter().take(LISTED);
    let codes: BTreeSet<Code> = listed().map(|problem| problem.code).collect();
    let codes: BTreeMap<Code, usize> = codes.into_iter().zip(0..).collect();
    let results: Vec<Value> = listed()
        .map(|problem| result(problem, codes.get(&problem.code), source, path, severity))
        .collect();
    let rules: Vec<Value> = codes.keys().map(|&code| rule(code)).collect();
    run(&json!(rules), &json!(results), &json!([]), true)
}

/// The log of a run that has failed before there was anything to look into.
pub fn failed(message: &str) -> Value {
    let told = json!([{ "level": "error", "message": { "text": message } }]);
    run(&json!([]), &json!([]), &told, false)
}

fn run(rules: &Value, results: &Value, notifications: &Value, successful: bool) -> Value {
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "dsoi",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": successful,
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
        }],
    })
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.id(),
        "shortDescription": { "text": code.title() },
        "fullDescription": { "text": code.explanation() },
        "help": { "text": format!("{}\n\n`dsoi explain {}` says this too.", code.explanation(), code.id()) },
    })
}

fn result(
    problem: &Problem,
    rule: Option<&usize>,
    source: &Source,
    path: &str,
    severity: Severity,
) -> Value {
    let mut text = problem.message.clone();
    if let Some(help) = &problem.help {
        text.push_str(&format!("\nhelp: {help}"));
    }
    let mut result = json!({
        "ruleId": problem.code.id(),
        "ruleIndex": rule,
        "level": severity.word(),
        "message": { "text": text },
        "locations": [place(problem.labels.first(), source, path)],
    });
    let related = problem.labels.iter().skip(1).zip(1..);
    let related: Vec<Value> = related
        .map(|(label, id)| {
            let mut place = place(Some(label), source, path);
            place["id"] = json!(id);
            place["message"] = json!({ "text": label.text });
            place
        })
        .collect();
    if !related.is_empty() {
        result["relatedLocations"] = json!(related);
    }
    result
}

fn place(label: Option<&Label>, source: &Source, path: &str) -> Value {
    let mut place = json!({ "artifactLocation": { "uri": uri(path) } });
    if let Some(label) = label {
        place["region"] = json!({
            "startLine": source.line(label.span.start),
            "startColumn": source.column(label.span.start),
            "endLine": source.line(label.span.end),
            "endColumn": source.column(label.span.end),
        });
    }
    json!({ "physicalLocation": place })
}

/// A path as a reference of RFC 3986: relative, or of a file.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    if path.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_uri() {
        assert_eq!(uri("a/b c#.yaml"), "a/b%20c%23.yaml");
        assert_eq!(uri("/é"), "file:///%C3%A9");
    }
}
