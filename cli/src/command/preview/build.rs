//! Builds the operator of a project with the user's cargo, and says where it is.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::args::Build;
use crate::command::Failure;

/// The operator's program.
///
/// # Errors
/// There is no cargo, or it cannot build the project.
pub(super) fn program(directory: &Path, build: Build) -> Result<PathBuf, Failure> {
    let mut command = Command::new("cargo");
    // The programs are told as JSON on the one stream, what is wrong as people read it on the other.
    command
        .args(["build", "--quiet", "--bins"])
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
    let built = command.output();
    let built = built.map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => Failure::Project {
            message: "there is no `cargo` to build this project's operator with".to_owned(),
            help: Some("install Rust, and see that `cargo` is on the path".to_owned()),
            source: None,
        },
        _ => failed(Some(Box::new(source))),
    })?;
    if !built.status.success() {
        return Err(Failure::Build {
            said: String::from_utf8_lossy(&built.stderr).into_owned(),
        });
    }
    let said = String::from_utf8_lossy(&built.stdout);
    let programs = said.lines().filter_map(executable);
    let mut programs: Vec<(bool, PathBuf)> = programs.collect();
    // The operator is what dsoi wrote; its author may have more programs.
    programs.sort();
    let (_, program) = programs.pop().ok_or_else(|| failed(None))?;
    Ok(program)
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
