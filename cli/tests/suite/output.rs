//! What programs read: the published schema of `--output json`, SARIF and workflow commands.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use dsoi::schema;
use jsonschema::Validator;
use serde_json::Value;

use crate::{dsoi, testdata};

static SCHEMA: LazyLock<Validator> =
    LazyLock::new(|| jsonschema::validator_for(&schema::output()).unwrap());

/// Whether a standard output is one object of the published schema.
pub(crate) fn validate(stdout: &str) -> Result<Value, String> {
    let value = serde_json::from_str(stdout).map_err(|error| format!("no JSON: {error}"))?;
    against(&SCHEMA, &value)?;
    Ok(value)
}

fn against(schema: &Validator, value: &Value) -> Result<(), String> {
    let wrong: Vec<String> = schema
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    match wrong.as_slice() {
        [] => Ok(()),
        wrong => Err(format!("not of the schema: {}", wrong.join("\n"))),
    }
}

/// The bad manifests.
fn problems() -> Vec<PathBuf> {
    let entries = fs::read_dir(testdata("problems")).unwrap();
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "yaml"))
        .collect();
    paths.sort();
    assert!(paths.len() > 80);
    paths
}

fn checked(path: &std::path::Path, output: &str) -> (Option<i32>, String) {
    let file = path.to_str().unwrap();
    let output = dsoi(&["check", "--output", output, "-f", file]);
    let stdout = String::from_utf8(output.stdout).unwrap();
    (output.status.code(), stdout)
}

#[test]
fn the_schema_of_what_is_printed_is_a_schema_and_printed_itself() {
    let published = schema::output();
    jsonschema::meta::validate(&published).unwrap();
    let printed = dsoi(&["schema", "output"]);
    assert_eq!(
        serde_json::from_slice::<Value>(&printed.stdout).unwrap(),
        published
    );
    assert!(validate("{\"apiVersion\": \"dsoi.dev/output/v1\", \"command\": \"version\", \"ok\": true, \"data\": {}}").is_err());
}

/// The schema of the standard as the crate `serde-sarif` brings it.
fn sarif() -> Validator {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut packages = metadata["packages"].as_array().unwrap().iter();
    let package = packages.find(|package| package["name"] == "serde-sarif");
    let manifest = package.unwrap()["manifest_path"].as_str().unwrap();
    let schema = PathBuf::from(manifest).with_file_name("src/schema.json");
    let mut schema: Value = serde_json::from_str(&fs::read_to_string(schema).unwrap()).unwrap();
    // This pattern has a bracket too many, and nothing of ours has a language.
    for object in ["run", "toolComponent"] {
        let language = format!("/definitions/{object}/properties/language");
        let language = schema.pointer_mut(&language).unwrap();
        language.as_object_mut().unwrap().remove("pattern");
    }
    assert!(schema["definitions"]["physicalLocation"].is_object());
    jsonschema::validator_for(&schema).unwrap()
}

#[test]
fn every_mistake_has_a_form_for_each_kind_of_program() {
    let standard = sarif();
    for path in problems() {
        let name = path.file_name().unwrap().to_str().unwrap();
        let (code, json) = checked(&path, "json");
        let json = validate(&json).unwrap_or_else(|error| panic!("{name}: {error}"));
        let told = json["error"].get("problems").unwrap_or(&json["warnings"]);
        let told = told.as_array().unwrap();

        let (same, log) = checked(&path, "sarif");
        assert_eq!(code, same, "{name}");
        let log: Value = serde_json::from_str(&log).unwrap();
        against(&standard, &log).unwrap_or_else(|error| panic!("{name}: {error}"));
        let run = &log["runs"][0];
        let results = run["results"].as_array().unwrap();
        assert_eq!(results.len(), told.len(), "{name}");
        for (result, told) in results.iter().zip(told) {
            assert_eq!(result["ruleId"], told["code"], "{name}");
            let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(run["tool"]["driver"]["rules"][rule]["id"], told["code"]);
            let region = &result["locations"][0]["physicalLocation"]["region"];
            assert_eq!(region["startLine"], told["labels"][0]["line"], "{name}");
            assert_eq!(region["startColumn"], told["labels"][0]["column"], "{name}");
        }

        let (same, commands) = checked(&path, "github");
        assert_eq!(code, same, "{name}");
        assert_eq!(commands.lines().count(), told.len(), "{name}");
        let word = if code == Some(0) { "warning" } else { "error" };
        for line in commands.lines() {
            assert!(line.starts_with(&format!("::{word} file=")), "{line}");
        }
    }
}

#[test]
fn what_cannot_be_read_is_told_in_the_form_that_was_asked_for() {
    let missing = PathBuf::from("no-such.yaml");
    let (code, log) = checked(&missing, "sarif");
    assert_eq!(code, Some(1));
    let log: Value = serde_json::from_str(&log).unwrap();
    against(&sarif(), &log).unwrap();
    assert_eq!(
        log["runs"][0]["invocations"][0]["executionSuccessful"],
        false
    );
    let (code, command) = checked(&missing, "github");
    assert_eq!(code, Some(1));
    assert!(command.starts_with("::error title=dsoi::failed to read"));
}

#[test]
fn places_are_seen_from_where_dsoi_was_started() {
    let directory = testdata("problems");
    let directory = directory.to_str().unwrap();
    let at = |output| {
        let file = "E0102-cluster.yaml";
        let output = dsoi(&["-C", directory, "check", "--output", output, "-f", file]);
        String::from_utf8(output.stdout).unwrap()
    };
    let path = format!("file={directory}/E0102-cluster.yaml,");
    assert!(at("github").contains(&path), "{}", at("github"));
    assert!(at("sarif").contains("/testdata/problems/E0102-cluster.yaml\""));
}

#[test]
fn forms_of_mistakes_are_for_check_alone() {
    for output in ["sarif", "github"] {
        let refused = dsoi(&["version", "--output", output]);
        assert_eq!(refused.status.code(), Some(2));
        assert!(refused.stdout.is_empty());
        let said = String::from_utf8(refused.stderr).unwrap();
        assert!(said.contains("help: `dsoi check` has them"), "{said}");
    }
}
