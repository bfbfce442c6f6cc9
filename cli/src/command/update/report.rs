//! What `dsoi update` says: for people and for programs.

use serde_json::{Value, json};

use super::super::{Failure, Report, Warnings};
use super::Prospect;
use super::news;
use super::recovery::Recovered;
use crate::args::UpdateArgs;
use crate::plan::Runtime;
use crate::update::git::Uncommitted;
use crate::update::{Done, Outcome, RELEASED, Refusal, Refused, diff, number};

/// The sample's children are compared with those of the last time.
const TEST: &str =
    "cargo test; where only the children differ and should, SNAPSHOTS=overwrite cargo test";

/// The bundled runtime is many files and one thing.
const VENDORED: &str = "vendor/dsoi-runtime/";

/// What was done, or would be.
pub(super) fn done(
    args: &UpdateArgs,
    prospect: &Prospect,
    recovered: Option<&Recovered>,
) -> Report {
    let Prospect {
        decision,
        settings,
        meant,
        before,
        ..
    } = prospect;
    let looks_only = args.check || args.guard.dry_run;
    let theirs = decision.outcomes.iter();
    let changed: Vec<_> = theirs.filter(|outcome| changes(&outcome.done)).collect();
    let vendored = changed.iter().any(|outcome| is_vendored(outcome));
    let changed = changed
        .iter()
        .filter(|outcome| !is_vendored(outcome))
        .count()
        + usize::from(vendored);
    let marked: usize = decision.outcomes.iter().map(conflicts).sum();
    let up_to_date = decision.changes.is_empty();
    let own = env!("CARGO_PKG_VERSION");

    let mut notes = recovered.map(Recovered::lines).unwrap_or_default();
    if before != own {
        notes.push(format!("from dsoi {before} to {own}"));
        notes.extend(news::since(before, own));
        if let Runtime::Version(version) = &settings.runtime
            && version != own
        {
            notes.push(format!(
                "the runtime stays at version {version}; `--runtime version=…` takes another"
            ));
        }
    }
    notes.extend(lines(&decision.outcomes));
    notes.push(match (up_to_date, looks_only) {
        (true, _) => "the project is up to date".to_owned(),
        (false, true) if changed == 0 => "only `.dsoi` is behind; nothing was written".to_owned(),
        (false, true) => format!("{} would change; nothing was written", files(changed)),
        (false, false) if changed == 0 => "no file had to change".to_owned(),
        (false, false) => format!("{} changed", files(changed)),
    });
    if !up_to_date {
        notes.extend(meant.summary());
    }
    notes.extend(promises(prospect, looks_only));
    if !looks_only && !meant.broken.is_empty() {
        let plural = &prospect.operator.cluster.plural;
        notes.push(format!(
            "what was released is broken: before the new definition is applied, mend what is stored (kubectl get {plural} -A)"
        ));
    }
    let problems = prospect.warnings();
    if args.check && !up_to_date {
        notes.push("next: dsoi update".to_owned());
    } else if marked > 0 && !looks_only {
        notes.push(format!(
            "next: choose between the markers at {marked} {}, then {TEST}",
            if marked == 1 { "place" } else { "places" }
        ));
    } else if changed > 0 && !looks_only {
        notes.push(format!("next: {TEST}"));
    }
    Report {
        diff: if looks_only {
            diff(&decision.changes)
        } else {
            String::new()
        },
        notes,
        data: json!({
            "upToDate": up_to_date,
            "recovered": recovered.map(Recovered::data),
            "written": !looks_only && !up_to_date,
            "from": before,
            "to": own,
            "files": decision.outcomes.iter().map(outcome).collect::<Vec<_>>(),
            "diff": looks_only.then(|| diff(&decision.changes)),
            "summary": meant.summary().filter(|_| !up_to_date),
        }),
        warnings: (!problems.is_empty()).then(|| Warnings {
            source: prospect.source.clone(),
            problems,
        }),
        unsettled: (args.check && !up_to_date) || (marked > 0 && !looks_only),
        ..Report::default()
    }
}

/// What was promised and is no more, and what is promised now, where that is another.
fn promises(prospect: &Prospect, looks_only: bool) -> Vec<String> {
    let gone = prospect.meant.forgotten.iter().map(|promise| {
        let became = if promise.is_gone {
            "what it promised is given up"
        } else {
            "what it says now is the promise"
        };
        format!("`{}`: {became}", promise.path)
    });
    let mut lines: Vec<String> = gone.collect();
    let released = |outcome: &&Outcome| outcome.path.as_str().starts_with(RELEASED);
    let kept = prospect.decision.outcomes.iter().filter(released);
    let is_older =
        |outcome: &&Outcome| outcome.done == Done::Created && number(&outcome.path).is_some();
    if !looks_only && kept.clone().any(|outcome| is_older(&outcome)) {
        lines.push(format!(
            "earlier releases are kept in `{RELEASED}` under a number, and no update breaks them unasked. To end the support of one, remove its file, and update with `--accept breaking`"
        ));
    }
    lines
}

