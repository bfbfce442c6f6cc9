//! Commands that need no API server.

use std::io::{Read, Write};
use std::path::Path;
use std::process::ExitCode;

use serde_json::Value;

use super::Operator;
use crate::check;
use crate::controller::Kind;
use crate::error::chain;
use crate::problem::Problem;
use crate::render::RenderError;

/// Why a file gives no children.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("cannot read {file}")]
    Read {
        file: String,
        source: std::io::Error,
    },
    #[error("this operator has no kinds")]
    NoKinds,
    #[error("{file}")]
    Refused { file: String, source: RenderError },
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

/// Prints a resource's children.
pub(super) fn render(operator: &Operator, file: &Path) -> ExitCode {
    end(with(operator, file, |kind, text| {
        kind.render(text, operator.name)
    }))
}

/// Says what is wrong with the resources of a file.
pub(super) fn check(operator: &Operator, path: &Path) -> ExitCode {
    let file = path.display().to_string();
    let text = match read(path) {
        Ok(text) => text,
        Err(source) => return end(Err(Failure::Read { file, source })),
    };
    let report = check::check(&operator.kinds, operator.name, &text);
    for note in &report.notes {
        warn(note);
    }
    let said = check::text(&report, &file, &text);
    if report.findings.is_empty() {
        return end(print(&said));
    }
    // Without standard error there is nobody to tell; the exit code says it.
    drop(std::io::stderr().write_all(said.as_bytes()));
    ExitCode::FAILURE
}

fn with(
    operator: &Operator,
    path: &Path,
    act: impl FnOnce(&dyn Kind, &str) -> Result<String, RenderError>,
) -> Result<(), Failure> {
    let file = path.display().to_string();
    let text = read(path).map_err(|source| Failure::Read {
        file: file.clone(),
        source,
    })?;
    let kind = kind_of(operator, &text).ok_or(Failure::NoKinds)?;
    let output = act(kind, &text).map_err(|source| Failure::Refused { file, source })?;
    print(&output)
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

/// The kind that the resource names; else the first, which then says what is wrong.
fn kind_of<'a>(operator: &'a Operator, text: &str) -> Option<&'a dyn Kind> {
    // What is no YAML is refused by the kind, with its line.
    let resource: Value = serde_saphyr::from_str(text).unwrap_or_default();
    let field = |name: &str| resource.get(name).and_then(Value::as_str);
    operator
        .kinds
        .iter()
        .find(|kind| {
            field("kind") == Some(&kind.name()) && field("apiVersion") == Some(&kind.api_version())
        })
        .or(operator.kinds.first())
        .map(AsRef::as_ref)
}

fn warn(note: &Problem) {
    // Without standard error there is nobody to tell.
    drop(writeln!(std::io::stderr(), "warning: {note}"));
}

fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(Failure::Print)
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
