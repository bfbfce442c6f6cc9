//! What a user needs, looked at: programs, and the project in a directory.
//!
//! Out: [`Finding`]s. Asks programs of this machine for their versions, each for a limited time, and reads files of the
//! project. Writes nothing and asks nobody else.

mod files;
mod gone;
mod links;
mod package;
mod program;
mod project;
mod tools;

use std::path::Path;

pub(crate) use files::unresolved;
pub use program::Asked;

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Ok,
    /// dsoi does without it, or mends it.
    Warning,
    /// Nothing goes on without it.
    Missing,
    /// Nothing goes on with it.
    Wrong,
}

impl State {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Missing => "missing",
            Self::Wrong => "wrong",
        }
    }
}

/// What was found of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is about, in a word or two.
    pub name: &'static str,
    pub state: State,
    /// What there is.
    pub found: String,
    /// The way out, unless all is well.
    pub help: Option<String>,
}

impl Finding {
    fn ok(name: &'static str, found: impl Into<String>) -> Self {
        Self {
            name,
            state: State::Ok,
            found: found.into(),
            help: None,
        }
    }

    fn warning(name: &'static str, found: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            name,
            state: State::Warning,
            found: found.into(),
            help: Some(help.into()),
        }
    }

    fn missing(name: &'static str, found: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            state: State::Missing,
            ..Self::warning(name, found, help)
        }
    }

    fn wrong(name: &'static str, found: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            state: State::Wrong,
            ..Self::warning(name, found, help)
        }
    }
}

/// Looks at the programs that are needed, and at the project in `directory` if there is one.
pub fn findings(directory: &Path) -> Vec<Finding> {
    let mut findings = tools::findings(directory);
    findings.extend(project::findings(directory));
    findings
}
