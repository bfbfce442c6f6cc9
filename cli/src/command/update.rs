//! `dsoi update`: brings a project up to date with its manifest and this dsoi.

mod alone;
mod by_hand;
pub(super) mod gate;
mod hooks;
mod news;
mod otherwise;
mod prospect;
mod recovery;
pub(super) mod refusal;
pub(super) mod report;
mod unresolved;

use std::fs;
use std::path::Path;

use self::alone::{Alone, alone};
pub(super) use self::prospect::{Files, Prospect};
use self::recovery::{Recovered, recovered};
use super::{Failure, Report, chain, in_project, init};
use crate::args::{KUBERNETES, UpdateArgs};
use crate::manifest::Source;
use crate::render::Settings;
use crate::update::{Lock, LockError, Project, diff, git};
use crate::write::{self, Change, Local, RelPath, UpdateError};

/// Updates the project in `directory`.
///
/// # Errors
/// The manifest has mistakes; the project is none, or has files that stand in the way; git has no copy of what is
/// there; the disk fails. Nothing was written then.
pub fn run(args: &UpdateArgs, directory: &Path) -> Result<Report, Failure> {
    changed(args, directory, |source| Ok(source.clone()))
}

/// The same with another manifest, which is written together with what follows from it.
///
/// # Errors
/// As [`run`], and what `edit` says.
pub fn changed(
    args: &UpdateArgs,
    directory: &Path,
    edit: impl FnOnce(&Source) -> Result<Source, Failure>,
) -> Result<Report, Failure> {
    begun(args, directory, edit, Files::AsPlanned)
}

/// The same, where a file whose path is another by the edited manifest is the one that it was: edits of it move along.
///
/// # Errors
/// As [`changed`].
pub fn renamed(
    args: &UpdateArgs,
    directory: &Path,
    edit: impl FnOnce(&Source) -> Result<Source, Failure>,
) -> Result<Report, Failure> {
    begun(args, directory, edit, Files::Moved)
}

fn begun(
    args: &UpdateArgs,
    directory: &Path,
    edit: impl FnOnce(&Source) -> Result<Source, Failure>,
    files: Files,
) -> Result<Report, Failure> {
    in_project(directory)?;
    let looks_only = args.check || args.guard.dry_run;
    let _alone = alone(directory, looks_only)?;
    let recovered = recovered(directory, looks_only)?;
    let result = updated(args, directory, edit, files, recovered.as_ref());
    match recovered {
        // Files were written, whatever came of the rest.
        Some(recovered) => result.map_err(|failure| recovered.and(failure)),
        None => result,
    }
}

/// A look at a project, while nobody writes to it.
pub(super) struct Look {
    _alone: Option<Alone>,
}

impl Look {
    /// Begins one, where no update is half done.
    pub(super) fn begin(directory: &Path) -> Result<Self, Failure> {
        in_project(directory)?;
        let alone = alone(directory, true)?;
        recovered(directory, true)?;
        Ok(Self { _alone: alone })
    }
}

fn updated(
    args: &UpdateArgs,
    directory: &Path,
    edit: impl FnOnce(&Source) -> Result<Source, Failure>,
    files: Files,
    recovered: Option<&Recovered>,
) -> Result<Report, Failure> {
    let looks_only = args.check || args.guard.dry_run;
    let mut prospect = Prospect::new(args, directory, edit, files)?;
    prospect.finish(args.release);
    let refused = &prospect.decision.refused;
    if !refused.is_empty() {
        let diff = looks_only.then(|| diff(&prospect.overriding(args.release)));
        let failure = refusal::refused(refused, diff);
        let accepted = &args.guard.accept;
        return Err(gate::beside(&prospect.reasons(), accepted, failure));
    }
    gate::let_through(&prospect.reasons(), &args.guard.accept, || {
        looks_only.then(|| diff(&prospect.decision.changes))
    })?;
    let changes = &prospect.decision.changes;
    if !looks_only && !changes.is_empty() {
        committed(args, directory, changes, &prospect.found)?;
        write::update(directory, changes, &Local).map_err(|error| failed(&error))?;
    }
    let mut report = report::done(args, &prospect, recovered);
    let decision = &prospect.decision;
    let by_hand = by_hand::hint(&prospect.found, &prospect.source, decision, looks_only);
    report.note(by_hand);
    report.note(hooks::lacking(&prospect));
    if !looks_only {
        report.note(unresolved::lines(directory));
    }
    Ok(report)
}

