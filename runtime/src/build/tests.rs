//! What is built, as claims about the documents of three kinds.

mod applications;
mod beside;
mod claims;
mod refusals;

use k8s_openapi::api::core::v1::{Container, PodSpec};
use serde_json::{Value, json};

use crate::fixture::group::{container, pod};
use crate::fixture::{child, desired, parseable, pinot, tally, with};
use crate::kind::ChildKind::{ConfigMap, Deployment, Service, StatefulSet};

fn store(cr: &Value) -> Value {
    child(
        &desired::<tally::Tally>(cr).unwrap(),
        StatefulSet,
        "t-store",
    )
}

fn gate(cr: &Value) -> Value {
    child(&desired::<tally::Tally>(cr).unwrap(), Deployment, "t-gate")
}

fn small(field: &str, value: Value) -> Value {
    with(
        &tally::sample(),
        &format!("/spec/k8sConfigGroup/0/{field}"),
        value,
    )
}

fn broker(cr: &Value) -> Value {
    let desired = desired::<pinot::Pinot>(cr).unwrap();
    child(&desired, StatefulSet, "pinot-broker-broker")
}

fn env_names(container: &Container) -> Vec<&str> {
    let env = container.env.iter().flatten();
    env.map(|variable| variable.name.as_str()).collect()
}

// SE-12.
#[test]
fn a_setting_that_the_operator_decides_is_told_once_with_its_file() {
    let extra = json!({"log": "trace", "mine": 1, "database": {"pool": 5}});
    let cr = with(&tally::sample(), "/spec/appConfigGroup/0/extra", extra);
    let notes = desired::<tally::Tally>(&cr).unwrap().notes;
    let notes: Vec<String> = notes.iter().map(ToString::to_string).collect();
    assert_eq!(
        notes,
        [
            "spec.appConfigGroup[0]: sets `log` of the file `app` (/etc/tally/app.yaml), which the operator decides: it has no effect"
        ]
    );
    assert!(
        desired::<tally::Tally>(&tally::sample())
            .unwrap()
            .notes
            .is_empty()
    );
}

fn digests(workload: &Value) -> Value {
    workload["spec"]["template"]["metadata"]["annotations"].clone()
}

/// DS-18, PN-4: what the group says arrives, tolerations and pod metadata too.
#[test]
fn a_group_s_fields_reach_the_pod() {
    let cr = with(
        &pinot::sample(),
        "/spec/k8sConfig/1/tolerations",
        json!([{"key": "zone", "operator": "Exists"}]),
    );
    let metadata = json!({"labels": {"team": "x"}, "annotations": {"note": "y"}});
    let cr = with(&cr, "/spec/k8sConfig/1/podMetadata", metadata);
    let cr = with(
        &cr,
        "/spec/k8sConfig/1/nodeSelector",
        json!({"disk": "ssd"}),
    );
    let broker = broker(&cr);
    let pod = pod(&broker);
    assert_eq!(pod.tolerations.unwrap()[0].key.as_deref(), Some("zone"));
    assert_eq!(pod.node_selector.unwrap()["disk"], "ssd");
    assert_eq!(pod.service_account_name.as_deref(), Some("default"));
    let metadata = &broker["spec"]["template"]["metadata"];
    assert_eq!(metadata["labels"]["team"], "x");
    assert_eq!(metadata["annotations"]["note"], "y");
    let container = container(&broker);
    assert_eq!(container.name, "pinot-broker-broker");
    assert_eq!(container.image.as_deref(), Some("apachepinot/pinot:latest"));
    assert_eq!(container.command, None);
    assert_eq!(
        container.args.unwrap(),
        [
            "Start",
            "-zkAddress",
            "zk:2181",
            "-configFileName",
            "/var/pinot/broker/config/pinot-broker.conf"
        ]
    );
    assert_eq!(
        container.liveness_probe.unwrap().initial_delay_seconds,
        Some(60)
    );
}

