//! The files of a project: whether an update would go on with them, and cargo.

use std::fs;
use std::path::Path;

use super::links::Links;
use super::{Finding, gone};
use crate::update::{Forgotten, Found, Lock, Project, forgotten};
use crate::write::RelPath;

/// Looks at the files that the last update has written.
pub(super) fn findings(directory: &Path, lock: &Lock, links: &Links) -> Vec<Finding> {
    let mut findings = links.findings(lock);
    let Ok(project) = Project::read(directory, lock.clone(), std::iter::empty()) else {
        // What cannot be read is said of `.dsoi`.
        return findings;
    };
    let (gone, mut edited) = project.unlike();
    edited.retain(|path| !links.hide(path));
    if let Some(found) = named(&edited, "was edited", "were edited") {
        findings.push(Finding::wrong(
            "files",
            format!("{found}: dsoi writes what follows from the manifest whole, and no update goes on"),
            "`dsoi update --dry-run` shows the edit; make it in the manifest, and remove the file: it is written anew",
        ));
    }
    if let Some(found) = named(&gone, "is gone", "are gone") {
        let help = match gone.len() {
            1 => "`dsoi update` writes it anew",
            _ => "`dsoi update` writes them anew",
        };
        findings.push(Finding::warning("files", found, help));
    }
    for (path, line) in project.marked() {
        findings.push(Finding::wrong(
            "files",
            format!("`{path}` has the markers of a conflict: line {line}"),
            "choose between them, remove them, and update again",
        ));
    }
    for one in unresolved(directory, &project) {
        findings.push(Finding::wrong(
            "files",
            format!(
                "`{}` names the module `{}`, which has no file",
                one.path, one.module
            ),
            one.way_out(&project),
        ));
    }
    for path in gone::needed(&project) {
        let gone::Needed { path, by } = path;
        if links.hide(path) {
            continue;
        }
        let found = match by {
            Some(by) => format!("`{path}` is gone, and `{by}` names it"),
            None => {
                format!("`{path}` is gone: `kubectl apply -k` does not find what its directory is")
            }
        };
        findings.push(Finding::missing(
            "files",
            found,
            gone::way_back(&project, path),
        ));
    }
    if findings.is_empty() {
        findings.push(Finding::ok("files", "as an update takes them"));
    }
    findings.push(promise(&project));
    findings
}

/// The first of some files and how many there are beside; `None` of none.
fn named(paths: &[&RelPath], is: &str, are: &str) -> Option<String> {
    Some(match paths {
        [] => return None,
        [one] => format!("`{one}` {is}"),
        [first, more @ ..] => format!("`{first}` and {} more {are}", more.len()),
    })
}

/// What releases promised.
fn promise(project: &Project) -> Finding {
    let name = "released";
    let kept = project.released.len();
    match forgotten(project).as_slice() {
        [] if kept == 0 => Finding::ok(
            name,
            "nothing, so no update asks before it breaks what clusters have stored: `dsoi update --release` keeps the definitions of now",
        ),
        [] => {
            let definitions = if kept == 1 {
                "definition"
            } else {
                "definitions"
            };
            Finding::ok(name, format!("{kept} {definitions} kept"))
        }
        [first, more @ ..] => {
            let Forgotten { path, is_gone } = first;
            let became = if *is_gone { "is gone" } else { "was edited" };
            let more = match more.len() {
                0 => String::new(),
                count => format!(", and {count} more"),
            };
            Finding::wrong(
                name,
                format!("`{path}` {became}{more}: what a release promised is not known any more"),
                "bring it back from version control; `dsoi update --accept breaking` gives the promise up",
            )
        }
    }
}

/// A module that the project's code names and that has no file.
pub(crate) struct Unresolved {
    /// Where it is named.
    pub(crate) path: String,
    pub(crate) module: String,
    /// The file that it had by the last update.
    known: Option<RelPath>,
}

impl Unresolved {
    /// What to do about it.
    pub(crate) fn way_out(&self, project: &Project) -> String {
        match &self.known {
            Some(known) => gone::way_back(project, known),
            None => "bring it back from version control, or take that line out".to_owned(),
        }
    }
}

/// All of them, but for those whose file an update writes anew: they are told of as gone.
pub(crate) fn unresolved(directory: &Path, project: &Project) -> Vec<Unresolved> {
    let mut found = Vec::new();
    for (path, content) in &project.files {
        let (Some(stem), Found::File(bytes)) = (path.as_str().strip_suffix(".rs"), content) else {
            continue;
        };
        if !stem.starts_with("src/") {
            continue;
        }
        let folder = match stem {
            "src/main" | "src/lib" => "src",
            stem => stem.strip_suffix("/mod").unwrap_or(stem),
        };
        for module in modules(&String::from_utf8_lossy(bytes)) {
            let places = [
                format!("{folder}/{module}.rs"),
                format!("{folder}/{module}/mod.rs"),
            ];
            let is_there = |place: &String| fs::metadata(directory.join(place)).is_ok();
            let known = places
                .iter()
                .filter_map(|place| RelPath::new(place.as_str()).ok());
            let known = known
                .into_iter()
                .find(|place| project.lock.files.contains_key(place));
            let comes_back = known
                .as_ref()
                .is_some_and(|known| project.lock.generated.contains(known));
            if !places.iter().any(is_there) && !comes_back {
                found.push(Unresolved {
                    path: path.to_string(),
                    module: module.to_owned(),
                    known,
                });
            }
        }
    }
    found
}

/// The modules of files of their own that a text names.
fn modules(text: &str) -> Vec<&str> {
    let mut before = "";
    let mut found = Vec::new();
    for line in text.lines() {
        let words = line.strip_prefix("pub").map_or(line, |rest| {
            let rest = rest.strip_prefix('(').and_then(|rest| rest.split_once(')'));
            rest.map_or(line.trim_start_matches("pub"), |(_, rest)| rest)
        });
        let name = words
            .strip_prefix(' ')
            .unwrap_or(words)
            .strip_prefix("mod ");
        let name = name.and_then(|name| name.trim_end().strip_suffix(';'));
        // One that says where its file is knows best.
        if let Some(name) = name.filter(|_| !before.starts_with("#[path")) {
            found.push(name.trim());
        }
        before = line;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_of_files_are_told_from_others() {
        let text = "mod a;\npub mod b;\npub(crate) mod c;\n  mod d;\nmod e {\n#[path = \"x.rs\"]\nmod f;\nfn mod_g() {}\n// mod h;\n";
        assert_eq!(modules(text), ["a", "b", "c"]);
    }
}