/// The lock of a project.
fn lock(directory: &Path) -> Result<Lock, Failure> {
    Project::read_lock(directory).map_err(|error| Failure::Project {
        message: format!("this cannot be updated: {}", chain(&error)),
        help: Some(error.help()),
        source: None,
    })
}

/// The settings of the last time, but for those that the command line changes.
fn settings(args: &UpdateArgs, lock: &Lock) -> Result<Settings, Failure> {
    Ok(Settings {
        runtime: match &args.runtime {
            Some(runtime) => init::runtime(Some(runtime))?,
            None => lock.runtime().map_err(|error| unknown(&error))?,
        },
        kubernetes: match &args.k8s {
            Some(version) => version.clone(),
            None => lock.kubernetes().map_err(|error| unknown(&error))?,
        },
    })
}

/// A setting of the last time that this dsoi does not have any more.
fn unknown(error: &LockError) -> Failure {
    let help = match error {
        LockError::Setting { key: "runtime", .. } => {
            "`--runtime` says where the runtime comes from: vendor, path=, version= or git="
                .to_owned()
        }
        _ => format!("`--k8s` takes another: {}", KUBERNETES.join(", ")),
    };
    Failure::Project {
        message: format!("this cannot be updated as `.dsoi/lock` says: {error}"),
        help: Some(help),
        source: None,
    }
}

/// The project as the last update rendered it, where this dsoi still does so.
pub(crate) fn again(project: &Project) -> Option<write::Tree> {
    // A manifest that is damaged or of another time has no say: the digests in the lock decide.
    let source = project.manifest()?;
    // Nor has one with settings that this dsoi does not know any more.
    let settings = project.lock.settings().ok()?;
    init::generate(&source, &settings).ok()
}

/// Refuses to replace what git has no copy of.
fn committed(
    args: &UpdateArgs,
    directory: &Path,
    changes: &[Change],
    found: &Project,
) -> Result<(), Failure> {
    if args.guard.allow_dirty {
        return Ok(());
    }
    let render = |source: &Source, lock: &Lock| init::generate(source, &lock.settings().ok()?).ok();
    let merges = git::Merges::since_commit(directory, found, &render);
    let uncommitted = git::uncommitted(directory, changes, |path| {
        // Git has the copy of what is gone, and if no update knows of it, none is to make it again.
        let is_gone = fs::symlink_metadata(directory.join(path)).is_err();
        RelPath::new(path).is_ok_and(|path| {
            found.is_as_written(&path)
                || (is_gone && !found.lock.files.contains_key(&path))
                || merges.made(&path)
        })
    });
    let uncommitted = uncommitted.map_err(|error| Failure::Project {
        message: "failed to ask git whether everything is committed".to_owned(),
        help: Some("`--allow-dirty` updates without asking".to_owned()),
        source: Some(Box::new(error)),
    })?;
    let uncommitted: Vec<_> = uncommitted
        .into_iter()
        .filter(|file| !(args.guard.allow_staged && file.staged))
        .collect();
    if uncommitted.is_empty() {
        return Ok(());
    }
    Err(refusal::uncommitted(&uncommitted))
}

fn project(error: &dyn std::error::Error, help: String) -> Failure {
    Failure::Project {
        message: format!("this cannot be updated: {}", chain(error)),
        help: Some(help),
        source: None,
    }
}

fn failed(error: &UpdateError) -> Failure {
    Failure::Project {
        message: format!("nothing was changed: {}", chain(error)),
        help: error.help().map(ToOwned::to_owned),
        source: None,
    }
}
