//! What the API server refuses by itself, by the schema and the CEL rules of a generated CRD, and
//! in which words: no operator runs here.

use std::sync::LazyLock;

use dsoi_runtime::testing::ControlPlane;
use serde_json::{Value, json};

use crate::{
    golden::{conformance, generate, workspace},
    objects::{Objects, custom, document},
};

/// What makes a resource one that the server refuses.
type Change = fn(&mut Value);

/// The CRD of the manifest that has every rule, on a server, and a namespace.
async fn vaults() -> (Objects, Value) {
    static CRD: LazyLock<String> = LazyLock::new(|| {
        let manifest = workspace().join("testdata/conformance/door-manifest.yaml");
        let folder = generate("door", &manifest).unwrap_or_else(|error| panic!("{error}"));
        std::fs::read_to_string(folder.join("config/crd/vaults.yaml")).unwrap()
    });
    let crd = &*CRD;
    let plane = ControlPlane::shared().await.unwrap();
    let namespace = plane.namespace("door", &[]).await.unwrap();
    namespace.apply_yaml(crd).await.unwrap();
    let objects = Objects::new(
        plane.admin().unwrap(),
        namespace.name(),
        &custom(&document(crd)),
    );
    (objects, document(&conformance("door-cr.yaml")))
}

fn refusal(error: &kube::Error) -> &str {
    match error {
        kube::Error::Api(status) if status.code == 422 => &status.message,
        error => panic!("{error}"),
    }
}

/// DS-15, DS-17, DS-41, DS-46, PN-9, MF-13, MF-14.
#[tokio::test]
async fn the_server_refuses_what_the_crd_can_say_and_names_it() {
    let (objects, good) = vaults().await;
    let cases: [(&str, Change); 19] = [
        (
            "a node's `k8sConfigGroup` names no entry of `spec.k8sConfigGroup`",
            |cr| cr["spec"]["nodes"][1]["k8sConfigGroup"] = json!("large"),
        ),
        (
            "a node's `appConfigGroup` names no entry of `spec.appConfigGroup`",
            |cr| cr["spec"]["appConfigGroup"][0]["name"] = json!("other"),
        ),
        (
            "spec.nodes[1].nodeType: Unsupported value: \"sever\": supported values: \"keeper\", \"server\"",
            |cr| cr["spec"]["nodes"][1]["nodeType"] = json!("sever"),
        ),
        (
            "spec.nodes[1].kind: Unsupported value: \"DaemonSet\"",
            |cr| {
                cr["spec"]["nodes"][1]["kind"] = json!("DaemonSet");
            },
        ),
        ("nodes of type `keeper` run as a StatefulSet", |cr| {
            cr["spec"]["nodes"][0]["kind"] = json!("Deployment");
        }),
        (
            "nodes of type `keeper` have one of [1, 3, 5] replicas",
            |cr| cr["spec"]["nodes"][0]["replicas"] = json!(2),
        ),
        ("nodes of type `server` have at most 9 replicas", |cr| {
            cr["spec"]["nodes"][1]["replicas"] = json!(10);
        }),
        ("spec.nodes[1].replicas", |cr| {
            cr["spec"]["nodes"][1]["replicas"] = json!(-1);
        }),
        ("at most 1 nodes of type `keeper` may exist", |cr| {
            let mut second = cr["spec"]["nodes"][0].clone();
            second["name"] = json!("second");
            cr["spec"]["nodes"].as_array_mut().unwrap().push(second);
        }),
        ("at least 1 nodes of type `server` are needed", |cr| {
            cr["spec"]["nodes"].as_array_mut().unwrap().truncate(1);
        }),
        (
            "spec.nodes[1]: Duplicate value: {\"name\":\"keep\"}",
            |cr| {
                cr["spec"]["nodes"][1]["name"] = json!("keep");
            },
        ),
        (
            "spec.k8sConfigGroup[1]: Duplicate value: {\"name\":\"small\"}",
            |cr| cr["spec"]["k8sConfigGroup"] = json!([{"name": "small"}, {"name": "small"}]),
        ),
        (
            "spec.appConfigGroup[1]: Duplicate value: {\"name\":\"plain\"}",
            |cr| cr["spec"]["appConfigGroup"] = json!([{"name": "plain"}, {"name": "plain"}]),
        ),
        (
            "spec.deploymentOrder[1]: Unsupported value: \"sever\"",
            |cr| cr["spec"]["deploymentOrder"] = json!(["keeper", "sever"]),
        ),
        (
            "spec.deploymentOrder[2]: Duplicate value: \"keeper\"",
            |cr| {
                cr["spec"]["deploymentOrder"] = json!(["keeper", "server", "keeper"]);
            },
        ),
        ("`deploymentOrder` leaves out a node", |cr| {
            cr["spec"]["deploymentOrder"] = json!(["keeper"]);
        }),
        ("spec.deploymentOrder: Required value", |cr| {
            cr["spec"]
                .as_object_mut()
                .unwrap()
                .remove("deploymentOrder");
        }),
        ("`s3` needs `spec.bucket`", |cr| {
            cr["spec"]["external"]["backend"]["spec"] = json!({});
        }),
        ("the name is longer than", |cr| {
            cr["metadata"]["name"] = json!("m".repeat(60));
        }),
    ];
    for (expected, change) in cases {
        let mut cr = good.clone();
        change(&mut cr);
        let error = objects.try_create(&cr).await.unwrap_err();
        let said = refusal(&error);
        println!("{said}");
        assert!(said.contains(expected), "`{expected}` is not in: {said}");
    }
    let mut long = good.clone();
    long["spec"]["nodes"][1]["name"] = json!("s".repeat(64));
    let error = objects.try_create(&long).await.unwrap_err();
    assert!(refusal(&error).contains("spec.nodes[1].name: Too long"));
    objects.create(&good).await;
}

/// MF-4, MF-14: what is fixed, or may only grow, stays so, also by the way of removing it first.
#[tokio::test]
async fn the_server_refuses_changes_that_the_manifest_forbids() {
    let (objects, mut good) = vaults().await;
    good["metadata"]["name"] = json!("fixed");
    objects.create(&good).await;
    let cases = [
        (json!({"region": "south"}), "`region` cannot change"),
        (json!({"zone": "b"}), "`zone` cannot change"),
        (
            json!({"zone": null}),
            "`zone` cannot be removed once it is set",
        ),
        (json!({"partitions": 3}), "`partitions` cannot shrink"),
        (json!({"shards": 1}), "`shards` cannot shrink"),
        (
            json!({"shards": null}),
            "`shards` cannot be removed once it is set",
        ),
        (
            json!({"tables": [{"name": "orders", "engine": "tree"}]}),
            "`engine` cannot change",
        ),
    ];
    for (change, expected) in cases {
        let error = objects
            .try_merge("Vault", "fixed", &json!({"spec": change}))
            .await
            .unwrap_err();
        let said = refusal(&error);
        println!("{said}");
        assert!(said.contains(expected), "`{expected}` is not in: {said}");
    }
    let grown = json!({"spec": {
        "partitions": 8,
        "shards": 3,
        "tables": [{"name": "orders", "engine": "log"}, {"name": "items", "engine": "tree"}],
    }});
    objects.merge("Vault", "fixed", &grown).await;
}
