//! What needs a yes is refused without one, and told.

use serde_json::{Value, json};

use super::super::Failure;
use crate::args::Accept;
use crate::gate::{Class, Reason, is_definition};
use crate::update::{Project, documents};

/// Refuses a project whose released definitions cannot be read: nothing could be held against them.
pub(super) fn readable(project: &Project) -> Result<(), Failure> {
    let is_one = |bytes: &[u8]| documents(bytes).iter().any(is_definition);
    match project.released.iter().find(|(_, bytes)| !is_one(bytes)) {
        None => Ok(()),
        Some((path, _)) => Err(Failure::Project {
            message: format!("`{path}` is no definition of custom resources"),
            help: Some(
                "bring it back from version control, or move it out of the folder".to_owned(),
            ),
            source: None,
        }),
    }
}

/// Refuses a project whose manifest of the last update is not what that update kept: nothing can be compared with it.
pub(super) fn remembered(project: &Project) -> Result<(), Failure> {
    if !project.is_misremembered() {
        return Ok(());
    }
    Err(Failure::Project {
        message: "`.dsoi/dsoi.yaml`, the manifest of the last update, is damaged: it is not what that update kept".to_owned(),
        help: Some(
            "bring `.dsoi` back from version control; or remove that file, and the next update is made without knowing what becomes of children".to_owned(),
        ),
        source: None,
    })
}

/// Refuses what was not accepted; for a look, with the difference that it makes.
pub(super) fn let_through(
    reasons: &[Reason],
    accepted: &[Accept],
    diff: impl FnOnce() -> Option<String>,
) -> Result<(), Failure> {
    let open = open(reasons, accepted);
    if open.is_empty() {
        return Ok(());
    }
    let mut message = match open.len() {
        1 => "a change needs a yes; nothing was written".to_owned(),
        count => format!("{count} changes need a yes; nothing was written"),
    };
    for reason in &open {
        message.push_str(&format!("\n{}", lines(reason)));
    }
    Err(Failure::Refused {
        message,
        help: Some(help(&open).join("\nhelp: ")),
        changes: open.into_iter().map(program).collect(),
        diff: diff(),
    })
}

/// What was not accepted, told beside another failure: whoever mends that is not refused anew.
pub(super) fn beside(reasons: &[Reason], accepted: &[Accept], failure: Failure) -> Failure {
    let open = open(reasons, accepted);
    if open.is_empty() {
        return failure;
    }
    let mut said = vec![match open.len() {
        1 => "a change needs a yes too:".to_owned(),
        count => format!("{count} changes need a yes too:"),
    }];
    said.extend(open.iter().map(|reason| lines(reason)));
    said.extend(help(&open).into_iter().map(|way| format!("  {way}")));
    Failure::Beside {
        lines: said,
        key: "changes",
        data: open.into_iter().map(program).collect(),
        failure: Box::new(failure),
    }
}

fn open<'r>(reasons: &'r [Reason], accepted: &[Accept]) -> Vec<&'r Reason> {
    let is_accepted = |reason: &Reason| {
        let needed = match reason.class {
            Class::Security => Accept::Security,
            _ => Accept::Breaking,
        };
        accepted.contains(&needed)
    };
    let open = reasons.iter().filter(|reason| !is_accepted(reason));
    open.collect()
}

/// The ways to say yes.
fn help(open: &[&Reason]) -> Vec<&'static str> {
    let mut help = Vec::new();
    if open.iter().any(|reason| reason.is_forgotten) {
        help.push("`--accept breaking` gives up what was promised there; what is edited is the promise then");
    }
    let is_change = |reason: &&Reason| !reason.is_forgotten && reason.class == Class::Breaking;
    if open.iter().any(is_change) {
        help.push(
            "`--accept breaking` makes the change all the same; whoever has such resources mends them first. A new version of the API would leave them as they are, and cannot be added yet",
        );
    }
    if open.iter().any(|reason| reason.class == Class::Security) {
        help.push("`--accept security`, if it is meant");
    }
    help
}

/// A reason for people: what, why, and the way out.
pub(in crate::command) fn lines(reason: &Reason) -> String {
    let place = reason
        .place
        .map(|(line, column)| format!(" (dsoi.yaml:{line}:{column})"));
    let mut text = format!("  {:<9}", reason.class);
    if let Some(kind) = &reason.kind {
        text.push_str(&format!("{kind} "));
    }
    if !reason.path.is_empty() {
        text.push_str(&format!("{} ", reason.path));
    }
    text.push_str(&reason.what);
    text.push_str(&place.unwrap_or_default());
    if let Some(why) = &reason.why {
        text.push_str(&format!("\n{:11}{why}", ""));
    }
    if let Some(way) = &reason.way {
        text.push_str(&format!("\n{:11}instead: {way}", ""));
    }
    text
}

/// A reason for programs.
pub(in crate::command) fn program(reason: &Reason) -> Value {
    json!({
        "class": reason.class.as_str(),
        "kind": reason.kind,
        "path": reason.path,
        "what": reason.what,
        "why": reason.why,
        "instead": reason.way,
        "line": reason.place.map(|(line, _)| line),
        "column": reason.place.map(|(_, column)| column),
    })
}
