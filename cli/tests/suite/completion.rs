//! Completions as a shell gets them: the binary is asked as the scripts of `dsoi completion` ask it.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::{dsoi, testdata};

const SHELLS: [&str; 5] = ["bash", "elvish", "fish", "powershell", "zsh"];

/// A folder with a manifest.
fn project(manifest: &str) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("dsoi.yaml"), manifest).unwrap();
    dir
}

fn quickstart() -> TempDir {
    project(&fs::read_to_string(testdata("manifests").join("quickstart.yaml")).unwrap())
}

/// What the binary says to a shell whose line is `words`, with the cursor at the end of the last.
fn asked(shell: &str, dir: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dsoi"))
        .env("DSOI_COMPLETE", shell)
        .env("_CLAP_COMPLETE_INDEX", words.len().to_string())
        .env("_CLAP_IFS", "\n")
        .args(["--", "dsoi"])
        .args(words)
        .current_dir(dir)
        .output()
        .unwrap()
}

/// The values that are offered; no options, which clap knows by itself.
fn offered(dir: &Path, words: &[&str]) -> Vec<String> {
    let output = asked("bash", dir, words);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{words:?}");
    assert!(output.status.success(), "{words:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let values = text.lines().filter(|line| !line.starts_with('-'));
    values.map(str::to_owned).collect()
}

#[test]
fn a_command_about_a_node_type_is_offered_those_of_the_project() {
    let project = quickstart();
    for words in [
        vec!["remove", "nodetype", ""],
        vec!["rename", "nodetype", ""],
        vec!["add", "nodetype", "cache", "--like", ""],
        vec!["-q", "remove", "nodetype", "--dry-run", ""],
    ] {
        assert_eq!(offered(project.path(), &words), NODE_TYPES, "{words:?}");
    }
    assert_eq!(
        offered(project.path(), &["remove", "nodetype", "s"]),
        ["store"]
    );
    let new = ["rename", "nodetype", "store", ""];
    assert!(offered(project.path(), &new).is_empty(), "a name is new");
    assert_eq!(
        offered(project.path(), &["add", "nodetype", "cache", "--kind", ""]),
        ["StatefulSet", "Deployment"],
        "what clap knows"
    );
}

#[test]
fn fields_of_the_projects_custom_resource_are_offered_to_every_shell() {
    let project = quickstart();
    for shell in SHELLS {
        for (typed, next) in [
            ("spec.nodes.", "spec.nodes.replicas"),
            (
                "spec.k8sConfigGroup.im",
                "spec.k8sConfigGroup.imagePullPolicy",
            ),
            ("status.", "status.observedGeneration"),
        ] {
            let output = asked(shell, project.path(), &["explain", typed]);
            let text = String::from_utf8(output.stdout).unwrap();
            assert!(text.contains(next), "{shell}: {typed}: {text}");
        }
    }
    let nowhere = tempfile::tempdir().unwrap();
    assert!(offered(nowhere.path(), &["explain", "spec."]).is_empty());
}

#[test]
fn node_types_are_those_of_the_directory_that_the_line_names() {
    let project = quickstart();
    let dir = project.path().to_str().unwrap();
    let nowhere = tempfile::tempdir().unwrap();
    for words in [
        ["-C", dir, "remove", "nodetype", ""],
        ["remove", "nodetype", "--directory", dir, ""],
    ] {
        assert_eq!(offered(nowhere.path(), &words), NODE_TYPES, "{words:?}");
    }
    assert!(offered(nowhere.path(), &["remove", "nodetype", ""]).is_empty());
}

#[test]
fn every_shell_is_answered_in_its_form() {
    let project = quickstart();
    for shell in SHELLS {
        let output = asked(shell, project.path(), &["remove", "nodetype", "sto"]);
        assert_eq!(
            String::from_utf8_lossy(&output.stdout).trim(),
            "store",
            "{shell}"
        );
        assert!(
            output.stderr.is_empty() && output.status.success(),
            "{shell}"
        );
    }
}

#[test]
fn a_manifest_that_cannot_be_read_offers_nothing_and_nothing_is_said_of_it() {
    let one = |name: &str| format!("cluster: {{nodeTypes: {{{name}: {{}}}}}}\n");
    for (manifest, types) in [
        // Somebody is writing it: what is there counts.
        (one("store"), vec!["store"]),
        (one("store") + "cluster: [", vec![]),
        ("cluster: {nodeTypes: [store]}\n".to_owned(), vec![]),
        ("- store\n".to_owned(), vec![]),
        (String::new(), vec![]),
        ("[".repeat(100_000), vec![]),
        // A shell would run these, or take them for more words than one.
        (one("\"$(touch broken)\""), vec![]),
        (one("\"`touch broken`\""), vec![]),
        (one("\"a\\nb\""), vec![]),
        (one("\"--yes\""), vec![]),
    ] {
        let project = project(&manifest);
        let start = manifest.get(..60).unwrap_or(&manifest);
        assert_eq!(
            offered(project.path(), &["remove", "nodetype", ""]),
            types,
            "{start}"
        );
        for shell in SHELLS {
            let output = asked(shell, project.path(), &["remove", "nodetype", "x"]);
            assert!(output.stdout.trim_ascii().is_empty(), "{shell}: {start}");
            assert!(output.stderr.is_empty(), "{shell}: {start}");
        }
    }
}

#[test]
fn explain_is_offered_codes_subjects_and_paths_step_by_step() {
    let project = quickstart();
    let all = offered(project.path(), &["explain", ""]);
    for known in ["E0203", "expressions", "resource", "cluster", "operator"] {
        assert!(all.iter().any(|value| value == known), "{known}: {all:?}");
    }
    assert_eq!(offered(project.path(), &["explain", "E020"]).len(), 9);
    let of_types = offered(project.path(), &["explain", "cluster.nodeTypes."]);
    assert_eq!(
        of_types,
        NODE_TYPES.map(|name| format!("cluster.nodeTypes.{name}"))
    );
    let keys = offered(project.path(), &["explain", "cluster.nodeTypes.store.k"]);
    assert!(
        keys.contains(&"cluster.nodeTypes.store.kinds".to_owned()),
        "{keys:?}"
    );
    for value in all.iter().chain(&keys) {
        let dir = project.path().to_str().unwrap();
        let explained = dsoi(&["-C", dir, "explain", value]);
        assert!(explained.status.success(), "{value}");
    }
}

#[test]
fn examples_and_commands_are_offered_too() {
    let nowhere = tempfile::tempdir().unwrap();
    let dir = nowhere.path();
    assert_eq!(
        offered(dir, &["init", "here", "--example", "p"]),
        ["parseable", "pinot"]
    );
    assert_eq!(offered(dir, &["man", "com"]), ["completion"]);
    assert_eq!(offered(dir, &["man", "add", ""]), ["nodetype"]);
    assert!(offered(dir, &["man", "nonsense", ""]).is_empty());
}

#[test]
fn a_script_of_another_kind_is_not_answered_and_nothing_is_said() {
    let nowhere = tempfile::tempdir().unwrap();
    let output = asked("tcsh", nowhere.path(), &["remove"]);
    assert!(!output.status.success());
    assert!(output.stdout.is_empty() && output.stderr.is_empty());
    let nobody = Command::new(env!("CARGO_BIN_EXE_dsoi"))
        .env("COMPLETE", "bash")
        .arg("version")
        .output()
        .unwrap();
    assert!(
        nobody.stdout.starts_with(b"dsoi "),
        "a variable of somebody else"
    );
}

#[test]
fn each_script_asks_dsoi_by_its_name() {
    for shell in SHELLS {
        let output = dsoi(&["completion", shell]);
        let script = String::from_utf8(output.stdout).unwrap();
        assert!(script.contains("DSOI_COMPLETE"), "{shell}: {script}");
        let binary = env!("CARGO_BIN_EXE_dsoi");
        assert!(!script.contains(binary), "{shell}: {script}");
    }
}

/// The real shell, where there is one.
#[cfg(unix)]
#[test]
fn bash_completes_node_types_with_the_script() {
    let project = quickstart();
    let binary = Path::new(env!("CARGO_BIN_EXE_dsoi"));
    let path = std::env::var("PATH").unwrap();
    let line = "source <(dsoi completion bash) \
        && complete -p dsoi \
        && COMP_WORDS=(dsoi remove nodetype g) COMP_CWORD=3 COMP_TYPE=9 \
        && _clap_complete_dsoi dsoi g nodetype \
        && printf '<%s>' \"${COMPREPLY[@]}\"";
    let run = Command::new("bash")
        .args(["--noprofile", "--norc", "-c", line])
        .env(
            "PATH",
            format!("{}:{path}", binary.parent().unwrap().display()),
        )
        .current_dir(project.path())
        .output();
    let output = match run {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return,
        run => run.unwrap(),
    };
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{text}");
    assert!(text.contains("-F _clap_complete_dsoi"), "{text}");
    assert!(text.ends_with("<gateway>"), "{text}");
}

/// Those of the quick start, as it has them.
const NODE_TYPES: [&str; 2] = ["store", "gateway"];
