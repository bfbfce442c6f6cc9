//! Whether git has a copy of what an update is about to change. Looks, and changes nothing: not even git's index.

mod merges;

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

pub use self::merges::Merges;
use crate::write::Change;

/// A file that git has no copy of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncommitted {
    pub path: String,
    /// Whether git's index has it.
    pub staged: bool,
}

/// Why git could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    #[error("failed to start git")]
    Start(#[source] io::Error),
    #[error("git says: {0}")]
    Said(String),
}

/// What git puts into the environment of a hook, and would take for the repository to look at.
const HOOK: [&str; 9] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CEILING_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_WORK_TREE",
];

/// The files below `dir` with changes that are not committed, by their path in it; none where no git repository is
/// around.
///
/// Left out are the manifest, which an update starts from, a removed file that `changes` makes again, and what `ours`
/// says of: what an earlier update wrote or merged and nobody has edited, so that one update can follow the other. What git is
/// told not to look at counts only where `changes` replaces it.
///
/// # Errors
/// There is a repository, and git cannot be asked about it.
pub fn uncommitted(
    dir: &Path,
    changes: &[Change],
    ours: impl Fn(&str) -> bool,
) -> Result<Vec<Uncommitted>, GitError> {
    // The repository around the directory itself, wherever the way to it leads.
    let here = fs::canonicalize(dir).map_err(GitError::Start)?;
    if !here.ancestors().any(|above| above.join(".git").exists()) {
        return Ok(Vec::new());
    }
    let prefix = git(&here, &["rev-parse", "--show-prefix"])?;
    let prefix = prefix.trim_end_matches(['\r', '\n']);
    let status = git(
        &here,
        &[
            "status",
            "--porcelain=v1",
            "-z",
            "--untracked-files=all",
            "--ignored=matching",
            "--",
            ".",
        ],
    )?;
    let replaced = |path: &str| {
        changes.iter().any(|change| {
            let changed = change.path.as_str();
            let is_it = path == changed || path.is_empty();
            let is_above = path.ends_with('/') && changed.starts_with(path);
            change.before.is_some() && (is_it || is_above) && !ours(changed)
        })
    };
    let made = |path: &str| {
        let mut made = changes.iter().filter(|change| change.before.is_none());
        made.any(|change| change.path.as_str() == path)
    };
    let mut found = Vec::new();
    for entry in parse(&status) {
        let path = entry.path.strip_prefix(prefix).unwrap_or_else(|| {
            // Of the project itself, or of what it lies in.
            if prefix.starts_with(entry.path) {
                ""
            } else {
                entry.path
            }
        });
        let counts = match entry.state {
            "!!" => replaced(path),
            " D" | "D " => !made(path) && !ours(path),
            _ => path != "dsoi.yaml" && !path.starts_with(ASIDE) && !ours(path),
        };
        if counts {
            found.push(Uncommitted {
                path: if path.is_empty() { "." } else { path }.to_owned(),
                staged: entry.state.ends_with(' '),
            });
        }
    }
    // Below `dir`, and by their path in it.
    let flags = git(&here, &["ls-files", "-v", "-z", "--", "."])?;
    for entry in flags.split('\0') {
        let (Some(flag), Some(path)) = (entry.get(..1), entry.get(2..)) else {
            continue;
        };
        let unseen = flag == "S" || flag.chars().all(char::is_lowercase);
        if unseen && replaced(path) {
            found.push(Uncommitted {
                path: path.to_owned(),
                staged: false,
            });
        }
    }
    Ok(found)
}

/// What an update in progress has of its own.
const ASIDE: &str = ".dsoi/update";

fn git(dir: &Path, args: &[&str]) -> Result<String, GitError> {
    let mut command = Command::new("git");
    for name in HOOK {
        command.env_remove(name);
    }
    let output = command
        .arg("-C")
        .arg(dir)
        // A monitor is a program that the repository's settings name: none is started for a look.
        .args(["-c", "core.fsmonitor=false"])
        .args(args)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .output()
        .map_err(GitError::Start)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(GitError::Said(
        said.lines().next().unwrap_or_default().to_owned(),
    ))
}

/// A line of git's: what it says of a path.
struct Entry<'a> {
    state: &'a str,
    path: &'a str,
}

/// Reads `XY PATH`, ended by zeros; a rename is followed by the name that it had.
fn parse(status: &str) -> Vec<Entry<'_>> {
    let mut found = Vec::new();
    let mut entries = status.split('\0').filter(|entry| !entry.is_empty());
    while let Some(entry) = entries.next() {
        let (Some(state), Some(path)) = (entry.get(..2), entry.get(3..)) else {
            continue;
        };
        if state.starts_with(['R', 'C']) {
            entries.next();
        }
        found.push(Entry { state, path });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_says_is_read() {
        let found = parse(" M a b\0?? new/\0M  c\0R  to\0from\0MM d\0");
        let found: Vec<_> = found
            .iter()
            .map(|entry| (entry.state, entry.path))
            .collect();
        assert_eq!(
            found,
            [
                (" M", "a b"),
                ("??", "new/"),
                ("M ", "c"),
                ("R ", "to"),
                ("MM", "d")
            ]
        );
    }
}