#[test]
fn a_variable_that_comes_again_overrides_at_its_first_place() {
    // Without a place of its own the group's env comes last, and wins.
    let cr = with(
        &tally::sample(),
        "/spec/k8sConfigGroup/1/env",
        json!([{"name": "A", "value": "1"}, {"name": "ADVERTISED", "value": "x"}]),
    );
    let container_ = container(&gate(&cr));
    assert_eq!(env_names(&container_), ["POD_IP", "ADVERTISED", "A"]);
    assert_eq!(container_.env.unwrap()[1].value.as_deref(), Some("x"));
    // Where the manifest places it before its own, the manifest's wins.
    let env = json!([{"name": "JAVA_OPTS", "value": "x"}, {"name": "Z", "value": "1"}]);
    let cr = with(&pinot::sample(), "/spec/k8sConfig/1/env", env);
    let container_ = container(&broker(&cr));
    assert_eq!(env_names(&container_), ["JAVA_OPTS", "Z"]);
    assert_eq!(container_.env.unwrap()[0].value.as_deref(), Some("-Xmx1G"));
}

/// PN-6.
#[test]
fn mounts_stand_in_the_order_storage_files_rest() {
    let volumes = json!([{"name": "tmp", "emptyDir": {}}]);
    let cr = with(&pinot::sample(), "/spec/k8sConfig/1/volumes", volumes);
    let mounts = json!([{"name": "tmp", "mountPath": "/tmp"}]);
    let broker = broker(&with(&cr, "/spec/k8sConfig/1/volumeMount", mounts));
    let mounts = container(&broker).volume_mounts.unwrap();
    let mounts: Vec<(&str, &str)> = mounts
        .iter()
        .map(|mount| (mount.name.as_str(), mount.mount_path.as_str()))
        .collect();
    assert_eq!(
        mounts,
        [
            ("pinot-broker-pvc", "/var/pinot/broker/data"),
            ("pinot-simple-broker-config", "/var/pinot/broker/config"),
            ("tmp", "/tmp"),
        ]
    );
    let volumes = pod(&broker).volumes.unwrap();
    let names: Vec<&str> = volumes.iter().map(|volume| volume.name.as_str()).collect();
    assert_eq!(names, ["pinot-simple-broker-config", "tmp"]);
    assert!(volumes[1].empty_dir.is_some());
}

/// NC-25: a stopped cluster has no pods, and what its nodes know of each other stays.
#[test]
fn a_stopped_cluster_asks_for_no_pods_and_changes_nothing_else() {
    let at = "/spec/k8sConfigGroup/0/persistentVolumeClaimRetentionPolicy";
    let cr = with(&tally::sample(), at, json!({"whenScaled": "Delete"}));
    let running = desired::<tally::Tally>(&cr).unwrap();
    let stopped = desired::<tally::Tally>(&with(&cr, "/spec/stopped", json!(true))).unwrap();
    assert_eq!(running.children.len(), stopped.children.len());
    for (was, is) in running.children.iter().zip(&stopped.children) {
        let mut expected = (*was.document).clone();
        if was.id.kind.is_workload() {
            expected["spec"]["replicas"] = json!(0);
        }
        if was.id.kind == StatefulSet {
            // Its claims would go with the pods.
            expected["spec"]["persistentVolumeClaimRetentionPolicy"]["whenScaled"] =
                json!("Retain");
        }
        assert_eq!(*is.document, expected, "{}", was.id);
    }
}

/// PA-3, OR-5: a changed value restarts the pods that read it, and no others.
#[test]
fn a_changed_config_changes_exactly_the_templates_that_use_it() {
    let digest = |cr: &Value| {
        let out = desired::<parseable::ParseableTenant>(cr).unwrap();
        digests(&child(&out, Deployment, "small-server"))
    };
    let sample = parseable::sample();
    let edited = with(
        &sample,
        "/spec/parseableConfig/0/env/P_ADDR",
        json!("0.0.0.0:9000"),
    );
    let key = "dsoi.dev/config-server-server-config";
    assert_ne!(digest(&sample)[key], digest(&edited)[key]);
    assert_eq!(
        digest(&sample)["dsoi.dev/config-tenant-ext"],
        digest(&edited)["dsoi.dev/config-tenant-ext"]
    );

    let sample = pinot::sample();
    let edited = with(&sample, "/spec/pinotNodeConfig/1/data", json!("a=other"));
    let out = |cr: &Value| desired::<pinot::Pinot>(cr).unwrap();
    assert_ne!(broker(&sample)["spec"], broker(&edited)["spec"]);
    let server = |cr: &Value| child(&out(cr), StatefulSet, "pinot-server-server");
    assert_eq!(server(&sample), server(&edited));
}

