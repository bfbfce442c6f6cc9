//! What is refused, and how it is said.

use serde_json::{Value, json};

use crate::fixture::{decode, desired, parseable, pinot, problems, tally, with};
use crate::resolve::resolve;

fn tally_problems(pointer: &str, value: Value) -> Vec<String> {
    problems::<tally::Tally>(&with(&tally::sample(), pointer, value))
}

/// DS-15, PN-9, DS-42: an unknown reference names its field as the API spells it.
#[test]
fn an_unknown_reference_is_refused_with_its_path_and_the_nearest_name() {
    let cases = [
        (
            "/spec/nodes/0/nodeType",
            "stor",
            "spec.nodes[0].nodeType: no node type is called `stor`; did you mean `store`?",
        ),
        (
            "/spec/nodes/1/k8sConfigGroup",
            "enormous",
            "spec.nodes[1].k8sConfigGroup: no entry of `spec.k8sConfigGroup` is called `enormous`; there are `small`, `plain`",
        ),
        (
            "/spec/nodes/1/appConfigGroup",
            "mian",
            "spec.nodes[1].appConfigGroup: no entry of `spec.appConfigGroup` is called `mian`; did you mean `main`?",
        ),
    ];
    for (pointer, value, expected) in cases {
        let found = tally_problems(pointer, json!(value));
        assert!(found.contains(&expected.to_owned()), "{found:?}");
    }
    let cr = with(
        &pinot::sample(),
        "/spec/nodes/2/pinotNodeConfig",
        json!("sever"),
    );
    assert_eq!(
        problems::<pinot::Pinot>(&cr),
        [
            "spec.nodes[2].pinotNodeConfig: no entry of `spec.pinotNodeConfig` is called `sever`; did you mean `server`?"
        ]
    );
    let cr = with(&parseable::sample(), "/spec/nodes/0/type", json!("ingest"));
    assert_eq!(
        problems::<parseable::ParseableTenant>(&cr)[0],
        "spec.nodes[0].type: no node type is called `ingest`; there are `server`"
    );
}

/// PN-9: the operator knows a node type by a new name, resources still by the old one, or the other way round.
#[test]
fn a_node_type_has_the_same_children_whatever_a_resource_calls_it() {
    let order = |name: &str| with(&tally::sample(), "/spec/deploymentOrder", json!([name]));
    let old = order("store");
    let renamed = |cr: &Value| with(cr, "/spec/nodes/0/nodeType", json!("depot"));
    assert_eq!(old["spec"]["nodes"][0]["nodeType"], "store");
    let children = |cr: &Value| {
        let desired = desired::<tally::Tally>(cr).unwrap();
        let children = desired.children.iter();
        let children: Vec<(Value, Option<String>)> = children
            .map(|child| ((*child.document).clone(), child.node_type.clone()))
            .collect();
        (children, desired.turns)
    };
    let expected = children(&old);
    assert!(expected.1.iter().any(|turn| turn.name == "store"));
    for cr in [renamed(&old), renamed(&order("depot")), order("depot")] {
        assert_eq!(children(&cr), expected, "{cr}");
    }
    let twice = with(&old, "/spec/deploymentOrder", json!(["store", "depot"]));
    assert_eq!(
        problems::<tally::Tally>(&twice),
        ["spec.deploymentOrder[1]: `depot` is in the order already"]
    );
}

/// DR-3.
#[test]
fn every_mistake_is_reported_at_once() {
    let cr = with(&tally::sample(), "/spec/nodes/0/nodeType", json!("x"));
    let cr = with(&cr, "/spec/nodes/1/k8sConfigGroup", json!("y"));
    let cr = with(&cr, "/spec/deploymentOrder", json!(["z"]));
    assert_eq!(problems::<tally::Tally>(&cr).len(), 3);
}

/// DS-41.
#[test]
fn two_entries_of_one_name_are_refused() {
    for list in ["nodes", "k8sConfigGroup", "appConfigGroup"] {
        let sample = tally::sample();
        let first = sample["spec"][list][0].clone();
        let found = tally_problems(&format!("/spec/{list}/-"), first);
        let index = sample["spec"][list].as_array().unwrap().len();
        let start = format!("spec.{list}[{index}].name: `");
        assert!(
            found[0].starts_with(&start) && found[0].ends_with("already"),
            "{found:?}"
        );
    }
}

