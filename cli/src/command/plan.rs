//! `dsoi plan`: what the manifest as it stands would change since the last update. Writes nothing.

mod data;
mod tell;

pub(super) use self::tell::{notable, unknown};

use std::path::Path;

use super::update::{Files, Look, Prospect};
use super::{Failure, Report, Warnings};
use crate::args::{PlanArgs, UpdateArgs};
use crate::manifest::Source;

/// Looks at the project in `directory`.
///
/// # Errors
/// The manifest has mistakes, or the project cannot be read. That an update would be refused is no error, and the exit
/// code says it.
pub fn run(args: &PlanArgs, directory: &Path) -> Result<Report, Failure> {
    let update = UpdateArgs {
        runtime: args.runtime.clone(),
        k8s: args.k8s.clone(),
        ..UpdateArgs::default()
    };
    let _look = Look::begin(directory)?;
    let prospect = Prospect::new(
        &update,
        directory,
        |source: &Source| Ok(source.clone()),
        Files::AsPlanned,
    )?;
    let told = tell::told(&prospect);
    let problems = prospect.warnings();
    let warnings = (!problems.is_empty()).then(|| Warnings {
        source: prospect.source.clone(),
        problems,
    });
    Ok(Report {
        classes: told.text,
        notes: told.notes,
        data: data::data(&prospect),
        warnings,
        unsettled: told.refused,
        ..Report::default()
    })
}
