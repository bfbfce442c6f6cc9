//! Bad manifests and their whole expected output: `testdata/problems/CODE-what.yaml` beside `CODE-what.stderr`.
//!
//! A manifest that would be too large to keep is a `.repeat` file: a number in its first line, and what is repeated so often
//! in the others. `SNAPSHOTS=overwrite cargo test -p dsoi` writes the expected output.

use std::fs;
use std::path::{Path, PathBuf};

use dsoi::diagnostic::Code;

use crate::{dsoi, testdata};

/// The bad manifests: their names without extension, and the files.
fn cases() -> Vec<(String, PathBuf)> {
    let mut cases: Vec<(String, PathBuf)> = fs::read_dir(testdata("problems"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml" || extension == "repeat")
        })
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), path))
        .collect();
    cases.sort();
    cases
}

/// What `dsoi check` says of a case; checks that it says so with the right exit code and nothing on stdout.
fn stderr(name: &str, path: &Path) -> String {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join(format!("{name}.yaml"));
    if path
        .extension()
        .is_some_and(|extension| extension == "repeat")
    {
        let recipe = fs::read_to_string(path).unwrap();
        let (count, piece) = recipe.split_once('\n').unwrap();
        fs::write(&file, piece.repeat(count.parse().unwrap())).unwrap();
    } else {
        fs::copy(path, &file).unwrap();
    }
    let directory = directory.path().to_str().unwrap();
    let output = dsoi(&["-C", directory, "check", "-f", &format!("{name}.yaml")]);
    assert!(output.stdout.is_empty(), "{name}");
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.contains("error[") || text.contains("warning["),
        "{name} has no mistake"
    );
    // A warning alone is no reason to refuse a manifest.
    let code = i32::from(text.contains("error["));
    assert_eq!(output.status.code(), Some(code), "{name}");
    text
}

#[test]
fn every_bad_manifest_is_reported_word_for_word() {
    let overwrite = std::env::var("SNAPSHOTS").is_ok_and(|value| value == "overwrite");
    let mut wrong = Vec::new();
    for (name, path) in cases() {
        let actual = stderr(&name, &path);
        let expected = path.with_extension("stderr");
        if overwrite {
            fs::write(&expected, &actual).unwrap();
        } else if fs::read_to_string(&expected).unwrap_or_default() != actual {
            wrong.push(format!("{name}:\n{actual}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "SNAPSHOTS=overwrite accepts these:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn every_code_has_a_bad_manifest() {
    for code in Code::ALL {
        let case = cases()
            .into_iter()
            .find(|(name, _)| name.starts_with(code.id()));
        let Some((name, path)) = case else {
            panic!("no testdata/problems/{}-*.yaml", code.id());
        };
        let expected = fs::read_to_string(path.with_extension("stderr")).unwrap_or_default();
        assert!(
            expected.contains(&format!("error[{}]", code.id()))
                || expected.contains(&format!("warning[{}]", code.id())),
            "{name} does not show {}",
            code.id()
        );
    }
}

#[test]
fn every_case_is_named_by_a_code_and_has_no_orphans() {
    let names: Vec<String> = cases().into_iter().map(|(name, _)| name).collect();
    for name in &names {
        assert!(
            Code::ALL.iter().any(|code| name.starts_with(code.id())),
            "{name} is named by no code"
        );
    }
    for entry in fs::read_dir(testdata("problems")).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        assert!(
            names.contains(&stem),
            "{} belongs to no manifest",
            path.display()
        );
    }
}
