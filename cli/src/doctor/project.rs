//! The state of the project in a directory.

use std::fs;
use std::path::Path;

use super::links::Links;
use super::program::{Asked, ask};
use super::{Finding, files, package};
use crate::args::KUBERNETES;
use crate::check;
use crate::command::update::again;
use crate::command::{Failure, chain, read_source};
use crate::diagnostic::Problems;
use crate::plan::Runtime;
use crate::update::{Lock, Project, ProjectError, Whereabouts};
use crate::write;

/// Looks at the project; nothing where there is none.
pub(super) fn findings(directory: &Path) -> Vec<Finding> {
    let here = Whereabouts::of(directory);
    match (&here, here.message(), here.help()) {
        // A manifest may lie alone in a directory: it is one to start a project from.
        (Whereabouts::Nowhere | Whereabouts::Manifest, ..) => return Vec::new(),
        (Whereabouts::Below(_), Some(message), Some(help)) => {
            return vec![Finding::warning("project", message, help)];
        }
        (_, Some(message), Some(help)) => {
            return vec![Finding::missing("project", message, help)];
        }
        _ => {}
    }
    let lock = match Project::read_lock(directory) {
        Ok(lock) => lock,
        Err(error) => {
            return vec![Finding::missing("project", error.to_string(), error.help())];
        }
    };
    let mut findings = vec![
        version(&lock),
        manifest(directory),
        kept(directory, &lock),
        runtime(directory, &lock),
        kubernetes(&lock),
    ];
    let links = Links::of(directory, &lock);
    findings.extend(package::findings(directory, &lock, &links));
    findings.extend(files::findings(directory, &lock, &links));
    findings.extend(tracked(directory));
    findings
}

fn version(lock: &Lock) -> Finding {
    let own = env!("CARGO_PKG_VERSION");
    if lock.dsoi == own {
        return Finding::ok("project", format!("of dsoi {own}, which this is"));
    }
    let found = format!("of dsoi {}, and this is {own}", lock.dsoi);
    Finding::warning("project", found, "`dsoi update` brings it to this one")
}

fn manifest(directory: &Path) -> Finding {
    let name = "manifest";
    if !directory.join("dsoi.yaml").is_file() {
        let help = "what it was at the last update is `.dsoi/dsoi.yaml`";
        return Finding::missing(name, "`dsoi.yaml` is missing", help);
    }
    let source = match read_source(directory, Path::new("dsoi.yaml")) {
        Ok(source) => source,
        Err(Failure::Manifest(rejected)) => return mistaken(&rejected.problems),
        Err(failure) => {
            return Finding::wrong(name, chain(&failure), "make it readable");
        }
    };
    match check::read(&source) {
        Ok(_) => Finding::ok(name, "dsoi.yaml"),
        Err(problems) => mistaken(&problems),
    }
}

fn mistaken(problems: &Problems) -> Finding {
    let found = match problems.sorted().len() {
        1 => "`dsoi.yaml` has 1 mistake".to_owned(),
        count => format!("`dsoi.yaml` has {count} mistakes"),
    };
    let help = "`dsoi check` shows each with its place; until then no update goes on";
    Finding::wrong("manifest", found, help)
}

/// Whether `.dsoi/` has what the next update stands on.
fn kept(directory: &Path, lock: &Lock) -> Finding {
    match write::is_interrupted(directory) {
        Ok(false) => {}
        Ok(true) => {
            let help = "the next `dsoi update` puts back what was";
            return Finding::warning(".dsoi", "an update was interrupted", help);
        }
        Err(error) => {
            let help = error
                .help()
                .unwrap_or("move what is in the way to another place");
            return Finding::missing(".dsoi", error.to_string(), help);
        }
    }
    let project = match Project::read(directory, lock.clone(), std::iter::empty()) {
        Ok(project) => project,
        Err(error @ ProjectError::Released { .. }) => {
            return Finding::wrong("released", error.to_string(), error.help());
        }
        Err(error) => return Finding::missing(".dsoi", error.to_string(), error.help()),
    };
    let manifest = write::RelPath::new(".dsoi/dsoi.yaml");
    if manifest.is_ok_and(|path| !project.own.contains_key(&path)) {
        return Finding::warning(
            ".dsoi",
            "`.dsoi/dsoi.yaml` is missing: what an update means to clusters is not known",
            "bring `.dsoi` back from version control",
        );
    }
    if project.is_misremembered() {
        return Finding::wrong(
            ".dsoi",
            "`.dsoi/dsoi.yaml` is not what the last update kept: no update goes on",
            "bring `.dsoi` back from version control; or remove that file, and the next update is made without knowing what becomes of children",
        );
    }
    let lost = project.lost(rendered(&project).as_ref());
    match lost.as_slice() {
        [] => Finding::ok(".dsoi", "whole"),
        [first, more @ ..] => {
            let more = match more.len() {
                0 => String::new(),
                count => format!(" and {count} more"),
            };
            Finding::warning(
                ".dsoi",
                format!("`{first}`{more} is damaged or missing"),
                "bring `.dsoi` back from version control; until then an update may stop where you have edited a file",
            )
        }
    }
}

