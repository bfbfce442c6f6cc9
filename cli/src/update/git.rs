//! Whether git has a copy of what an update is about to change. Looks, and changes nothing: not even git's index.

use std::io;
use std::path::Path;
use std::process::Command;

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

/// The files below `dir` with changes that are not committed, but for the manifest: an update starts from its
/// change, and never writes it. None where no git repository is around.
///
/// # Errors
/// There is a repository, and git cannot be asked about it.
pub fn uncommitted(dir: &Path) -> Result<Vec<Uncommitted>, GitError> {
    let here = std::path::absolute(dir).map_err(GitError::Start)?;
    if !here.ancestors().any(|above| above.join(".git").exists()) {
        return Ok(Vec::new());
    }
    let prefix = git(dir, &["rev-parse", "--show-prefix"])?;
    let manifest = format!("{}dsoi.yaml", prefix.trim_end_matches(['\r', '\n']));
    let status = git(dir, &["status", "--porcelain=v1", "-z", "--", "."])?;
    let mut found = parse(&status);
    found.retain(|file| file.path != manifest);
    Ok(found)
}

fn git(dir: &Path, args: &[&str]) -> Result<String, GitError> {
    let output = Command::new("git")
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

/// Reads `XY PATH`, ended by zeros; a rename is followed by the name that it had.
fn parse(status: &str) -> Vec<Uncommitted> {
    let mut found = Vec::new();
    let mut entries = status.split('\0').filter(|entry| !entry.is_empty());
    while let Some(entry) = entries.next() {
        let (Some(state), Some(path)) = (entry.get(..2), entry.get(3..)) else {
            continue;
        };
        if state.starts_with(['R', 'C']) {
            entries.next();
        }
        found.push(Uncommitted {
            path: path.to_owned(),
            staged: state.ends_with(' '),
        });
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
            .map(|file| (file.path.as_str(), file.staged))
            .collect();
        assert_eq!(
            found,
            [
                ("a b", false),
                ("new/", false),
                ("c", true),
                ("to", true),
                ("d", false)
            ]
        );
    }
}
