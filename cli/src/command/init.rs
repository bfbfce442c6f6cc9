//! `dsoi init`: a new operator project from a manifest.

use std::path::Path;

use serde_json::json;

use super::{Failure, Report, read_source};
use crate::args::{InitArgs, Runtime as RuntimeArg};
use crate::check;
use crate::manifest::Source;
use crate::plan::{self, PlannedFile, Runtime};
use crate::render::{self, Settings, shell_word};
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

/// Makes a new project in `args.dir`, which is relative to `directory`.
///
/// # Errors
/// The manifest has mistakes, or the directory has files of the project already.
pub fn run(args: &InitArgs, directory: &Path) -> Result<Report, Failure> {
    let source = source(args, directory)?;
    let settings = Settings {
        runtime: runtime(args.runtime.as_ref())?,
        kubernetes: args.k8s.clone(),
    };
    let tree = generate(&source, &settings)?;
    // As the user would type it.
    let dir = if directory == Path::new(".") {
        args.dir.clone()
    } else {
        directory.join(&args.dir)
    };
    let paths: Vec<&str> = tree.iter().map(|(path, _)| path.as_str()).collect();
    let sample = paths
        .iter()
        .copied()
        .find(|path| path.starts_with("config/samples/"));
    let data = json!({ "directory": args.dir, "dryRun": args.dry_run, "files": paths });
    if args.dry_run {
        let text = paths.iter().map(|path| format!("{path}\n")).collect();
        let notes = vec![format!("{} files; nothing was written", paths.len())];
        return Ok(Report {
            text,
            notes,
            data,
            ..Report::default()
        });
    }
    write::commit(&dir, &tree).map_err(|error| written(&error, error.help(), args))?;
    Ok(Report {
        notes: vec![
            format!("{} files in `{}`", paths.len(), args.dir.display()),
            format!(
                "next: cd {} && cargo run -- render -f {}",
                shell_word(&dir.display().to_string()),
                sample.unwrap_or("config/samples")
            ),
        ],
        data,
        ..Report::default()
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
        let known: Vec<&str> = EXAMPLES.iter().map(|(known, _)| *known).collect();
        Failure::Usage {
            message: format!("there is no example `{name}`"),
            help: Some(format!("the examples are {}", known.join(", "))),
        }
    })?;
    Source::new("dsoi.yaml".to_owned(), text.as_bytes().to_vec()).map_err(Failure::Manifest)
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
