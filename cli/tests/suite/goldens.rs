//! The projects of `testdata/projects` as programs: each is linted, and its own tests pass.
//!
//! Their target folder is the one in which the runtime's tests build the same operators, so that nothing is
//! built twice. The first run compiles every dependency there.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use crate::testdata;

/// Cargo would let them build one by one, and then run all of their API servers at once.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn target() -> PathBuf {
    let own = Path::new(env!("CARGO_TARGET_TMPDIR"));
    own.parent()
        .expect("it is a folder of the target")
        .join("goldens")
}

/// Runs cargo in a golden project, and returns what it printed; fails with everything that it said.
fn cargo(name: &str, args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO"));
    command
        .args(args)
        .current_dir(testdata("projects").join(name))
        .env("CARGO_TARGET_DIR", target());
    if std::env::var_os("SNAPSHOTS").is_none() {
        // A recorded file that is missing is a mistake, not an invitation to record it.
        command.env("CI", "true");
    }
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{name}: cargo {} failed\n{}{}",
        args.join(" "),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn is_clean_and_passes_its_own_tests(name: &str) {
    // What one project does wrong says nothing about the next.
    let _turn = ONE_AT_A_TIME
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    cargo(
        name,
        &[
            "clippy",
            "--all-targets",
            "--locked",
            "--quiet",
            "--",
            "-D",
            "warnings",
        ],
    );
    cargo(name, &["test", "--locked"]);
}

#[test]
fn the_quickstart_operator_is_clean_and_passes_its_own_tests() {
    is_clean_and_passes_its_own_tests("quickstart");
}

#[test]
fn the_pinot_operator_is_clean_and_passes_its_own_tests() {
    is_clean_and_passes_its_own_tests("pinot");
}

#[test]
fn the_parseable_operator_is_clean_and_passes_its_own_tests() {
    is_clean_and_passes_its_own_tests("parseable");
}

/// The flags of `run`, each with its environment variable and, where the help names one, its default.
fn settings() -> Vec<(String, String, Option<String>)> {
    let help = cargo(
        "quickstart",
        &["run", "--locked", "--quiet", "--", "run", "--help"],
    );
    // Its line breaks depend on the width of the terminal.
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let parts = help.split(" --").filter_map(|part| {
        let flag = part.split(' ').next()?;
        let env = part.split("[env: ").nth(1)?.split(['=', ']']).next()?;
        let default = part.split("[default: ").nth(1);
        let default = default.and_then(|rest| rest.split(']').next());
        Some((
            format!("--{flag}"),
            env.to_owned(),
            default.map(ToOwned::to_owned),
        ))
    });
    parts.collect()
}

#[test]
fn the_readme_lists_the_settings_that_the_operator_has() {
    let readme = testdata("projects").join("quickstart/README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let row = |flag: &str, env: &str| format!("| `{flag}` | `{env}` | ");
    let settings = settings();
    assert!(settings.len() >= 10, "{settings:?}");
    for (flag, env, default) in &settings {
        let row = row(flag, env);
        let rest = readme.split(&row).nth(1);
        let rest = rest.unwrap_or_else(|| panic!("README.md has no row {row}"));
        let said = rest.split(" |").next().unwrap();
        if let Some(default) = default.as_ref().filter(|text| !text.contains(' ')) {
            assert_eq!(said, default, "{flag}");
        }
    }
    let rows = readme.lines().filter(|line| line.starts_with("| `--"));
    assert_eq!(rows.count(), settings.len());
}
