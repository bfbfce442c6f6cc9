//! A line of a project's file: which places of the manifest it comes from, and who owns the file.

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
pub(super) fn parse(what: &str) -> Option<(&str, usize)> {
    let (file, number) = what.rsplit_once(':')?;
    let number = number.parse().ok()?;
    let whole = Some((file, number)).filter(|(file, _)| !file.is_empty());
    match file.rsplit_once(':') {
        Some((file, line)) if !file.is_empty() => match line.parse() {
            Ok(line) => Some((file, line)),
            Err(_) => whole,
        },
        _ => whole,
    }
}

/// Explains a line of a file.
pub(super) fn run(directory: &Path, file: &str, line: usize) -> Result<Report, Failure> {
    let (root, path) = project(directory, file)?;
    let text = read(&root, &path)?;
    let shown = line
        .checked_sub(1)
        .and_then(|index| text.lines().nth(index));
    let Some(shown) = shown else {
        return Err(usage(
            format!("`{path}` has no line {line}"),
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
            let why = match found.why {
                Why::Value => "",
                Why::Presence => ", as it is there at all",
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
    let edits = if path.starts_with(RELEASED) {
        "Leave it as it is: whoever edits or removes it takes the promise back, and no update goes on before that is accepted."
    } else {
        edits(found.owner)
    };
    out.push_str(&format!("\nOwner: {owner}. {edits}\n"));
    let origins: Vec<Value> = found
        .source
        .iter()
        .flat_map(|source| {
            causes.iter().map(|cause| {
                let why = match found.why {
                    Why::Value => "value",
                    Why::Presence => "presence",
                };
                json!({ "path": cause.path, "why": why, "place": place(source, cause.span) })
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
            "dsoi writes it anew; an update refuses to go on where somebody edited it."
        }
        Some(Owner::Scaffold) => {
            "Edit it: an update merges what the manifest brings into what you made of it."
        }
        Some(Owner::Once) => "Edit it: an update leaves it alone once you did.",
        None => "dsoi never touches it.",
    }
}

/// What was found out about a line.
struct Found {
    owner: Option<Owner>,
    /// Whose line it is: `manifest`, `dsoi`, `user`.
    by: &'static str,
    says: String,
    /// The manifest that the file was written from.
    source: Option<Source>,
    causes: Vec<Cause>,
    why: Why,
    depends: Vec<String>,
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
    };
    if path.starts_with(".dsoi/") {
        return Ok(found(
            Some(Owner::Generated),
            "dsoi",
            "It is what dsoi keeps for the next update, and no part of the operator.",
        ));
    }
    if path.starts_with(RELEASED) {
        return Ok(found(
            Some(Owner::Generated),
            "dsoi",
            "It is of a definition as it was released: what is stored by it stays legal, and an update that would break that needs a yes. `dsoi update --release` writes it.",
        ));
    }
    if path == "dsoi.yaml" {
        return Ok(found(
            Some(Owner::Once),
            "user",
            "This is the manifest itself: you wrote it. `dsoi explain` with the path of a key explains that key.",
        ));
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
    let (by, says) = if causes.is_empty() {
        (
            "dsoi",
            "It comes from dsoi itself: no one value of the manifest changes it.".to_owned(),
        )
    } else {
        ("manifest", format!("It comes from the manifest.{stale}"))
    };
    Ok(Found {
        owner,
        by,
        says,
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
    let missing = |source| Failure::Read {
        path: typed.clone(),
        source,
    };
    let whole = typed.canonicalize().map_err(missing)?;
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
        assert_eq!(parse("src/main.rs:12"), Some(("src/main.rs", 12)));
        assert_eq!(parse("src/main.rs:12:5"), Some(("src/main.rs", 12)));
        assert_eq!(parse("C:\\x.rs:3"), Some(("C:\\x.rs", 3)));
        assert_eq!(parse("spec.nodes"), None);
        assert_eq!(parse(":3"), None);
        assert_eq!(parse("a:b"), None);
    }
}
