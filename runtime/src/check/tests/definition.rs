//! Resources against the definitions that are shipped, and the rules in them.

use serde_json::{Value, json};

use super::super::document::{self, Document};
use super::super::rule;
use super::super::schema::Walk;
use crate::fixture::with;

/// Generated definitions, each with a resource of its kind.
const KNOWN: [(&str, &str); 3] = [
    (
        include_str!("../../../../testdata/projects/pinot/config/crd/pinots.yaml"),
        include_str!("../../../../testdata/conformance/pinot.yaml"),
    ),
    (
        include_str!("../../../../testdata/projects/parseable/config/crd/parseabletenants.yaml"),
        include_str!("../../../../testdata/conformance/parseable.yaml"),
    ),
    (
        include_str!("../../../../testdata/projects/quickstart/config/crd/tallies.yaml"),
        include_str!("../../../../testdata/conformance/quickstart.yaml"),
    ),
];

fn schema(crd: &str) -> Value {
    let crd: Value = serde_saphyr::from_str(crd).unwrap();
    crd.pointer("/spec/versions/0/schema/openAPIV3Schema")
        .unwrap()
        .clone()
}

pub(super) fn documents(text: &str) -> Vec<Document> {
    let (documents, broken) = document::read(text);
    assert_eq!(broken, None);
    documents
}

/// What the definition says, as `path: message`.
fn refused(value: &Value, crd: &str) -> Vec<String> {
    let schema = schema(crd);
    let mut walk = Walk::default();
    let value = walk.root(value, &schema);
    let mut found: Vec<String> = walk.problems.iter().map(ToString::to_string).collect();
    if found.is_empty() {
        let (broken, left) = rule::broken(&value, &schema);
        assert!(left.is_empty(), "not read: {left:?}");
        found.extend(broken.iter().map(ToString::to_string));
    }
    found
}

#[test]
fn good_resources_are_accepted_and_every_rule_of_ours_is_read() {
    for (crd, cr) in KNOWN {
        for document in documents(cr) {
            assert_eq!(refused(&document.value, crd), [""; 0]);
        }
    }
}

/// DS-15, DS-41, DS-46, MF-14: the server's table (`operators/door.rs`), offline.
#[test]
fn what_the_server_refuses_is_refused_offline() {
    let (crd, cr) = KNOWN[0];
    let good = documents(cr).remove(0).value;
    let first = good["spec"]["nodes"][0].clone();
    let cases = [
        (
            "/spec/nodes/0/kind",
            json!("StatefulSets"),
            "spec.nodes[0].kind: `StatefulSets` is none of the allowed words; did you mean `StatefulSet`?",
        ),
        (
            "/spec/nodes/0/replicas",
            json!("two"),
            "spec.nodes[0].replicas: must be a whole number and is a text",
        ),
        (
            "/spec/nodes/0/replicas",
            json!(-1),
            "spec.nodes[0].replicas: is -1; it must be at least 0",
        ),
        (
            "/spec/nodes/0/replica",
            json!(1),
            "spec.nodes[0].replica: no such field; did you mean `replicas`?",
        ),
        (
            "/spec/nodes/0/name",
            json!("Upper"),
            "spec.nodes[0].name: `Upper` must consist of lower-case letters",
        ),
        (
            "/spec/nodes/0/name",
            json!("n".repeat(64)),
            "spec.nodes[0].name: has 64 characters; it may have at most",
        ),
        (
            "/spec/nodes",
            json!([]),
            "spec.nodes: has 0 entries; it must have at least 1",
        ),
        ("/spec/nodes/-", first, "].name: name \""),
        (
            "/spec/deploymentOrder",
            json!(["controller", "brokr"]),
            "spec.deploymentOrder[1]: `brokr` is none of the allowed words; did you mean `broker`?",
        ),
        (
            "/spec/deploymentOrder",
            json!(["controller", "broker", "server", "minion", "server"]),
            "spec.deploymentOrder[4]: \"server\" is in the list already",
        ),
        (
            "/spec/deploymentOrder",
            json!(["controller"]),
            "spec: `deploymentOrder` leaves out a node",
        ),
        (
            "/spec/nodes/0/k8sConfig",
            json!("nowhere"),
            "spec: a node's `k8sConfig` names no entry of `spec.k8sConfig`",
        ),
        (
            "/spec/external",
            json!({}),
            "spec.external.zookeeper: is missing",
        ),
        (
            "/metadata/label",
            json!({}),
            "metadata.label: no such field; did you mean `labels`?",
        ),
    ];
    for (pointer, value, expected) in cases {
        let found = refused(&with(&good, pointer, value), crd);
        assert_eq!(found.len(), 1, "{pointer}: {found:#?}");
        assert!(found[0].contains(expected), "{pointer}: {found:?}");
    }
    let mut none = good.clone();
    none["spec"] = Value::Null;
    assert_eq!(
        refused(&none, crd),
        ["spec: must be a mapping and is nothing"]
    );
    let mut short = good.clone();
    short["spec"]["nodes"][0]
        .as_object_mut()
        .unwrap()
        .remove("nodeType");
    assert_eq!(refused(&short, crd), ["spec.nodes[0].nodeType: is missing"]);
}

#[test]
fn rules_are_read_as_cel_reads_them() {
    let value =
        json!({"a": [{"n": 1, "name": "x"}, {"n": 2, "name": "y-z"}], "in": "t", "b-c": true});
    let cases = [
        ("self.a.map(n, n.n).sum() == 3", Some(true)),
        ("self.a.all(n, n.n in [1, 2])", Some(true)),
        ("self.a.filter(n, n.n == 2).size() <= 0", Some(false)),
        (
            "self.a.exists(n, n.name.endsWith('-z')) && self.b__dash__c",
            Some(true),
        ),
        ("!has(self.q) || self.q == 1", Some(true)),
        ("self.q == 1", None),
        ("self.q == 1 || true", Some(true)),
        ("self.__in__ + 'x' != \"tx\"", Some(false)),
        ("size(self.__in__) > 0 && !(false)", Some(true)),
        ("self.a.sort()", None),
    ];
    for (source, expected) in cases {
        let schema = json!({"x-kubernetes-validations": [{"rule": source}]});
        let (broken, left) = rule::broken(&value, &schema);
        let holds = left.is_empty().then_some(broken.is_empty());
        assert_eq!(holds, expected, "{source}");
    }
    let schema = json!({"x-kubernetes-validations": [{"rule": "self == oldSelf"}]});
    assert_eq!(rule::broken(&value, &schema), (Vec::new(), Vec::new()));
}
