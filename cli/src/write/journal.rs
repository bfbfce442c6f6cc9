//! What an update has begun, written down before it touches the first file of the project.
//!
//! `.dsoi/update/` holds the journal, and of the file at place N of it `N.old` (what it was) and `N.new` (what it
//! becomes). While the journal is there, the update has not happened: whoever finds it puts the old files back.
//! Without a journal the folder means nothing and goes.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Change, RelPath, digest};

/// What dsoi keeps in a project.
pub(super) const OWN: &str = ".dsoi";
/// The folder of an update that is under way.
pub(super) const FOLDER: &str = ".dsoi/update";
pub(super) const JOURNAL: &str = ".dsoi/update/journal";
/// The journal before it is one.
pub(super) const DRAFT: &str = ".dsoi/update/journal.new";

/// Keeps the folder out of version control.
pub(super) const IGNORE: &str = ".dsoi/update/.gitignore";

/// What an update is about to do.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Journal {
    version: u32,
    /// Directories that it makes, outermost first.
    pub(super) directories: Vec<String>,
    pub(super) files: Vec<Entry>,
}

/// A file of the update; `None` where there is none.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    path: String,
    /// The digest of what it was.
    pub(super) before: Option<String>,
    /// The digest of what it becomes.
    pub(super) after: Option<String>,
}

impl Entry {
    /// The path, if it is one of the project.
    pub(super) fn path(&self) -> Option<RelPath> {
        RelPath::new(self.path.as_str()).ok()
    }
}

impl Journal {
    pub(super) fn new(changes: &[Change], directories: Vec<String>) -> Self {
        let entry = |change: &Change| Entry {
            path: change.path.to_string(),
            before: change.before.as_ref().map(digest),
            after: change.after.as_ref().map(digest),
        };
        Self {
            version: 1,
            directories,
            files: changes.iter().map(entry).collect(),
        }
    }

    pub(super) fn print(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Reads a journal; `None` where it is none, or names what cannot be a file of the project.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let journal: Self = serde_json::from_slice(bytes).ok()?;
        let paths = journal.files.iter().all(|entry| entry.path().is_some());
        let inside = |dir: &String| RelPath::new(dir.as_str()).is_ok();
        (journal.version == 1 && paths && journal.directories.iter().all(inside)).then_some(journal)
    }
}

/// Where the file at a place of the journal is kept.
pub(super) fn kept(dir: &Path, index: usize, what: &str) -> std::path::PathBuf {
    dir.join(format!("{FOLDER}/{index}.{what}"))
}

/// Whether a file of the folder is one that an update makes.
pub(super) fn is_ours(name: &str) -> bool {
    let place = name.rsplit_once('.').is_some_and(|(place, what)| {
        ["old", "new", "back"].contains(&what) && place.parse::<usize>().is_ok()
    });
    place || matches!(name, ".gitignore" | "journal" | "journal.new")
}

#[cfg(test)]
mod tests {
    use super::*;

    // SE-24
    #[test]
    fn a_journal_cannot_lead_out_of_the_project() {
        let change = Change {
            path: RelPath::new("src/main.rs").unwrap(),
            before: None,
            after: Some(b"x".to_vec()),
        };
        let text = Journal::new(&[change], vec!["src".to_owned()]).print();
        assert!(Journal::read(text.as_bytes()).is_some());
        for bad in ["../x", "/etc/passwd", ".git/config"] {
            let text = text.replace("src/main.rs", bad);
            assert!(Journal::read(text.as_bytes()).is_none(), "{bad}");
        }
        assert!(Journal::read(&text.as_bytes()[..40]).is_none());
    }
}
