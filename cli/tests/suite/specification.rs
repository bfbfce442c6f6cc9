//! Claims about the custom resources that manifests describe: the structure that Dsoi-Spec gives to all of them, and the public
//! names of Pinot's and Parseable's. What the definitions say is read from the golden projects.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;
use walkdir::WalkDir;

use crate::testdata;

fn crd(file: &str) -> Value {
    let text = fs::read_to_string(testdata("projects").join(file)).unwrap();
    serde_saphyr::from_str(&text).unwrap()
}

fn pinot() -> Value {
    crd("pinot/config/crd/pinots.yaml")
}

fn parseable() -> Value {
    crd("parseable/config/crd/parseabletenants.yaml")
}

fn tally() -> Value {
    crd("quickstart/config/crd/tallies.yaml")
}

fn depot() -> Value {
    crd("depot/config/crd/depots.yaml")
}

/// What is at a path below `spec`, lists stepped into.
fn at<'a>(crd: &'a Value, path: &str) -> &'a Value {
    let root = &crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"];
    path.split('.')
        .filter(|step| !step.is_empty())
        .fold(root, |schema, step| {
            let schema = schema.get("items").unwrap_or(schema);
            let found = &schema["properties"][step];
            assert!(!found.is_null(), "no `{step}` of `{path}`");
            found
        })
}

fn fields(schema: &Value) -> BTreeSet<&str> {
    let schema = schema.get("items").unwrap_or(schema);
    let known = schema["properties"].as_object().unwrap();
    known.keys().map(String::as_str).collect()
}

fn required(schema: &Value) -> BTreeSet<&str> {
    let schema = schema.get("items").unwrap_or(schema);
    let required = schema["required"].as_array().unwrap();
    required.iter().map(|key| key.as_str().unwrap()).collect()
}

/// DS-1, DS-2, DS-9, DS-33, DS-42: whatever the application, there are nodes, two lists of groups, an order and dependencies.
#[test]
fn every_definition_has_the_same_structure_in_its_own_words() {
    for (crd, k8s, app) in [
        (pinot(), "k8sConfig", "pinotNodeConfig"),
        (parseable(), "k8sConfig", "parseableConfig"),
        (tally(), "k8sConfigGroup", "appConfigGroup"),
        (depot(), "k8sConfigGroup", "appConfigGroup"),
    ] {
        let spec = at(&crd, "");
        assert!(
            required(spec).is_superset(&[k8s, app, "nodes"].into()),
            "{k8s}"
        );
        assert!(fields(spec).contains("deploymentOrder"));
        for list in [k8s, app, "nodes"] {
            assert_eq!(
                at(&crd, list)["x-kubernetes-list-map-keys"][0],
                "name",
                "{list}"
            );
        }
    }
}

/// DS-2, DS-19, DS-37, DS-43: an app config group has a name and the application's own fields, and none of Kubernetes.
#[test]
fn an_app_config_group_has_a_name_and_nothing_of_kubernetes() {
    for (crd, k8s, app) in [
        (pinot(), "k8sConfig", "pinotNodeConfig"),
        (parseable(), "k8sConfig", "parseableConfig"),
        (tally(), "k8sConfigGroup", "appConfigGroup"),
        (depot(), "k8sConfigGroup", "appConfigGroup"),
    ] {
        let own = fields(at(&crd, app));
        assert!(required(at(&crd, app)).contains("name"));
        let both: Vec<_> = own.intersection(&fields(at(&crd, k8s))).copied().collect();
        // The environment of Parseable's groups is a map of the application's settings.
        let both: Vec<_> = both
            .into_iter()
            .filter(|key| !matches!(*key, "name" | "env"))
            .collect();
        assert_eq!(both, [""; 0]);
    }
}

/// DS-8, DS-40, MF-1: group, version, kind, plural and short names are whatever the manifest says.
#[test]
fn the_identity_of_an_api_is_the_manifests() {
    for (crd, group, version, kind, plural) in [
        (pinot(), "datainfra.io", "v1beta1", "Pinot", "pinots"),
        (
            parseable(),
            "parseable.io",
            "v1beta1",
            "ParseableTenant",
            "parseabletenants",
        ),
        (tally(), "example.com", "v1alpha1", "Tally", "tallies"),
        (depot(), "depot.example.com", "v1", "Depot", "depots"),
    ] {
        let spec = &crd["spec"];
        assert_eq!(crd["metadata"]["name"], format!("{plural}.{group}"));
        assert_eq!(spec["group"], group);
        assert_eq!(spec["versions"][0]["name"], version);
        assert_eq!(spec["names"]["kind"], kind);
        assert_eq!(spec["names"]["plural"], plural);
    }
}

/// DS-10, DS-11, DS-12, DS-20, DS-38, DS-46: a node has one type, one group of each kind, a kind and a number of replicas; how
/// many nodes are of one type, or use one group, is not limited.
#[test]
fn a_node_names_one_type_and_one_group_of_each_kind() {
    for (crd, k8s, app, node_type) in [
        (pinot(), "k8sConfig", "pinotNodeConfig", "nodeType"),
        (parseable(), "k8sConfig", "parseableConfig", "type"),
        (tally(), "k8sConfigGroup", "appConfigGroup", "nodeType"),
    ] {
        let node = at(&crd, "nodes");
        assert_eq!(
            required(node),
            ["name", "kind", "replicas", node_type, k8s, app].into()
        );
        for single in ["name", "kind", node_type, k8s, app] {
            assert_eq!(at(&crd, &format!("nodes.{single}"))["type"], "string");
        }
        assert_eq!(at(&crd, "nodes.replicas")["type"], "integer");
        assert_eq!(
            at(&crd, "nodes.kind")["enum"],
            serde_json::json!(["StatefulSet", "Statefulset", "Deployment"])
        );
        assert!(at(&crd, &format!("nodes.{node_type}"))["enum"].is_array());
    }
}

