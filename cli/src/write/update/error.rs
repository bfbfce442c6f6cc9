//! Why a project was not changed, and what to do about it.

use std::io;

use super::super::journal::JOURNAL;
use super::super::{RelPath, way_out};

/// Why a project was not changed.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    #[error("`{0}` is a link, and links are not followed")]
    Link(String),
    #[error("`{0}` is no file")]
    NotAFile(String),
    #[error("`{0}` is in the way of a directory")]
    NotADirectory(String),
    #[error("these may not be written to: {}", .0.join(", "))]
    ReadOnly(Vec<String>),
    #[error("`{0}` is not dsoi's")]
    Foreign(String),
    #[error("`{0}` was changed by somebody else meanwhile")]
    Changed(RelPath),
    #[error("failed to {act} `{path}`")]
    Io {
        act: &'static str,
        path: String,
        source: io::Error,
    },
    #[error("an earlier update was interrupted, and its journal `{JOURNAL}` cannot be read")]
    Journal,
    #[error("an earlier update was interrupted, and what `{0}` was then is lost")]
    Lost(RelPath),
    #[error("{first}, and the files that were replaced by then could not be put back: {second}")]
    Stuck {
        first: Box<UpdateError>,
        second: Box<UpdateError>,
    },
}

impl UpdateError {
    /// What to do about it, where that can be said.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Link(_) => Some("put a file or directory of its own in the link's place"),
            Self::NotAFile(_) | Self::NotADirectory(_) | Self::Foreign(_) => {
                Some("move it out of the way")
            }
            Self::ReadOnly(_) => Some("make them writable, and update again"),
            Self::Changed(_) => Some("save what is open in editors, and update again"),
            Self::Io { source, .. } => way_out(source),
            Self::Journal | Self::Lost(_) => Some(
                "the files as they were are `.dsoi/update/*.old`: take from them what you need, or from version control, and remove `.dsoi/update`",
            ),
            Self::Stuck { .. } => Some(
                "mend the cause and run `dsoi update` again: it puts back what was, then starts anew",
            ),
        }
    }
}

pub(super) type Result<T> = std::result::Result<T, UpdateError>;

pub(super) fn failed(
    act: &'static str,
    path: &(impl ToString + ?Sized),
) -> impl FnOnce(io::Error) -> UpdateError {
    let path = path.to_string();
    move |source| UpdateError::Io { act, path, source }
}
