//! What is found offline, and where.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::document::{self, Document};
use super::schema::Walk;
use super::{Report, Verdict, check, rule, text, verdict};
use crate::controller::{Controller, Kind};
use crate::fixture::{tally, with};
use crate::problem::Problem;

/// Generated definitions, each with a resource of its kind.
const KNOWN: [(&str, &str); 3] = [
    (
        include_str!("../../../testdata/projects/pinot/config/crd/pinots.yaml"),
        include_str!("../../../testdata/conformance/pinot.yaml"),
    ),
    (
        include_str!("../../../testdata/projects/parseable/config/crd/parseabletenants.yaml"),
        include_str!("../../../testdata/conformance/parseable.yaml"),
    ),
    (
        include_str!("../../../testdata/projects/quickstart/config/crd/tallies.yaml"),
        include_str!("../../../testdata/conformance/quickstart.yaml"),
    ),
];

fn schema(crd: &str) -> Value {
    let crd: Value = serde_saphyr::from_str(crd).unwrap();
    crd.pointer("/spec/versions/0/schema/openAPIV3Schema")
        .unwrap()
        .clone()
}

fn documents(text: &str) -> Vec<Document> {
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
            "spec.nodes[0].name: `Upper` does not match",
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

fn tallies() -> Vec<Box<dyn Kind>> {
    vec![Box::new(Controller::<tally::Tally>::new())]
}

fn yaml(value: &Value) -> String {
    serde_saphyr::to_string(value).unwrap()
}

fn report(file: &str) -> Report {
    check(&tallies(), "tally-operator", file)
}

/// The findings as `line:column path: message`.
fn found(file: &str) -> Vec<String> {
    let findings = report(file).findings;
    let line = |place: document::Place, problem: &Problem| {
        format!("{}:{} {problem}", place.line, place.column)
    };
    findings
        .iter()
        .map(|finding| line(finding.place, &finding.problem))
        .collect()
}

/// DS-15: a file may hold several resources; each mistake of each is found in one run.
#[test]
fn every_mistake_of_every_document_is_found_in_its_place() {
    let good = yaml(&tally::sample());
    let bad = with(&tally::sample(), "/spec/nodes/0/nodeType", json!("stor"));
    let bad = with(&bad, "/spec/nodes/1/k8sConfigGroup", json!("enormous"));
    let bad = yaml(&bad);
    let file = format!("{good}---\n{bad}---\nkind: Tally\nkind: Talli\napiVersion: v1\n");
    let start = good.lines().count() + 1;
    let place = |word: &str| {
        let (index, line) = bad
            .lines()
            .enumerate()
            .find(|(_, line)| line.ends_with(&format!(": {word}")))
            .unwrap();
        format!("{}:{}", start + index + 1, line.rfind(word).unwrap() + 1)
    };
    let last = start + bad.lines().count() + 1;
    assert_eq!(
        found(&file),
        [
            format!(
                "{} spec.nodes[0].nodeType: no node type is called `stor`; did you mean `store`?",
                place("stor")
            ),
            format!(
                "{} spec.nodes[1].k8sConfigGroup: no entry of `spec.k8sConfigGroup` is called `enormous`; there are `small`, `plain`",
                place("enormous")
            ),
            format!("{}:1 kind\u{0}: `kind` is written twice", last + 2),
            format!(
                "{}:13 apiVersion: `v1` is not the version of this kind; it reads `example.com/v1alpha1 Tally`",
                last + 3
            ),
        ]
    );
    assert_eq!(report(&file).resources, 3);
}

#[test]
fn two_mistakes_of_one_place_are_both_told() {
    let cr = with(&tally::sample(), "/spec/nodes", json!([]));
    let cr = with(&cr, "/spec/deploymentOrder", json!(["x", "y"]));
    let Verdict { problems, .. } = verdict::<tally::Tally>(&cr, "tally-operator");
    assert_eq!(problems.len(), 3, "{problems}");
    let mut first = crate::problem::Problems::new();
    let mut second = crate::problem::Problems::new();
    for message in ["a", "b"] {
        second.add("spec.nodes", message);
    }
    first.add("spec.nodes", "shape");
    super::merge(&mut first, second, &[]);
    assert_eq!(first.to_string(), "spec.nodes: a\nspec.nodes: b");
}

#[test]
fn a_stranger_is_named_with_what_the_operator_reads() {
    assert_eq!(
        found("apiVersion: v1\nkind: Pod\n"),
        ["2:7 kind: `Pod` is no kind of this operator; it reads `example.com/v1alpha1 Tally`"]
    );
    assert_eq!(found(""), ["1:1 : there is no resource in the file"]);
    assert!(found("a: [").first().unwrap().contains("this is not YAML"));
}

#[test]
fn a_report_shows_the_line_and_marks_the_value() {
    let file = "apiVersion: v1\nkind: Pod\n";
    let shown = text(&report(file), "cr.yaml", file);
    assert_eq!(
        shown,
        "error: kind: `Pod` is no kind of this operator; it reads `example.com/v1alpha1 Tally`\n  --> cr.yaml:2:7\n  |\n2 | kind: Pod\n  |       ^^^\n\ncr.yaml: 1 mistake\n"
    );
    let good = yaml(&tally::sample());
    let shown = text(&report(&good), "cr.yaml", &good);
    assert!(shown.starts_with("cr.yaml: no mistakes, "), "{shown}");
}

#[test]
fn what_cannot_be_decoded_hides_no_other_mistake() {
    // The fixture has no schema: what it cannot decode is told by the decoder, and once.
    let cr = with(&tally::sample(), "/spec/nodes/1/replicas", json!("three"));
    let Verdict { problems, .. } = verdict::<tally::Tally>(&cr, "tally-operator");
    assert_eq!(problems.len(), 1);
    assert_eq!(
        problems.iter().next().unwrap().path,
        "spec.nodes[1].replicas"
    );
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// SE-14.
    #[test]
    fn no_file_panics(text in "([a-z]{1,3}: |- |\\[|\\]|\\{|\\}|&a |\\*a|\n  |\n|---\n|'|\"|0x|1e9|é|,|\t){0,40}") {
        report(&text);
        text_of(&text);
    }

    #[test]
    fn no_rule_panics(source in "(self|\\.a|\\.all\\(n, |\\)|\\(|\\[|\\]|'x'|1| in |!|&&|\\|\\||==|size|has|__|\\\\){0,20}") {
        let schema = json!({"x-kubernetes-validations": [{"rule": source}]});
        rule::broken(&json!({"a": [1]}), &schema);
    }
}

fn text_of(file: &str) -> String {
    text(&report(file), "cr.yaml", file)
}
