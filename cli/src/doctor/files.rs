//! The files of a project: whether an update would go on with them, and cargo.

use std::fs;
use std::path::Path;

use super::Finding;
use crate::update::{Forgotten, Found, Lock, Project, forgotten};
use crate::write::RelPath;

/// Looks at the files that the last update has written.
pub(super) fn findings(directory: &Path, lock: &Lock) -> Vec<Finding> {
    let Ok(project) = Project::read(directory, lock.clone(), std::iter::empty()) else {
        // What cannot be read is said of `.dsoi`.
        return Vec::new();
    };
    let mut findings = Vec::new();
    let (gone, edited) = project.unlike();
    if let Some(found) = named(&edited, "was edited", "were edited") {
        findings.push(Finding::wrong(
            "files",
            format!("{found}: dsoi writes what follows from the manifest whole, and no update goes on"),
            "`dsoi update --dry-run` shows the edit; make it in the manifest, and remove the file: it is written anew",
        ));
    }
    if let Some(found) = named(&gone, "is gone", "are gone") {
        let help = "`dsoi update` writes it anew";
        findings.push(Finding::warning("files", found, help));
    }
    for (path, line) in project.marked() {
        findings.push(Finding::wrong(
            "files",
            format!("`{path}` has the markers of a conflict: line {line}"),
            "choose between them, remove them, and update again",
        ));
    }
    for (path, module) in unresolved(directory, &project) {
        findings.push(Finding::wrong(
            "files",
            format!("`{path}` names the module `{module}`, which has no file"),
            "bring it back from version control; what dsoi wrote of it last is in `.dsoi/base`",
        ));
    }
    if findings.is_empty() {
        findings.push(Finding::ok("files", "as an update takes them"));
    }
    findings.extend(promise(&project));
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

/// What releases promised; nothing where there was none.
fn promise(project: &Project) -> Option<Finding> {
    let name = "released";
    let kept = project.released.len();
    match forgotten(project).as_slice() {
        [] if kept == 0 => None,
        [] => {
            let definitions = if kept == 1 {
                "definition"
            } else {
                "definitions"
            };
            Some(Finding::ok(name, format!("{kept} {definitions} kept")))
        }
        [first, more @ ..] => {
            let Forgotten { path, is_gone } = first;
            let became = if *is_gone { "is gone" } else { "was edited" };
            let more = match more.len() {
                0 => String::new(),
                count => format!(", and {count} more"),
            };
            Some(Finding::wrong(
                name,
                format!("`{path}` {became}{more}: what a release promised is not known any more"),
                "bring it back from version control; `dsoi update --accept breaking` gives the promise up",
            ))
        }
    }
}

/// Modules that the project's code names and that have no file: the file, and the module.
fn unresolved(directory: &Path, project: &Project) -> Vec<(String, String)> {
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
            let mut places = [
                format!("{folder}/{module}.rs"),
                format!("{folder}/{module}/mod.rs"),
            ]
            .into_iter();
            if !places.any(|place| fs::metadata(directory.join(place)).is_ok()) {
                found.push((path.to_string(), module.to_owned()));
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
