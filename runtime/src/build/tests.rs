//! What is built, as claims about the documents of three kinds.

mod beside;

use k8s_openapi::api::core::v1::{Container, PodSpec};
use serde_json::{Value, json};

use crate::fixture::group::{container, pod};
use crate::fixture::{child, desired, parseable, pinot, problems, tally, with};
use crate::kind::ChildKind::{ConfigMap, Deployment, PersistentVolumeClaim, Service, StatefulSet};

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

/// PN-3: names, and labels on every object; the selectors are the runtime's (design §5).
#[test]
fn the_pinot_objects_have_the_public_names_and_labels() {
    let desired = desired::<pinot::Pinot>(&pinot::sample()).unwrap();
    let ids: Vec<String> = desired
        .children
        .iter()
        .map(|child| child.id.to_string())
        .collect();
    assert_eq!(
        ids,
        [
            "ConfigMap p/pinot-simple-broker-config",
            "ConfigMap p/pinot-simple-controller-config",
            "ConfigMap p/pinot-simple-server-config",
            "Service p/pinot-broker-broker-svc",
            "Service p/pinot-controller-controller-svc",
            "Service p/pinot-server-server-svc",
            "StatefulSet p/pinot-broker-broker",
            "StatefulSet p/pinot-controller-controller",
            "StatefulSet p/pinot-server-server",
        ]
    );
    let broker = child(&desired, StatefulSet, "pinot-broker-broker");
    let labels = &broker["metadata"]["labels"];
    assert_eq!(labels["nodeType"], "broker");
    assert_eq!(labels["pinotConfigGroup"], "broker");
    assert_eq!(labels["custom_resource"], "pinot-simple");
    assert_eq!(broker["spec"]["serviceName"], "pinot-broker-broker-svc");
    let claims = &broker["spec"]["volumeClaimTemplates"];
    assert_eq!(claims[0]["metadata"]["name"], "pinot-broker-pvc");
    let config = child(&desired, ConfigMap, "pinot-simple-broker-config");
    assert_eq!(
        config["data"],
        json!({"pinot-broker.conf": "a=broker\nb=2\ncontroller.zk.str=zk:2181"})
    );
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

/// PN-5, OR-5: the group's variables first, plug-ins apart by a blank, no hash variable.
#[test]
fn env_is_ordered_as_the_manifest_places_it() {
    let cr = with(&pinot::sample(), "/spec/plugins", json!(["a", "b"]));
    let container = container(&broker(&cr));
    assert_eq!(env_names(&container), ["LOG4J_CONSOLE_LEVEL", "JAVA_OPTS"]);
    let opts = container.env.unwrap()[1].value.clone().unwrap();
    assert_eq!(opts, "-Xmx1G -Dplugins.include=a -Dplugins.include=b");
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

/// PN-7.
#[test]
fn the_group_s_service_is_copied_but_for_its_selector() {
    let desired = desired::<pinot::Pinot>(&pinot::sample()).unwrap();
    let service = child(&desired, Service, "pinot-broker-broker-svc");
    assert_eq!(
        service["spec"],
        json!({
            "type": "ClusterIP",
            "clusterIP": "None",
            "ports": [{"port": 8099, "targetPort": 8099, "protocol": "TCP"}],
            "selector": {
                "app.kubernetes.io/instance": "pinot-simple",
                "dsoi.dev/kind": "Pinot.datainfra.io",
                "dsoi.dev/node": "pinot-broker",
            },
        })
    );
}

/// DS-13, PN-8: two nodes that share a config group share its config map, and each has its workload.
#[test]
fn a_config_group_s_config_map_is_built_once() {
    let mut node = pinot::sample()["spec"]["nodes"][1].clone();
    node["name"] = json!("pinot-broker-2");
    let cr = with(&pinot::sample(), "/spec/nodes/-", node);
    let out = desired::<pinot::Pinot>(&cr).unwrap();
    let maps = out
        .children
        .iter()
        .filter(|child| child.id.kind == ConfigMap);
    assert_eq!(maps.count(), 3);
    child(&out, StatefulSet, "pinot-broker-2-broker");
    let config = child(&out, ConfigMap, "pinot-simple-broker-config");
    assert_eq!(config["metadata"]["labels"].get("dsoi.dev/node"), None);

    // A node of another type adds its own key.
    let mut node = pinot::sample()["spec"]["nodes"][2].clone();
    node["name"] = json!("pinot-server-2");
    node["pinotNodeConfig"] = json!("broker");
    let out = desired::<pinot::Pinot>(&with(&pinot::sample(), "/spec/nodes/-", node)).unwrap();
    let config = child(&out, ConfigMap, "pinot-simple-broker-config");
    let keys: Vec<&String> = config["data"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["pinot-broker.conf", "pinot-server.conf"]);
    assert_eq!(config["metadata"]["labels"]["nodeType"], "broker");
    let of = |name: &str| {
        out.children
            .iter()
            .find(|child| child.id.name == name)
            .unwrap()
    };
    assert_eq!(of("pinot-simple-broker-config").node_type, None);
    assert_eq!(
        of("pinot-simple-server-config").node_type.as_deref(),
        Some("server")
    );
}

/// PN-9: two volumes under one claim name, a group that changes, a Service that is missing.
#[test]
fn the_traps_of_pinot_are_refused_or_gone() {
    let storage = pinot::sample()["spec"]["k8sConfig"][1]["storageConfig"][0].clone();
    let mut second = storage.clone();
    second["name"] = json!("logs");
    second["mountPath"] = json!("/logs");
    let cr = with(
        &pinot::sample(),
        "/spec/k8sConfig/1/storageConfig/-",
        second,
    );
    assert_eq!(
        problems::<pinot::Pinot>(&cr),
        ["spec.k8sConfig[1]: two volumes of the pod are named `pinot-broker-pvc`"]
    );

    let cr = with(
        &pinot::sample(),
        "/spec/nodes/1/pinotNodeConfig",
        json!("server"),
    );
    let selector = &broker(&pinot::sample())["spec"]["selector"];
    assert_eq!(&broker(&cr)["spec"]["selector"], selector);

    let cr = with(&pinot::sample(), "/spec/k8sConfig/1/service", Value::Null);
    assert_eq!(
        problems::<pinot::Pinot>(&cr),
        ["spec.k8sConfig[1].service: is needed: it names the pods of the node's workload"]
    );
}

/// D10: with names like Pinot's, two nodes can ask for one object.
#[test]
fn two_children_of_one_identity_are_refused() {
    let mut group = pinot::sample()["spec"]["k8sConfig"][1].clone();
    group["name"] = json!("b-c");
    let cr = with(&pinot::sample(), "/spec/k8sConfig/-", group.clone());
    group["name"] = json!("c");
    let mut cr = with(&cr, "/spec/k8sConfig/-", group);
    for (name, group) in [("a", "b-c"), ("a-b", "c")] {
        let mut node = pinot::sample()["spec"]["nodes"][1].clone();
        node["name"] = json!(name);
        node["k8sConfig"] = json!(group);
        cr = with(&cr, "/spec/nodes/-", node);
    }
    let found = problems::<pinot::Pinot>(&cr);
    let expected = "spec.nodes[4]: its StatefulSet would be named `a-b-c` like that of spec.nodes[3]; rename one of them";
    assert!(found.contains(&expected.to_owned()), "{found:?}");
}

/// PA-2.
#[test]
fn the_parseable_objects_have_the_public_names_and_content() {
    let out = desired::<parseable::ParseableTenant>(&parseable::sample()).unwrap();
    let ids: Vec<String> = out
        .children
        .iter()
        .map(|child| child.id.to_string())
        .collect();
    assert_eq!(
        ids,
        [
            "ConfigMap p/server-server-config",
            "ConfigMap p/tenant-ext",
            "Service p/server-small",
            "PersistentVolumeClaim p/server-small-data",
            "Deployment p/small-server",
        ]
    );
    let workload = child(&out, Deployment, "small-server");
    let container = container(&workload);
    assert_eq!(container.name, "server-server");
    assert_eq!(container.args.unwrap(), ["parseable", "local-store"]);
    let port = container.ports.unwrap()[0].clone();
    assert_eq!((port.name, port.container_port), (None, 8000));
    let maps: Vec<String> = container
        .env_from
        .unwrap()
        .into_iter()
        .map(|source| source.config_map_ref.unwrap().name)
        .collect();
    assert_eq!(maps, ["server-server-config", "tenant-ext"]);
    let pod = pod(&workload);
    assert_eq!(pod.security_context.unwrap().run_as_user, Some(1000));
    let claim = pod.volumes.unwrap()[0].persistent_volume_claim.clone();
    assert_eq!(claim.unwrap().claim_name, "server-small-data");
    assert_eq!(
        child(&out, ConfigMap, "tenant-ext")["data"],
        json!({"data": "bucket=logs"})
    );
}

/// PA-2, DR-12: claims outlive the resource.
#[test]
fn a_claim_has_no_owner_and_carries_its_identity() {
    let out = desired::<parseable::ParseableTenant>(&parseable::sample()).unwrap();
    let claim = child(&out, PersistentVolumeClaim, "server-small-data");
    assert_eq!(claim["metadata"].get("ownerReferences"), None);
    assert_eq!(
        claim["metadata"]["labels"],
        json!({
            "app.kubernetes.io/managed-by": "test-operator",
            "app.kubernetes.io/instance": "tenant",
            "dsoi.dev/kind": "ParseableTenant.parseable.io",
            "dsoi.dev/node": "server",
            "dsoi.dev/storage": "data",
        })
    );
    let service = child(&out, Service, "server-small");
    assert_eq!(service["metadata"]["labels"].get("app"), None);
}

/// B17: what nobody can change on a claim template depends on nothing that changes.
#[test]
fn a_claim_template_is_the_same_whatever_becomes_of_groups_and_labels() {
    let metadata = |cr: &Value| {
        let store = child(
            &desired::<tally::Tally>(cr).unwrap(),
            StatefulSet,
            "t-store",
        );
        store["spec"]["volumeClaimTemplates"][0]["metadata"].clone()
    };
    let sample = tally::sample();
    assert_eq!(
        metadata(&sample),
        json!({"name": "data", "labels": {
            "app.kubernetes.io/managed-by": "test-operator",
            "app.kubernetes.io/instance": "t",
            "dsoi.dev/kind": "Tally.example.com",
            "dsoi.dev/node": "store",
        }})
    );
    let mut other = with(&sample, "/spec/k8sConfigGroup/0/name", json!("large"));
    other = with(&other, "/spec/nodes/0/k8sConfigGroup", json!("large"));
    assert_eq!(metadata(&sample), metadata(&other));
}

/// DR-8: the k8s config group says what becomes of claims; nobody's word is `Retain`.
#[test]
fn the_group_says_what_becomes_of_claims() {
    let at = "/spec/k8sConfigGroup/0/persistentVolumeClaimRetentionPolicy";
    let policy = |policy: Value| {
        let cr = with(&tally::sample(), at, policy);
        let store = child(
            &desired::<tally::Tally>(&cr).unwrap(),
            StatefulSet,
            "t-store",
        );
        store["spec"]["persistentVolumeClaimRetentionPolicy"].clone()
    };
    assert_eq!(
        policy(json!({"whenScaled": "Delete"})),
        json!({"whenDeleted": "Retain", "whenScaled": "Delete"})
    );
    assert_eq!(
        policy(json!({"whenDeleted": "Delete"})),
        json!({"whenDeleted": "Delete", "whenScaled": "Retain"})
    );
    let cr = with(&tally::sample(), at, json!({"whenDeleted": "delete"}));
    assert_eq!(
        problems::<tally::Tally>(&cr),
        [
            "spec.k8sConfigGroup[0].persistentVolumeClaimRetentionPolicy.whenDeleted: is `delete`; it must be `Retain` or `Delete`"
        ]
    );
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

/// PA-2, DR-12: a claim that stands alone goes with the resource only where that asks for it.
#[test]
fn a_claim_that_shall_go_with_the_resource_has_it_as_owner() {
    let at = "/spec/k8sConfig/0/persistentVolumeClaimRetentionPolicy";
    let owners = |when: &str| {
        let cr = with(&parseable::sample(), at, json!({"whenDeleted": when}));
        let out = desired::<parseable::ParseableTenant>(&cr).unwrap();
        child(&out, PersistentVolumeClaim, "server-small-data")["metadata"]["ownerReferences"]
            .clone()
    };
    assert_eq!(owners("Retain"), Value::Null);
    assert_eq!(owners("Delete")[0]["kind"], "ParseableTenant");
}

/// PA-2: an absent dependency leaves neither its config map nor a reference to it.
#[test]
fn an_absent_config_map_drops_its_entry() {
    let cr = with(&parseable::sample(), "/spec/objectStore", Value::Null);
    let out = desired::<parseable::ParseableTenant>(&cr).unwrap();
    let container = container(&child(&out, Deployment, "small-server"));
    assert_eq!(container.env_from.unwrap().len(), 1);
    assert!(
        out.children
            .iter()
            .all(|child| child.id.name != "tenant-ext")
    );
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

#[test]
fn keys_that_the_server_merges_by_may_not_come_twice() {
    let volume = json!({"name": "v", "emptyDir": {}});
    let mounts = json!([{"name": "data", "mountPath": "/var/lib/tally/"}]);
    let cases = [
        (
            "env",
            json!([{"name": "A"}, {"name": "A"}]),
            "spec.k8sConfigGroup[0].env: names the variable `A` twice",
        ),
        (
            "ports",
            json!([{"containerPort": 80}, {"containerPort": 80, "protocol": "TCP"}]),
            "spec.k8sConfigGroup[0]: container `app` has the port 80/TCP twice",
        ),
        (
            "volumes",
            json!([volume, volume]),
            "spec.k8sConfigGroup[0]: two volumes of the pod are named `v`",
        ),
        (
            "volumeMount",
            mounts,
            "spec.k8sConfigGroup[0]: two volumes are mounted at `/var/lib/tally` in container `app`",
        ),
        (
            "volumeMount",
            json!([{"name": "gone", "mountPath": "/x"}]),
            "spec.k8sConfigGroup[0]: mounts the volume `gone`, which the pod does not have",
        ),
        (
            "service",
            json!({"ports": [{"name": "a", "port": 1}, {"name": "b", "port": 1}]}),
            "spec.k8sConfigGroup[0].service: has the port 1/TCP twice",
        ),
        (
            "imagePullSecrets",
            json!([{"name": "s"}, {"name": "s"}]),
            "spec.k8sConfigGroup[0]: names the image pull secret `s` twice",
        ),
    ];
    for (field, value, expected) in cases {
        let found = problems::<tally::Tally>(&small(field, value));
        assert!(found.contains(&expected.to_owned()), "{found:?}");
    }
}

/// RL-33, SE-14.
#[test]
fn a_config_map_that_cannot_be_stored_is_refused() {
    let data = "x".repeat(901 * 1024);
    let cr = with(
        &pinot::sample(),
        "/spec/pinotNodeConfig/1/data",
        json!(data),
    );
    let found = problems::<pinot::Pinot>(&cr);
    assert_eq!(
        found,
        [
            "spec.pinotNodeConfig[1]: the config map `pinot-simple-broker-config` would have 902 KiB; at most 900 are possible"
        ]
    );
}

/// SE-12: a text file refuses what would add a line.
#[test]
fn a_line_break_in_a_line_is_refused() {
    let cr = with(&pinot::sample(), "/spec/zkAddress", json!("zk\nevil=1"));
    let found = problems::<pinot::Pinot>(&cr);
    let expected = "spec.nodes[0]: the file `conf` (/var/pinot/controller/config/pinot-controller.conf) has a line break inside the line that starts `controller.zk.str=zk`";
    assert_eq!(found[0], expected);
}

/// DR-3.
#[test]
fn an_image_is_needed_where_the_cluster_has_none() {
    let cr = with(&pinot::sample(), "/spec/k8sConfig/1/image", Value::Null);
    assert_eq!(
        problems::<pinot::Pinot>(&cr),
        ["spec.k8sConfig[1].image: is needed: the cluster has no image of its own"]
    );
    let image = container(&store(&tally::sample())).image;
    assert_eq!(image.as_deref(), Some("ghcr.io/example/tally:2.1"));
}

/// SE-13: an app's label takes its value from the resource, and is checked there.
#[test]
fn a_label_that_kubernetes_would_refuse_is_refused_first() {
    let cr = with(&pinot::sample(), "/spec/k8sConfig/1/name", json!("b c"));
    let cr = with(&cr, "/spec/nodes/1/k8sConfig", json!("b c"));
    let found = problems::<pinot::Pinot>(&cr);
    let about = "spec.nodes[1]: the label `k8sConfigGroup: b c` is illegal";
    assert!(
        found.iter().any(|problem| problem.starts_with(about)),
        "{found:?}"
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