/// OR-10: no two workloads of a cluster select the same pods.
#[test]
fn selectors_are_disjoint_and_match_their_own_pods() {
    let mut node = tally::sample()["spec"]["nodes"][1].clone();
    node["name"] = json!("gate2");
    let out = desired::<tally::Tally>(&with(&tally::sample(), "/spec/nodes/-", node)).unwrap();
    let workloads = [
        child(&out, StatefulSet, "t-store"),
        child(&out, Deployment, "t-gate"),
        child(&out, Deployment, "t-gate2"),
    ];
    let selects = |workload: &Value, pods: &Value| {
        let selector = workload["spec"]["selector"]["matchLabels"]
            .as_object()
            .unwrap();
        let labels = &pods["spec"]["template"]["metadata"]["labels"];
        assert_eq!(selector.len(), 3);
        selector.iter().all(|(key, value)| labels[key] == *value)
    };
    for (index, workload) in workloads.iter().enumerate() {
        for (other, pods) in workloads.iter().enumerate() {
            assert_eq!(selects(workload, pods), index == other);
        }
    }
}

/// OR-2, OR-14: each child is known by its kind and name, and says whose it is.
#[test]
fn every_child_carries_the_runtime_s_labels_and_one_owner() {
    let out = desired::<tally::Tally>(&tally::sample()).unwrap();
    for child in &out.children {
        let metadata = &child.document["metadata"];
        assert_eq!(
            metadata["labels"]["app.kubernetes.io/managed-by"],
            "test-operator"
        );
        assert_eq!(metadata["labels"]["app.kubernetes.io/instance"], "t");
        assert_eq!(metadata["labels"]["dsoi.dev/kind"], "Tally.example.com");
        assert_eq!(
            metadata["ownerReferences"],
            json!([{
                "apiVersion": "example.com/v1alpha1", "kind": "Tally",
                "name": "t", "uid": "u-1", "controller": true,
            }])
        );
        assert_eq!(metadata["namespace"], "prod");
    }
}

/// Fields that stay behind when an apply leaves them out are in every document.
#[test]
fn what_is_always_sent_is_in_every_document() {
    let desired = desired::<tally::Tally>(&tally::sample()).unwrap();
    for child in &desired.children {
        for pointer in child.id.kind.row().always_sent {
            assert!(
                child.document.pointer(pointer).is_some(),
                "{} {pointer}",
                child.id
            );
        }
    }
    let store = store(&tally::sample());
    assert_eq!(
        store["spec"]["updateStrategy"],
        json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 0}})
    );
    assert_eq!(
        store["spec"]["persistentVolumeClaimRetentionPolicy"],
        json!({"whenDeleted": "Retain", "whenScaled": "Retain"})
    );
    assert_eq!(
        gate(&tally::sample())["spec"]["strategy"],
        json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}})
    );
}

#[test]
fn no_document_has_a_null_or_an_empty_list() {
    fn walk(value: &Value, path: &str) {
        match value {
            Value::Null => panic!("{path} is null"),
            Value::Array(items) => {
                assert!(!items.is_empty(), "{path} is empty");
                for item in items {
                    walk(item, path);
                }
            }
            Value::Object(map) => map
                .iter()
                .for_each(|(key, value)| walk(value, &format!("{path}.{key}"))),
            _ => {}
        }
    }
    for child in &desired::<tally::Tally>(&tally::sample()).unwrap().children {
        walk(&child.document, &child.id.to_string());
    }
    for child in &desired::<pinot::Pinot>(&pinot::sample()).unwrap().children {
        walk(&child.document, &child.id.to_string());
    }
}

