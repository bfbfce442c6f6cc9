//! A line of a project's file: which places of the manifest it comes from, and who owns the file.

use std::io;
use std::path::{Component, Path, PathBuf};

use serde_json::{Value, json};

use super::field::{excerpt, place};
use crate::command::{Failure, Report, chain};
use crate::explain::{Cause, Depth, Origins, Why, same_line};
use crate::manifest::Source;
use crate::plan::{self, Owner};
use crate::update::{Project, RELEASED};
use crate::write::digest;

/// The most places that people are shown.
const SHOWN: usize = 6;

/// `FILE:LINE`, also with a column behind, as compilers print it; `None` where it is none.
pub(super) fn parse(what: &str) -> Option<(&str, &str)> {
    let (file, number) = what.rsplit_once(':')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if file.is_empty() || !is_number(number) {
        return None;
    }
    match file.rsplit_once(':') {
        Some((file, line)) if !file.is_empty() && is_number(line) => Some((file, line)),
        _ => Some((file, number)),
    }
}

/// A file whose line is left out, or what looks like the path of one.
pub(super) fn without_number(directory: &Path, what: &str) -> Option<Failure> {
    let typed = directory.join(what);
    if typed.is_dir() {
        return Some(folder(what));
    }
    if typed.is_file() {
        return Some(usage(
            format!("`{what}` is a file, and only a line of one can be explained"),
            format!("name the line: `dsoi explain {what}:12`"),
        ));
    }
    what.contains('/').then(|| absent(what))
}

/// How a line is named.
const LINES: &str = "a line of a project's file is named as `src/main.rs:12`, from the folder that you are in or that `-C` names; `dsoi explain` lists what else there is";

fn folder(name: &str) -> Failure {
    usage(
        format!("`{name}` is a folder, and only a line of a file can be explained"),
        LINES.to_owned(),
    )
}

fn absent(name: &str) -> Failure {
    usage(format!("there is no file `{name}`"), LINES.to_owned())
}

/// Explains a line of a file.
pub(super) fn run(directory: &Path, file: &str, number: &str) -> Result<Report, Failure> {
    let (root, path) = project(directory, file)?;
    let text = read(&root, &path)?;
    let shown = number.parse().ok().and_then(|line: usize| {
        let shown = text.lines().nth(line.checked_sub(1)?)?;
        Some((line, shown))
    });
    let Some((line, shown)) = shown else {
        return Err(usage(
            format!("`{path}` has no line {number}"),
            format!("it has {} lines", text.lines().count()),
        ));
    };
    let found = look(&root, &path, &text, line)?;
    let mut out = format!("{path}:{line}\n  {line} | {shown}\n\n{}\n", found.says);
    let causes: Vec<&Cause> = found.causes.iter().collect();
    if let Some(source) = &found.source {
        for cause in causes.iter().take(SHOWN) {
            let (line, column) = (
                source.line(cause.span.start),
                source.column(cause.span.start),
            );
            let why = match (cause.unwritten, found.why) {
                (Some(is_so), _) => format!(", which is not written: {is_so}"),
                (None, Why::Value) => String::new(),
                (None, Why::Presence) => ", as it is there at all".to_owned(),
            };
            out.push_str(&format!(
                "\n{}:{line}:{column}  {}{why}\n{}",
                source.name(),
                cause.path,
                excerpt(source, cause.span)
            ));
        }
        if causes.len() > SHOWN {
            out.push_str(&format!("\nand {} more places\n", causes.len() - SHOWN));
        }
    }
    if !found.depends.is_empty() {
        out.push_str(&format!(
            "\nOf the manifest, the file depends on {}.\n",
            found.depends.join(", ")
        ));
    }
    let owner = found.owner.map_or("yours", Owner::as_str);
    out.push_str(&format!("\nOwner: {owner}. {}\n", found.edits));
    let origins: Vec<Value> = found
        .source
        .iter()
        .flat_map(|source| {
            causes.iter().map(|cause| {
                let why = match found.why {
                    _ if cause.unwritten.is_some() => "unwritten",
                    Why::Value => "value",
                    Why::Presence => "presence",
                };
                json!({ "path": cause.path, "why": why, "refused": cause.refused, "place": place(source, cause.span) })
            })
        })
        .collect();
    Ok(Report {
        text: out,
        data: json!({
            "file": path,
            "line": line,
            "owner": owner,
            "by": found.by,
            "text": found.says,
            "origins": origins,
            "depends": found.depends,
        }),
        ..Report::default()
    })
}

