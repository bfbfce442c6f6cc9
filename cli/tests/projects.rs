//! Whole projects: what `init` writes for each manifest of `testdata/manifests`, byte for byte.
//!
//! `SNAPSHOTS=overwrite cargo test -p dsoi --test projects` writes `testdata/projects` and the packages of the
//! generated `Cargo.lock` anew. The projects' own tests run where they are built.

#![allow(
    clippy::unwrap_used,
    reason = "the helpers of a test fail as the test does"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use dsoi::command::init::generate;
use dsoi::manifest::Source;
use dsoi::plan::Runtime;
use dsoi::render::Settings;
use dsoi::write::{Tree, commit};

const NAMES: &[&str] = &["depot", "parseable", "pinot", "quickstart"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn overwrite() -> bool {
    std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite")
}

fn project(name: &str, runtime: Runtime) -> Tree {
    let path = root().join(format!("testdata/manifests/{name}.yaml"));
    let source = Source::new("dsoi.yaml", fs::read(path).unwrap()).unwrap();
    let settings = Settings {
        runtime,
        kubernetes: "1.36".to_owned(),
    };
    generate(&source, &settings).unwrap_or_else(|failure| panic!("{name}: {failure:?}"))
}

fn golden(name: &str) -> Tree {
    project(name, Runtime::Path("../../../runtime".to_owned()))
}

/// The files below a folder that `init` could have written.
fn files(dir: &Path) -> BTreeSet<String> {
    walkdir::WalkDir::new(dir)
        .into_iter()
        .filter_entry(|entry| entry.file_name() != "target")
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            entry
                .path()
                .strip_prefix(dir)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        // Written by the project's own test.
        .filter(|path| !path.starts_with("tests/children/"))
        .collect()
}

#[test]
fn the_projects_are_what_init_writes() {
    for name in NAMES {
        let dir = root().join("testdata/projects").join(name);
        let tree = golden(name);
        if overwrite() {
            fs::create_dir_all(&dir).unwrap();
            for old in files(&dir) {
                fs::remove_file(dir.join(old)).unwrap();
            }
            commit(&dir, &tree).unwrap();
        }
        let planned: BTreeSet<String> = tree.iter().map(|(path, _)| path.to_string()).collect();
        assert_eq!(files(&dir), planned, "{name}");
        for (path, text) in tree.iter() {
            let known = fs::read_to_string(dir.join(path.as_str())).unwrap();
            assert!(
                known == text,
                "{name}: `{path}` differs; run with SNAPSHOTS=overwrite and look"
            );
        }
    }
}

#[test]
fn the_same_manifest_gives_the_same_bytes() {
    for name in NAMES {
        assert_eq!(golden(name), golden(name));
    }
}

/// Fails if rustfmt would write any of the tree's Rust files otherwise.
fn assert_formatted(name: &str, tree: &Tree) {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("project");
    commit(&dir, tree).unwrap();
    let mut command = Command::new("rustfmt");
    command
        .args(["--check", "--edition", "2024"])
        .args(["src/main.rs", "src/lib.rs"])
        .current_dir(&dir);
    let tests = tree.iter().map(|(path, _)| path.as_str());
    command.args(tests.filter(|path| path.starts_with("tests/")));
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{name}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn rustfmt_changes_nothing() {
    for name in NAMES {
        assert_formatted(name, &golden(name));
    }
}

/// Heads and calls of hooks break where names make them too long.
#[test]
fn rustfmt_changes_nothing_of_hooks_whatever_the_names_are() {
    let path = root().join("testdata/manifests/depot.yaml");
    let text = fs::read_to_string(path).unwrap();
    let long = "z".repeat(60);
    let types = (50..=long.len()).map(|length| (&long[..length], "Depot"));
    for (node_type, kind) in types.chain([
        ("k", "D"),
        ("keeper", "ADepotOfManyWordsForOneThingThatIsLongEnough"),
        (&long[..40], "ADepotOfManyWordsForOneThing"),
    ]) {
        let text = text
            .replace("    keeper:", &format!("    {node_type}:"))
            .replace("kind: Depot\n", &format!("kind: {kind}\n"))
            .replace("kind: Depot,", &format!("kind: {kind},"))
            .replace("of: Depot\n", &format!("of: {kind}\n"));
        let source = Source::new("dsoi.yaml", text.into_bytes()).unwrap();
        let settings = Settings {
            runtime: Runtime::Version("0.1.0".to_owned()),
            kubernetes: "1.36".to_owned(),
        };
        let tree = generate(&source, &settings).unwrap_or_else(|failure| panic!("{failure:?}"));
        assert_formatted(&format!("{node_type}, {kind}"), &tree);
    }
}

/// Imports are sorted by the crate's name, and lines break where a name makes them too long.
#[test]
fn rustfmt_changes_nothing_whatever_the_names_are() {
    let path = root().join("testdata/manifests/quickstart.yaml");
    let text = fs::read_to_string(path).unwrap();
    let long = "z".repeat(57);
    for (operator, kind) in [
        ("a", "A"),
        (long.as_str(), "Tally"),
        ("zoo", "ATallyOfManyWordsForOneThingThatIsLongEnough"),
    ] {
        let text = text
            .replace("name: tally-operator", &format!("name: {operator}"))
            .replace("kind: Tally", &format!("kind: {kind}"));
        let source = Source::new("dsoi.yaml", text.into_bytes()).unwrap();
        let settings = Settings {
            runtime: Runtime::Version("0.1.0".to_owned()),
            kubernetes: "1.36".to_owned(),
        };
        let tree = generate(&source, &settings).unwrap_or_else(|failure| panic!("{failure:?}"));
        assert_formatted(&format!("{operator}, {kind}"), &tree);
    }
}

#[test]
fn every_yaml_file_is_yaml_and_every_schema_is_small() {
    for name in NAMES {
        for (path, text) in golden(name).iter() {
            let extension = Path::new(path.as_str()).extension();
            if extension.is_none_or(|ext| ext != "yaml") || path.as_str().ends_with("dsoi.yaml") {
                continue;
            }
            for document in text.split("\n---\n") {
                let read: Result<serde_json::Value, _> = serde_saphyr::from_str(document);
                assert!(read.is_ok(), "{name}: {path}");
            }
            if path.as_str().starts_with("config/crd/") {
                assert!(
                    text.len() < 100 * 1024,
                    "{name}: {path} has {} bytes",
                    text.len()
                );
            }
        }
    }
}

#[test]
fn no_rule_allows_everything() {
    for name in NAMES {
        let tree = golden(name);
        let roles = tree
            .iter()
            .filter(|(path, _)| path.as_str().contains("role"));
        for (path, text) in roles.filter(|(path, _)| path.as_str().starts_with("config/")) {
            for word in [
                "'*'",
                "\"*\"",
                "escalate",
                "bind]",
                "impersonate",
                "pods/exec",
            ] {
                assert!(!text.contains(word), "{name}: {path} has {word}");
            }
            // Requests of Pinot's own kinds prove themselves by one.
            let secrets = text.matches("secrets").count();
            let only_read = text
                .matches("resources: [secrets]\n  verbs: [get]\n")
                .count();
            assert_eq!(secrets, only_read, "{name}: {path}");
            assert!(
                secrets == 0 || ["pinot", "depot"].contains(name),
                "{name}: {path}"
            );
        }
    }
}

#[test]
fn actions_are_pinned_and_get_no_rights_by_default() {
    let tree = golden("quickstart");
    let workflow = tree.get(".github/workflows/ci.yaml").unwrap();
    assert!(workflow.contains("\npermissions: {}\n"));
    assert!(!workflow.contains("pull_request_target"));
    for line in workflow.lines().filter(|line| line.contains("uses:")) {
        let revision = line.split('@').nth(1).unwrap().split(' ').next().unwrap();
        assert!(
            revision.len() == 40 && revision.bytes().all(|b| b.is_ascii_hexdigit()),
            "{line}"
        );
    }
}

/// `cargo build --locked` has to work in a new project, offline, with the versions of this repository.
#[test]
fn the_lock_file_is_what_cargo_resolves() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("project");
    let runtime = root().join("runtime").canonicalize().unwrap();
    let runtime = Runtime::Path(runtime.to_str().unwrap().to_owned());
    commit(&dir, &project("quickstart", runtime)).unwrap();
    fs::copy(root().join("Cargo.lock"), dir.join("Cargo.lock")).unwrap();
    let mut command = Command::new(env!("CARGO"));
    command
        .args(["metadata", "--offline", "--format-version=1"])
        .current_dir(&dir);
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let resolved = fs::read_to_string(dir.join("Cargo.lock")).unwrap();

    let path = root().join("cli/src/render/lock/operator.lock");
    let packages = resolved.replace("name = \"tally-operator\"", "name = \"operator\"");
    if overwrite() {
        fs::write(&path, &packages).unwrap();
    }
    let known = fs::read_to_string(&path).unwrap();
    assert!(
        known == packages,
        "{} is out of date: run with SNAPSHOTS=overwrite",
        path.display()
    );
}

/// The same of a project with kinds outside of Kubernetes, whose runtime stands on more.
#[test]
fn the_lock_file_of_more_features_is_what_cargo_resolves_too() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("project");
    let runtime = root().join("runtime").canonicalize().unwrap();
    let runtime = Runtime::Path(runtime.to_str().unwrap().to_owned());
    let tree = project("pinot", runtime);
    commit(&dir, &tree).unwrap();
    let mut command = Command::new(env!("CARGO"));
    command
        .args(["metadata", "--offline", "--locked", "--format-version=1"])
        .current_dir(&dir);
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The default: a copy of the runtime in the project.
#[test]
fn a_project_with_the_bundled_runtime_is_complete() {
    let tree = project("quickstart", Runtime::Vendored);
    let manifest = tree.get("vendor/dsoi-runtime/Cargo.toml").unwrap();
    assert!(!manifest.contains("workspace"), "{manifest}");
    assert!(tree.get("vendor/dsoi-runtime/src/lib.rs").is_some());
    assert!(
        tree.get("Cargo.toml")
            .unwrap()
            .contains("path = \"vendor/dsoi-runtime\"")
    );
}