/// PN-9: neither an empty list of nodes nor a short order panics.
#[test]
fn an_empty_cluster_is_refused() {
    let found = problems::<pinot::Pinot>(&with(&pinot::sample(), "/spec/nodes", json!([])));
    assert_eq!(
        found,
        ["spec.nodes: must not be empty: a cluster has at least one node"]
    );
}

/// PN-9, DS-14, DS-17.
#[test]
fn an_order_is_completed_or_refused_as_the_manifest_says() {
    let cr = with(
        &tally::sample(),
        "/spec/deploymentOrder",
        json!(["gateway"]),
    );
    let turns = desired::<tally::Tally>(&cr).unwrap().turns;
    let names: Vec<&str> = turns.iter().map(|turn| turn.name.as_str()).collect();
    assert_eq!(names, ["gateway", "store"]);

    let cr = with(
        &pinot::sample(),
        "/spec/deploymentOrder",
        json!(["controller"]),
    );
    assert_eq!(
        problems::<pinot::Pinot>(&cr),
        [
            "spec.deploymentOrder: lacks the node type `broker`, of which there are nodes",
            "spec.deploymentOrder: lacks the node type `server`, of which there are nodes",
        ]
    );
    let order = json!(["stroe", "gateway", "gateway"]);
    assert_eq!(
        tally_problems("/spec/deploymentOrder", order),
        [
            "spec.deploymentOrder[0]: no node type is called `stroe`; did you mean `store`?",
            "spec.deploymentOrder[2]: `gateway` is in the order already",
        ]
    );
}

#[test]
fn the_bounds_of_the_manifest_hold() {
    let cases = [
        (
            "/spec/nodes/0/kind",
            json!("Deployment"),
            "spec.nodes[0].kind: nodes of type `store` must be `StatefulSet`",
        ),
        (
            "/spec/nodes/0/replicas",
            json!(2),
            "spec.nodes[0].replicas: is 2; it must be one of 1, 3",
        ),
        (
            "/spec/nodes/1/replicas",
            json!(-1),
            "spec.nodes[1].replicas: must not be negative",
        ),
        (
            "/spec/nodes/1/replicas",
            json!(2_000_000_000),
            "spec.nodes[1].replicas: is 2000000000; at most 1000 are possible",
        ),
        (
            "/spec/nodes/1/k8sConfigGroup",
            json!("small"),
            "spec.k8sConfigGroup[0].storageConfig: asks for volumes, which the Deployment of node `gate` cannot have",
        ),
    ];
    for (pointer, value, expected) in cases {
        let found = tally_problems(pointer, value);
        assert!(found.contains(&expected.to_owned()), "{found:?}");
    }
    let mut cr = tally::sample();
    for name in ["s2", "s3"] {
        let mut node = cr["spec"]["nodes"][0].clone();
        node["name"] = json!(name);
        cr = with(&cr, "/spec/nodes/-", node);
    }
    assert_eq!(
        problems::<tally::Tally>(&cr),
        ["spec.nodes: has 3 nodes of type `store`; there must be at most 2"]
    );
}

/// SE-14.
#[test]
fn more_than_two_hundred_nodes_are_refused() {
    let mut cr = tally::sample();
    for index in 0..199 {
        let mut node = cr["spec"]["nodes"][1].clone();
        node["name"] = json!(format!("g{index}"));
        cr = with(&cr, "/spec/nodes/-", node);
    }
    assert_eq!(
        problems::<tally::Tally>(&cr),
        ["spec.nodes: has 201 nodes; at most 200 are possible"]
    );
}

/// SE-13.
#[test]
fn a_path_that_leaves_its_place_is_refused() {
    let illegal = [
        "/a/../b", "data", "/", "/etc", "/etc/", "/a\0b", "/a:b", "../x", "/proc",
    ];
    for path in illegal {
        let pointer = "/spec/k8sConfigGroup/0/storageConfig/0/mountPath";
        let found = tally_problems(pointer, json!(path)).join("\n");
        let start = "spec.k8sConfigGroup[0].storageConfig[0].mountPath: ";
        assert!(found.starts_with(start), "{path:?} {found}");
        let mount = json!([{"name": "x", "mountPath": path}]);
        let found = tally_problems("/spec/k8sConfigGroup/1/volumeMount", mount).join("\n");
        let start = "spec.k8sConfigGroup[1].volumeMount[0].mountPath: ";
        assert!(found.starts_with(start), "{path:?} {found}");
    }
    for path in ["/etc/tally/x", "/var/lib/tally", "/data/"] {
        let pointer = "/spec/k8sConfigGroup/0/storageConfig/0/mountPath";
        assert_eq!(tally_problems(pointer, json!(path)).join("\n"), "");
    }
}

