//! Modules that the project names and that have no file: it does not build, whatever an update writes.

use std::path::Path;

use crate::doctor::{Unresolved, unresolved, way_back};
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
    let line = |Unresolved {
                    path,
                    module,
                    known,
                }: Unresolved| {
        let way = known.map_or_else(
            || "bring it back from version control, or take that line out".to_owned(),
            |known| way_back(&project, &known),
        );
        format!(
            "`{path}` names the module `{module}`, which has no file, and the project does not build: {way}"
        )
    };
    found.map(line).collect()
}
