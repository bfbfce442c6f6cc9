//! Commands that need no API server.

use std::io::{ErrorKind, Read, Write};
use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value, json};

use super::Operator;
use super::cli::Output;
use crate::check::{self, Built, Identity, Report};
use crate::error::chain;
use crate::names;
use crate::preview::{self, FORMAT};
use crate::render::{self, RenderError};

/// Why a file gives no children.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("cannot read {file}")]
    Read {
        file: String,
        source: std::io::Error,
    },
    #[error("cannot render {file}")]
    Encode { file: String, source: RenderError },
    #[error("standard input can be only one of the two files")]
    Twice,
    #[error("cannot print")]
    Print(#[source] std::io::Error),
}

/// Prints all definitions.
pub(super) fn crd(operator: &Operator) -> ExitCode {
    let mut all = String::new();
    for kind in &operator.kinds {
        let text = kind.crd();
        if !text.starts_with("---") {
            all.push_str("---\n");
        }
        all.push_str(text);
        if !text.ends_with('\n') {
            all.push('\n');
        }
    }
    end(print(&all))
}

/// Prints the children of a file's resources, if nothing is wrong with any of them.
pub(super) fn render(operator: &Operator, path: &Path, namespace: &str) -> ExitCode {
    match look(operator, path, namespace, Identity::Written) {
        Err(failure) => end(Err(failure)),
        Ok(looked) if !looked.report.findings.is_empty() => looked.refuse(),
        Ok(looked) => end(looked.documents().and_then(|text| print(&text))),
    }
}

/// Says what a change of resources comes to; without what they are now, prints their children.
pub(super) fn preview(
    operator: &Operator,
    path: &Path,
    from: Option<&Path>,
    namespace: &str,
    output: Output,
) -> ExitCode {
    if path == Path::new("-") && from == Some(path) {
        return end(Err(Failure::Twice));
    }
    let identity = match from {
        Some(_) => Identity::None,
        None => Identity::Written,
    };
    let look = |path: &Path| look(operator, path, namespace, identity);
    let (old, new) = match (from.map(look).transpose(), look(path)) {
        (Ok(old), Ok(new)) => (old, new),
        (Err(failure), _) | (_, Err(failure)) => return end(Err(failure)),
    };
    // Every mistake of both is said.
    let mut refused = None;
    for looked in old.iter().chain([&new]) {
        if !looked.report.findings.is_empty() {
            refused = Some(looked.refuse());
        }
    }
    if let Some(refused) = refused {
        return refused;
    }
    end(match (&old, output) {
        (None, Output::Text) => new.documents(),
        (None, Output::Json) => Ok(lines(&new.made())),
        (Some(old), output) => Ok(compared(old, &new, output)),
    }
    .and_then(|text| print(&text)))
}

fn compared(old: &Looked, new: &Looked, output: Output) -> String {
    let is_same = |a: &Built, b: &Built| {
        (&a.api_version, &a.kind, &a.namespace, &a.name)
            == (&b.api_version, &b.kind, &b.namespace, &b.name)
    };
    let (was, is) = (&old.report.built, &new.report.built);
    let named = |built: &Built| format!("`{}/{}`", built.namespace, built.name);
    let mut notes = Vec::new();
    for gone in was {
        if !is.iter().any(|new| is_same(gone, new)) {
            notes.push(format!(
                "{} {} of {} is compared with nothing: {} has none of that name, and applying it leaves this one as it is",
                gone.kind,
                named(gone),
                old.file,
                new.file
            ));
        }
    }
    for fresh in is {
        if !was.iter().any(|old| is_same(old, fresh)) {
            notes.push(format!(
                "{} {} of {} is compared with nothing: {} has none of that name, so that all of it is new",
                fresh.kind,
                named(fresh),
                new.file,
                old.file
            ));
        }
    }
    for text in &notes {
        note(text);
    }
    let previews = is.iter().map(|new| {
        let old = was.iter().find(|old| is_same(old, new));
        preview::preview(old, new)
    });
    match output {
        Output::Text => previews.map(|preview| preview::text(&preview)).collect(),
        Output::Json => {
            let previews: Vec<_> = previews.collect();
            lines(&json!({"apiVersion": FORMAT, "resources": previews, "notes": notes}))
        }
    }
}

fn lines(value: &Value) -> String {
    format!("{value:#}\n")
}

/// Says what is wrong with the resources of a file.
pub(super) fn check(operator: &Operator, path: &Path) -> ExitCode {
    match look(operator, path, names::DEFAULT_NAMESPACE, Identity::Written) {
        Err(failure) => end(Err(failure)),
        Ok(looked) if !looked.report.findings.is_empty() => looked.refuse(),
        Ok(looked) => end(print(&looked.said())),
    }
}

/// A file that was read and checked.
struct Looked {
    file: String,
    text: String,
    report: Report,
}

impl Looked {
    fn said(&self) -> String {
        check::text(&self.report, &self.file, &self.text)
    }

    /// The children, as YAML.
    fn documents(&self) -> Result<String, Failure> {
        render::documents(self.report.children()).map_err(|source| Failure::Encode {
            file: self.file.clone(),
            source,
        })
    }

    /// The children, for programs.
    fn made(&self) -> Value {
        let resources = self.report.built.iter().map(|built| {
            let children = built.desired.children.iter();
            json!({
                "apiVersion": built.api_version,
                "kind": built.kind,
                "namespace": built.namespace,
                "name": built.name,
                "children": children.map(render::shown).collect::<Vec<_>>(),
            })
        });
        json!({"apiVersion": FORMAT, "resources": resources.collect::<Vec<_>>()})
    }

    fn refuse(&self) -> ExitCode {
        // Without standard error there is nobody to tell; the exit code says it.
        drop(std::io::stderr().write_all(self.said().as_bytes()));
        ExitCode::FAILURE
    }
}

/// Reads and checks a file; what has no effect is said at once.
fn look(
    operator: &Operator,
    path: &Path,
    namespace: &str,
    identity: Identity,
) -> Result<Looked, Failure> {
    let file = path.display().to_string();
    let text = read(path).map_err(|source| Failure::Read {
        file: file.clone(),
        source,
    })?;
    let report = check::check(&operator.kinds, operator.name, &text, namespace, identity);
    for about in &report.notes {
        note(&about.to_string());
    }
    Ok(Looked { file, text, report })
}

fn note(text: &str) {
    // Without standard error there is nobody to tell.
    drop(writeln!(std::io::stderr(), "warning: {text}"));
}

fn read(path: &Path) -> std::io::Result<String> {
    if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        Ok(text)
    } else {
        std::fs::read_to_string(path)
    }
}

fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // Whoever read it has read enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        printed => printed.map_err(Failure::Print),
    }
}

fn end(result: Result<(), Failure>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Without standard error there is nobody to tell; the exit code says it.
            drop(writeln!(std::io::stderr(), "error: {}", chain(&failure)));
            ExitCode::FAILURE
        }
    }
}
