//! The projects of `testdata/projects` as programs: each is linted, and its own tests pass.
//!
//! Their target folder is the one in which the runtime's tests build the same operators, so that nothing is
//! built twice. The first run compiles every dependency there.

mod imported;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use crate::{dsoi, testdata};

/// Cargo would let them build one by one, and then run all of their API servers at once.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn target() -> PathBuf {
    let own = Path::new(env!("CARGO_TARGET_TMPDIR"));
    own.parent()
        .expect("it is a folder of the target")
        .join("goldens")
}

/// Runs cargo in a golden project, and returns what it printed; fails with everything that it said.
pub(crate) fn cargo(name: &str, args: &[&str]) -> String {
    cargo_in(&testdata("projects").join(name), args)
}

/// Builds a golden project, and returns its program.
pub(crate) fn executable(name: &str, operator: &str) -> PathBuf {
    cargo(name, &["build", "--locked", "--quiet"]);
    let file = format!("{operator}{}", std::env::consts::EXE_SUFFIX);
    target().join("debug").join(file)
}

/// The same in any project.
fn cargo_in(folder: &Path, args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO"));
    command
        .args(args)
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target());
    if std::env::var_os("SNAPSHOTS").is_none() {
        // A recorded file that is missing is a mistake, not an invitation to record it.
        command.env("CI", "true");
    }
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}: cargo {} failed\n{}{}",
        folder.display(),
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

#[test]
fn the_depot_operator_is_clean_and_passes_its_own_tests() {
    is_clean_and_passes_its_own_tests("depot");
}

/// The code of a hook is its author's: the operator that is built with it does what it says.
#[test]
fn an_edited_hook_takes_effect() {
    let _turn = ONE_AT_A_TIME
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("depot-with-hooks");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    let runtime = format!("path={}", testdata("../runtime").display());
    let manifest = testdata("manifests/depot.yaml");
    let init = dsoi(&[
        "init",
        folder.to_str().unwrap(),
        "-f",
        manifest.to_str().unwrap(),
        "--runtime",
        &runtime,
    ]);
    assert!(init.status.success(), "{init:?}");

    let hooks = folder.join("src/hooks.rs");
    let text = std::fs::read_to_string(&hooks).unwrap();
    let edited = text
        .replace(
            "pub fn validate(_node: &Node<'_, Depot>, _problems: &mut Problems) {}",
            "pub fn validate(node: &Node<'_, Depot>, problems: &mut Problems) {
        if node.config.region == \"mars\" {
            problems.add(\"spec.everyConfig.region\", \"is too far away\");
        }
    }",
        )
        .replace("_kind: ChildKind", "kind: ChildKind")
        .replace(
            "_document: &mut serde_json::Value) {}",
            "document: &mut serde_json::Value) {
        if kind == ChildKind::Service {
            document[\"metadata\"][\"annotations\"][\"example.com/hook\"] = \"mutated\".into();
        }
    }",
        );
    assert!(
        edited.contains("mars") && edited.contains("mutated"),
        "{text}"
    );
    std::fs::write(&hooks, edited).unwrap();

    let sample = folder.join("config/samples/depot.yaml");
    let offline = |verb: &str| {
        let mut command = Command::new(env!("CARGO"));
        command
            .args(["run", "--quiet", "--locked", "--", verb, "-f"])
            .arg(&sample)
            .current_dir(&folder)
            .env("CARGO_TARGET_DIR", target());
        command.output().unwrap()
    };
    let rendered = offline("render");
    let said = String::from_utf8_lossy(&rendered.stderr);
    assert!(rendered.status.success(), "{said}");
    let children = String::from_utf8(rendered.stdout).unwrap();
    assert!(children.contains("example.com/hook: mutated"), "{children}");

    let text = std::fs::read_to_string(&sample).unwrap();
    let far = text.replace("region: \"\"", "region: mars");
    assert_ne!(far, text);
    std::fs::write(&sample, far).unwrap();
    let checked = offline("check");
    let said = String::from_utf8_lossy(&checked.stdout) + String::from_utf8_lossy(&checked.stderr);
    assert!(!checked.status.success(), "{said}");
    assert!(
        said.contains("spec.everyConfig.region") && said.contains("too far"),
        "{said}"
    );
}