/// DS-16, DS-34, DS-44, MF-5: dependencies are named, and each has the typed fields that the manifest gives it.
#[test]
fn dependencies_are_named_and_typed() {
    let (pinot, tally) = (pinot(), tally());
    assert_eq!(
        at(&pinot, "external.zookeeper.spec.zkAddress")["type"],
        "string"
    );
    assert_eq!(at(&tally, "external.database.spec.url")["type"], "string");
    assert_eq!(required(at(&tally, "external")), ["database"].into());
}

/// DS-17, DS-47: the order is a list without repetition, of node types unless the manifest says otherwise.
#[test]
fn the_order_is_a_list_of_node_types() {
    let pinot = pinot();
    let order = at(&pinot, "deploymentOrder");
    assert_eq!(order["x-kubernetes-list-type"], "set");
    assert_eq!(order["items"]["enum"], at(&pinot, "nodes.nodeType")["enum"]);
}

/// DS-18, DS-35, DS-45: what a k8s config group has is Kubernetes' own, down to its leaves.
#[test]
fn a_k8s_config_group_has_the_types_of_kubernetes() {
    let (tally, parseable) = (tally(), parseable());
    for path in [
        "readinessProbe.grpc.port",
        "startupProbe.httpGet.path",
        "env.valueFrom.fieldRef.fieldPath",
        "ports.containerPort",
        "resources.limits",
        "tolerations.tolerationSeconds",
        "volumes.configMap.items.key",
        "service.ports.targetPort",
        "podMetadata.annotations",
        "lifecycle.preStop",
    ] {
        at(&tally, &format!("k8sConfigGroup.{path}"));
    }
    // The fields that the specification itself lists.
    let listed = [
        "name",
        "volumes",
        "volumeMount",
        "image",
        "imagePullPolicy",
        "serviceAccountName",
        "env",
        "tolerations",
        "podMetadata",
        "storageConfig",
        "nodeSelector",
        "service",
    ];
    for crd in [&tally, &parseable] {
        let group = if crd["spec"]["names"]["kind"] == "Tally" {
            "k8sConfigGroup"
        } else {
            "k8sConfig"
        };
        assert!(fields(at(crd, group)).is_superset(&listed.into()));
    }
}

/// DS-36: a storage entry has a name, a path and the spec of a claim.
#[test]
fn a_storage_entry_has_a_name_a_path_and_a_claim() {
    for (crd, group) in [(pinot(), "k8sConfig"), (tally(), "k8sConfigGroup")] {
        let storage = at(&crd, &format!("{group}.storageConfig"));
        assert_eq!(required(storage), ["name", "mountPath", "spec"].into());
        assert!(fields(&storage["items"]["properties"]["spec"]).contains("resources"));
    }
}

/// PN-1: the public names of a Pinot.
#[test]
fn a_pinot_has_the_public_fields() {
    let crd = pinot();
    assert!(
        fields(at(&crd, "")).is_superset(
            &[
                "auth",
                "deploymentOrder",
                "external",
                "k8sConfig",
                "nodes",
                "pinotNodeConfig",
                "plugins"
            ]
            .into()
        )
    );
    assert_eq!(
        fields(at(&crd, "pinotNodeConfig")),
        ["data", "java_opts", "name"].into()
    );
    assert!(fields(at(&crd, "k8sConfig")).is_superset(&["port", "startUpProbe"].into()));
}

/// PA-1: the public names of a `ParseableTenant`.
#[test]
fn a_parseable_tenant_has_the_public_fields() {
    let crd = parseable();
    assert_eq!(
        fields(at(&crd, "parseableConfig")),
        ["cliArgs", "env", "name"].into()
    );
    assert!(fields(at(&crd, "nodes")).contains("type"));
    assert!(fields(at(&crd, "")).is_superset(&["deploymentOrder", "external"].into()));
}

/// DS-5: a generated operator runs one controller for each of its kinds.
#[test]
fn each_kind_has_a_controller_of_its_own() {
    for project in ["pinot", "parseable", "quickstart", "depot"] {
        let root = testdata("projects").join(project);
        let main = fs::read_to_string(root.join("src/main.rs")).unwrap();
        let kinds = WalkDir::new(root.join("config/crd"))
            .into_iter()
            .map(|entry| entry.unwrap().into_path())
            .filter(|path| path.is_file() && !path.ends_with("kustomization.yaml"))
            .count();
        let controllers = [".controller(", ".external("];
        let controllers = controllers.map(|call| main.matches(call).count());
        assert_eq!(controllers.iter().sum::<usize>(), kinds, "{project}");
        assert_eq!(controllers[0], 1, "{project}");
    }
}

/// DS-7: the runtime knows no application.
#[test]
fn the_runtime_names_no_application() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/src");
    let mut read = 0;
    for entry in WalkDir::new(&source) {
        let path = entry.unwrap().into_path();
        let shown = path
            .strip_prefix(&source)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        // Tests may: they are about real applications. Models of the runtime are tests too.
        let of_tests = ["fixture", "tests", "model", "build/server"]
            .iter()
            .any(|part| shown.contains(part));
        if of_tests || path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap().to_lowercase();
        for name in ["pinot", "parseable", "druid", "kafka", "clickhouse"] {
            assert!(!code.contains(name), "{shown} names {name}");
        }
        read += 1;
    }
    assert!(read > 50);
}
