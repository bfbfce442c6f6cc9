//! The command surface: exit codes, streams and the JSON envelope.

use serde_json::Value;

use crate::{dsoi, shipped, testdata};

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

#[test]
fn shipped_manifests_have_no_mistakes() {
    let directory = testdata("manifests");
    for (name, _) in shipped() {
        let output = dsoi(&["-C", directory.to_str().unwrap(), "check", "-f", &name]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.contains(&format!("{name}: no mistakes")), "{stderr}");
        assert_eq!(output.status.code(), Some(0), "{name}");
    }
}

#[test]
fn the_quickstart_has_thirty_lines() {
    let (_, text) = shipped()
        .into_iter()
        .find(|(name, _)| name == "quickstart.yaml")
        .unwrap();
    assert_eq!(text.lines().count(), 30);
}

#[test]
fn mistakes_are_json_on_stdout_when_asked_for() {
    let directory = testdata("problems");
    let output = dsoi(&[
        "check",
        "--output",
        "json",
        "-C",
        directory.to_str().unwrap(),
        "-f",
        "E0102-cluster.yaml",
    ]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stderr.is_empty());
    let envelope = json(&output.stdout);
    assert_eq!(envelope["apiVersion"], "dsoi.dev/output/v1");
    assert_eq!(envelope["ok"], false);
    let problem = &envelope["error"]["problems"][0];
    assert_eq!(problem["code"], "E0102");
    assert_eq!(
        (
            &problem["labels"][0]["line"],
            &problem["labels"][0]["column"]
        ),
        (&9.into(), &3.into())
    );
}

#[test]
fn quiet_says_nothing_of_success() {
    let directory = testdata("manifests");
    let output = dsoi(&[
        "-q",
        "-C",
        directory.to_str().unwrap(),
        "check",
        "-f",
        "quickstart.yaml",
    ]);
    assert_eq!(
        (
            output.status.code(),
            output.stdout.len(),
            output.stderr.len()
        ),
        (Some(0), 0, 0)
    );
}