/// A project of its own, in which node types come, change their names and go.
struct Changing {
    folder: PathBuf,
}

impl Changing {
    fn new(manifest: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("changing-{manifest}"));
        if folder.exists() {
            std::fs::remove_dir_all(&folder).unwrap();
        }
        let runtime = format!("path={}", testdata("../runtime").display());
        let path = testdata(&format!("manifests/{manifest}.yaml"));
        let args = ["-f", path.to_str().unwrap(), "--runtime", &runtime];
        let init = dsoi(&[&["init", folder.to_str().unwrap()], args.as_slice()].concat());
        assert!(init.status.success(), "{init:?}");
        Self { folder }
    }

    fn nodetype(&self, verb: &str, args: &[&str]) {
        let folder = self.folder.to_str().unwrap();
        let head = ["-C", folder, verb, "nodetype"];
        let output = dsoi(&[head.as_slice(), args, &["--allow-dirty"]].concat());
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{verb} {args:?}: {said}");
    }

    fn cargo(&self, args: &[&str], env: (&str, &str)) {
        let mut command = Command::new(env!("CARGO"));
        command
            .args(args)
            .args(["--offline", "--quiet"])
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", target())
            .env_remove("SNAPSHOTS")
            .env(env.0, env.1);
        let output = command.output().unwrap();
        assert!(
            output.status.success(),
            "cargo {args:?}\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }

    fn is_checked(&self) {
        self.cargo(&["check", "--all-targets"], ("CI", "true"));
    }

    /// What its own test has recorded of the children of its sample.
    fn children(&self) -> Vec<(PathBuf, String)> {
        let entries = std::fs::read_dir(self.folder.join("tests/children")).unwrap();
        let mut files: Vec<_> = entries
            .map(|entry| entry.unwrap().path())
            .map(|path| (path.clone(), std::fs::read_to_string(path).unwrap()))
            .collect();
        files.sort();
        files
    }
}

const RECORD: (&str, &str) = ("SNAPSHOTS", "overwrite");

// PN-9
#[test]
fn a_project_passes_its_own_tests_after_each_change_of_its_node_types() {
    let _turn = ONE_AT_A_TIME
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let project = Changing::new("quickstart");
    project.cargo(&["test", "--test", "children"], RECORD);
    let before = project.children();
    assert!(!before.is_empty());
    // The sample says the new name, and has the children of before: nobody records them anew.
    project.nodetype("rename", &["store", "depot"]);
    project.cargo(&["test"], ("CI", "true"));
    project.nodetype("add", &["cache", "--like", "gateway"]);
    project.cargo(&["test"], RECORD);
    assert_ne!(before, project.children());
    project.nodetype("remove", &["cache"]);
    project.cargo(&["test"], RECORD);
    assert_eq!(before, project.children());
}

#[test]
fn the_compiler_accepts_each_change_of_the_node_types_of_pinot() {
    is_checked_after_each(
        "pinot",
        &[
            ("rename", &["server", "storage", "--markers"]),
            ("add", &["cache", "--like", "storage"]),
            ("rename", &["cache", "r-2", "--no-alias"]),
            ("remove", &["minion"]),
            ("remove", &["r-2"]),
        ],
    );
}

#[test]
fn the_compiler_accepts_each_change_of_node_types_with_hooks() {
    is_checked_after_each(
        "depot",
        &[
            ("rename", &["keeper", "chief"]),
            ("add", &["spare", "--like", "chief"]),
            ("remove", &["spare"]),
            ("remove", &["chief"]),
        ],
    );
}

fn is_checked_after_each(golden: &str, changes: &[(&str, &[&str])]) {
    let _turn = ONE_AT_A_TIME
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let project = Changing::new(golden);
    for (verb, args) in changes {
        project.nodetype(verb, args);
        project.is_checked();
    }
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
