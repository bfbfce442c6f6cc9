//! `.dsoi/lock`, read: what the last `init` or `update` wrote, and with what.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};

use super::RELEASED;
use crate::plan::{Owner, Runtime};
use crate::render::Settings;
use crate::write::RelPath;

/// What the last `init` or `update` has written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// The version of dsoi that wrote it.
    pub dsoi: String,
    /// Its settings, as they are written: this dsoi may not know them.
    kubernetes: String,
    runtime: String,
    /// The digest of each file as it was written, before anybody edited it.
    pub files: BTreeMap<RelPath, String>,
    /// Those of them that follow from the manifest alone.
    pub generated: BTreeSet<RelPath>,
    /// The digest of each definition that a release promised.
    pub released: BTreeMap<RelPath, String>,
}

/// Why a text is no lock.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    #[error("it is not the JSON that dsoi writes")]
    Json(#[source] serde_json::Error),
    #[error("git's markers of a merge are in it")]
    Merge,
    #[error("its version is {0}, which this dsoi does not know")]
    Version(u64),
    #[error("a later dsoi has written it: {0}")]
    Later(String),
    #[error("`{0}` in it cannot be a file of the project")]
    Path(String),
    #[error("its {key} is `{value}`, which this dsoi does not know")]
    Setting { key: &'static str, value: String },
}

/// The version of this dsoi.
const OWN: &str = env!("CARGO_PKG_VERSION");

/// What a lock of any time has.
#[derive(Deserialize)]
struct Head {
    version: u64,
    dsoi: String,
}

#[derive(Deserialize)]
struct Document {
    dsoi: String,
    kubernetes: String,
    runtime: String,
    files: BTreeMap<String, Entry>,
    #[serde(default)]
    released: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
struct Entry {
    sha256: String,
    #[serde(default)]
    owner: String,
}

impl Lock {
    /// Reads a lock.
    ///
    /// # Errors
    /// The text is no lock, or one of a later kind.
    pub fn read(text: &[u8]) -> Result<Self, LockError> {
        let head: Head = serde_json::from_slice(text).map_err(|error| {
            let mut lines = text.split(|byte| *byte == b'\n');
            if lines.any(|line| line.starts_with(b"<<<<<<< ")) {
                LockError::Merge
            } else {
                LockError::Json(error)
            }
        })?;
        // Before anything else of it is read: a later one may have another form.
        if numbers(&head.dsoi) > numbers(OWN) {
            return Err(LockError::Later(head.dsoi));
        }
        if head.version != 1 {
            return Err(LockError::Version(head.version));
        }
        let document: Document = serde_json::from_slice(text).map_err(LockError::Json)?;
        let mut files = BTreeMap::new();
        let mut generated = BTreeSet::new();
        for (path, entry) in document.files {
            let path = RelPath::new(path.as_str()).map_err(|_| LockError::Path(path))?;
            // What lies in `.dsoi/` is no file of the user's, and is never one of the list.
            if path.as_str().starts_with(".dsoi/") {
                return Err(LockError::Path(path.to_string()));
            }
            if entry.owner == Owner::Generated.as_str() {
                generated.insert(path.clone());
            }
            files.insert(path, entry.sha256);
        }
        let mut released = BTreeMap::new();
        for (path, entry) in document.released {
            let path = RelPath::new(path.as_str()).map_err(|_| LockError::Path(path))?;
            if !path.as_str().starts_with(RELEASED) {
                return Err(LockError::Path(path.to_string()));
            }
            released.insert(path, entry.sha256);
        }
        Ok(Self {
            dsoi: document.dsoi,
            kubernetes: document.kubernetes,
            runtime: document.runtime,
            files,
            generated,
            released,
        })
    }

    /// With what it was written.
    ///
    /// # Errors
    /// This dsoi does not know it any more.
    pub fn settings(&self) -> Result<Settings, LockError> {
        Ok(Settings {
            runtime: self.runtime()?,
            kubernetes: self.kubernetes()?,
        })
    }

    /// Where the runtime comes from.
    ///
    /// # Errors
    /// As [`Self::settings`].
    pub fn runtime(&self) -> Result<Runtime, LockError> {
        runtime(&self.runtime).ok_or_else(|| LockError::Setting {
            key: "runtime",
            value: self.runtime.clone(),
        })
    }

    /// The version of Kubernetes.
    ///
    /// # Errors
    /// As [`Self::settings`].
    pub fn kubernetes(&self) -> Result<String, LockError> {
        if crate::args::KUBERNETES.contains(&self.kubernetes.as_str()) {
            return Ok(self.kubernetes.clone());
        }
        Err(LockError::Setting {
            key: "kubernetes",
            value: self.kubernetes.clone(),
        })
    }

    /// The text of a new lock, in which some files are still what they were.
    pub(super) fn holding<'a>(
        text: &str,
        held: impl Iterator<Item = (&'a RelPath, &'a String)>,
    ) -> String {
        let Ok(mut document) = serde_json::from_str::<Value>(text) else {
            return text.to_owned();
        };
        for (path, digest) in held {
            if let Some(file) = document["files"].get_mut(path.as_str()) {
                file["sha256"] = json!(digest);
            }
        }
        format!("{document:#}\n")
    }

    /// The text of a new lock that knows what releases promised.
    pub(super) fn promising(text: &str, released: &BTreeMap<RelPath, String>) -> String {
        let Ok(mut document) = serde_json::from_str::<Value>(text) else {
            return text.to_owned();
        };
        let entries = released
            .iter()
            .map(|(path, digest)| (path.to_string(), json!({ "sha256": digest })));
        let entries: serde_json::Map<String, Value> = entries.collect();
        match document.as_object_mut() {
            Some(document) if entries.is_empty() => drop(document.remove("released")),
            Some(document) => drop(document.insert("released".to_owned(), entries.into())),
            None => {}
        }
        format!("{document:#}\n")
    }
}

fn runtime(text: &str) -> Option<Runtime> {
    match text.split_once('=') {
        None => (text == "vendor").then_some(Runtime::Vendored),
        Some(("path", path)) => Some(Runtime::Path(path.to_owned())),
        Some(("version", version)) => Some(Runtime::Version(version.to_owned())),
        Some(("git", url)) => Some(Runtime::Git(url.to_owned())),
        Some(_) => None,
    }
}

/// The numbers of a version, in the order in which they count.
fn numbers(version: &str) -> Vec<u64> {
    let release = version.split(['-', '+']).next().unwrap_or_default();
    release
        .split('.')
        .map(|part| part.parse().unwrap_or(0))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"version": 1, "dsoi": "0.1.0", "kubernetes": "1.36", "runtime": "path=../rt",
        "files": {"src/main.rs": {"owner": "scaffold", "sha256": "ab"}}}"#;

    #[test]
    fn a_lock_says_what_was_written_and_with_what() {
        let lock = Lock::read(TEXT.as_bytes()).unwrap();
        assert_eq!(lock.runtime().unwrap(), Runtime::Path("../rt".to_owned()));
        assert_eq!(lock.files.len(), 1);
    }

    // SE-24
    #[test]
    fn a_lock_cannot_lead_out_of_the_project_nor_into_dsoi_s_own_files() {
        for bad in [
            "../main.rs",
            "/main.rs",
            ".git/hooks/pre-commit",
            ".dsoi/lock",
        ] {
            let text = TEXT.replace("src/main.rs", bad);
            let error = Lock::read(text.as_bytes()).unwrap_err();
            assert!(matches!(error, LockError::Path(_)), "{bad}: {error}");
        }
    }

    // SE-24
    #[test]
    fn what_was_released_lies_in_its_folder() {
        let with = |path: &str| {
            let released =
                format!("\"released\": {{\"{path}\": {{\"sha256\": \"cd\"}}}}, \"files\"");
            Lock::read(TEXT.replace("\"files\"", &released).as_bytes())
        };
        let lock = with("config/crd/released/tallies.yaml").unwrap();
        assert_eq!(lock.released.len(), 1);
        let text = Lock::promising(TEXT, &lock.released);
        assert_eq!(Lock::read(text.as_bytes()).unwrap(), lock);
        let text = Lock::promising(&text, &BTreeMap::new());
        assert!(Lock::read(text.as_bytes()).unwrap().released.is_empty());
        for bad in ["../tallies.yaml", "src/main.rs"] {
            assert!(matches!(with(bad), Err(LockError::Path(_))), "{bad}");
        }
    }

    #[test]
    fn a_lock_that_is_not_understood_is_not_guessed_at() {
        for (from, to) in [
            ("\"version\": 1", "\"version\": 2"),
            ("{", "<<<<<<< HEAD\n{"),
        ] {
            let text = TEXT.replacen(from, to, 1);
            assert!(Lock::read(text.as_bytes()).is_err(), "{to}");
        }
    }

    #[test]
    fn a_setting_that_is_not_known_any_more_leaves_the_lock_readable() {
        for (from, to) in [("path=../rt", "svn=x"), ("1.36", "1.2")] {
            let text = TEXT.replacen(from, to, 1);
            let lock = Lock::read(text.as_bytes()).unwrap();
            let error = lock.settings().unwrap_err();
            assert!(matches!(error, LockError::Setting { .. }), "{to}: {error}");
        }
    }

    #[test]
    fn a_lock_of_a_later_dsoi_is_known_as_such_whatever_its_form() {
        for text in [
            r#"{"version": 2, "dsoi": "99.0.0", "files": []}"#.to_owned(),
            TEXT.replace("0.1.0", "99.0.0").replace("path=", "oci="),
        ] {
            let error = Lock::read(text.as_bytes()).unwrap_err();
            assert!(matches!(error, LockError::Later(_)), "{error}");
        }
    }

    #[test]
    fn versions_are_compared_by_their_numbers() {
        assert!(numbers("0.10.0") > numbers("0.9.3"));
        assert!(numbers("0.10.0") == numbers("0.10.0-rc.1"));
        assert!(numbers("0.10.0") < numbers("1.0.0"));
    }
}
