//! Claims about the second stage as a whole: what it makes of the shipped manifests, and that no expression panics.

use dsoi::check::{check, warnings};
use dsoi::diagnostic::print;
use dsoi::manifest::{self, Manifest, Source};
use dsoi::model::{
    ChildKind, Content, EnvEntry, EnvValue, ExprKind, Line, Operator, Piece, Root, Scope,
};
use proptest::prelude::*;

use crate::shipped;

fn parsed(text: &str) -> Manifest {
    let source = Source::new("dsoi.yaml", text.as_bytes().to_vec()).unwrap();
    manifest::parse(&source)
        .unwrap_or_else(|problems| panic!("{}", print::text(&problems, &source, false)))
}

fn checked(text: &str) -> Operator {
    let manifest = parsed(text);
    check(&manifest)
        .unwrap_or_else(|problems| panic!("{}", print::text(&problems, &manifest.source, false)))
}

fn shipped_operator(name: &str) -> Operator {
    let (_, text) = shipped()
        .into_iter()
        .find(|(known, _)| known == name)
        .unwrap();
    checked(&text)
}

#[test]
fn a_doubled_dollar_makes_a_key_of_what_would_be_a_directive() {
    let text = "apiVersion: dsoi.dev/v1alpha1
operator: {name: demo-operator, image: ghcr.io/example/demo-operator}
api: {group: example.com, version: v1alpha1}
cluster:
  kind: Demo
  image: ghcr.io/example/demo:1.0
  nodeTypes:
    server:
      files: {app: {path: /etc/demo/app.yaml, content: {$$if: x, $schema: y, $: z}}}
";
    let operator = format!("{:?}", checked(text));
    for key in ["\"$if\"", "\"$schema\"", "\"$\""] {
        assert!(operator.contains(key), "{key}: {operator}");
    }
}

#[test]
fn every_shipped_manifest_makes_an_operator() {
    for (name, text) in shipped() {
        let operator = checked(&text);
        assert!(!operator.cluster.node_types.is_empty(), "{name}");
        assert!(!operator.effects.is_empty(), "{name}");
    }
}

#[test]
fn what_all_node_types_share_lies_under_each() {
    let pinot = shipped_operator("pinot.yaml").cluster;
    let paths: Vec<&str> = pinot
        .node_types
        .iter()
        .flat_map(|node_type| &node_type.files)
        .map(|file| file.path.as_str())
        .collect();
    assert_eq!(
        paths,
        [
            "/var/pinot/controller/config/pinot-controller.conf",
            "/var/pinot/broker/config/pinot-broker.conf",
            "/var/pinot/server/config/pinot-server.conf",
            "/var/pinot/minion/config/pinot-minion.conf",
        ]
    );
    let controller = &pinot.node_types[0];
    assert_eq!(controller.container.env[0], EnvEntry::CrEnv);
    let Content::Text(lines) = &controller.files[0].content else {
        panic!("the file of a controller is a text");
    };
    // The user's block, two lines of the manifest's own, and a line that may vanish.
    assert_eq!(lines.len(), 4);
    assert!(matches!(&lines[3], Line::Block { value, .. } if value.optional));
    assert_eq!(controller.files[0].scope, Scope::ConfigGroup);
}

#[test]
fn a_name_that_names_no_storage_entry_allows_one() {
    let pinot = shipped_operator("pinot.yaml").cluster;
    assert_eq!(pinot.k8s_group.max_storage, Some(1));
    let quickstart = shipped_operator("quickstart.yaml").cluster;
    assert_eq!(quickstart.k8s_group.max_storage, None);
}

#[test]
fn the_role_needs_no_more_than_the_children() {
    let kinds = shipped_operator("parseable.yaml").cluster.child_kinds;
    assert_eq!(
        kinds,
        [
            ChildKind::ConfigMap,
            ChildKind::Service,
            ChildKind::StatefulSet,
            ChildKind::Deployment,
            ChildKind::PersistentVolumeClaim,
            ChildKind::Pod,
            ChildKind::ControllerRevision,
        ]
    );
}

#[test]
fn a_field_is_known_by_what_it_sets() {
    let operator = shipped_operator("quickstart.yaml");
    let of = |field: &str| -> Vec<String> {
        operator
            .effects
            .iter()
            .filter(|effect| effect.field.as_str() == field)
            .flat_map(|effect| &effect.children)
            .map(|child| {
                format!(
                    "{} {} {} {}",
                    child.node_type.as_deref().unwrap_or("-"),
                    child.kind.as_str(),
                    child.path,
                    child.restarts
                )
            })
            .collect()
    };
    let file = "ConfigMap data[\"app.yaml\"] true";
    let both = [format!("gateway {file}"), format!("store {file}")];
    assert_eq!(of("spec.appConfigGroup[].logLevel"), both);
    assert_eq!(of("spec.external.database.spec.url"), both);
    // Peers: more pods of `store` change the file of all.
    assert!(of("spec.nodes[].replicas").contains(&both[0]));
    assert!(of("spec.k8sConfigGroup[].service").contains(&"store Service spec false".to_owned()));
}

