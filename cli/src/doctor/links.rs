//! Links and other things where files and directories of the project should be: dsoi follows no link.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::Finding;
use crate::update::{Lock, RELEASED};
use crate::write::RelPath;

/// What stands in the place of a file or a directory, by its path.
pub(super) struct Links {
    found: Vec<(String, &'static str)>,
}

impl Links {
    /// Looks at each step to each file that the last update has written.
    pub(super) fn of(directory: &Path, lock: &Lock) -> Self {
        let released = RELEASED.trim_end_matches('/');
        let mut directories: BTreeSet<&str> = BTreeSet::new();
        directories.extend(released.rsplit_once('/').map(|(above, _)| above));
        directories.insert(released);
        for path in lock.files.keys() {
            directories.extend(path.parents());
        }
        let files = lock.files.keys().chain(lock.released.keys());
        let files = files.map(|path| (path.as_str(), false));
        let all: BTreeSet<(&str, bool)> = directories
            .into_iter()
            .map(|path| (path, true))
            .chain(files)
            .collect();
        let mut found: Vec<(String, &'static str)> = Vec::new();
        for (path, is_directory) in all {
            if found.iter().any(|(above, _)| is_below(path, above)) {
                continue;
            }
            // What is not there is said elsewhere.
            let Ok(meta) = fs::symlink_metadata(directory.join(path)) else {
                continue;
            };
            let what = if meta.is_symlink() {
                "a link"
            } else if is_directory && !meta.is_dir() {
                "no directory"
            } else if !is_directory && meta.is_dir() {
                "a directory"
            } else if !is_directory && !meta.is_file() {
                "no file"
            } else {
                continue;
            };
            found.push((path.to_owned(), what));
        }
        Self { found }
    }

    /// Whether a path is one of them, or cannot be reached for one.
    pub(super) fn hide(&self, path: &RelPath) -> bool {
        let mut found = self.found.iter();
        found.any(|(above, _)| path.as_str() == above || is_below(path.as_str(), above))
    }

    /// One for each of them.
    pub(super) fn findings(&self, lock: &Lock) -> Vec<Finding> {
        let told = self.found.iter().map(|(path, what)| {
            let hidden = |known: &RelPath| known.as_str() == path || is_below(known.as_str(), path);
            let stops = lock.generated.iter().chain(lock.released.keys()).any(hidden);
            let follows = if *what == "a link" {
                ", and links are not followed"
            } else {
                ""
            };
            let help = "move it out of the way, and put what it should be in its place; `dsoi update` writes what follows from the manifest anew";
            if stops {
                let found = format!("`{path}` is {what}{follows}: no update goes on");
                Finding::wrong("files", found, help)
            } else {
                let found = format!("`{path}` is {what}{follows}: an update that has to write there stops");
                Finding::warning("files", found, help)
            }
        });
        told.collect()
    }
}

fn is_below(path: &str, above: &str) -> bool {
    path.strip_prefix(above)
        .is_some_and(|rest| rest.starts_with('/'))
}
