//! `dsoi init`: a new operator project from a manifest.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::{Failure, Report, Warnings, read_source};
use crate::args::{InitArgs, Runtime as RuntimeArg};
use crate::check;
use crate::manifest::Source;
use crate::plan::{self, PlannedFile, Runtime};
use crate::render::{self, Settings, editor, shell_word};
use crate::write::{self, Tree};

/// Manifests that `--example` knows.
const EXAMPLES: &[(&str, &str)] = &[
    (
        "quickstart",
        include_str!("../../../testdata/manifests/quickstart.yaml"),
    ),
    (
        "parseable",
        include_str!("../../../testdata/manifests/parseable.yaml"),
    ),
    (
        "pinot",
        include_str!("../../../testdata/manifests/pinot.yaml"),
    ),
];

/// The names of the examples.
pub fn examples() -> impl Iterator<Item = &'static str> {
    EXAMPLES.iter().map(|(name, _)| *name)
}

/// Makes a new project in `args.dir`, which is relative to `directory`.
///
/// # Errors
/// The manifest has mistakes, or the directory has files of the project already.
pub fn run(args: &InitArgs, directory: &Path) -> Result<Report, Failure> {
    // As the user would type it.
    let dir = if directory == Path::new(".") {
        args.dir.clone()
    } else {
        directory.join(&args.dir)
    };
    let source = source(args, directory)?;
    let wired = wired(&source, &dir);
    // What is told of an example is told of the file that it becomes; a user's file is told of as it is.
    let source = match &wired {
        Some(wired) if args.file.is_none() => wired.clone(),
        _ => source,
    };
    let settings = Settings {
        runtime: runtime(args.runtime.as_ref())?,
        kubernetes: args.k8s.clone(),
    };
    let tree = match &wired {
        Some(wired) if check::read(&source).is_ok() => generate(wired, &settings)?,
        _ => generate(&source, &settings)?,
    };
    let paths: Vec<&str> = tree.iter().map(|(path, _)| path.as_str()).collect();
    let sample = paths
        .iter()
        .copied()
        .find(|path| path.starts_with("config/samples/"));
    let data = json!({ "directory": args.dir, "dryRun": args.dry_run, "files": paths });
    let is_project = dir.join(".dsoi/lock").is_file();
    let refused = |error: &write::Error| {
        let there = matches!(error, write::Error::Collisions { .. }) && is_project;
        let help = there.then(|| {
            let place = match dir.as_path() {
                here if here == Path::new(".") => String::new(),
                there => format!(" -C {}", shell_word(&there.display().to_string())),
            };
            format!("it is a project already: `dsoi{place} update` brings it up to date with its `dsoi.yaml`")
        });
        let help = help.as_deref().or_else(|| error.help());
        written(error, help, args)
    };
    let absent = write::absent(&dir, &tree).map_err(|error| refused(&error))?;
    let (place, all) = (args.dir.display(), paths.len());
    let warnings = warnings(&source);
    if args.dry_run {
        let would = match absent {
            0 => format!("all {all} files are in `{place}` already, as they would be written"),
            _ => format!("{absent} files would be written to `{place}`; nothing was"),
        };
        return Ok(Report {
            text: listing(&paths),
            notes: vec![would],
            data,
            warnings,
            ..Report::default()
        });
    }
    write::commit(&dir, &tree).map_err(|error| refused(&error))?;
    let done = match absent {
        0 => format!("all {all} files were in `{place}` already; nothing was written"),
        new if new == all => format!("{all} files in `{place}`"),
        new => format!("{all} files in `{place}`, of which {new} are new"),
    };
    Ok(Report {
        notes: vec![
            done,
            format!(
                "next: cd {} && cargo run -- render -f {}",
                shell_word(&dir.display().to_string()),
                sample.unwrap_or("config/samples")
            ),
        ],
        data,
        warnings,
        ..Report::default()
    })
}

/// Folders of copies, which a list of files shows as one line each.
const COPIES: [&str; 2] = [".dsoi/", "vendor/"];

