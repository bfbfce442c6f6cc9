//! `dsoi explain` of a field of the custom resource: what it says, and that it says it of every field.

mod changes;
mod oracle;
mod origin;

use dsoi::check;
use dsoi::explain::Resource;
use dsoi::manifest::Source;
use dsoi::render::docs::fields;
use serde_json::Value;

use crate::{dsoi, shipped, testdata};

fn explained(manifest: &str, what: &str) -> (Option<i32>, String) {
    let directory = testdata("manifests");
    let output = dsoi(&[
        "-C",
        directory.to_str().unwrap(),
        "explain",
        what,
        "-f",
        manifest,
    ]);
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

#[test]
fn a_field_says_its_rules_where_it_is_declared_what_it_sets_and_what_restarts() {
    let (code, text) = explained("pinot.yaml", "Pinot.spec.pinotNodeConfig[0].java_opts");
    assert_eq!(
        (code, text.as_str()),
        (
            Some(0),
            r#"Pinot spec.pinotNodeConfig[].java_opts: string, required

Rules:
  most characters: 262144

Declared: pinot.yaml:12:29
  12 |   appConfigGroup: {fields: {java_opts: string, data: {type: string, doc: body of the node's .conf file}}}
     |                             ^^^^^^^^^^^^^^^^^

Sets:
  Deployment spec.template.spec.containers[0].env["JAVA_OPTS"]  (broker, controller, minion, server), restarts pods
  StatefulSet spec.template.spec.containers[0].env["JAVA_OPTS"]  (broker, controller, minion, server), restarts pods

Change: A change restarts the pods of nodes of all node types that name the group.
"#
        )
    );
}

#[test]
fn what_follows_a_change_depends_on_the_field() {
    for (manifest, path, says) in [
        ("pinot.yaml", "spec.nodes.replicas", "none restarts"),
        (
            "quickstart.yaml",
            "spec.nodes.replicas",
            "At nodes of the node type gateway, no pod restarts. At nodes of the node type store, it restarts the pods of all node types, which count them.",
        ),
        (
            "quickstart.yaml",
            "spec.nodes.replicas",
            "(gateway, store), restarts pods, where the node is a store",
        ),
        (
            "quickstart.yaml",
            "spec.k8sConfigGroup.podDisruptionBudget.minAvailable",
            "written in place",
        ),
        ("quickstart.yaml", "spec.rollout.after", "sets nothing"),
        ("quickstart.yaml", "spec.stopped", "takes all pods away"),
        (
            "quickstart.yaml",
            "spec.nodes.kind",
            "replaces the workload",
        ),
        ("quickstart.yaml", "spec.nodes.name", "another node"),
        ("quickstart.yaml", "metadata.name", "another resource"),
        (
            "quickstart.yaml",
            "status.nodes.ready",
            "The operator writes it",
        ),
        (
            "quickstart.yaml",
            "spec.k8sConfigGroup.resources.limits.cpu",
            "containers[0].resources.limits[\"cpu\"]",
        ),
    ] {
        let (code, text) = explained(manifest, path);
        assert!(code == Some(0) && text.contains(says), "{path}: {text}");
    }
}

#[test]
fn a_field_that_is_not_there_names_what_is() {
    for (path, says) in [
        (
            "spec.pinotNodeConfig.javaOpts",
            "did you mean `spec.pinotNodeConfig[].java_opts`?",
        ),
        (
            "spec.appConfigGroup.data",
            "did you mean `spec.pinotNodeConfig`?",
        ),
        (
            "spec.nodes.replica",
            "`spec.nodes[]` has k8sConfig, kind, name, nodeType",
        ),
        (
            "java_opts",
            "did you mean `spec.pinotNodeConfig[].java_opts`",
        ),
        ("Pinot.kind.x", "has no fields"),
    ] {
        let (code, text) = explained("pinot.yaml", path);
        assert!(code == Some(2) && text.contains(says), "{path}: {text}");
    }
}

#[test]
fn a_key_of_the_manifest_shows_what_is_written_there_and_what_lies_under_it() {
    let (_, text) = explained("pinot.yaml", "cluster.nodeTypes.controller.files.conf");
    assert!(
        text.contains("Written: cluster.nodeTypes.controller.files.conf at pinot.yaml:25\n"),
        "{text}"
    );
    assert!(
        text.contains("Under it: cluster.everyNodeType.files.conf at pinot.yaml:41\n"),
        "{text}"
    );
}

#[test]
fn without_a_manifest_a_path_of_a_resource_says_what_is_missing() {
    let empty = tempfile::tempdir().unwrap();
    let output = dsoi(&[
        "-C",
        empty.path().to_str().unwrap(),
        "explain",
        "spec.nodes.replicas",
    ]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text.contains("`-f FILE` names a manifest alone"), "{text}");
}

#[test]
fn the_keys_for_programs_are_always_the_same() {
    let directory = testdata("manifests");
    let directory = directory.to_str().unwrap();
    for path in ["spec.plugins", "spec.nodes", "status", "pinot"] {
        let output = dsoi(&[
            "-C",
            directory,
            "explain",
            path,
            "-f",
            "pinot.yaml",
            "--output",
            "json",
        ]);
        let envelope: Value = serde_json::from_slice(&output.stdout).unwrap();
        let keys: Vec<_> = envelope["data"]["field"]
            .as_object()
            .unwrap()
            .keys()
            .collect();
        assert_eq!(
            keys,
            [
                "change", "declared", "default", "doc", "fields", "required", "rules", "sets",
                "type"
            ],
            "{path}"
        );
        let change = envelope["data"]["field"]["change"].as_object().unwrap();
        assert_eq!(
            change.keys().collect::<Vec<_>>(),
            ["effect", "restarts", "text"]
        );
    }
}

/// The paths of all fields of a schema.
fn paths(at: &str, schema: &Value, out: &mut Vec<String>) {
    if let Some(items) = schema.get("items") {
        return paths(&format!("{at}[]"), items, out);
    }
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let path = if at.is_empty() {
            name.clone()
        } else {
            format!("{at}.{name}")
        };
        paths(&path, field, out);
        out.push(path);
    }
}

#[test]
fn every_field_of_the_reference_and_of_the_definition_is_explained() {
    let mut explained = 0;
    for (name, text) in shipped() {
        let source = Source::new(name.as_str(), text.into_bytes()).unwrap();
        let (manifest, operator) = check::read(&source).unwrap();
        let mut all: Vec<String> = fields(&operator)
            .into_iter()
            .map(|field| field.field)
            .collect();
        let crd = dsoi::command::init::generate(
            &source,
            &dsoi::render::Settings {
                runtime: dsoi::plan::Runtime::Version("0.1.0".to_owned()),
                kubernetes: "1.36".to_owned(),
            },
        )
        .unwrap();
        let crd = crd
            .get(&format!("config/crd/{}.yaml", operator.cluster.plural))
            .unwrap();
        let crd: Value = serde_saphyr::from_str(crd).unwrap();
        let schema = &crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
        paths("", schema, &mut all);
        let resource = Resource::new(&manifest, &operator);
        for path in all {
            let found = resource.field(&path);
            // The words that a manifest has too need the kind in front.
            let found =
                found.or_else(|| resource.field(&format!("{}.{path}", operator.cluster.kind)));
            let found = found.unwrap_or_else(|| panic!("{name}: {path}"));
            let found = found.unwrap_or_else(|missing| panic!("{name}: {path}: {missing:?}"));
            assert!(
                !found.ty.is_empty() && !found.change.text.is_empty(),
                "{name}: {path}"
            );
            if let Some(span) = found.declared {
                assert!(!source.slice(span).is_empty(), "{name}: {path}");
            }
            explained += 1;
        }
    }
    assert!(explained > 2000, "{explained}");
}

#[test]
fn every_field_that_a_manifest_adds_is_found_where_it_is_declared() {
    let mut declared = 0;
    for (name, text) in shipped() {
        let source = Source::new(name.as_str(), text.into_bytes()).unwrap();
        let (manifest, operator) = check::read(&source).unwrap();
        let config = &operator.cluster.spelling.app_config_group.wire;
        let groups = operator
            .cluster
            .config
            .iter()
            .map(|field| (format!("spec.{config}[]."), field));
        let spec = operator
            .cluster
            .spec
            .iter()
            .map(|field| ("spec.".to_owned(), field));
        let node = operator
            .cluster
            .node
            .iter()
            .map(|field| ("spec.nodes[].".to_owned(), field));
        for (at, known) in groups.chain(spec).chain(node) {
            let path = format!("{at}{}", known.wire);
            let resource = Resource::new(&manifest, &operator);
            let found = resource.field(&path).unwrap().unwrap();
            let span = found.declared.unwrap_or_else(|| panic!("{name}: {path}"));
            let written = source.slice(span);
            assert!(
                written.starts_with(known.wire.as_str()),
                "{name}: {path}: {written}"
            );
            declared += 1;
        }
    }
    assert!(declared > 10, "{declared}");
}
