//! `dsoi preview`, with a cargo and an operator that say what a test wants them to.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::testdata;

/// A folder with programs, the only one on the path.
struct Programs(tempfile::TempDir);

impl Programs {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn with(self, name: &str, script: &str) -> Self {
        let path = self.0.path().join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        self
    }

    /// A cargo that builds this operator.
    fn operator(self, script: &str) -> Self {
        let line = format!(
            r#"{{"target":{{"kind":["bin"],"src_path":"/p/src/main.rs"}},"executable":"{}"}}"#,
            self.0.path().join("operator").display()
        );
        let cargo = format!("echo \"cargo $*\" >> {}\necho '{line}'", self.log());
        self.with("cargo", &cargo).with("operator", script)
    }

    fn log(&self) -> String {
        self.0.path().join("log").display().to_string()
    }

    fn preview(&self, args: &[&str]) -> Output {
        self.preview_in(&testdata("projects/quickstart"), args)
    }

    fn preview_in(&self, directory: &Path, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_dsoi"))
            .arg("-C")
            .arg(directory)
            .arg("preview")
            .args(args)
            .env("NO_COLOR", "1")
            .env("PATH", self.0.path())
            .output()
            .unwrap()
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

#[test]
fn what_the_operator_says_is_passed_on_with_its_exit_code() {
    let programs = Programs::new().operator("echo \"$*\"; echo beside >&2");
    let output = programs.preview(&["-f", "a b.yaml", "--from=-f.yaml", "--offline", "--locked"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        text(&output.stdout),
        "preview --file=a b.yaml --from=-f.yaml\n"
    );
    assert_eq!(text(&output.stderr), "beside\n");
    assert_eq!(
        fs::read_to_string(programs.log()).unwrap(),
        "cargo build --bins --message-format=json-render-diagnostics --color never --offline --locked\n"
    );

    let programs = Programs::new().operator("echo no >&2; exit 3");
    let output = programs.preview(&["-f", "a.yaml"]);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(text(&output.stdout), "");
    assert_eq!(text(&output.stderr), "no\n");
}

#[test]
fn programs_get_one_envelope_whatever_happens() {
    let programs = Programs::new().operator("echo '{\"resources\": []}'; echo beside >&2");
    let output = programs.preview(&["-f", "a.yaml", "--output", "json"]);
    let envelope = json(&output.stdout);
    assert_eq!(envelope["ok"], true);
    assert_eq!(
        envelope["data"],
        serde_json::json!({"resources": [], "notes": ["beside"]})
    );
    assert_eq!(text(&output.stderr), "");

    let programs = Programs::new().operator("echo no >&2; exit 1");
    let output = programs.preview(&["-f", "a.yaml", "--output", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let error = &json(&output.stdout)["error"];
    assert_eq!(
        (&error["kind"], &error["said"]),
        (&"operator".into(), &"no\n".into())
    );
}

#[test]
fn what_is_missing_is_said_with_the_way_out() {
    let said = |output: Output| {
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(text(&output.stdout), "");
        text(&output.stderr)
    };
    let nothing = Programs::new();
    assert_eq!(
        said(nothing.preview(&["-f", "a.yaml"])),
        "error: there is no `cargo` to build this project's operator with\n\
         help: install Rust, and see that `cargo` is on the path\n"
    );
    let broken =
        "echo '   Compiling tally-operator v0.1.0' >&2; echo 'error: no such thing' >&2; exit 101";
    let broken = Programs::new().with("cargo", broken);
    assert_eq!(
        said(broken.preview(&["-f", "a.yaml"])),
        "error: the operator of this project cannot be built\n\
         error: no such thing\n\
         help: `cargo build` says the same; the code is the project's own\n"
    );
    let older =
        Programs::new().operator("echo \"error: unrecognized subcommand 'preview'\" >&2; exit 2");
    assert_eq!(
        said(older.preview(&["-f", "a.yaml"])),
        "error: the operator of this project knows no `preview`: its runtime is older\n\
         help: `dsoi update` brings the project to the runtime of this dsoi\n"
    );
}

// SE-24: where no project is, nothing is run.
#[test]
fn nothing_is_run_outside_of_a_project() {
    let programs = Programs::new().operator("true");
    let elsewhere = tempfile::tempdir().unwrap();
    let output = programs.preview_in(elsewhere.path(), &["-f", "a.yaml"]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(
        said.starts_with("error: this is no dsoi project\n"),
        "{said}"
    );
    assert!(!Path::new(&programs.log()).exists());
}
