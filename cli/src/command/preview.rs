//! `dsoi preview`: what a custom resource is made of, or what a change of it comes to, as the project's own operator says it.
//!
//! The operator is compiled from code that its author edits, so that only it knows its children. It is built by cargo and run; no
//! other program is, and no cluster is contacted.

mod build;

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::{Failure, Report, in_project};
use crate::args::{Output, PreviewArgs};

/// Asks the operator of the project in `directory`.
///
/// # Errors
/// There is no project, it cannot be built, or its operator refuses a resource.
pub fn run(args: &PreviewArgs, directory: &Path, output: Output) -> Result<Report, Failure> {
    in_project(directory)?;
    let program = build::program(directory, args.build)?;
    let mut command = Command::new(&program);
    command.current_dir(directory).arg("preview");
    // As one word: a file may be called like a flag.
    let mut flag = |name: &str, value: &std::ffi::OsStr| {
        let mut word = std::ffi::OsString::from(name);
        word.push(value);
        command.arg(word);
    };
    flag("--file=", args.file.as_os_str());
    if let Some(from) = &args.from {
        flag("--from=", from.as_os_str());
    }
    if let Some(namespace) = &args.namespace {
        flag("--namespace=", namespace.as_ref());
    }
    if output == Output::Json {
        flag("--output=", "json".as_ref());
    }
    let done = command.stdin(Stdio::inherit()).output();
    let done = done.map_err(|source| Failure::Project {
        message: format!("failed to run `{}`", program.display()),
        help: None,
        source: Some(Box::new(source)),
    })?;
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    let code = done.status.code();
    if code == Some(2) && said.contains("unrecognized subcommand") {
        return Err(Failure::Project {
            message: "the operator of this project knows no `preview`: its runtime is older".into(),
            help: Some("`dsoi update` brings the project to the runtime of this dsoi".to_owned()),
            source: None,
        });
    }
    if code != Some(0) {
        return Err(Failure::Operator {
            said,
            code: code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1),
        });
    }
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    let notes = said.lines().map(str::to_owned).collect();
    match output {
        Output::Json => Ok(Report {
            data: data(&text, &said)?,
            ..Report::default()
        }),
        _ => Ok(Report {
            text,
            notes,
            ..Report::default()
        }),
    }
}

/// What the operator found, with what it noted beside.
fn data(text: &str, said: &str) -> Result<Value, Failure> {
    let mut data: Value = serde_json::from_str(text).map_err(|source| Failure::Project {
        message: "the operator of this project printed no JSON".to_owned(),
        help: Some("see that none of its code prints".to_owned()),
        source: Some(Box::new(source)),
    })?;
    if let Some(data) = data.as_object_mut() {
        let notes: Vec<&str> = said.lines().collect();
        data.insert("notes".to_owned(), notes.into());
    }
    Ok(data)
}
