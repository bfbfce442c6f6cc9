//! Commands that need no API server.

use std::io::{ErrorKind, Read, Write};
use std::path::Path;
use std::process::ExitCode;

use super::Operator;
use crate::check::{self, Report};
use crate::error::chain;
use crate::names;
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
    match look(operator, path, namespace) {
        Err(failure) => end(Err(failure)),
        Ok(looked) if !looked.report.findings.is_empty() => looked.refuse(),
        Ok(looked) => end(render::documents(&looked.report.children)
            .map_err(|source| Failure::Encode {
                file: looked.file,
                source,
            })
            .and_then(|text| print(&text))),
    }
}

/// Says what is wrong with the resources of a file.
pub(super) fn check(operator: &Operator, path: &Path) -> ExitCode {
    match look(operator, path, names::DEFAULT_NAMESPACE) {
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

    fn refuse(&self) -> ExitCode {
        // Without standard error there is nobody to tell; the exit code says it.
        drop(std::io::stderr().write_all(self.said().as_bytes()));
        ExitCode::FAILURE
    }
}

/// Reads and checks a file; what has no effect is said at once.
fn look(operator: &Operator, path: &Path, namespace: &str) -> Result<Looked, Failure> {
    let file = path.display().to_string();
    let text = read(path).map_err(|source| Failure::Read {
        file: file.clone(),
        source,
    })?;
    let report = check::check(&operator.kinds, operator.name, &text, namespace);
    for note in &report.notes {
        // Without standard error there is nobody to tell.
        drop(writeln!(std::io::stderr(), "warning: {note}"));
    }
    Ok(Looked { file, text, report })
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
