//! Builds the operator of a project with the user's cargo, and says where it is.

use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{ChildStderr, Command, Stdio};
use std::thread;

use serde_json::Value;

use crate::args::Build;
use crate::command::Failure;
use crate::ui;

/// The operator's program.
///
/// # Errors
/// There is no cargo, or it cannot build the project.
pub(super) fn program(directory: &Path, build: Build) -> Result<PathBuf, Failure> {
    let mut command = Command::new("cargo");
    // The programs are told as JSON on the one stream, what is wrong as people read it on the other, with what goes on.
    command
        .args(["build", "--bins"])
        .arg("--message-format=json-render-diagnostics")
        .args(["--color", "never"])
        .current_dir(directory);
    for (asked, flag) in [
        (build.offline, "--offline"),
        (build.locked, "--locked"),
        (build.release, "--release"),
    ] {
        if asked {
            command.arg(flag);
        }
    }
    ui::doing("cargo builds the operator");
    command.stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => Failure::Project {
            message: "there is no `cargo` to build this project's operator with".to_owned(),
            help: Some("install Rust, and see that `cargo` is on the path".to_owned()),
            source: None,
        },
        _ => failed(Some(Box::new(source))),
    })?;
    let stderr = child.stderr.take();
    let listener = thread::spawn(move || stderr.map(heard).unwrap_or_default());
    let mut bytes = Vec::new();
    let read = match child.stdout.take() {
        Some(mut stdout) => stdout.read_to_end(&mut bytes).map(drop),
        None => Ok(()),
    };
    let wrong = listener.join().unwrap_or_default();
    let done = read.and_then(|()| child.wait());
    let done = done.map_err(|source| failed(Some(Box::new(source))))?;
    if !done.success() {
        return Err(Failure::Build { said: wrong });
    }
    ui::doing("asking the operator");
    let said = String::from_utf8_lossy(&bytes);
    let programs = said.lines().filter_map(executable);
    let mut programs: Vec<(bool, PathBuf)> = programs.collect();
    // The operator is what dsoi wrote; its author may have more programs.
    programs.sort();
    let (_, program) = programs.pop().ok_or_else(|| failed(None))?;
    Ok(program)
}

/// Passes on what cargo does, line by line. Out: everything else that it said.
fn heard(stderr: ChildStderr) -> String {
    let mut said = String::new();
    for line in BufReader::new(stderr).split(b'\n') {
        // Nothing more comes: whether cargo ended well is told by its exit code.
        let Ok(line) = line else { break };
        let line = String::from_utf8_lossy(&line);
        match going_on(&line) {
            Some(doing) => ui::doing(&doing),
            None => said.extend([line.as_ref(), "\n"]),
        }
    }
    said
}

/// What goes on by a line of cargo's: a word that ends in the twelfth column, and what it does that to.
fn going_on(line: &str) -> Option<String> {
    let (verb, of) = line.split_at_checked(12)?;
    let word = verb.trim_start();
    let is_verb = word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.chars().all(|c| c.is_ascii_alphabetic());
    let of = of.strip_prefix(' ').filter(|_| is_verb)?;
    Some(match word {
        "Blocking" => {
            "waiting for another cargo, which builds in the same target directory".to_owned()
        }
        // Where a crate comes from is of no interest here.
        word => {
            let crates = of.split(" (").next().unwrap_or(of);
            format!("cargo: {word} {crates}")
        }
    })
}

/// The program that a line of cargo's tells of, and whether it is the one of `src/main.rs`.
fn executable(line: &str) -> Option<(bool, PathBuf)> {
    let told: Value = serde_json::from_str(line).ok()?;
    let is_program = told.pointer("/target/kind/0") == Some(&Value::from("bin"));
    let path = told.get("executable")?.as_str()?;
    let source = told.pointer("/target/src_path")?.as_str()?;
    let is_main = Path::new(source).ends_with("src/main.rs");
    is_program.then(|| (is_main, path.into()))
}

fn failed(source: Option<Box<dyn std::error::Error + Send + Sync>>) -> Failure {
    Failure::Project {
        message: "cargo has built no operator of this project".to_owned(),
        help: Some("see that `src/main.rs` is there".to_owned()),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cargo_does_is_told_from_what_is_wrong() {
        let waiting = "    Blocking waiting for file lock on build directory";
        assert!(
            going_on(waiting)
                .unwrap()
                .starts_with("waiting for another cargo")
        );
        assert_eq!(
            going_on("   Compiling tally-operator v0.1.0 (/p)").as_deref(),
            Some("cargo: Compiling tally-operator v0.1.0")
        );
        for wrong in [
            "error[E0425]: cannot find value `x` in this scope",
            "  --> src/nodes/store.rs:16:9",
            "   |",
            "warning: unused variable: `x`",
            "",
            "größer als gedacht",
        ] {
            assert_eq!(going_on(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_operator_is_the_program_of_the_main_file() {
        let line = |kind: &str, source: &str, program: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","target":{{"kind":["{kind}"],"src_path":"/p/{source}"}},"executable":{program}}}"#
            )
        };
        let main = line("bin", "src/main.rs", r#""/t/op""#);
        assert_eq!(executable(&main), Some((true, "/t/op".into())));
        let other = line("bin", "src/bin/x.rs", r#""/t/x""#);
        assert_eq!(executable(&other), Some((false, "/t/x".into())));
        for none in [
            line("lib", "src/lib.rs", "null"),
            line("custom-build", "build.rs", r#""/t/b""#),
            "no JSON".to_owned(),
        ] {
            assert_eq!(executable(&none), None);
        }
    }
}