/// A manifest with `value` in each place that takes expressions.
fn everywhere(value: &str, condition: &str, list: &str) -> String {
    let value = serde_json::to_string(value).unwrap();
    let condition = serde_json::to_string(condition).unwrap();
    let list = serde_json::to_string(list).unwrap();
    format!(
        r#"
apiVersion: dsoi.dev/v1alpha1
operator: {{name: demo-operator, image: ghcr.io/example/demo}}
api: {{group: example.com, version: v1}}
cluster:
  kind: Demo
  image: ghcr.io/example/demo:1
  appConfigGroup: {{fields: {{level: debug | info = info, heap: optional int, extra: optional tree, flags: optional list<string>, props: map<string>, tls: optional bool}}}}
  spec: {{password: optional secretKey, listeners: {{type: list, key: name, fields: {{name: string, port: port, domain: optional string}}}}}}
  node: {{fields: {{rack: optional string}}}}
  external:
    database: {{fields: {{url: string}}}}
    backup: {{optional: true, fields: {{endpoint: string, key: secretKey}}}}
    stores: {{type: list, key: nodeType, fields: {{nodeType: nodeType, data: string}}}}
    deep: {{fields: {{root: string}}, oneOf: {{s3: {{bucket: string}}, hdfs: {{}}}}}}
  names: {{workload: {value}, collisions: refuse}}
  labels: {{a: {value}}}
  configMaps: {{shared: {{$if: {condition}, data: {{a: {value}}}}}}}
  nodeTypes:
    store: {{kinds: [StatefulSet], ports: {{http: 80}}}}
    server:
      command: [{value}, {{$for: x in spec.listeners, $if: {condition}, $value: {value}}}]
      args: [{{$if: {condition}, $value: {value}}}, {{$for: p in {list}, $value: {value}}}]
      env: [{{A: {value}, B: {{$join: ",", $value: [{value}]}}, C: {{$json: {{a: {value}}}}}}}]
      envFrom: [{{configMap: shared}}]
      ports: {{http: 8080}}
      readinessProbe: {{httpGet: {{path: {value}, port: {value}}}, periodSeconds: {value}}}
      pod: {{nodeSelector: {{a: {value}}}, tolerations: {value}}}
      services: {{main: {{annotations: {{a: {value}}}, name: {value}}}}}
      files:
        text: {{path: /etc/demo/a, content: {value}}}
        tree: {{$if: {condition}, path: /etc/demo/b.yaml, content: [{value}, {{a: {value}, b: [{value}, {{$for: p in {list}, c: {value}}}]}}]}}
        flat: {{path: /etc/demo/c.properties, per: configGroup, content: {{a: {value}}}}}
"#
    )
}

/// Paths that exist, paths that almost exist, and nonsense.
fn path() -> impl Strategy<Value = String> {
    let root = prop::sample::select(vec![
        "kind",
        "cr",
        "spec",
        "external",
        "node",
        "k8s",
        "config",
        "type",
        "nodes",
        "pods",
        "pod",
        "storage",
        "files",
        "services",
        "configMaps",
        "secrets",
        "p",
        "x",
        "id",
    ]);
    let step = prop::sample::select(vec![
        ".name",
        ".lower",
        ".namespace",
        ".level",
        ".heap",
        ".extra",
        ".flags",
        ".props",
        ".tls",
        ".password",
        ".listeners",
        ".port",
        ".domain",
        ".rack",
        ".database",
        ".url",
        ".backup",
        ".endpoint",
        ".key",
        ".stores",
        "[type.name]",
        "[node.name]",
        ".data",
        ".deep",
        ".s3",
        ".bucket",
        ".type",
        ".root",
        ".store",
        ".server",
        ".pods",
        ".host",
        ".ordinal",
        ".ip",
        ".zone",
        ".ports",
        ".http",
        ".tree",
        ".path",
        ".main",
        ".shared",
        ".replicas",
        ".env",
        ".service",
        ".image",
        "[\"a.b\"]",
        "[cr]",
        ".spec",
    ]);
    (root, prop::collection::vec(step, 0..4))
        .prop_map(|(root, steps)| format!("{root}{}", steps.concat()))
}