/// What becomes of an edit.
fn edits(owner: Option<Owner>) -> &'static str {
    match owner {
        Some(Owner::Generated) => {
            "It follows from the manifest alone: change that. An update stops where somebody edited it, and names it."
        }
        Some(Owner::Scaffold) => {
            "It is code and configuration to build on: an update merges your edits and the manifest's, line by line."
        }
        Some(Owner::Once) => {
            "It is yours from the start: after your edit, an update leaves it as it is."
        }
        None => "It is yours, and dsoi never touches it.",
    }
}

/// What was found out about a line.
struct Found {
    owner: Option<Owner>,
    /// Whose line it is: `manifest`, `settings`, `dsoi`, `user`.
    by: &'static str,
    says: String,
    /// The manifest that the file was written from.
    source: Option<Source>,
    causes: Vec<Cause>,
    why: Why,
    depends: Vec<String>,
    /// What becomes of an edit.
    edits: &'static str,
}

fn look(root: &Path, path: &str, text: &str, line: usize) -> Result<Found, Failure> {
    let found = |owner, by, says: &str| Found {
        owner,
        by,
        says: says.to_owned(),
        source: None,
        causes: Vec::new(),
        why: Why::Value,
        depends: Vec::new(),
        edits: edits(owner),
    };
    if path.starts_with(".dsoi/") {
        return Ok(Found {
            edits: "Leave it alone, and commit it: updates tell your edits by it.",
            ..found(
                Some(Owner::Generated),
                "dsoi",
                "It is what dsoi keeps for the next update, and no part of the operator.",
            )
        });
    }
    if path.starts_with(RELEASED) {
        return Ok(Found {
            edits: "Leave it as it is: whoever edits or removes it takes the promise back, and no update goes on before that is accepted.",
            ..found(
                Some(Owner::Generated),
                "dsoi",
                "It is of a definition as it was released: what is stored by it stays legal, and an update that would break that needs a yes. `dsoi update --release` writes it.",
            )
        });
    }
    if path == "dsoi.yaml" {
        return Ok(Found {
            edits: "Edit it, and run `dsoi update`; of dsoi's commands only those that say so change it.",
            ..found(
                Some(Owner::Once),
                "user",
                "This is the manifest itself: you wrote it. `dsoi explain` with the path of a key explains that key.",
            )
        });
    }
    let lock = Project::read_lock(root).map_err(|error| {
        let help = error.help();
        failed(format!("nothing is known of this project: {error}"), help)
    })?;
    let settings = lock.settings().map_err(|error| {
        let help = "bring the project to this dsoi first: `dsoi update`".to_owned();
        failed(format!("nothing is known of this project: {error}"), help)
    })?;
    // The file is what the last update made of the manifest as it was then.
    let kept = read(root, ".dsoi/dsoi.yaml")?;
    let now = std::fs::read_to_string(root.join("dsoi.yaml")).unwrap_or_default();
    let name = if now == kept {
        "dsoi.yaml"
    } else {
        ".dsoi/dsoi.yaml"
    };
    let source = Source::new(name, kept.into_bytes()).map_err(Failure::Manifest)?;
    let (_, operator) =
        crate::check::read(&source).map_err(|problems| Failure::manifest(&source, problems))?;
    let plan = plan::plan(&operator, &settings.runtime);
    let Some(planned) = plan.iter().find(|file| file.path == path) else {
        return Ok(found(None, "user", "The file is none of dsoi's."));
    };
    let owner = Some(planned.owner);
    let mut rendered = None;
    let origins = Origins::find(&source, &settings, path, |as_rendered| {
        rendered = same_line(as_rendered, text, line);
        rendered.map(Depth::Line)
    });
    let origins = origins.map_err(|error| Failure::Bug {
        message: chain(&error),
        source: None,
    })?;
    let Some(origins) = origins else {
        return Ok(found(None, "user", "The file is none of dsoi's."));
    };
    let Some(rendered) = rendered else {
        let digests = lock.files.iter().find(|(known, _)| known.as_str() == path);
        return Ok(
            if digests.is_some_and(|(_, known)| *known == digest(text)) {
                found(
                    owner,
                    "dsoi",
                    "Another version of dsoi wrote this line; after `dsoi update` it can be explained.",
                )
            } else {
                found(
                    owner,
                    "user",
                    "You wrote this line, or changed it; dsoi's was another.",
                )
            },
        );
    };
    let (why, causes) = origins.of(rendered);
    let causes: Vec<Cause> = causes.into_iter().cloned().collect();
    let stale = if name == "dsoi.yaml" {
        ""
    } else {
        " The manifest has changed since; this is how it was at the last update."
    };
    let commands: Vec<String> = origins
        .settings_of(rendered)
        .map(|setting| format!("`{}`", setting.command()))
        .collect();
    let commands = commands.join(", ");
    let (by, says) = if causes.is_empty() && !commands.is_empty() {
        let says = "It comes from how the project is built, which the manifest does not say:";
        ("settings", format!("{says} {commands} changes it."))
    } else if causes.is_empty() {
        (
            "dsoi",
            "It comes from dsoi itself: no one value of the manifest that could be tried changes it.".to_owned(),
        )
    } else if !commands.is_empty() {
        (
            "manifest",
            format!(
                "It comes from the manifest, and in part from how the project is built: {commands} changes that.{stale}"
            ),
        )
    } else if causes.iter().all(|cause| cause.refused) {
        ("manifest", format!("{}{stale}", unsure(&source, &causes)))
    } else {
        ("manifest", format!("It comes from the manifest.{stale}"))
    };
    Ok(Found {
        owner,
        by,
        says,
        edits: edits(owner),
        depends: if causes.is_empty() {
            depends(&origins)
        } else {
            Vec::new()
        },
        source: Some(source),
        why,
        causes,
    })
}

