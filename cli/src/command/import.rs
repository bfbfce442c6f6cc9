//! `dsoi import`: a first manifest from what people already have.
//!
//! Reads the files that are named and no others, runs nothing, and writes one new file or to the standard output (SE-27).

use std::fs::File;
use std::io::{self, IsTerminal as _, Read, Write as _};
use std::path::{Path, PathBuf};

use serde_json::json;
use tempfile::NamedTempFile;

use super::{Failure, Report};
use crate::args::{ImportCommand, ImportMore};
use crate::import::{self, Form, Hints, Imported, Input, Losses, MAX_BYTES, Refusal};
use crate::model::{DnsSubdomain, ImageName, KindName};
use crate::write::way_out;

/// The way out for whoever has a chart and not what it renders to.
const RENDER: &str =
    "render it first, which dsoi never does: `helm template NAME CHART > rendered.yaml`";

/// Makes a manifest of what the files say.
///
/// # Errors
/// A file cannot be read, or there is nothing in it to make a manifest of; or the file to write is there already.
pub fn run(command: &ImportCommand, directory: &Path) -> Result<Report, Failure> {
    let (form, files, more) = match command {
        ImportCommand::Helm(args) => (Form::Helm, args.file.as_slice(), &args.more),
        ImportCommand::Compose(args) => {
            (Form::Compose, std::slice::from_ref(&args.file), &args.more)
        }
        ImportCommand::Crd(args) => (Form::Crd, args.file.as_slice(), &args.more),
    };
    let hints = hints(more)?;
    let out = more.out.as_ref().map(|out| directory.join(out));
    if let Some(out) = &out
        && out.symlink_metadata().is_ok()
    {
        return Err(there(more, out));
    }
    let inputs: Vec<Input> = files
        .iter()
        .map(|file| read(form, directory, file))
        .collect::<Result<_, _>>()?;
    let imported = import::import(form, &inputs, &hints).map_err(|refusal| refused(&refusal))?;
    if let Some(out) = &out {
        write(out, &imported.text, more)?;
    }
    Ok(report(imported, more))
}

fn report(imported: Imported, more: &ImportMore) -> Report {
    let types = imported.node_types.join(", ");
    let losses = &imported.losses;
    let mut notes = Vec::new();
    if let Some(out) = &more.out {
        for section in losses.sections() {
            notes.push(section.heading.to_owned());
            notes.extend(section.lines.iter().map(|line| format!("  - {line}")));
        }
        notes.push(format!(
            "`{}` has the node types {types}; read it, then: dsoi init DIR -f {}",
            out.display(),
            crate::render::shell_word(&out.display().to_string())
        ));
    } else {
        // The list is the end of what was just printed.
        notes.extend(counted(losses));
        notes.push(format!(
            "the manifest has the node types {types}; read it before `dsoi init`"
        ));
    }
    Report {
        notes,
        data: json!({
            "file": more.out,
            "manifest": imported.text,
            "nodeTypes": imported.node_types,
            "notImported": imported.losses.json(),
        }),
        text: if more.out.is_some() {
            String::new()
        } else {
            imported.text
        },
        ..Report::default()
    }
}

/// How much the list at the end of a manifest has, in a line.
fn counted(losses: &Losses) -> Option<String> {
    let all = losses.len();
    if all == 0 {
        return None;
    }
    let few = [
        (
            losses.stops().count(),
            "keeps nodes from starting or working",
            "keep nodes from starting or working",
        ),
        (
            losses.security().count(),
            "is about security",
            "are about security",
        ),
    ];
    let few: Vec<String> = few
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }))
        .collect();
    let few = if few.is_empty() {
        String::new()
    } else {
        format!(", of which {}", few.join(", and "))
    };
    let things = if all == 1 { "thing is" } else { "things are" };
    Some(format!(
        "{all} {things} not in the manifest, or not as before{few}: its end lists them"
    ))
}

fn hints(more: &ImportMore) -> Result<Hints, Failure> {
    let usage = |flag: &str, value: &str, help: &str| Failure::Usage {
        message: format!("`{value}` cannot be the {flag}"),
        help: Some(help.to_owned()),
    };
    if let Some(name) = &more.name
        && !name.starts_with(|c: char| c.is_ascii_alphabetic())
    {
        let help = "it has letters, digits and hyphens, a letter first";
        return Err(usage("name", name, help));
    }
    if let Some(group) = &more.group
        && (DnsSubdomain::new(group.as_str()).is_err() || !group.contains('.'))
    {
        let help = "a group is a domain of yours, as `kafka.example.com`";
        return Err(usage("group", group, help));
    }
    if let Some(kind) = &more.kind
        && (KindName::new(kind.as_str()).is_err() || crate::check::is_taken_kind(kind))
    {
        let help = "a kind is in upper camel case, as `Kafka`, and no type of the runtime";
        return Err(usage("kind", kind, help));
    }
    if let Some(image) = &more.image
        && ImageName::new(image.as_str()).is_err()
    {
        let help = "an image is a reference, as `ghcr.io/example/app:1.0`";
        return Err(usage("image", image, help));
    }
    Ok(Hints {
        name: more.name.clone(),
        group: more.group.clone(),
        kind: more.kind.clone(),
        image: more.image.clone(),
    })
}

