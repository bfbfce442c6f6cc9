//! What an interrupted update left half done is put back before anything else, and said whatever comes after.

use std::path::Path;

use serde_json::{Value, json};

use super::super::Failure;
use super::{chain, failed};
use crate::write::{self, Local, RelPath, UpdateError};

/// Files were put back.
#[derive(Debug)]
pub(super) struct Recovered {
    /// Those that somebody has changed since, which stay.
    changed: Vec<RelPath>,
}

impl Recovered {
    /// A line each.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut said = vec!["an earlier update was interrupted: what was is back".to_owned()];
        let changed = self.changed.iter();
        said.extend(changed.map(|path| format!("`{path}` was changed since, and stays as it is")));
        said
    }

    /// The same for programs.
    pub(super) fn data(&self) -> Value {
        let changed = self.changed.iter().map(RelPath::as_str);
        json!({ "changedSince": changed.collect::<Vec<_>>() })
    }

    /// What failed afterwards, and this before it.
    pub(super) fn and(&self, failure: Failure) -> Failure {
        Failure::Beside {
            lines: self.lines(),
            key: "recovered",
            data: self.data(),
            failure: Box::new(failure),
        }
    }
}

/// Puts back what an interrupted update left half done; `None` if there was nothing of it.
pub(super) fn recovered(directory: &Path, looks_only: bool) -> Result<Option<Recovered>, Failure> {
    if looks_only {
        return match write::is_interrupted(directory) {
            Ok(false) => Ok(None),
            Ok(true) => Err(Failure::Project {
                message: "an update of this project was interrupted".to_owned(),
                help: Some("`dsoi update` puts back what was, and starts anew".to_owned()),
                source: None,
            }),
            Err(error) => Err(failed(&error)),
        };
    }
    match write::recover(directory, &Local) {
        Ok(changed) => Ok(changed.map(|changed| Recovered { changed })),
        // Before it had begun: whether something was interrupted is not even known.
        Err(error) if !write::is_interrupted(directory).unwrap_or(false) => Err(failed(&error)),
        Err(error) => Err(Failure::Project {
            message: match &error {
                UpdateError::Journal | UpdateError::Lost(_) => chain(&error),
                error => format!(
                    "an earlier update was interrupted, and what was could not be put back: {}",
                    chain(error)
                ),
            },
            help: error.help().map(ToOwned::to_owned),
            source: None,
        }),
    }
}