fn files(count: usize) -> String {
    match count {
        1 => "1 file".to_owned(),
        count => format!("{count} files"),
    }
}

/// Whether it changes a file of the user's.
fn changes(done: &Done) -> bool {
    match done {
        Done::Created | Done::Updated | Done::Merged | Done::Marked(_) | Done::Removed => true,
        Done::Yours | Done::LeftOut | Done::Orphaned | Done::Foreign => false,
    }
}

fn conflicts(outcome: &Outcome) -> usize {
    match outcome.done {
        Done::Marked(places) => places,
        _ => 0,
    }
}

fn word(done: &Done) -> &'static str {
    match done {
        Done::Created => "created",
        Done::Updated => "updated",
        Done::Merged => "merged",
        Done::Marked(_) => "marked",
        Done::Removed => "removed",
        Done::Yours | Done::Orphaned | Done::Foreign => "kept",
        Done::LeftOut => "left out",
    }
}

fn why(done: &Done) -> &'static str {
    match done {
        Done::Yours => ": it is yours, and dsoi would write it otherwise now",
        Done::Orphaned => ": nothing needs it any more, but you have edited it",
        Done::LeftOut => {
            ": you have removed it, and dsoi would write it otherwise now; it gets that if it comes back"
        }
        Done::Foreign => ": dsoi has not written it",
        Done::Marked(_) => ": you and the manifest changed the same lines",
        _ => "",
    }
}

/// Whether it is told of together with the rest of the bundled runtime: not if it was edited.
fn is_vendored(outcome: &Outcome) -> bool {
    outcome.path.as_str().starts_with(VENDORED)
        && matches!(outcome.done, Done::Created | Done::Updated | Done::Removed)
}

/// A line for each file, and one for all of the bundled runtime.
pub(in crate::command) fn lines(outcomes: &[Outcome]) -> Vec<String> {
    let mut lines: Vec<String> = outcomes
        .iter()
        .filter(|outcome| !is_vendored(outcome))
        .map(|Outcome { path, done }| format!("{:<8} {path}{}", word(done), why(done)))
        .collect();
    let mut vendored = outcomes.iter().filter(|outcome| is_vendored(outcome));
    if let Some(first) = vendored.next() {
        let alike = vendored.all(|outcome| outcome.done == first.done);
        let done = if alike { &first.done } else { &Done::Updated };
        lines.push(format!("{:<8} {VENDORED}, the bundled runtime", word(done)));
    }
    lines
}

pub(in crate::command) fn outcome(outcome: &Outcome) -> Value {
    let what = match outcome.done {
        Done::Created => "created",
        Done::Updated => "updated",
        Done::Merged => "merged",
        Done::Marked(_) => "marked",
        Done::Removed => "removed",
        Done::Yours => "yours",
        Done::LeftOut => "leftOut",
        Done::Orphaned => "orphaned",
        Done::Foreign => "foreign",
    };
    json!({ "path": outcome.path.as_str(), "outcome": what })
}

/// Files that stand in the way, each with what to do; for a look, with the difference that markers would show.
pub(super) fn refused(refused: &[Refused], diff: Option<String>) -> Failure {
    let mut message = match refused.len() {
        1 => "1 file stands in the way; nothing was written".to_owned(),
        count => format!("{count} files stand in the way; nothing was written"),
    };
    for file in refused {
        message.push_str(&format!("\n  {}: {}", file.path, reason(&file.why)));
    }
    let mut help = Vec::new();
    let any = |is: fn(&Refusal) -> bool| refused.iter().any(|file| is(&file.why));
    if any(|why| *why == Refusal::Edited) {
        help.push(if diff.is_some() {
            "it follows from the manifest, so change that; remove the edited file, and it is written anew"
        } else {
            "it follows from the manifest, so change that; remove the edited file, and it is written anew: `--dry-run` shows what becomes of your edit"
        });
    }
    if any(Refusal::is_a_choice) {
        help.push("the same with `--markers` writes both sides, to choose from by hand");
    }
    if any(|why| matches!(why, Refusal::Markers(_))) {
        help.push(
            "keep what you want of what stands between the markers, remove them, and try again",
        );
    }
    if any(|why| matches!(why, Refusal::Taken | Refusal::NoText | Refusal::NoFile(_))) {
        help.push("move what is in the way to another place, and try again");
    }
    Failure::Files {
        message,
        help: Some(help.join("\nhelp: ")),
        files: refused.iter().map(program).collect(),
        diff,
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
