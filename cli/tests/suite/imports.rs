//! `dsoi import`: files of `testdata/imports/FORM/NAME.yaml`, each with the whole manifest (`.expected`) and the messages
//! (`.stderr`) that come of it. `SNAPSHOTS=overwrite cargo test -p dsoi` writes them.

mod hostile;
mod random;
mod silent;

use std::fs;
use std::path::{Path, PathBuf};

use dsoi::check;
use dsoi::command::init::generate;
use dsoi::manifest::Source;
use dsoi::plan::Runtime;
use dsoi::render::Settings;
use dsoi::write::Tree;

use crate::{dsoi, testdata};

const FORMS: [&str; 3] = ["helm", "compose", "crd"];

fn cases() -> Vec<(&'static str, PathBuf)> {
    let mut cases = Vec::new();
    for form in FORMS {
        let Ok(entries) = fs::read_dir(testdata(&format!("imports/{form}"))) else {
            continue;
        };
        let paths = entries.map(|entry| entry.unwrap().path());
        let inputs = paths.filter(|path| path.extension().is_some_and(|end| end == "yaml"));
        cases.extend(inputs.map(|path| (form, path)));
    }
    cases.sort();
    assert!(cases.len() > 2);
    cases
}

/// Runs an import in the folder of its input.
fn import(form: &str, path: &Path) -> (String, String, Option<i32>) {
    let directory = path.parent().unwrap().to_str().unwrap();
    let file = path.file_name().unwrap().to_str().unwrap();
    let output = dsoi(&["-C", directory, "import", form, "-f", file]);
    (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
        output.status.code(),
    )
}

fn assert_usable(name: &str, text: &str) {
    project(name, text);
}

/// The project of an imported manifest; fails where `check` or `init` would.
fn project(name: &str, text: &str) -> Tree {
    let source = Source::new("dsoi.yaml", text.as_bytes().to_vec()).unwrap();
    if let Err(problems) = check::read(&source) {
        let said = dsoi::diagnostic::print::text(&problems, &source, false);
        panic!("{name}\n{said}");
    }
    let settings = Settings {
        runtime: Runtime::Version("0.1.0".to_owned()),
        kubernetes: "1.36".to_owned(),
    };
    generate(&source, &settings).unwrap_or_else(|failure| panic!("{name}: {failure:?}"))
}

#[test]
fn a_volume_has_the_name_that_the_operator_gives_a_config_map() {
    let (manifest, ..) = import("helm", &testdata("imports/helm/handover.yaml"));
    let tree = project("handover", &manifest);
    let mut files = tree.iter();
    let (_, code) = files
        .find(|(path, _)| path.as_str() == "src/nodes/controller.rs")
        .unwrap();
    // What the runtime calls it: `name` sets one.
    assert!(code.contains("my_kafka_scripts.object_name()"), "{code}");
}

#[test]
fn every_import_gives_its_manifest_word_for_word_and_names_what_is_lost() {
    // SE-27.
    let overwrite = std::env::var("SNAPSHOTS").is_ok_and(|value| value == "overwrite");
    let mut wrong = Vec::new();
    for (form, path) in cases() {
        let (stdout, stderr, code) = import(form, &path);
        assert_eq!(code, Some(0), "{}: {stderr}", path.display());
        assert_usable(&path.display().to_string(), &stdout);
        for (extension, actual) in [("expected", stdout), ("stderr", stderr)] {
            let expected = path.with_extension(extension);
            if overwrite {
                fs::write(&expected, &actual).unwrap();
            } else if fs::read_to_string(&expected).unwrap_or_default() != actual {
                wrong.push(format!("{}:\n{actual}", expected.display()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "SNAPSHOTS=overwrite accepts these:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn an_import_gives_the_same_bytes_each_time() {
    for (form, path) in cases() {
        assert_eq!(import(form, &path), import(form, &path));
    }
}

#[test]
fn what_is_lost_is_data_too() {
    let path = testdata("imports/helm/stream.yaml");
    let output = dsoi(&[
        "import",
        "helm",
        "-f",
        path.to_str().unwrap(),
        "--output",
        "json",
    ]);
    let envelope: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(envelope["command"], "import");
    let lost = envelope["data"]["notImported"].as_array().unwrap();
    let budget = lost.iter().find(|one| {
        let what = one["what"].as_str().unwrap();
        what.starts_with("PodDisruptionBudget")
    });
    let place = budget.unwrap()["instead"].as_str().unwrap();
    assert!(place.contains("podDisruptionBudget"), "{place}");
    let manifest = envelope["data"]["manifest"].as_str().unwrap();
    assert_usable("json", manifest);
}

#[test]
fn a_file_is_written_whole_and_never_over_another() {
    let directory = tempfile::tempdir().unwrap();
    let path = testdata("imports/compose/shop.yaml");
    let out = directory.path().join("dsoi.yaml");
    let args = [
        "import",
        "compose",
        "-f",
        path.to_str().unwrap(),
        "--name",
        "till",
        "--group",
        "till.example.com",
        "--kind",
        "Till",
        "--image",
        "ghcr.io/example/till:1",
        "-o",
        out.to_str().unwrap(),
    ];
    let output = dsoi(&args);
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout.is_empty());
    let text = fs::read_to_string(&out).unwrap();
    for said in [
        "till-operator",
        "group: till.example.com",
        "kind: Till",
        "image: ghcr.io/example/till:1",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert_usable("till", &text);
    fs::write(&out, "mine").unwrap();
    let output = dsoi(&args);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(fs::read_to_string(&out).unwrap(), "mine");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn wrong_names_on_the_command_line_are_refused() {
    for args in [
        ["--name", "1"],
        ["--group", "a"],
        ["--kind", "a"],
        ["--kind", "Node"],
        ["--image", ""],
    ] {
        let output = dsoi(&[&["import", "helm"], &args[..]].concat());
        assert_eq!(output.status.code(), Some(2), "{args:?}");
    }
}

#[test]
fn what_nothing_can_be_made_of_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("in.yaml");
    let file = file.to_str().unwrap();
    for (form, text, says) in [
        ("helm", "", "no Deployment"),
        ("helm", "kind: Role\nmetadata: {name: a}\n", "Role a"),
        ("compose", "services: {}\n", "no services"),
        ("crd", "a: 1\n", "CustomResourceDefinition"),
        ("helm", "a: {{ .Values.b }}\n", "helm template"),
        ("helm", "a: [\n", "line "),
        ("compose", "\u{1f}\u{8b}", "error"),
    ] {
        fs::write(file, text).unwrap();
        let output = dsoi(&["import", form, "-f", file]);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains(says), "{stderr}");
        assert!(output.stdout.is_empty());
    }
}
