//! What to do about a disk that does not take a file.

use std::io::{self, ErrorKind};

/// The way out, where the kind of the error tells one.
pub fn way_out(error: &io::Error) -> Option<&'static str> {
    Some(match error.kind() {
        ErrorKind::PermissionDenied => {
            "make that place writable for you, or name another directory"
        }
        ErrorKind::ReadOnlyFilesystem => {
            "that file system is mounted to be read only: mount it otherwise, or name another directory"
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            "make room there, and try again"
        }
        ErrorKind::NotFound => "make its directory first, or name another one",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::{Error, UpdateError};

    #[test]
    fn a_place_that_cannot_be_written_to_has_a_way_out_for_new_projects_and_old_ones() {
        for kind in [
            ErrorKind::PermissionDenied,
            ErrorKind::ReadOnlyFilesystem,
            ErrorKind::StorageFull,
        ] {
            let new = Error::Io {
                act: "write in",
                path: "a".into(),
                source: kind.into(),
            };
            let old = UpdateError::Io {
                act: "write",
                path: "a".to_owned(),
                source: kind.into(),
            };
            assert!(new.help().is_some() && new.help() == old.help(), "{kind}");
        }
    }
}