/// What is sure of a line that only mistakes change, and what is not.
fn unsure(source: &Source, causes: &[Cause]) -> String {
    let named = causes.iter().take(SHOWN).map(|cause| {
        let line = source.line(cause.span.start);
        format!("`{}` (line {line})", cause.path)
    });
    let mut named = named.collect::<Vec<_>>().join(", ");
    if let Some(more) = causes.len().checked_sub(SHOWN + 1) {
        named.push_str(&format!(" and {} more", more + 1));
    }
    let (whence, there) = match causes {
        [_] => (format!("from {named}"), "there"),
        _ => (
            format!("from one of {named}, or from all of them"),
            "at any of them",
        ),
    };
    format!(
        "It comes {whence}. It is sure that the line changes with what stands {there}; it is not sure that nothing else does, as everything else that was tried {there} is a mistake in this manifest."
    )
}

/// The sections of the manifest that any line of the file comes from.
fn depends(origins: &Origins) -> Vec<String> {
    let mut sections: Vec<String> = origins
        .values
        .iter()
        .map(|cause| {
            let steps: Vec<&str> = cause.path.split('.').take(2).collect();
            let path = steps.join(".");
            path.split('[').next().unwrap_or_default().to_owned()
        })
        .collect();
    sections.sort();
    sections.dedup();
    sections
}

/// The project that a file lies in, and its path there.
fn project(directory: &Path, file: &str) -> Result<(PathBuf, String), Failure> {
    let typed = directory.join(file);
    let missing = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => absent(file),
        _ => Failure::Read {
            path: typed.clone(),
            source,
        },
    };
    let whole = typed.canonicalize().map_err(missing)?;
    if whole.is_dir() {
        return Err(folder(file));
    }
    let root = whole
        .ancestors()
        .skip(1)
        .find(|above| above.join(".dsoi/lock").is_file());
    let Some(root) = root else {
        return Err(failed(
            format!("`{}` lies in no project of dsoi", typed.display()),
            "a project has a folder `.dsoi`; `-C DIR` names its directory".to_owned(),
        ));
    };
    let path = whole.strip_prefix(root).unwrap_or(&whole);
    let steps: Vec<String> = path
        .components()
        .filter_map(|step| match step {
            Component::Normal(step) => Some(step.to_string_lossy().into_owned()),
            _ => None,
        })
        .collect();
    Ok((root.to_owned(), steps.join("/")))
}

fn read(root: &Path, path: &str) -> Result<String, Failure> {
    let whole = root.join(path);
    std::fs::read_to_string(&whole).map_err(|source| Failure::Read {
        path: whole,
        source,
    })
}

fn failed(message: String, help: String) -> Failure {
    Failure::Project {
        message,
        help: Some(help),
        source: None,
    }
}

fn usage(message: String, help: String) -> Failure {
    Failure::Usage {
        message,
        help: Some(help),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_file_and_a_line_as_compilers_print_it() {
        assert_eq!(parse("src/main.rs:12"), Some(("src/main.rs", "12")));
        assert_eq!(parse("src/main.rs:12:5"), Some(("src/main.rs", "12")));
        assert_eq!(parse("C:\\x.rs:3"), Some(("C:\\x.rs", "3")));
        let high = "99999999999999999999";
        assert_eq!(parse(&format!("a.rs:{high}")), Some(("a.rs", high)));
        assert_eq!(parse("spec.nodes"), None);
        assert_eq!(parse(":3"), None);
        assert_eq!(parse("a:b"), None);
    }
}
