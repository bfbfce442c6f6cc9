//! What `dsoi update` says: for people and for programs.

use serde_json::{Value, json};

use super::super::plan::{notable, unknown};
use super::super::{Report, Warnings};
use super::Prospect;
use super::news;
use super::otherwise;
use super::recovery::Recovered;
use crate::args::UpdateArgs;
use crate::gate::Class;
use crate::plan::Runtime;
use crate::update::{Done, Outcome, RELEASED, diff, number};

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
    notes.extend(otherwise::lines(&prospect.otherwise, looks_only));
    notes.push(match (up_to_date, looks_only) {
        (true, _) => "the project is up to date".to_owned(),
        (false, true) if changed == 0 => "only `.dsoi` is behind; nothing was written".to_owned(),
        (false, true) => format!("{} would change; nothing was written", files(changed)),
        (false, false) if changed == 0 => {
            "no file had to change but what dsoi keeps in `.dsoi`".to_owned()
        }
        (false, false) => format!("{} changed", files(changed)),
    });
    let notable = if up_to_date {
        Vec::new()
    } else {
        notable(prospect)
    };
    if !up_to_date {
        notes.extend(meant.summary());
        notes.extend(unknown(prospect));
        notes.extend(shown(&notable));
    }
    notes.extend(promises(prospect, looks_only, args.release));
    if !looks_only && !meant.broken.is_empty() {
        let stored = meant.stored.join(",");
        notes.push(format!(
            "what was released is broken: before the new definition is applied, mend what is stored (kubectl get {stored} -A)"
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
            "otherwise": prospect.otherwise.iter().map(otherwise::program).collect::<Vec<_>>(),
            "diff": looks_only.then(|| diff(&decision.changes)),
            "summary": meant.summary().filter(|_| !up_to_date),
            "changes": notable.iter().map(|(class, text)| json!({ "class": class.as_str(), "text": text })).collect::<Vec<_>>(),
        }),
        warnings: (!problems.is_empty()).then(|| Warnings {
            source: prospect.source.clone(),
            problems,
        }),
        unsettled: (args.check && !up_to_date) || (marked > 0 && !looks_only),
        ..Report::default()
    }
}

/// So many changes are named to a person; a program gets all.
const NAMED: usize = 12;

/// Changes that are more than safe, a line each.
fn shown(notable: &[(Class, String)]) -> Vec<String> {
    let named = notable.iter().take(NAMED);
    let mut lines: Vec<String> = named
        .map(|(class, line)| format!("  {class:<9}{line}"))
        .collect();
    if let Some(more) = notable.len().checked_sub(NAMED).filter(|more| *more > 0) {
        lines.push(format!(
            "  {more} more: `dsoi plan` lists all of an update before it is made"
        ));
    }
    lines
}

/// What was promised and is no more, and what is promised now, where that is another.
fn promises(prospect: &Prospect, looks_only: bool, releases: bool) -> Vec<String> {
    let gone = prospect.meant.forgotten.iter().map(|promise| {
        let became = if promise.is_gone {
            "what it promised is given up"
        } else {
            "what it says now is the promise"
        };
        format!("`{}`: {became}", promise.path)
    });
    let mut lines: Vec<String> = gone.collect();
    let gone_all = prospect
        .meant
        .forgotten
        .iter()
        .all(|promise| promise.is_gone);
    if !lines.is_empty() && gone_all && prospect.found.released.is_empty() && !releases {
        lines.push(
            "nothing is released any more: from now on no update asks before it breaks what clusters have stored. `dsoi update --release` keeps the definitions of now"
                .to_owned(),
        );
    }
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
