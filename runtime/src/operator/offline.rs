//! Commands that need no API server.

use std::io::{Read, Write};
use std::path::Path;
use std::process::ExitCode;

use serde_json::Value;

use super::Operator;
use crate::controller::RenderError;
use crate::error::chain;

/// Why a file gives no children.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("cannot read {file}")]
    Read {
        file: String,
        source: std::io::Error,
    },
    #[error("{file} is no YAML")]
    Parse {
        file: String,
        source: serde_saphyr::Error,
    },
    #[error("{file}: this operator has no kind `{kind}` of `{version}`; it has {known}")]
    Kind {
        file: String,
        kind: String,
        version: String,
        known: String,
    },
    #[error("{file} is refused")]
    Refused { file: String, source: RenderError },
    #[error("cannot write the children")]
    Write(#[source] std::io::Error),
    #[error("a child cannot be written as YAML; that is a mistake in the operator")]
    Encode(#[source] serde_saphyr::ser::Error),
}

/// Prints all definitions.
pub(super) fn crd(operator: &Operator) -> ExitCode {
    let texts: Vec<&str> = operator.kinds.iter().map(|kind| kind.crd()).collect();
    end(print(&documents(&texts)))
}

/// Prints a resource's children.
pub(super) fn render(operator: &Operator, file: &Path) -> ExitCode {
    end(children(operator, file).and_then(|children| {
        let texts = children
            .iter()
            .map(|child| serde_saphyr::to_string(child).map_err(Failure::Encode))
            .collect::<Result<Vec<_>, _>>()?;
        print(&documents(&texts))
    }))
}

/// Says what is wrong with a resource.
pub(super) fn check(operator: &Operator, file: &Path) -> ExitCode {
    end(children(operator, file)
        .and_then(|children| print(&format!("{}: {} objects\n", file.display(), children.len()))))
}

fn children(operator: &Operator, path: &Path) -> Result<Vec<Value>, Failure> {
    let file = path.display().to_string();
    let text = if file == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(path)
    };
    let text = text.map_err(|source| Failure::Read {
        file: file.clone(),
        source,
    })?;
    let resource: Value = serde_saphyr::from_str(&text).map_err(|source| Failure::Parse {
        file: file.clone(),
        source,
    })?;
    let field = |name: &str| {
        resource
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let (kind, version) = (field("kind"), field("apiVersion"));
    let Some(known) = operator
        .kinds
        .iter()
        .find(|known| known.name() == kind && known.api_version() == version)
    else {
        let known: Vec<String> = operator
            .kinds
            .iter()
            .map(|known| format!("`{}` of `{}`", known.name(), known.api_version()))
            .collect();
        return Err(Failure::Kind {
            file,
            kind,
            version,
            known: known.join(", "),
        });
    };
    known
        .render(&resource, operator.name)
        .map_err(|source| Failure::Refused { file, source })
}

fn documents(texts: &[impl AsRef<str>]) -> String {
    let mut all = String::new();
    for text in texts {
        let text = text.as_ref();
        if !text.starts_with("---") {
            all.push_str("---\n");
        }
        all.push_str(text);
        if !text.ends_with('\n') {
            all.push('\n');
        }
    }
    all
}

fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(Failure::Write)
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
