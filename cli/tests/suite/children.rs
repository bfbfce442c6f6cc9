//! Which children an operator makes, from what its manifest says.

use dsoi::command::init::generate;
use dsoi::manifest::Source;
use dsoi::plan::Runtime;
use dsoi::render::Settings;
use dsoi::write::Tree;

fn project(cluster: &str) -> Tree {
    let manifest = format!(
        "apiVersion: dsoi.dev/v1alpha1\noperator: {{name: tally-operator}}\n\
         api: {{group: example.com, version: v1alpha1}}\n\
         cluster:\n  kind: Tally\n  image: example/tally:1\n{cluster}"
    );
    let source = Source::new("dsoi.yaml", manifest.into_bytes()).unwrap();
    let settings = Settings {
        runtime: Runtime::Version("0.1.0".to_owned()),
        kubernetes: "1.36".to_owned(),
    };
    generate(&source, &settings).unwrap_or_else(|failure| panic!("{failure:?}"))
}

fn text<'a>(tree: &'a Tree, path: &str) -> &'a str {
    let mut files = tree.iter();
    let found = files.find(|(known, _)| known.as_str() == path);
    found.unwrap_or_else(|| panic!("no {path}")).1
}

// DR-9, DR-10, DR-11, DR-19, DS-18, DS-35, DS-45
#[test]
fn a_field_of_the_k8s_group_brings_its_child_its_right_and_its_schema() {
    for (field, call, right) in [
        (
            "networkPolicy",
            "with(node.network_policy())",
            "networkpolicies",
        ),
        ("services", "with_all(node.services())", "services"),
        (
            "podDisruptionBudget",
            "with(node.pod_disruption_budget())",
            "poddisruptionbudgets",
        ),
        (
            "horizontalPodAutoscaler",
            "with(node.horizontal_pod_autoscaler())",
            "horizontalpodautoscalers",
        ),
        ("ingress", "with(node.ingress())", "ingresses"),
    ] {
        let none = "services: {main: none, headless: none}";
        let cluster = |fields: &str| {
            format!(
                "  k8sConfigGroup: {{fields: [{fields}]}}\n  nodeTypes: {{store: {{{none}}}}}\n"
            )
        };
        let (without, with) = (project(&cluster("image")), project(&cluster(field)));
        for (path, word) in [
            ("src/nodes/store.rs", call),
            ("config/rbac/role.yaml", right),
            ("config/crd/tallies.yaml", &format!("{field}:")),
        ] {
            assert!(!text(&without, path).contains(word), "{path}: {word}");
            assert!(text(&with, path).contains(word), "{path}: no {word}");
        }
    }
}

// DR-19
#[test]
fn services_of_the_manifest_stand_beside_main_and_headless() {
    let tree = project(
        "  appConfigGroup: {fields: {adminPort: optional port}}\n\
         \x20 nodeTypes:\n    store:\n      ports: {http: 8080}\n      services:\n\
         \x20       admin:\n          $if: config.adminPort\n          annotations: {example.com/port: \"${config.adminPort}\"}\n          spec: {ports: [{name: admin, port: \"${config.adminPort}\"}]}\n\
         \x20       public: {from: \"${k8s.service}\", name: \"${node.name}-public\"}\n\
         \x20       peers: {from: \"${k8s.service}\"}\n\
         \x20     env: {PEERS: \"${services.peers.host}\"}\n",
    );
    let store = text(&tree, "src/nodes/store.rs");
    for call in [
        "named_service(\"admin\")",
        ".annotation(\"example.com/port\", ",
        "Tally::named_service_name(node, \"peers\")",
        "format!(\"{}-public\", node.name())",
    ] {
        assert!(store.contains(call), "no {call} in\n{store}");
    }
    // A node `a-admin` would have the name of the Service `admin` of the node `a`.
    let crd = text(&tree, "config/crd/tallies.yaml");
    for ending in ["-admin", "-peers", "-headless"] {
        assert!(
            crd.contains(&format!("!self.endsWith('{ending}')")),
            "{ending}"
        );
    }
    assert!(!crd.contains("!self.endsWith('-public')"));
}

// DR-26
#[test]
fn a_node_type_says_how_its_pods_are_placed_replaced_and_stopped() {
    let cluster = |stanza: &str| {
        format!(
            "  nodeTypes:\n    store:\n      kinds: [StatefulSet]\n{stanza}    gate:\n      kinds: [Deployment]\n{}",
            if stanza.is_empty() {
                ""
            } else {
                "      workload: {strategy: {rollingUpdate: {maxSurge: 1}}, progressDeadlineSeconds: 60}\n"
            }
        )
    };
    let pod = "      pod:\n        affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: zone}]}}\n\
               \x20       topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}]\n\
               \x20       tolerations: [{operator: Exists}]\n        priorityClassName: high\n        terminationGracePeriodSeconds: 60\n\
               \x20       dnsPolicy: Default\n        dnsConfig: {nameservers: [192.0.2.1]}\n\
               \x20     lifecycle: {preStop: {exec: {command: [drain]}}}\n\
               \x20     workload:\n        podManagementPolicy: OrderedReady\n        updateStrategy: {type: OnDelete}\n        minReadySeconds: 5\n        revisionHistoryLimit: 3\n";
    let (with, without) = (project(&cluster(pod)), project(&cluster("")));
    for (path, words) in [
        (
            "src/nodes/store.rs",
            &[
                "affinity: Some(",
                "topology_spread_constraints: Some(",
                "tolerations: Some(",
                "priority_class_name: Some(\"high\"",
                "termination_grace_period_seconds: Some(60)",
                "dns_policy: Some(",
                "dns_config: Some(",
                ".lifecycle(",
                ".pod_management_policy(\"OrderedReady\")",
                ".update_strategy(",
                ".min_ready_seconds(5)",
                ".revision_history_limit(3)",
            ][..],
        ),
        (
            "src/nodes/gate.rs",
            &["max_surge: Some(", ".progress_deadline_seconds(60)"],
        ),
    ] {
        for word in words {
            assert!(
                text(&with, path).contains(word),
                "no {word} in\n{}",
                text(&with, path)
            );
            assert!(!text(&without, path).contains(word), "{word}");
        }
    }
}
