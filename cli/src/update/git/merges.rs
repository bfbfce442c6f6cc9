//! Whether a file is what dsoi made of the copy that git has: merged since the last commit, and touched by nobody else.
//!
//! Git has what its author wrote of such a file, and dsoi what it put in, so that one update can follow another. No update
//! keeps a record of it: a record would say the same of an edit that nobody has committed.

use std::cell::OnceCell;
use std::path::Path;

use super::super::text::{Text, merge};
use super::super::{Found, Lock, Project};
use super::git;
use crate::manifest::Source;
use crate::write::{RelPath, Tree};

/// The last commit, as far as it tells what updates have merged since.
pub struct Merges<'a> {
    directory: &'a Path,
    project: &'a Project,
    /// Renders a manifest with the settings of a lock.
    render: &'a dyn Fn(&Source, &Lock) -> Option<Tree>,
    committed: OnceCell<Option<Committed>>,
    now: OnceCell<Option<Tree>>,
}

/// What the last commit has in `.dsoi/`.
struct Committed {
    lock: Lock,
    rendered: OnceCell<Option<Tree>>,
}

impl<'a> Merges<'a> {
    /// Looks at nothing yet.
    pub fn since_commit(
        directory: &'a Path,
        project: &'a Project,
        render: &'a dyn Fn(&Source, &Lock) -> Option<Tree>,
    ) -> Self {
        Self {
            directory,
            project,
            render,
            committed: OnceCell::new(),
            now: OnceCell::new(),
        }
    }

    /// Whether a file is what comes of the committed one and of what dsoi writes there now.
    pub fn made(&self, path: &RelPath) -> bool {
        self.is_made(path).unwrap_or(false)
    }

    fn is_made(&self, path: &RelPath) -> Option<bool> {
        let Found::File(bytes) = self.project.found(path) else {
            return None;
        };
        let is = Text::of(bytes)?;
        let new = self.base(path)?;
        let before = self.committed()?;
        // A file that git does not know may be one that was renamed with its node type.
        let mut sources = vec![path.clone()];
        if !before.lock.files.contains_key(path) {
            let gone = |old: &&RelPath| {
                let known = self.project.lock.files.contains_key(*old);
                !known && old.parents().last() == path.parents().last()
            };
            sources.extend(before.lock.files.keys().filter(gone).cloned());
        }
        let comes_of = |source: &RelPath| {
            let yours = self.show(source.as_str())?;
            let base = self.committed_base(before, source)?;
            let merged = merge(&base, &Text::of(yours.as_bytes())?.plain, &new);
            Some(merged.conflicts.is_empty() && merged.text == is.plain)
        };
        Some(sources.iter().any(|source| comes_of(source) == Some(true)))
    }

    /// What dsoi has written into a file by the last update.
    fn base(&self, path: &RelPath) -> Option<String> {
        if let Some(kept) = self.project.own.get(&kept(path)?) {
            return Some(Text::of(kept)?.plain);
        }
        let now = self.now.get_or_init(|| {
            let source = self.project.manifest()?;
            (self.render)(&source, &self.project.lock)
        });
        Some(now.as_ref()?.get(path.as_str())?.to_owned())
    }

    /// The same of the last commit.
    fn committed_base(&self, before: &Committed, path: &RelPath) -> Option<String> {
        if let Some(kept) = self.show(kept(path)?.as_str()) {
            return Some(Text::of(kept.as_bytes())?.plain);
        }
        let rendered = before.rendered.get_or_init(|| {
            let text = self.show(".dsoi/dsoi.yaml")?;
            let source = Source::new("dsoi.yaml", text.into_bytes()).ok()?;
            (self.render)(&source, &before.lock)
        });
        Some(rendered.as_ref()?.get(path.as_str())?.to_owned())
    }

    fn committed(&self) -> Option<&Committed> {
        let committed = self.committed.get_or_init(|| {
            let lock = self.show(".dsoi/lock")?;
            Some(Committed {
                lock: Lock::read(lock.as_bytes()).ok()?,
                rendered: OnceCell::new(),
            })
        });
        committed.as_ref()
    }

    /// A file as it was committed; `None` where it is not, or there is no commit.
    fn show(&self, path: &str) -> Option<String> {
        git(self.directory, &["show", &format!("HEAD:./{path}")]).ok()
    }
}

/// Where the merge base of a file is.
fn kept(path: &RelPath) -> Option<RelPath> {
    RelPath::new(format!(".dsoi/base/{path}")).ok()
}