/// The project as the last update rendered it, where this dsoi still does so.
fn rendered(project: &Project) -> Option<write::Tree> {
    if project.lock.dsoi != env!("CARGO_PKG_VERSION") {
        return None;
    }
    // What is wrong with the manifest or the settings is said elsewhere.
    again(project)
}

fn runtime(directory: &Path, lock: &Lock) -> Finding {
    let name = "runtime";
    let own = env!("CARGO_PKG_VERSION");
    let path = match lock.runtime() {
        Ok(Runtime::Vendored) => "vendor/dsoi-runtime".to_owned(),
        Ok(Runtime::Path(path)) => path,
        Ok(Runtime::Version(version)) if version == own => {
            return Finding::ok(name, format!("version {version} of the registry"));
        }
        Ok(Runtime::Version(version)) => {
            let help = format!("`dsoi update --runtime version={own}` takes that of this dsoi");
            let found = format!("version {version} of the registry, and this dsoi is {own}");
            return Finding::warning(name, found, help);
        }
        Ok(Runtime::Git(url)) => return Finding::ok(name, format!("git {url}")),
        Err(error) => {
            let help = "`dsoi update --runtime …` takes another";
            return Finding::missing(name, error.to_string(), help);
        }
    };
    let Ok(package) = fs::read_to_string(directory.join(&path).join("Cargo.toml")) else {
        let help = "`dsoi update` writes a bundled one anew; `--runtime …` takes another";
        return Finding::missing(name, format!("there is no `{path}/Cargo.toml`"), help);
    };
    // One that a workspace gives is not known.
    let version = package.lines().find_map(|line| {
        let value = line
            .strip_prefix("version")?
            .trim_start()
            .strip_prefix('=')?;
        Some(value.trim().trim_matches('"').to_owned())
    });
    match version {
        Some(version) if version != own => Finding::warning(
            name,
            format!("{path} is version {version}, and this dsoi is {own}"),
            "`dsoi update` brings a bundled one; bring another to that version, or take another by `--runtime …`",
        ),
        _ => Finding::ok(name, path),
    }
}

fn kubernetes(lock: &Lock) -> Finding {
    match lock.kubernetes() {
        Ok(version) => Finding::ok("Kubernetes", format!("types of version {version}")),
        Err(error) => {
            let help = format!(
                "`dsoi update --k8s …` takes another: {}",
                KUBERNETES.join(", ")
            );
            Finding::missing("Kubernetes", error.to_string(), help)
        }
    }
}

/// Whether version control has what the next update stands on; nothing where git is not there to be asked.
fn tracked(directory: &Path) -> Option<Finding> {
    let name = "version control";
    match ask(directory, "git", &["rev-parse", "--is-inside-work-tree"]) {
        Asked::Said(_) => {}
        Asked::Failed => {
            let help = "`git init` and a commit keep what was before each update";
            return Some(Finding::warning(name, "the project is in none", help));
        }
        Asked::Absent | Asked::Silent => return None,
    }
    let listed = ask(directory, "git", &["ls-files", "--", ".dsoi/lock"]);
    Some(match listed {
        Asked::Said(text) if !text.trim().is_empty() => Finding::ok(name, "git has `.dsoi`"),
        _ => Finding::warning(
            name,
            "git does not have `.dsoi`",
            "commit it: an update elsewhere stands on it, and so does `dsoi update --check` in CI",
        ),
    })
}