#[test]
fn verbose_explains_each_code_once() {
    let directory = testdata("problems");
    let output = dsoi(&[
        "-v",
        "-C",
        directory.to_str().unwrap(),
        "check",
        "-f",
        "E0102-everywhere.yaml",
    ]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(text.matches("\nE0102: ").count(), 1, "{text}");
}

#[test]
fn colour_is_a_matter_of_the_flag() {
    let directory = testdata("problems");
    let args = |when| {
        [
            "--color",
            when,
            "-C",
            directory.to_str().unwrap(),
            "check",
            "-f",
            "E0102-cluster.yaml",
        ]
    };
    assert!(dsoi(&args("always")).stderr.contains(&0x1b));
    assert!(!dsoi(&args("never")).stderr.contains(&0x1b));
    assert!(!dsoi(&args("auto")).stderr.contains(&0x1b));
}

#[test]
fn a_missing_manifest_is_the_input_s_fault_and_says_which() {
    let output = dsoi(&["check", "-f", "no-such.yaml"]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.starts_with("error: failed to read `no-such.yaml`: "),
        "{text}"
    );
}

#[test]
fn a_wrong_command_line_is_exit_code_two() {
    assert_eq!(dsoi(&["chekc"]).status.code(), Some(2));
    assert_eq!(dsoi(&["init"]).status.code(), Some(2));
    assert_eq!(dsoi(&["explain", "E9999"]).status.code(), Some(2));
    let output = dsoi(&["chekc", "--output=json"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(json(&output.stdout)["error"]["kind"], "usage");
}

#[test]
fn help_is_data() {
    let output = dsoi(&["--help"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8(output.stdout).unwrap().contains("check"));
}

#[test]
fn codes_and_keys_are_explained() {
    let explained = |what: &str| String::from_utf8(dsoi(&["explain", what]).stdout).unwrap();
    assert!(explained("e0012").starts_with("E0012: "));
    assert!(explained("cluster.nodeTypes.T.files.F").contains("onChange"));
    assert!(explained("cluster.order.missing").contains("append | refuse"));
    // MF-20.
    let hooks = explained("cluster.nodeTypes.T.hooks");
    assert!(
        hooks.contains("validate | mutate | ready | before_upgrade | after_upgrade"),
        "{hooks}"
    );
    let output = dsoi(&["explain", "onChange"]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.contains("cluster.nodeTypes.T.files.F.onChange"),
        "{text}"
    );
}

#[test]
fn the_language_is_explained_and_explain_alone_lists_all() {
    let explained = |args: &[&str]| String::from_utf8(dsoi(args).stdout).unwrap();
    let all = explained(&["explain"]);
    for word in [
        "expressions",
        "directives",
        "types",
        "scopes",
        "manifest",
        "E0102",
    ] {
        assert!(all.contains(word), "{word}: {all}");
    }
    assert!(explained(&["explain", "expressions"]).contains("??"));
    assert!(explained(&["explain", "directives"]).contains("$join"));
    assert!(explained(&["explain", "types"]).contains("quantity"));
    assert!(explained(&["explain", "scopes"]).contains("per: cluster"));
}

#[test]
fn warnings_can_be_denied() {
    let directory = testdata("problems");
    let args = [
        "-C",
        directory.to_str().unwrap(),
        "check",
        "-f",
        "E0214-scaling.yaml",
    ];
    assert_eq!(dsoi(&args).status.code(), Some(0));
    let output = dsoi(&[&args[..], &["--deny-warnings"]].concat());
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn the_schema_knows_every_key_and_is_the_same_each_time() {
    let schema = dsoi(&["schema"]).stdout;
    assert_eq!(schema, dsoi(&["schema"]).stdout);
    let schema = json(&schema);
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    assert_eq!(
        schema["definitions"]["cluster"]["properties"]["kind"]["type"],
        "string"
    );
    // Each reference leads somewhere.
    let text = schema.to_string();
    for reference in text
        .split("#/definitions/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
    {
        assert!(schema["definitions"][reference].is_object(), "{reference}");
    }
}

#[test]
fn the_version_is_told_to_programs_too() {
    let output = dsoi(&["version", "--output", "json"]);
    assert_eq!(
        json(&output.stdout)["data"]["version"],
        env!("CARGO_PKG_VERSION")
    );
}

#[test]
fn warnings_are_json_too() {
    let manifest = testdata("manifests").join("quickstart.yaml");
    let file = manifest.to_str().unwrap();
    let output = dsoi(&["check", "--output", "json", "-f", file]);
    assert!(output.status.success());
    let told = json(&output.stdout);
    assert_eq!(told["warnings"][0]["code"], "E0214", "{told:#}");
}

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_cannot_be_written_is_a_failure() {
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_dsoi"))
        .arg("schema")
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.starts_with("error: failed to write to the standard output"),
        "{said}"
    );
}

#[test]
fn a_dry_run_finds_what_init_would_refuse_and_a_second_init_says_that_nothing_was_written() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("tally");
    let init = |more: &[&str]| {
        let mut arguments = vec!["init", dir.to_str().unwrap(), "--example", "quickstart"];
        arguments.extend(more);
        dsoi(&arguments)
    };
    let dry = init(&["--dry-run"]);
    let said = String::from_utf8_lossy(&dry.stderr);
    assert!(dry.status.success() && !dir.exists(), "{said}");
    assert!(said.contains("files would be written to"), "{said}");
    // What `check` warns of is no secret here.
    assert!(said.contains("E0214"), "{said}");
    let listed = String::from_utf8_lossy(&dry.stdout);
    assert!(listed.lines().count() < 80, "{listed}");
    assert!(listed.contains("\nvendor/ (") && listed.contains("src/main.rs\n"));

    assert!(init(&[]).status.success());
    let again = init(&[]);
    let said = String::from_utf8_lossy(&again.stderr);
    assert!(
        again.status.success() && said.contains("already; nothing was written"),
        "{said}"
    );
    std::fs::write(dir.join("src/main.rs"), "mine").unwrap();
    let refused = init(&["--dry-run"]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(
        said.contains("these files exist already: src/main.rs"),
        "{said}"
    );
}
