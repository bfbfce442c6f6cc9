//! Paths that stay inside the project (SE-24).

use std::fmt;

/// A relative path with `/` between its parts: no `.`, no `..`, nothing below `.git`, no name that a file
/// system gives another meaning.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelPath(String);

/// Why a text is no path of a project's file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` cannot be a file of the project: {reason}")]
pub struct BadPath {
    path: String,
    reason: &'static str,
}

impl BadPath {
    /// The rule that it breaks.
    pub fn reason(&self) -> &'static str {
        self.reason
    }
}

/// Names that Windows keeps for devices, whatever their extension.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul"];

impl RelPath {
    /// Takes `text` if it is such a path.
    pub fn new(text: impl Into<String>) -> Result<Self, BadPath> {
        let text = text.into();
        match fault(&text) {
            None => Ok(Self(text)),
            Some(reason) => Err(BadPath { path: text, reason }),
        }
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two paths share on a file system that does not tell upper from lower case.
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }

    /// The directories above it, outermost first.
    pub fn parents(&self) -> impl Iterator<Item = &str> {
        self.0
            .match_indices('/')
            .filter_map(|(at, _)| self.0.get(..at))
    }
}

impl fmt::Display for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn fault(text: &str) -> Option<&'static str> {
    if text.is_empty() || text.len() > 1024 {
        return Some("it is empty or longer than 1024 bytes");
    }
    // ASCII alone: then no two spellings of one letter exist either.
    if !text
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"._-+/".contains(&b))
    {
        return Some("it has a character other than letters, digits, `.`, `_`, `-`, `+` and `/`");
    }
    text.split('/').find_map(part_fault)
}

fn part_fault(part: &str) -> Option<&'static str> {
    let lower = part.to_ascii_lowercase();
    let stem = lower.split('.').next().unwrap_or_default();
    let numbered = |prefix: &str| {
        stem.strip_prefix(prefix)
            .is_some_and(|rest| rest.len() == 1 && rest.chars().all(|c| c.is_ascii_digit()))
    };
    if part.is_empty() {
        Some("it is absolute or has an empty part")
    } else if part == "." || part == ".." {
        Some("it has a `.` or `..`")
    } else if lower == ".git" {
        Some("it lies in `.git`")
    } else if part.ends_with('.') {
        Some("a part of it ends in a dot")
    } else if DEVICES.contains(&stem) || numbered("com") || numbered("lpt") {
        Some("a part of it is the name of a device")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_cannot_leave_the_project() {
        for bad in [
            "",
            "/etc/passwd",
            "../x",
            "a/../b",
            "a//b",
            "./a",
            ".git/config",
            "a/.GIT/x",
            "nul",
            "a/COM1.txt",
            "a\\b",
            "c:x",
            "a.",
            "ä",
            "a\0b",
            "a/",
        ] {
            assert!(RelPath::new(bad).is_err(), "{bad:?}");
        }
        for good in [
            ".github/workflows/ci.yaml",
            "src/nodes/store.rs",
            ".gitignore",
        ] {
            assert!(RelPath::new(good).is_ok(), "{good}");
        }
    }
}