fn read(form: Form, directory: &Path, file: &Path) -> Result<Input, Failure> {
    let name = file.display().to_string();
    // The path as the user would type it.
    let path: PathBuf = if directory == Path::new(".") {
        file.to_owned()
    } else {
        directory.join(file)
    };
    let failed = |source: io::Error| Failure::Read {
        path: path.clone(),
        source,
    };
    let limit = MAX_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        if io::stdin().is_terminal() {
            // Nobody types that much: the program before the pipe is missing.
            return Err(Failure::Usage {
                message: "nothing is piped in".to_owned(),
                help: Some("`-f FILE` names a file".to_owned()),
            });
        }
        let stdin = io::stdin().lock();
        stdin.take(limit).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        if path.is_dir() {
            let chart = form == Form::Helm && path.join("Chart.yaml").exists();
            return Err(project(
                format!(
                    "`{name}` is a folder{}",
                    if chart { ", a chart of Helm" } else { "" }
                ),
                if form == Form::Helm {
                    RENDER
                } else {
                    "`-f FILE` names a file"
                },
            ));
        }
        let open = File::open(&path).map_err(failed)?;
        open.take(limit).read_to_end(&mut bytes).map_err(failed)?;
    }
    if bytes.len() > MAX_BYTES {
        return Err(project(
            format!("`{name}` is larger than {} MiB", MAX_BYTES >> 20),
            "give only the objects of the application",
        ));
    }
    // An archive, as charts are packed.
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let help = if form == Form::Helm {
            RENDER
        } else {
            "unpack it first"
        };
        return Err(project(format!("`{name}` is an archive"), help));
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| project(format!("`{name}` is not UTF-8 text"), "save it as UTF-8"))?;
    // A mark of the encoding is no part of the text.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
    Ok(Input { name, text })
}

fn project(message: String, help: &str) -> Failure {
    Failure::Project {
        message,
        help: Some(help.to_owned()),
        source: None,
    }
}

fn there(more: &ImportMore, out: &Path) -> Failure {
    let name = more.out.as_deref().unwrap_or(out).display();
    project(
        format!("`{name}` is there already; nothing was written"),
        "give another name, or move the file away",
    )
}

/// Writes a new file, whole or not at all.
fn write(out: &Path, text: &str, more: &ImportMore) -> Result<(), Failure> {
    let failed = |source: io::Error| Failure::Project {
        message: format!("failed to write `{}`", out.display()),
        help: way_out(&source).map(ToOwned::to_owned),
        source: Some(source.into()),
    };
    let parent = out.parent().filter(|parent| *parent != Path::new(""));
    let parent = parent.unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(parent).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    readable(&file).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist_noclobber(out).map_err(|error| {
        if error.error.kind() == io::ErrorKind::AlreadyExists {
            return there(more, out);
        }
        failed(error.error)
    })?;
    Ok(())
}

/// Temporary files are their owner's alone; a manifest is not.
#[cfg(unix)]
fn readable(file: &NamedTempFile) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let permissions = std::fs::Permissions::from_mode(0o644);
    file.as_file().set_permissions(permissions)
}

#[cfg(not(unix))]
fn readable(_file: &NamedTempFile) -> io::Result<()> {
    Ok(())
}

fn refused(refusal: &Refusal) -> Failure {
    let help = match refusal {
        Refusal::Unreadable { template: true, .. } | Refusal::Nothing { template: true, .. } => {
            Some(RENDER.to_owned())
        }
        Refusal::Nothing { losses, .. } => {
            let lines = losses.sections().into_iter().flat_map(|one| one.lines);
            let few: Vec<String> = lines.take(5).collect();
            (!few.is_empty()).then(|| format!("what was found: {}", few.join("; ")))
        }
        Refusal::Unreadable { .. } => None,
        Refusal::Stuck => {
            return Failure::Bug {
                message: refusal.to_string(),
                source: None,
            };
        }
    };
    Failure::Project {
        message: refusal.to_string(),
        help,
        source: std::error::Error::source(refusal).map(|source| source.to_string().into()),
    }
}
