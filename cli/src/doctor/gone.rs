//! Files that updates merge, that are gone, and that others cannot do without.
//!
//! In: the project. Out: those files, and who names them. One that nobody names may have been removed on purpose.

use crate::update::{Found, Project};
use crate::write::RelPath;

const KUSTOMIZATION: &str = "kustomization.yaml";

/// A file that is gone and needed.
pub(super) struct Needed<'p> {
    pub(super) path: &'p RelPath,
    /// The file that names it; `None` where it is what a directory is applied by.
    pub(super) by: Option<&'p RelPath>,
}

/// Of the files under `config`, those that are gone and needed; without those that an update writes anew.
pub(super) fn needed(project: &Project) -> Vec<Needed<'_>> {
    let mut named: Vec<(String, &RelPath)> = Vec::new();
    for (path, found) in &project.files {
        let (Some(folder), Found::File(bytes)) = (folder_of(path), found) else {
            continue;
        };
        let text = String::from_utf8_lossy(bytes);
        named.extend(items(&text).map(|item| (resolved(folder, item), path)));
    }
    let gone = project.files.iter().filter(|(path, found)| {
        **found == Found::Nothing
            && path.as_str().starts_with("config/")
            && project.lock.files.contains_key(path)
            && !project.lock.generated.contains(path)
    });
    gone.filter_map(|(path, _)| {
        let folder = folder_of(path);
        let is_meant = |name: &str| name == path.as_str() || Some(name) == folder;
        let by = named.iter().find(|(name, _)| is_meant(name));
        let by = by.map(|(_, by)| *by);
        (by.is_some() || folder.is_some()).then_some(Needed { path, by })
    })
    .collect()
}

/// How a file comes back that updates merge: they take its absence for a wish.
pub(super) fn way_back(project: &Project, path: &RelPath) -> String {
    let base = RelPath::new(format!(".dsoi/base/{path}"));
    if base.is_ok_and(|base| project.own.contains_key(&base)) {
        format!(
            "bring it back from version control; what dsoi wrote of it last is `.dsoi/base/{path}`"
        )
    } else {
        "bring it back from version control".to_owned()
    }
}

/// The directory that a kustomization is of.
fn folder_of(path: &RelPath) -> Option<&str> {
    path.as_str().strip_suffix(KUSTOMIZATION)?.strip_suffix('/')
}

/// The files and directories that a kustomization lists.
fn items(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let item = line.trim_start().strip_prefix("- ")?.trim();
        let item = item.strip_prefix("path:").unwrap_or(item).trim();
        Some(item.trim_matches(['"', '\'']))
    })
}

/// An item as a path of the project.
fn resolved(folder: &str, item: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').collect();
    for part in item.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_kustomization_lists_is_found_from_its_folder() {
        let text = "resources:\n- role.yaml\n  - \"../crd\"\npatches:\n- path: ./p.yaml\n  target: {kind: X}\n";
        let found: Vec<String> = items(text)
            .map(|item| resolved("config/rbac", item))
            .collect();
        assert_eq!(
            found,
            ["config/rbac/role.yaml", "config/crd", "config/rbac/p.yaml"]
        );
    }
}
