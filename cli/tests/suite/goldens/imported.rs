//! What `dsoi import` makes of others' texts is a program too: from the input to an operator that accepts its sample.

use std::path::{Path, PathBuf};

use super::{ONE_AT_A_TIME, RECORD, cargo_in, target};
use crate::{dsoi, testdata};

/// Runs `dsoi`, which must succeed.
fn run(args: &[&str]) {
    let output = dsoi(args);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {said}");
}

/// A folder of its own, empty.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The project of a manifest in a folder, where it passes the linter and the operator accepts the sample.
fn is_sound(folder: &Path, manifest: &Path) -> PathBuf {
    let project = folder.join("operator");
    let (place, manifest) = (project.to_str().unwrap(), manifest.to_str().unwrap());
    let runtime = format!("path={}", testdata("../runtime").display());
    run(&["check", "-f", manifest]);
    run(&["init", place, "-f", manifest, "--runtime", &runtime]);
    let lint = ["clippy", "--locked", "--quiet", "--", "-D", "warnings"];
    cargo_in(&project, &lint);
    let samples = std::fs::read_dir(project.join("config/samples")).unwrap();
    let samples = samples.map(|entry| entry.unwrap().path());
    let sample = samples
        .filter(|path| !path.ends_with("kustomization.yaml"))
        .find(|path| path.extension().is_some_and(|end| end == "yaml"))
        .unwrap();
    let sample = sample.to_str().unwrap();
    let offline = |verb| {
        cargo_in(
            &project,
            &["run", "--quiet", "--locked", "--", verb, "-f", sample],
        )
    };
    offline("check");
    let children = offline("render");
    assert!(children.contains("kind: StatefulSet") || children.contains("kind: Deployment"));
    project
}

fn imported(form: &str, name: &str) -> PathBuf {
    let folder = folder(&format!("imported-{form}-{name}"));
    let input = testdata("imports").join(form).join(format!("{name}.yaml"));
    let manifest = folder.join("dsoi.yaml");
    run(&[
        "import",
        form,
        "-f",
        input.to_str().unwrap(),
        "-o",
        manifest.to_str().unwrap(),
    ]);
    is_sound(&folder, &manifest)
}

#[test]
fn operators_of_imported_manifests_are_clean_and_accept_their_samples() {
    // SE-27.
    let _turn = ONE_AT_A_TIME
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    for (form, name) in [
        ("helm", "hostile"),
        ("helm", "handover"),
        ("helm", "rights"),
        ("compose", "rights"),
        ("crd", "broker"),
    ] {
        imported(form, name);
    }
}

#[test]
fn operators_of_imported_manifests_pass_their_own_tests() {
    // SE-27.
    let _turn = ONE_AT_A_TIME
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    for (form, name) in [("helm", "stream"), ("compose", "shop"), ("crd", "stores")] {
        let project = imported(form, name);
        // The first run records the children, as the README of the project says.
        let mut record = std::process::Command::new(env!("CARGO"));
        record
            .args(["test", "--locked", "--quiet", "--test", "children"])
            .current_dir(&project)
            .env("CARGO_TARGET_DIR", target())
            .env(RECORD.0, RECORD.1);
        assert!(record.output().unwrap().status.success(), "{form} {name}");
        for test in ["children", "rbac", "schema"] {
            cargo_in(&project, &["test", "--locked", "--quiet", "--test", test]);
        }
    }
}

/// Names of config maps wherever a manifest can say them: of its own, of one that may be absent, of the cluster's, and of one
/// that is made later.
const NAMES: &str = r#"apiVersion: dsoi.dev/v1alpha1
operator: {name: tally-operator}
api: {group: example.com, version: v1alpha1}
cluster:
  kind: Tally
  image: example/tally:1
  appConfigGroup: {fields: {debug: bool = false}}
  configMaps:
    common: {data: {A: b}}
    maybe: {$if: spec.extra, data: {A: b}}
  spec: {extra: optional string}
  nodeTypes:
    store:
      kinds: [StatefulSet]
      args: [serve, "--own=${configMaps.own.name}"]
      env: {COND: "${configMaps.cond.name}", COMMON: "${configMaps.common.name}", MAYBE: "${configMaps.maybe.name}"}
      configMaps:
        own: {data: {A: b}}
        cond: {$if: config.debug, data: {B: c}}
        names: {data: {OWN: "${configMaps.own.name}", COMMON: "${configMaps.common.name}", LATER: "${configMaps.zz.name}", COND: "${configMaps.cond.name}", N: 8080, T: plain}}
        zz: {name: "${cr.name}-${node.name}-other", data: {A: b}}
      files:
        app: {path: /etc/app/app.yaml, content: {own: "${configMaps.own.name}", cond: "${configMaps.cond.name}", common: "${configMaps.common.name}"}}
      pod:
        containers:
        - {name: side, image: "example/side:1", env: {COND: "${configMaps.cond.name}", COMMON: "${configMaps.common.name}"}}
        volumes:
        - {name: cond, configMap: {name: "${configMaps.cond.name ?? 'none'}"}}
        - {name: common, configMap: {name: "${configMaps.common.name}"}}
"#;

#[test]
fn a_config_map_has_its_name_wherever_a_manifest_says_it() {
    let _turn = ONE_AT_A_TIME
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let folder = folder("named-config-maps");
    let manifest = folder.join("dsoi.yaml");
    std::fs::write(&manifest, NAMES).unwrap();
    let project = is_sound(&folder, &manifest);
    let render = [
        "run",
        "--quiet",
        "--locked",
        "--",
        "render",
        "-f",
        "config/samples/tally.yaml",
    ];
    let children = cargo_in(&project, &render);
    for said in [
        "--own=tally-store-own",
        "value: tally-common",
        "COMMON: tally-common",
        "LATER: tally-store-other",
        "name: none",
    ] {
        assert!(children.contains(said), "{said}: {children}");
    }
}
