//! Why `dsoi update` writes nothing: files that stand in the way, and files that git has no copy of.

use serde_json::{Value, json};

use super::super::Failure;
use crate::update::git::Uncommitted;
use crate::update::{Refusal, Refused};

/// Files that stand in the way, each with what to do; for a look, with the difference that markers would show.
pub(super) fn refused(refused: &[Refused], diff: Option<String>) -> Failure {
    let mut message = match refused.len() {
        1 => "1 file stands in the way; nothing was written".to_owned(),
        count => format!("{count} files stand in the way; nothing was written"),
    };
    for file in refused {
        message.push_str(&format!("\n  {}: {}", file.path, reason(&file.why)));
    }
    Failure::Files {
        message,
        help: Some(help(refused, diff.is_some())),
        files: refused.iter().map(program).collect(),
        diff,
    }
}

/// The ways out, each said of the files that it is for where there are several.
fn help(refused: &[Refused], is_shown: bool) -> String {
    let mut ways: Vec<(&str, Vec<&Refused>)> = Vec::new();
    for file in refused {
        let way = way(file, is_shown);
        match ways.iter_mut().find(|(known, _)| *known == way) {
            Some((_, files)) => files.push(file),
            None => ways.push((way, vec![file])),
        }
    }
    let lines: Vec<String> = match ways.as_slice() {
        [(way, _)] => vec![(*way).to_owned()],
        ways => ways
            .iter()
            .map(|(way, files)| format!("{}: {way}", named(files)))
            .collect(),
    };
    lines.join("\nhelp: ")
}

/// So many files are named in front of a way out; all of them stand above.
const NAMED: usize = 3;

fn named(files: &[&Refused]) -> String {
    let names = files
        .iter()
        .take(NAMED)
        .map(|file| format!("`{}`", file.path));
    let names = names.collect::<Vec<_>>().join(", ");
    match files.len().saturating_sub(NAMED) {
        0 => names,
        more => format!("{names} and {more} more"),
    }
}

/// What to do about a file.
fn way(file: &Refused, is_shown: bool) -> &'static str {
    let is_vendored = file.path.as_str().starts_with("vendor/");
    match (&file.why, is_shown) {
        (Refusal::Edited, _) if is_vendored => {
            "it is part of the bundled runtime: remove the edited file, and it is written anew; to carry a patch, move `vendor/dsoi-runtime` to a folder of yours, and name that: `dsoi update --runtime path=DIR`"
        }
        (Refusal::Edited, true) => {
            "it follows from the manifest, so change that; remove the edited file, and it is written anew"
        }
        (Refusal::Edited, false) => {
            "it follows from the manifest, so change that; remove the edited file, and it is written anew: `--dry-run` shows what becomes of your edit"
        }
        (Refusal::Conflict(_) | Refusal::NoBase, _) => {
            "the same with `--markers` writes both sides, to choose from by hand"
        }
        (Refusal::Markers(_), _) => {
            "keep what you want of what stands between the markers, remove them, and try again"
        }
        (Refusal::Taken | Refusal::NoText | Refusal::NoFile(_), _) => {
            "move what is in the way to another place, and try again"
        }
    }
}

pub(in crate::command) fn reason(why: &Refusal) -> String {
    match why {
        Refusal::Edited => "dsoi writes it whole, and it was edited".to_owned(),
        Refusal::Taken => "the manifest asks for it now, and another one is there".to_owned(),
        Refusal::Conflict(places) => {
            let places: Vec<String> = places
                .iter()
                .map(|lines| match (lines.start(), lines.end()) {
                    (first, last) if first == last => format!("line {first}"),
                    (first, last) => format!("lines {first} to {last}"),
                })
                .collect();
            format!(
                "you and the manifest changed the same lines: {}",
                places.join(", ")
            )
        }
        Refusal::Markers(line) => {
            format!("it has the markers of an earlier conflict: line {line}")
        }
        Refusal::NoBase => {
            "you edited it, and what it was before is lost from `.dsoi/base`".to_owned()
        }
        Refusal::NoText => "you edited it, and it is not UTF-8 text".to_owned(),
        Refusal::NoFile(what) => format!("it is {what}"),
    }
}

pub(in crate::command) fn program(file: &Refused) -> Value {
    let why = match file.why {
        Refusal::Edited => "edited",
        Refusal::Taken => "taken",
        Refusal::Conflict(_) => "conflict",
        Refusal::Markers(_) => "markers",
        Refusal::NoBase => "noBase",
        Refusal::NoText => "noText",
        Refusal::NoFile(_) => "noFile",
    };
    let mut value = json!({ "path": file.path.as_str(), "why": why, "message": reason(&file.why) });
    if let Refusal::Conflict(places) = &file.why {
        let places = places
            .iter()
            .map(|lines| json!([lines.start(), lines.end()]));
        value["lines"] = places.collect();
    }
    if let Refusal::Markers(line) = file.why {
        value["lines"] = json!([[line, line]]);
    }
    value
}

/// So many files are named to a person; a program gets all.
const SHOWN: usize = 20;

/// Files that git has no copy of.
pub(super) fn uncommitted(files: &[Uncommitted]) -> Failure {
    let mut message = "git has changes that are not committed; nothing was written".to_owned();
    for file in files.iter().take(SHOWN) {
        let state = if file.staged { "staged" } else { "dirty" };
        message.push_str(&format!("\n  {} ({state})", file.path));
    }
    if let Some(more) = files.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        message.push_str(&format!("\n  and {more} more: `git status` lists them"));
    }
    Failure::Files {
        message,
        help: Some(
            "commit them, so that the update can be told from them; or `--allow-dirty`, `--allow-staged`".to_owned(),
        ),
        files: files
            .iter()
            .map(|file| json!({ "path": file.path, "why": if file.staged { "staged" } else { "dirty" } }))
            .collect(),
        diff: None,
    }
}
