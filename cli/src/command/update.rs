//! `dsoi update`: brings a project up to date with its manifest and this dsoi.

mod report;

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

use super::{Failure, Report, init, read_source};
use crate::args::UpdateArgs;
use crate::manifest::Source;
use crate::render::Settings;
use crate::update::{Lock, Project, decide, git};
use crate::write::{self, Local, RelPath, UpdateError};

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
    let looks_only = args.check || args.dry_run;
    let _alone = alone(directory)?;
    let put_back = recovered(directory, looks_only)?;
    let lock = Project::read_lock(directory).map_err(|error| project(&error, error.help()))?;
    if !directory.join("dsoi.yaml").exists() {
        return Err(Failure::Project {
            message: "this cannot be updated: `dsoi.yaml` is missing".to_owned(),
            help: Some("what it was at the last update is `.dsoi/dsoi.yaml`".to_owned()),
            source: None,
        });
    }
    let read = read_source(directory, Path::new("dsoi.yaml"))?;
    let source = edit(&read)?;
    let settings = settings(args, &lock)?;
    let before = lock.dsoi.clone();
    let (plan, tree) = init::planned(&source, &settings)?;
    let paths = tree.iter().map(|(path, _)| path.clone());
    let paths = paths.filter(|path| !path.as_str().starts_with(".dsoi/"));
    let found =
        Project::read(directory, lock, paths).map_err(|error| project(&error, error.help()))?;
    let mut decision = decide(&plan, &tree, &found, args.markers, || again(&found));
    if !decision.refused.is_empty() {
        return Err(report::refused(&decision.refused));
    }
    if source.text() != read.text() {
        decision.rewrite_manifest(read.text(), source.text());
    }
    if !looks_only && !decision.changes.is_empty() {
        committed(args, directory)?;
        write::update(directory, &decision.changes, &Local).map_err(|error| failed(&error))?;
    }
    Ok(report::done(args, &decision, &put_back, &before))
}

/// The settings of the last time, but for those that the command line changes.
fn settings(args: &UpdateArgs, lock: &Lock) -> Result<Settings, Failure> {
    let own = env!("CARGO_PKG_VERSION");
    if lock.is_later_than(own) {
        return Err(Failure::Project {
            message: format!(
                "the project was written by dsoi {}, and this is dsoi {own}",
                lock.dsoi
            ),
            help: Some(format!("install dsoi {} or a later one", lock.dsoi)),
            source: None,
        });
    }
    Ok(Settings {
        runtime: match &args.runtime {
            Some(runtime) => init::runtime(Some(runtime))?,
            None => lock.settings.runtime.clone(),
        },
        kubernetes: args
            .k8s
            .clone()
            .unwrap_or_else(|| lock.settings.kubernetes.clone()),
    })
}

/// The project as the last update rendered it, where this dsoi still does so.
fn again(project: &Project) -> Option<write::Tree> {
    let kept = RelPath::new(".dsoi/dsoi.yaml").ok()?;
    let text = project.own.get(&kept)?.clone();
    // A manifest that is damaged or of another time has no say: the digests in the lock decide.
    let source = Source::new("dsoi.yaml", text).ok()?;
    init::generate(&source, &project.lock.settings).ok()
}

/// The lock on a project, while it is held.
struct Alone(File);

impl Drop for Alone {
    fn drop(&mut self) {
        // Closing the file is not enough: a process that is being started elsewhere may hold a copy of it. What
        // fails here ends with this process.
        let _ = self.0.unlock();
    }
}

/// Keeps a second update out while this one runs.
fn alone(directory: &Path) -> Result<Option<Alone>, Failure> {
    // Elsewhere a directory cannot be opened as a file.
    if !cfg!(unix) {
        return Ok(None);
    }
    let path = directory.join(".dsoi");
    let file = match File::open(&path) {
        // Then it is no project, and the next step says so.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        file => file.map_err(|source| Failure::Read { path, source })?,
    };
    match file.try_lock() {
        Err(std::fs::TryLockError::WouldBlock) => Err(Failure::Project {
            message: "another update of this project is running".to_owned(),
            help: Some("wait until it is done".to_owned()),
            source: None,
        }),
        // A file system without locks: the files are compared again before they are replaced.
        Err(std::fs::TryLockError::Error(_)) => Ok(None),
        Ok(()) => Ok(Some(Alone(file))),
    }
}

/// Puts back what an interrupted update left half done. Out: the lines to say about it.
fn recovered(directory: &Path, looks_only: bool) -> Result<Vec<String>, Failure> {
    if looks_only {
        return match write::is_interrupted(directory) {
            Ok(false) => Ok(Vec::new()),
            Ok(true) => Err(Failure::Project {
                message: "an update of this project was interrupted".to_owned(),
                help: Some("`dsoi update` puts back what was, and starts anew".to_owned()),
                source: None,
            }),
            Err(error) => Err(failed(&error)),
        };
    }
    match write::recover(directory, &Local).map_err(|error| failed(&error))? {
        None => Ok(Vec::new()),
        Some(changed) => {
            let mut said = vec!["an earlier update was interrupted: what was is back".to_owned()];
            said.extend(
                changed
                    .iter()
                    .map(|path| format!("`{path}` was changed since, and stays as it is")),
            );
            Ok(said)
        }
    }
}

/// Refuses to replace what git has no copy of.
fn committed(args: &UpdateArgs, directory: &Path) -> Result<(), Failure> {
    if args.allow_dirty {
        return Ok(());
    }
    let uncommitted = git::uncommitted(directory).map_err(|error| Failure::Project {
        message: "failed to ask git whether everything is committed".to_owned(),
        help: Some("`--allow-dirty` updates without asking".to_owned()),
        source: Some(Box::new(error)),
    })?;
    let uncommitted: Vec<_> = uncommitted
        .into_iter()
        .filter(|file| !(args.allow_staged && file.staged))
        .collect();
    if uncommitted.is_empty() {
        return Ok(());
    }
    Err(report::uncommitted(&uncommitted))
}

fn project(error: &dyn std::error::Error, help: &str) -> Failure {
    Failure::Project {
        message: format!("this cannot be updated: {}", chain(error)),
        help: Some(help.to_owned()),
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

/// The error and its causes, in one sentence.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}
