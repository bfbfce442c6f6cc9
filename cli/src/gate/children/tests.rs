//! What a change of a node type does to its children and to their pods.

use super::super::definitions;
use super::*;
use crate::gate::fixture::operator;

const MANIFEST: &str = include_str!("../../../../testdata/manifests/quickstart.yaml");

/// What becomes of children when a text of the quick start is replaced: a line for each node type, and one for each cause.
#[track_caller]
fn told(from: &str, to: &str) -> Vec<String> {
    assert!(MANIFEST.contains(from), "{from}");
    let new = MANIFEST.replacen(from, to, 1);
    let changes = children(&operator(MANIFEST), &operator(&new), &definitions(&[], &[]));
    let lines = changes.iter().flat_map(|change| {
        let name = change.node_type.as_deref().unwrap_or("cluster");
        change.causes.iter().map(move |cause| {
            let restarts = if cause.restarts { " ⟳" } else { "" };
            format!("{name} {} {}{restarts}", cause.class, cause.key)
        })
    });
    lines.collect()
}

const GATEWAY: &str = "    gateway:\n";

// D8
#[test]
fn what_reaches_the_pods_restarts_them() {
    assert_eq!(
        told("--role=gateway", "--role=gate"),
        ["gateway rolling args ⟳"]
    );
    for (text, key) in [
        ("env: {A: b}", "env"),
        ("resources: {limits: {cpu: 1}}", "resources"),
        ("pod: {hostNetwork: true}", "pod.hostNetwork"),
        ("workload: {ordinals: {start: 3}}", "workload.ordinals"),
        ("configMaps: {more: {data: {A: b}}}", "configMaps.more"),
    ] {
        let to = format!("{GATEWAY}      {text}\n");
        let to = if text.contains("ordinals") {
            to + "      kinds: [StatefulSet]\n"
        } else {
            to
        };
        let found = told(GATEWAY, &to);
        assert!(
            found.contains(&format!("gateway rolling {key} ⟳")),
            "{text}: {found:?}"
        );
    }
    assert_eq!(
        told("log: ${config.logLevel}", "level: ${config.logLevel}"),
        [
            "store rolling files.app.content ⟳",
            "gateway rolling files.app.content ⟳"
        ]
    );
    assert_eq!(
        told("tally:2.1", "tally:2.2"),
        [
            "store rolling cluster.image ⟳",
            "gateway rolling cluster.image ⟳"
        ]
    );
}

// D8
#[test]
fn what_does_not_reach_the_pods_restarts_none() {
    for (from, to) in [
        ("# The smallest", "# The very smallest"),
        (
            "debug | info | warn = info",
            "debug | info | warn | error = info",
        ),
        (
            "extra: optional tree}",
            "extra: optional tree, more: optional int}",
        ),
        ("{url: string}", "{url: {type: string, doc: Where it is.}}"),
    ] {
        assert_eq!(told(from, to), Vec::<String>::new(), "{to}");
    }
    let found = told(
        GATEWAY,
        "    gateway:\n      workload: {minReadySeconds: 3}\n",
    );
    assert_eq!(found, ["gateway safe workload.minReadySeconds"]);
    let found = told(
        "  kind: Tally\n",
        "  kind: Tally\n  order: {default: [gateway, store]}\n",
    );
    assert_eq!(found, ["cluster safe cluster.order"]);
}

// D8
#[test]
fn what_cannot_change_or_leaves_data_behind_breaks() {
    for (text, line) in [
        (
            "workload: {podManagementPolicy: Parallel}",
            "gateway breaking workload.podManagementPolicy",
        ),
        (
            "storage: {volumes: {data: /data}}",
            "gateway breaking storage.volumes.data",
        ),
        ("kinds: [Deployment]", "gateway breaking kinds"),
        (
            "services: {headless: none}",
            "gateway breaking services governing",
        ),
        ("hooks: [mutate]", "gateway rolling hooks.mutate"),
    ] {
        let to = format!("{GATEWAY}      {text}\n");
        let to = if text.contains("podManagement") {
            to + "      kinds: [StatefulSet]\n"
        } else {
            to
        };
        let found = told(GATEWAY, &to);
        assert!(found.contains(&line.to_owned()), "{text}: {found:?}");
    }
    let names = told(
        "  kind: Tally\n",
        "  kind: Tally\n  names: {workload: \"${cr.name}-${node.name}-w\"}\n",
    );
    assert!(
        names.contains(&"cluster breaking cluster.names.workload".to_owned()),
        "{names:?}"
    );
    assert_eq!(
        told("gateway:", "door:"),
        ["door safe nodeTypes", "gateway breaking nodeTypes"]
    );
}

// D8
#[test]
fn a_type_with_another_name_is_the_same_one_and_changes_no_child() {
    let renamed = MANIFEST
        .replace(
            "    store:\n",
            "    depot:\n      aliases: [store]\n      typeName: store\n",
        )
        .replace("pods.store", "pods.depot");
    assert_eq!(children(&operator(MANIFEST), &operator(&renamed), &[]), []);
}

// D8
#[test]
fn another_name_of_a_governing_service_breaks_where_there_are_stateful_sets() {
    let class = |lines: &str| {
        let was = MANIFEST.replacen(GATEWAY, &format!("{GATEWAY}{lines}"), 1);
        let names = "  kind: Tally\n  names: {service: \"${cr.name}-${node.name}-s\"}\n";
        let is = was.replacen("  kind: Tally\n", names, 1);
        let found = children(&operator(&was), &operator(&is), &[]);
        let mut causes = found.into_iter().flat_map(|change| change.causes);
        let cause = causes.find(|cause| cause.key == "cluster.names.service");
        cause.map(|cause| cause.class)
    };
    let governing = "      services: {headless: none, main: {governing: true}}\n";
    // The headless one governs, and is called by itself.
    assert_eq!(class(""), Some(Class::Rolling));
    assert_eq!(class(governing), Some(Class::Breaking));
    let deployment = "      services: {headless: none}\n      kinds: [Deployment]\n";
    assert_eq!(class(deployment), Some(Class::Rolling));
    let main = |name: &str| {
        let lines = format!(
            "    gateway:\n      services: {{headless: none, main: {{governing: true{name}}}}}\n"
        );
        operator(&MANIFEST.replacen(GATEWAY, &lines, 1))
    };
    let found = children(&main(""), &main(", name: \"${cr.name}-x\""), &[]);
    let causes = found.iter().flat_map(|change| &change.causes);
    let breaking: Vec<&str> = causes
        .filter(|cause| cause.class == Class::Breaking)
        .map(|cause| cause.key.as_str())
        .collect();
    assert_eq!(breaking, ["services.main.name"]);
}
