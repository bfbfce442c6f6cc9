//! `dsoi doctor`: whether what a user needs is there, and what to do where it is not.

use std::path::Path;

use serde_json::json;

use super::Report;
use crate::args::DoctorArgs;
use crate::doctor::{Finding, State, findings};

/// Looks at this machine, and at the project in `directory` if there is one.
pub fn run(args: &DoctorArgs, directory: &Path) -> Report {
    let findings = findings(directory);
    let are = |state: State| {
        findings
            .iter()
            .filter(|finding| finding.state == state)
            .count()
    };
    let (missing, wrong) = (are(State::Missing), are(State::Wrong));
    let (bad, warnings) = (missing + wrong, are(State::Warning));
    let unsettled = bad > 0 || (args.deny_warnings && warnings > 0);
    let how = match (missing, wrong) {
        (_, 0) => "missing",
        (0, _) => "wrong",
        _ => "missing or wrong",
    };
    let note = match (bad, warnings) {
        (0, 0) => "everything is there".to_owned(),
        (0, 1) => "everything that is needed is there, with 1 warning".to_owned(),
        (0, warnings) => {
            format!("everything that is needed is there, with {warnings} warnings")
        }
        (1, _) => format!("1 thing is {how}"),
        (bad, _) => format!("{bad} things are {how}"),
    };
    let listed = findings.iter().map(|finding| {
        json!({
            "name": finding.name,
            "state": finding.state.word(),
            "found": finding.found,
            "help": finding.help,
        })
    });
    Report {
        text: findings.iter().map(line).collect(),
        data: json!({ "ready": bad == 0, "findings": listed.collect::<Vec<_>>() }),
        notes: vec![note],
        unsettled,
        ..Report::default()
    }
}

fn line(finding: &Finding) -> String {
    let Finding {
        name,
        state,
        found,
        help,
    } = finding;
    let mut line = format!("{:<8} {name}: {found}\n", state.word());
    if let Some(help) = help {
        line.push_str(&format!("{:<8} help: {help}\n", ""));
    }
    line
}