fn term() -> impl Strategy<Value = String> {
    let literal = prop::sample::select(vec!["\"text\"", "1", "true", "0.5", "\"\""]);
    prop_oneof![5 => path(), 1 => literal.prop_map(str::to_owned)]
}

fn value() -> impl Strategy<Value = String> {
    let inserted = prop::collection::vec(term(), 1..3)
        .prop_map(|terms| format!("${{{}}}", terms.join(" ?? ")));
    let piece = prop_oneof![
        3 => inserted,
        1 => prop::sample::select(vec!["-", "a", "$(POD_NAME)", "\n", "  ", "$${x}", "sh"]).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 1..4).prop_map(|pieces| pieces.concat())
}

fn condition() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        term(),
        (term(), prop::sample::select(vec!["==", "!=", "in"]), term())
            .prop_map(|(left, op, right)| format!("{left} {op} {right}")),
    ];
    leaf.prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|cond| format!("!({cond})")),
            (inner.clone(), prop::sample::select(vec!["&&", "||"]), inner)
                .prop_map(|(left, op, right)| format!("({left}) {op} ({right})")),
        ]
    })
}

/// Runs both stages: a refusal has a problem with a place, and the same manifest gives the same result.
fn refused(text: &str) -> bool {
    let source = Source::new("dsoi.yaml", text.as_bytes().to_vec()).unwrap();
    let manifest = match manifest::parse(&source) {
        Ok(manifest) => manifest,
        Err(problems) => {
            assert!(!problems.is_empty());
            return true;
        }
    };
    let first = check(&manifest);
    assert_eq!(first, check(&manifest));
    match first {
        Ok(_) => {
            print::warnings(&warnings(&manifest), &source, false);
            false
        }
        Err(problems) => {
            assert!(!problems.is_empty(), "refused without a reason:\n{text}");
            for problem in problems.sorted() {
                let place = problem.span().unwrap();
                assert!(place.end > place.start, "no place: {problem:?}\n{text}");
            }
            print::text(&problems, &source, false);
            true
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_expression_panics_in_any_place(value in value(), condition in condition(), list in path()) {
        refused(&everywhere(&value, &condition, &list));
    }

    #[test]
    fn an_expression_is_accepted_or_reported_where_it_stands(path in path()) {
        let text = format!(
            "apiVersion: dsoi.dev/v1alpha1\noperator: {{name: demo, image: a}}\napi: {{group: example.com, version: v1}}\n\
             cluster:\n  kind: Demo\n  image: a\n  appConfigGroup: {{fields: {{level: string, heap: optional int}}}}\n  nodeTypes:\n    server:\n      \
             kinds: [StatefulSet]\n      env: {{A: \"${{{path}}}\"}}\n"
        );
        if !refused(&text) {
            let operator = checked(&text);
            let entry = &operator.cluster.node_types[0].container.env[0];
            prop_assert!(matches!(entry, EnvEntry::Variable(variable) if variable.name.as_str() == "A"));
        }
    }
}

#[test]
fn the_loop_of_peers_names_each_pod() {
    let operator = checked(
        "apiVersion: dsoi.dev/v1alpha1\noperator: {name: demo, image: a}\napi: {group: example.com, version: v1}\n\
         cluster:\n  kind: Demo\n  image: a\n  nodeTypes:\n    server:\n      kinds: [StatefulSet]\n      \
         ports: {http: 80}\n      env: {PEERS: {$join: \",\", $for: p in pods.server, $value: \"${p.host}:${p.ports.http}\"}}\n",
    );
    let EnvEntry::Variable(variable) = &operator.cluster.node_types[0].container.env[0] else {
        panic!("PEERS is a variable");
    };
    let EnvValue::Text(expr) = &variable.value else {
        panic!("PEERS is a text");
    };
    let ExprKind::Join { items, .. } = &expr.kind else {
        panic!("PEERS is joined");
    };
    let dsoi::model::Item::For { list, items, .. } = &items[0] else {
        panic!("PEERS is a loop");
    };
    let ExprKind::Path(path) = &list.kind else {
        panic!("the list is a path");
    };
    assert!(matches!(&path.root, Root::Pods(name) if name.as_str() == "server"));
    let dsoi::model::Item::Value(dsoi::model::Template::Scalar(item)) = &items[0] else {
        panic!("an item is a text");
    };
    let ExprKind::Text(text) = &item.kind else {
        panic!("an item has pieces");
    };
    // The port is a constant of the node type.
    assert_eq!(text.pieces[1], Piece::Literal(":80".to_owned()));
}
