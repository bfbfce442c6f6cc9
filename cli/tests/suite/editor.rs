//! What an editor knows: the schemas in `config/schema/` hold what is right against what is wrong, as a language server does.

use std::fs;
use std::path::{Path, PathBuf};

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::{shipped, testdata};

const GOLDENS: &[&str] = &["depot", "parseable", "pinot", "quickstart"];

/// Codes of mistakes in the shape of a manifest, which a schema sees.
const SHAPE: &[&str] = &["E0102", "E0103", "E0104", "E0105", "E0106"];

/// Files of these codes whose mistakes are deeper than a schema looks: in the directives of a tree, and in what depends on
/// another key.
const UNSEEN: &[&str] = &["E0102-directives.yaml", "E0104-outside.yaml"];

/// The schema that the first line of a YAML file names, and what the file holds.
fn opened(file: &Path) -> (Validator, Value) {
    let text = fs::read_to_string(file).unwrap();
    let first = text.lines().next().unwrap();
    let named = first.strip_prefix("# yaml-language-server: $schema=");
    let named = named.unwrap_or_else(|| panic!("{}: {first}", file.display()));
    let schema = read(&file.parent().unwrap().join(named));
    jsonschema::meta::validate(&schema).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    (schema, serde_saphyr::from_str(&text).unwrap())
}

fn read(path: &Path) -> Value {
    let text = fs::read_to_string(path);
    serde_json::from_str(&text.unwrap_or_else(|error| panic!("{}: {error}", path.display())))
        .unwrap()
}

fn samples() -> Vec<PathBuf> {
    let mut all = Vec::new();
    for golden in GOLDENS {
        let folder = testdata("projects").join(golden).join("config/samples");
        let files = fs::read_dir(folder).unwrap();
        all.extend(files.map(|file| file.unwrap().path()));
    }
    all.sort();
    assert!(all.len() > GOLDENS.len());
    all
}

#[test]
fn every_sample_is_of_the_schema_that_it_names() {
    for file in samples() {
        let (schema, value) = opened(&file);
        let wrong: Vec<String> = schema
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{}: {wrong:?}", file.display());
    }
}

#[test]
fn what_the_api_server_refuses_or_drops_is_none() {
    for file in samples() {
        let (schema, value) = opened(&file);
        for (path, wrong) in [
            ("/apiVersion", json!("example.com/v0")),
            ("/kind", json!("Other")),
            ("/metadata/nmae", json!("a")),
            ("/metadata/name", json!("A b")),
            ("/spec", Value::Null),
            ("/spec/unknown", json!(1)),
            ("/sepc", json!({})),
        ] {
            let mut changed = value.clone();
            let (above, key) = path.rsplit_once('/').unwrap();
            changed.pointer_mut(above).unwrap()[key] = wrong;
            assert!(!schema.is_valid(&changed), "{}: {path}", file.display());
        }
    }
    let (schema, value) = opened(&testdata("projects/quickstart/config/samples/tally.yaml"));
    for (path, key, wrong) in [
        ("/spec/nodes/0", "replicas", json!("3")),
        ("/spec/nodes/0", "replica", json!(3)),
        ("/spec/nodes/0", "nodeType", json!("none")),
        ("/spec/appConfigGroup/0", "logLevel", json!("loud")),
        ("/spec/k8sConfigGroup/0", "serivce", json!({})),
        (
            "/spec/k8sConfigGroup/0",
            "resources",
            json!({"limits": {"cpu": "1 cpu"}}),
        ),
        (
            "/spec/k8sConfigGroup/0",
            "tolerations",
            json!([{"keys": "a"}]),
        ),
    ] {
        let mut changed = value.clone();
        changed.pointer_mut(path).unwrap()[key] = wrong;
        assert!(!schema.is_valid(&changed), "{path}/{key}");
    }
    let mut numbers = value;
    numbers["spec"]["k8sConfigGroup"][0]["resources"] =
        json!({"limits": {"cpu": 1, "memory": "1Gi"}});
    assert!(schema.is_valid(&numbers));
}

#[test]
fn the_schemas_are_small_and_each_definition_has_one() {
    for golden in GOLDENS {
        let project = testdata("projects").join(golden).join("config");
        let count = |folder: &str| fs::read_dir(project.join(folder)).unwrap().count();
        // The manifest's own beside them, and `kustomization.yaml` beside the definitions.
        assert_eq!(count("schema"), count("crd"), "{golden}");
        for file in fs::read_dir(project.join("schema")).unwrap() {
            let file = file.unwrap();
            let size = file.metadata().unwrap().len();
            assert!(
                size < 80 * 1024,
                "{golden}: {:?} has {size} bytes",
                file.file_name()
            );
        }
    }
}

#[test]
fn the_schema_of_the_manifest_takes_every_manifest_and_sees_a_wrong_shape() {
    let schema = read(&testdata(
        "projects/quickstart/config/schema/dsoi.yaml.json",
    ));
    let schema = jsonschema::validator_for(&schema).unwrap();
    for (name, text) in shipped() {
        let value: Value = serde_saphyr::from_str(&text).unwrap();
        let wrong: Vec<String> = schema
            .iter_errors(&value)
            .map(|e| format!("{}: {e}", e.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
    }
    let mut seen = 0;
    for entry in fs::read_dir(testdata("problems")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let is_shape = SHAPE.iter().any(|code| name.starts_with(code));
        if !is_shape || path.extension().is_none_or(|end| end != "yaml") || UNSEEN.contains(&name) {
            continue;
        }
        // A key that stands twice is refused by whoever reads YAML.
        let Ok(value) = serde_saphyr::from_str(&fs::read_to_string(&path).unwrap()) else {
            continue;
        };
        let value: Value = value;
        assert!(!schema.is_valid(&value), "{name}");
        seen += 1;
    }
    assert!(seen > 8, "{seen}");
}