/// SE-10, and the group's word against the profile's.
#[test]
fn pods_meet_the_restricted_standard_unless_the_resource_says_otherwise() {
    let restricted = |pod: PodSpec| {
        let container = pod.containers[0].security_context.clone().unwrap();
        (
            pod.security_context.unwrap().run_as_non_root,
            container.allow_privilege_escalation,
            container.capabilities.unwrap().drop.unwrap(),
        )
    };
    let drop_all = vec!["ALL".to_owned()];
    let found = restricted(pod(&store(&tally::sample())));
    assert_eq!(found, (Some(true), Some(false), drop_all));
    let cr = small("podSecurityContext", json!({"runAsNonRoot": false}));
    let cr = with(
        &cr,
        "/spec/k8sConfigGroup/0/securityContext",
        json!({"capabilities": {"drop": ["NET_RAW"]}}),
    );
    let found = restricted(pod(&store(&cr)));
    assert_eq!(
        found,
        (Some(false), Some(false), vec!["NET_RAW".to_owned()])
    );
}

/// SE-11: what the resource says is one argument, and never a reference to a variable.
#[test]
fn a_value_of_the_resource_is_one_argument_byte_for_byte() {
    let args = json!([
        "$(HOME)",
        "a b",
        "`id`",
        "$$(x)",
        "; rm -rf /",
        "-c",
        "'\"",
        ""
    ]);
    let cr = with(
        &parseable::sample(),
        "/spec/parseableConfig/0/cliArgs",
        args,
    );
    let out = desired::<parseable::ParseableTenant>(&cr).unwrap();
    let found = container(&child(&out, Deployment, "small-server"))
        .args
        .unwrap();
    let expected = [
        "parseable",
        "$$(HOME)",
        "a b",
        "`id`",
        "$$$$(x)",
        "; rm -rf /",
        "-c",
        "'\"",
        "",
    ];
    assert_eq!(found, expected);
}

/// The pods of a type have the names that their `StatefulSet` gives them, also from another node.
#[test]
fn pods_of_a_type_are_named_through_the_service_that_governs_them() {
    let out = desired::<tally::Tally>(&tally::sample()).unwrap();
    let text = child(&out, ConfigMap, "t-gate-config")["data"]["app.yaml"].clone();
    let tree: Value = serde_saphyr::from_str(text.as_str().unwrap()).unwrap();
    assert_eq!(
        tree["stores"],
        json!([
            "t-store-0.t-store-headless.prod.svc:8080",
            "t-store-1.t-store-headless.prod.svc:8080",
            "t-store-2.t-store-headless.prod.svc:8080",
        ])
    );
    let headless = child(&out, Service, "t-store-headless");
    assert_eq!(headless["spec"]["clusterIP"], "None");
    assert_eq!(
        store(&tally::sample())["spec"]["serviceName"],
        "t-store-headless"
    );
}

/// OR-4.
/// B7: the order in which lists are written decides about nothing but order.
#[test]
fn the_order_of_groups_and_nodes_changes_no_document() {
    let sample = tally::sample();
    let mut reversed = sample.clone();
    for list in ["nodes", "k8sConfigGroup", "appConfigGroup"] {
        reversed["spec"][list].as_array_mut().unwrap().reverse();
    }
    let out = |cr: &Value| desired::<tally::Tally>(cr).unwrap();
    assert_eq!(out(&sample).children, out(&reversed).children);
    assert_eq!(out(&sample), out(&sample));
}

#[test]
fn an_own_network_policy_selects_the_node_and_names_its_directions() {
    let policy =
        json!({"egress": [{"ports": [{"port": 53}]}], "podSelector": {"matchLabels": {"a": "b"}}});
    let out = desired::<tally::Tally>(&small("networkPolicy", policy)).unwrap();
    let policy = child(&out, crate::ChildKind::NetworkPolicy, "t-store");
    assert_eq!(policy["spec"]["policyTypes"], json!(["Ingress", "Egress"]));
    assert_eq!(
        policy["spec"]["podSelector"]["matchLabels"]["dsoi.dev/node"],
        "store"
    );
    assert_eq!(policy["spec"]["podSelector"]["matchLabels"].get("a"), None);
}