/// SE-13: metadata of the resource cannot take the place of the runtime's.
#[test]
fn metadata_that_belongs_to_the_operator_or_is_illegal_is_refused() {
    let cases = [
        (
            "labels",
            "dsoi.dev/node",
            "x",
            "`dsoi.dev/node` belongs to the operator",
        ),
        (
            "labels",
            "app.kubernetes.io/managed-by",
            "x",
            "`app.kubernetes.io/managed-by` belongs to the operator",
        ),
        (
            "annotations",
            "dsoi.dev/config-a",
            "x",
            "`dsoi.dev/config-a` belongs to the operator",
        ),
        (
            "labels",
            "team",
            "a b",
            "`a b` cannot be the value of label `team`",
        ),
        ("labels", "a b", "x", "`a b` cannot be a key of metadata"),
    ];
    for (field, key, value, expected) in cases {
        let metadata = json!({field: {key: value}});
        let found = tally_problems("/spec/k8sConfigGroup/1/podMetadata", metadata);
        let start = format!("spec.k8sConfigGroup[1].podMetadata.{field}: {expected}");
        assert!(
            found.len() == 1 && found[0].starts_with(&start),
            "{found:?}"
        );
    }
}

/// RL-35: no derived name reaches the server too long.
#[test]
fn names_that_kubernetes_would_refuse_are_refused_first() {
    let long = "n".repeat(64);
    assert_eq!(
        tally_problems("/metadata/name", json!(long))[0],
        "metadata.name: has 64 characters; at most 63 are possible, as children carry it as a label"
    );
    for name in [long.as_str(), "Big", "-a", "a_b", "a.b", ""] {
        let found = tally_problems("/spec/nodes/0/name", json!(name));
        assert!(found[0].starts_with("spec.nodes[0].name: `"), "{found:?}");
    }
    // A Deployment may have 63 characters, a StatefulSet 52: `t-` and fifty.
    let found = tally_problems("/spec/nodes/0/name", json!("n".repeat(51)));
    let about =
        |problem: &&String| problem.starts_with("spec.nodes[0]: the StatefulSet name `t-nn");
    let problem = found.iter().find(about).unwrap();
    assert!(
        problem.ends_with("has 53 characters; at most 52 are possible"),
        "{problem}"
    );
    let found = tally_problems("/spec/nodes/0/name", json!("n".repeat(50)));
    assert_eq!(found.join("\n"), "");
    let found = tally_problems("/spec/nodes/1/name", json!("n".repeat(51)));
    assert_eq!(found.join("\n"), "");
    let found = tally_problems("/metadata/name", json!("9t"));
    assert!(found[0].contains("the Service name `9t-"), "{found:?}");
}

/// DS-46.
#[test]
fn the_older_spelling_of_stateful_set_resolves() {
    let cr: pinot::Pinot = decode(&pinot::sample());
    assert!(resolve(&cr).is_ok());
}

// DR-11, DR-19, DR-26
#[test]
fn annotations_and_names_beside_a_workload_are_legal_and_not_the_operators() {
    let group = "/spec/k8sConfigGroup/1";
    let service =
        |name: &str, key: &str| json!({"name": name, "annotations": {key: "x"}, "spec": {}});
    for (field, value, expected) in [
        (
            "ingressAnnotations",
            json!({"dsoi.dev/applied": "x"}),
            "ingressAnnotations: `dsoi.dev/applied` belongs to the operator",
        ),
        (
            "workloadAnnotations",
            json!({"a b": "x"}),
            "workloadAnnotations: `a b` cannot be a key of metadata",
        ),
        (
            "services",
            json!([service("a", "dsoi.dev/x")]),
            "services[0].annotations: `dsoi.dev/x` belongs to the operator",
        ),
        (
            "services",
            json!([service("a", "b"), service("a", "b")]),
            "services[1].name: `a` is the name of entry [0] already",
        ),
        (
            "services",
            json!([service("A", "b")]),
            "services[0].name: `A` must consist of at most 63 lower-case letters, digits and `-`, and start and end with a letter or digit",
        ),
    ] {
        let found = tally_problems(&format!("{group}/{field}"), value);
        assert_eq!(found, [format!("spec.k8sConfigGroup[1].{expected}")]);
    }
}
