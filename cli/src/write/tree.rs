//! A project's files in memory, sorted by path.

use std::collections::BTreeMap;

use super::{BadPath, RelPath};

/// Files by path; no two of them can meet on any file system.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    files: BTreeMap<RelPath, String>,
    folded: BTreeMap<String, RelPath>,
}

/// Two files that cannot live in one tree, or a path that cannot live in any.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    #[error(transparent)]
    Path(#[from] BadPath),
    #[error("two files would have the same path: `{first}` and `{second}`")]
    Clash { first: RelPath, second: RelPath },
}

impl Tree {
    /// An empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file.
    pub fn add(&mut self, path: &str, text: String) -> Result<(), TreeError> {
        let path = RelPath::new(path)?;
        let clash = self.folded.get(&path.folded()).cloned().or_else(|| {
            // A file where another file's directory has to be.
            let mut above = path.parents().map(str::to_lowercase);
            above.find_map(|dir| self.folded.get(&dir).cloned())
        });
        let below = format!("{}/", path.folded());
        let clash = clash.or_else(|| {
            let next = self.folded.range(below.clone()..).next();
            next.filter(|(folded, _)| folded.starts_with(&below))
                .map(|(_, known)| known.clone())
        });
        if let Some(first) = clash {
            return Err(TreeError::Clash {
                first,
                second: path,
            });
        }
        self.folded.insert(path.folded(), path.clone());
        self.files.insert(path, text);
        Ok(())
    }

    /// All files, sorted by path.
    pub fn iter(&self) -> impl Iterator<Item = (&RelPath, &str)> {
        self.files.iter().map(|(path, text)| (path, text.as_str()))
    }

    /// The text of a file.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.files
            .iter()
            .find(|(known, _)| known.as_str() == path)
            .map(|(_, text)| text.as_str())
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_would_meet_on_some_file_system_are_refused() {
        let mut tree = Tree::new();
        tree.add("src/a.rs", String::new()).unwrap();
        assert!(tree.add("src/A.rs", String::new()).is_err());
        assert!(tree.add("src", String::new()).is_err());
        assert!(tree.add("src/a.rs/b", String::new()).is_err());
        tree.add("src/ab.rs", String::new()).unwrap();
        assert_eq!(tree.len(), 2);
    }
}
