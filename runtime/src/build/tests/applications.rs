//! The objects of two public applications, and the traps of their operators.

use serde_json::{Value, json};

use super::{broker, env_names};
use crate::fixture::group::{container, pod};
use crate::fixture::{child, desired, parseable, pinot, problems, with};
use crate::kind::ChildKind::{ConfigMap, Deployment, Service, StatefulSet};

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

/// PN-5, OR-5: the group's variables first, plug-ins apart by a blank, no hash variable.
#[test]
fn env_is_ordered_as_the_manifest_places_it() {
    let cr = with(&pinot::sample(), "/spec/plugins", json!(["a", "b"]));
    let container = container(&broker(&cr));
    assert_eq!(env_names(&container), ["LOG4J_CONSOLE_LEVEL", "JAVA_OPTS"]);
    let opts = container.env.unwrap()[1].value.clone().unwrap();
    assert_eq!(opts, "-Xmx1G -Dplugins.include=a -Dplugins.include=b");
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
