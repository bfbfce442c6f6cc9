//! The one test binary of the CLI: what needs whole files or the binary itself.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends where its files are not as they should be"
)]

mod check;
mod children;
mod commands;
mod completion;
mod consequences;
mod depot;
mod doctor;
mod editor;
mod explain;
mod goldens;
mod hostile;
mod imports;
mod injection;
mod inside;
mod output;
mod preview;
mod problems;
mod requirements;
mod specification;
#[cfg(unix)]
mod together;
mod transcripts;
mod updates;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A directory under `testdata/`.
fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../testdata")
        .join(name)
}

/// Runs the binary without colour, whatever the environment says.
fn dsoi(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dsoi"))
        .args(args)
        .env("NO_COLOR", "1")
        .output()
        .unwrap()
}

/// The manifests that are shipped, by name.
fn shipped() -> Vec<(String, String)> {
    let mut list: Vec<(String, String)> = fs::read_dir(testdata("manifests"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .map(|path| {
            (
                path.file_name().unwrap().to_str().unwrap().to_owned(),
                fs::read_to_string(&path).unwrap(),
            )
        })
        .collect();
    list.sort();
    assert!(list.len() >= 3);
    list
}