/// The files, a line each.
fn listing(paths: &[&str]) -> String {
    let copied = |path: &&str| COPIES.iter().any(|folder| path.starts_with(folder));
    let mut text: String = paths
        .iter()
        .filter(|path| !copied(path))
        .map(|path| format!("{path}\n"))
        .collect();
    for folder in COPIES {
        let count = paths.iter().filter(|path| path.starts_with(folder)).count();
        if count > 0 {
            text.push_str(&format!("{folder} ({count} files)\n"));
        }
    }
    text
}

/// What is odd in a manifest that has no mistakes.
fn warnings(source: &Source) -> Option<Warnings> {
    let (manifest, _) = check::read(source).ok()?;
    let problems = check::warnings(&manifest);
    (!problems.is_empty()).then(|| Warnings {
        source: manifest.source.clone(),
        problems,
    })
}

/// A manifest to the files of its project: every stage before the disk.
///
/// # Errors
/// Every mistake of the manifest.
pub fn generate(source: &Source, settings: &Settings) -> Result<Tree, Failure> {
    Ok(planned(source, settings)?.1)
}

/// The same, with who owns each file.
///
/// # Errors
/// Every mistake of the manifest.
pub fn planned(source: &Source, settings: &Settings) -> Result<(Vec<PlannedFile>, Tree), Failure> {
    let (_, operator) =
        check::read(source).map_err(|problems| Failure::manifest(source, problems))?;
    let files = plan::plan(&operator, &settings.runtime);
    let tree = render::render(&operator, source.text(), settings, &files);
    let tree = tree.map_err(|error| Failure::Bug {
        message: "failed to render the project".to_owned(),
        source: Some(Box::new(error)),
    })?;
    Ok((files, tree))
}

fn source(args: &InitArgs, directory: &Path) -> Result<Source, Failure> {
    if let Some(file) = &args.file {
        return read_source(directory, file);
    }
    let name = args.example.as_deref().unwrap_or_default();
    let found = EXAMPLES.iter().find(|(known, _)| *known == name);
    let (_, text) = found.ok_or_else(|| {
        let known: Vec<&str> = examples().collect();
        Failure::Usage {
            message: format!("there is no example `{name}`"),
            help: Some(format!("the examples are {}", known.join(", "))),
        }
    })?;
    Source::new("dsoi.yaml".to_owned(), text.as_bytes().to_vec()).map_err(Failure::Manifest)
}

/// The manifest as the new project gets it, with its schema named for editors; `None` where it says so already, or where
/// the project's manifest is there: that is the user's.
fn wired(source: &Source, dir: &Path) -> Option<Source> {
    let there = fs::read(dir.join("dsoi.yaml"));
    if there.is_ok_and(|text| text == source.text().as_bytes()) {
        return None;
    }
    let text = editor::wired(source.text())?;
    // A manifest that the line would make too large goes without it.
    Source::new("dsoi.yaml", text.into_bytes()).ok()
}

/// Where the runtime comes from; a copy in the project unless the command line says otherwise.
///
/// # Errors
/// A path that is no UTF-8.
pub fn runtime(arg: Option<&RuntimeArg>) -> Result<Runtime, Failure> {
    Ok(match arg {
        None | Some(RuntimeArg::Vendor) => Runtime::Vendored,
        Some(RuntimeArg::Version(version)) => Runtime::Version(version.clone()),
        Some(RuntimeArg::Git(url)) => Runtime::Git(url.clone()),
        Some(RuntimeArg::Path(path)) => match path.to_str() {
            Some(path) => Runtime::Path(path.to_owned()),
            None => {
                return Err(Failure::Usage {
                    message: format!("the path `{}` is no UTF-8", path.display()),
                    help: None,
                });
            }
        },
    })
}

fn written(error: &write::Error, help: Option<&str>, args: &InitArgs) -> Failure {
    use std::error::Error as _;

    let mut message = format!("failed to write to `{}`: {error}", args.dir.display());
    if let Some(cause) = error.source() {
        message.push_str(&format!(": {cause}"));
    }
    Failure::Project {
        message,
        help: help.map(ToOwned::to_owned),
        source: None,
    }
}
