//! Modules that the project names and that have no file: it does not build, whatever an update writes.

use std::path::Path;

use crate::doctor::unresolved;
use crate::update::Project;

/// What is missing after an update, a line each.
pub(super) fn lines(directory: &Path) -> Vec<String> {
    let lock = Project::read_lock(directory).ok();
    // What cannot be read was said by the update.
    let project = lock.and_then(|lock| Project::read(directory, lock, std::iter::empty()).ok());
    let Some(project) = project else {
        return Vec::new();
    };
    let found = unresolved(directory, &project).into_iter();
    found
        .map(|one| {
            format!(
                "`{}` names the module `{}`, which has no file, and the project does not build: {}",
                one.path,
                one.module,
                one.way_out(&project)
            )
        })
        .collect()
}
