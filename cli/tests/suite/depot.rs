//! The operator of `testdata/manifests/depot.yaml`, offline: what its resource says once and what each group says, and the
//! containers beside the main one, in the children that the compiled operator makes.

use serde_json::{Value, json};

use crate::goldens::cargo;
use crate::testdata;

/// The children of a resource, as the operator renders them.
fn render(resource: &str) -> Vec<Value> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), resource).unwrap();
    let path = file.path().to_str().unwrap();
    let text = cargo(
        "depot",
        &["run", "--locked", "--quiet", "--", "render", "-f", path],
    );
    text.split("---\n")
        .filter(|document| !document.trim().is_empty())
        .map(|document| serde_saphyr::from_str(document).unwrap())
        .collect()
}

fn wares() -> String {
    std::fs::read_to_string(testdata("conformance/depot.yaml")).unwrap()
}

fn child<'a>(children: &'a [Value], kind: &str, name: &str) -> &'a Value {
    let found = children
        .iter()
        .find(|child| child["kind"] == kind && child["metadata"]["name"] == name);
    found.unwrap_or_else(|| panic!("no {kind} {name}"))
}

fn pod(workload: &Value) -> &Value {
    &workload["spec"]["template"]["spec"]
}

fn names(list: &Value) -> Vec<&str> {
    let items = list.as_array().map(Vec::as_slice).unwrap_or_default();
    items
        .iter()
        .filter_map(|item| item["name"].as_str())
        .collect()
}

/// DR-18: and what one node is told changes nothing for another, as it did where all shared one map.
#[test]
fn a_group_lies_over_what_every_pod_gets() {
    let children = render(&wares());
    let old = child(&children, "StatefulSet", "wares-old");
    let new = child(&children, "StatefulSet", "wares-new");
    let door = child(&children, "Deployment", "wares-door");
    let variable = |name: &str, value: &str| json!({"name": name, "value": value});

    let own = &pod(new)["containers"][0];
    assert_eq!(own["image"], "ghcr.io/example/depot:1.5");
    assert_eq!(
        own["env"],
        json!([
            variable("DEPOT_NAME", "wares"),
            variable("ZONE", "own"),
            variable("TEAM", "storage"),
            variable("LEVEL", "high"),
        ])
    );
    assert_eq!(
        pod(new)["nodeSelector"],
        json!({"disk": "nvme", "pool": "data"})
    );
    let team = |workload: &Value| {
        workload["spec"]["template"]["metadata"]["annotations"]["example.com/team"].clone()
    };
    assert_eq!(team(new), "research");
    for plain in [old, door] {
        let main = &pod(plain)["containers"][0];
        assert_eq!(main["image"], "ghcr.io/example/depot:1.4");
        assert_eq!(names(&main["env"]).last(), Some(&"TEAM"));
        assert_eq!(
            pod(plain)["nodeSelector"],
            json!({"disk": "ssd", "pool": "data"})
        );
        assert_eq!(team(plain), "storage");
    }
}

/// DS-13, DR-17.
#[test]
fn what_all_nodes_are_configured_with_is_said_once_and_rolls_all_of_them() {
    let digests = |children: &[Value]| -> Vec<(String, String)> {
        let mut found = Vec::new();
        for child in children {
            let annotations = &child["spec"]["template"]["metadata"]["annotations"];
            for (key, value) in annotations.as_object().into_iter().flatten() {
                if key.starts_with("dsoi.dev/config-") {
                    found.push((key.clone(), value.to_string()));
                }
            }
        }
        found
    };
    let before = render(&wares());
    let config = |name: &str| {
        let text = &child(&before, "ConfigMap", name)["data"]["depot.yaml"];
        serde_saphyr::from_str::<Value>(text.as_str().unwrap()).unwrap()
    };
    assert_eq!(
        config("wares-door-config"),
        json!({"region": "north", "level": "info", "shards": 7, "cache": {"entries": 10}})
    );
    assert_eq!(
        config("wares-new-config"),
        json!({"region": "north", "level": "debug", "shards": 7, "cache": {"entries": 99}})
    );

    let after = render(&wares().replace("region: north", "region: south"));
    let (before, after) = (digests(&before), digests(&after));
    assert_eq!(before.len(), 3);
    for (old, new) in before.iter().zip(&after) {
        assert_eq!(old.0, new.0);
        assert_ne!(old.1, new.1, "{} rolls", old.0);
    }
}

/// DR-13.
#[test]
fn containers_of_the_manifest_and_of_the_resource_stand_beside_the_main_one() {
    let children = render(&wares());
    let pod = pod(child(&children, "StatefulSet", "wares-new"));
    assert_eq!(names(&pod["containers"]), ["app", "exporter", "backup"]);
    assert_eq!(names(&pod["initContainers"]), ["format", "warm"]);

    let (main, format) = (&pod["containers"][0], &pod["initContainers"][0]);
    for same in ["image", "env", "volumeMounts", "securityContext"] {
        assert_eq!(format[same], main[same], "{same} is the main container's");
    }
    assert_eq!(format["args"], json!(["format", "--name=$(DEPOT_NAME)"]));
    assert!(format["readinessProbe"].is_null() && format["ports"].is_null());

    let exporter = &pod["containers"][1];
    assert_eq!(exporter["image"], "ghcr.io/example/exporter:0.3");
    assert_eq!(exporter["workingDir"], "/tmp");
    assert!(exporter["env"].is_null() && exporter["volumeMounts"].is_null());
    for container in [exporter, &pod["containers"][2], &pod["initContainers"][1]] {
        assert_eq!(
            container["securityContext"]["allowPrivilegeEscalation"], false,
            "{} is as restricted as the rest",
            container["name"]
        );
    }
}

/// DR-14.
#[test]
fn a_probe_of_the_manifest_holds_until_a_group_has_its_own() {
    let children = render(&wares());
    let probe = |name: &str| {
        let workload = child(&children, "StatefulSet", name);
        pod(workload)["containers"][0]["readinessProbe"].clone()
    };
    assert_eq!(
        probe("wares-old"),
        json!({"httpGet": {"path": "/ready", "port": "api"}})
    );
    assert_eq!(probe("wares-new"), json!({"tcpSocket": {"port": 9000}}));
}
