//! What is found offline, and where.

mod definition;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::document::{self};
use super::{Identity, Report, Verdict, check, rule, text, verdict};
use crate::controller::{Controller, Kind};
use crate::fixture::{tally, with};
use crate::problem::Problem;
use definition::documents;

fn tallies() -> Vec<Box<dyn Kind>> {
    vec![Box::new(Controller::<tally::Tally>::new())]
}

fn yaml(value: &Value) -> String {
    serde_saphyr::to_string(value).unwrap()
}

fn report(file: &str) -> Report {
    check(
        &tallies(),
        "tally-operator",
        file,
        "default",
        Identity::Written,
    )
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
    let bad = with(&bad, "/metadata/name", json!("other"));
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

/// What is wrong with the sample after one change, as `path: message`.
fn changed(pointer: &str, value: Value) -> Vec<String> {
    let cr = with(&tally::sample(), pointer, value);
    let problems = verdict::<tally::Tally>(&cr, "tally-operator").problems;
    problems.iter().map(ToString::to_string).collect()
}

/// SE-12: what nobody would read is refused where a person looks, also in a type that the schema leaves open.
#[test]
fn a_key_that_a_type_does_not_know_is_refused() {
    let service = json!({"ports": [{"port": 1, "name": "a", "nam": "y"}]});
    assert_eq!(
        changed("/spec/k8sConfigGroup/0/service", service),
        ["spec.k8sConfigGroup[0].service.ports[0].nam: no such field; did you mean `name`?"]
    );
}

#[test]
fn two_resources_of_one_name_in_one_file_are_told() {
    let good = yaml(&tally::sample());
    let name = tally::sample()["metadata"]["name"].clone();
    let elsewhere = with(&tally::sample(), "/metadata/namespace", json!("other"));
    assert_eq!(
        found(&format!("{good}---\n{}", yaml(&elsewhere))),
        [""; 0],
        "{name}"
    );
    let twice = found(&format!("{good}---\n{good}"));
    assert_eq!(twice.len(), 1, "{twice:?}");
    assert!(twice[0].ends_with("metadata.name: document 1 of this file is this Tally already"));
}

#[test]
fn objects_that_two_resources_would_make_are_told() {
    let first = with(&tally::sample(), "/metadata/name", json!("a-b"));
    // `a-b` and `a` meet where a node's name begins with `b-`.
    let second = with(&tally::sample(), "/metadata/name", json!("a"));
    let second = with(&second, "/spec/nodes/0/name", json!("b-store"));
    let told = found(&format!("{}---\n{}", yaml(&first), yaml(&second)));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains("metadata.name: the Tally `a-b` of this file makes "),
        "{told:?}"
    );
    assert!(told[0].contains("StatefulSet `a-b-store`"), "{told:?}");
}

#[test]
fn a_name_is_looked_at_once_and_may_be_left_to_the_server() {
    let named = |metadata: Value| changed("/metadata", metadata);
    assert_eq!(named(json!({"generateName": "tally-"})), [""; 0]);
    assert_eq!(
        named(json!({})),
        ["metadata: has neither `name` nor `generateName`"]
    );
    assert_eq!(
        named(json!({"name": "Tally_1"})),
        [
            "metadata.name: must consist of lower-case letters, digits, `-` and `.`, and start and end with a letter or digit"
        ]
    );
    let rule = "size(self.metadata.name) <= 5";
    let schema = json!({"x-kubernetes-validations": [{"rule": rule, "message": "too long"}]});
    let value = json!({"metadata": {"name": "eleven-char"}});
    let (broken, _) = rule::broken(&value, &schema);
    assert_eq!(broken[0].path, "metadata.name");
}

#[test]
fn a_merge_key_is_expanded_and_the_mapping_itself_wins() {
    let file = "base: &b {a: 1, c: 2}\nother: &o {a: 5, d: 6}\none: {<<: *b, a: 3}\ntwo: {<<: [*b, *o]}\nbad: {<<: 1}\n";
    let value = documents(file).remove(0).value;
    assert_eq!(value["one"], json!({"a": 3, "c": 2}));
    assert_eq!(value["two"], json!({"a": 1, "c": 2, "d": 6}));
    assert_eq!(value["bad"], json!({"<<": 1}));
}

#[test]
fn a_value_that_no_cluster_takes_is_refused_offline() {
    let group = "/spec/k8sConfigGroup/0";
    let services = json!([{"name": "x", "spec": {"type": "LoadBalancr", "ports": []}}]);
    let port = json!([{"name": "x", "spec": {"ports": [{"port": 1, "targetPort": "htp"}]}}]);
    let metrics = json!({"maxReplicas": 2, "metrics": [{"type": "Resorce"}]});
    let cases = [
        (
            "image",
            json!("bad image:::"),
            vec!["image: `bad image:::` is no image"],
        ),
        (
            "podDisruptionBudget",
            json!({"minAvailable": "lots"}),
            vec![
                "podDisruptionBudget.minAvailable: `lots` is neither a number nor a percentage such as `50%`",
            ],
        ),
        (
            "services",
            services,
            vec![
                "services[0].spec.type: `LoadBalancr` is none of the allowed words; did you mean `LoadBalancer`?",
                "services[0].spec.ports: needs at least one port",
            ],
        ),
        (
            "horizontalPodAutoscaler",
            metrics,
            vec![
                "horizontalPodAutoscaler.metrics[0].type: `Resorce` is none of the allowed words; did you mean `Resource`?",
            ],
        ),
        (
            "services",
            port,
            vec![
                "services[0].spec.ports[0].targetPort: no container of node `store` has a port `htp`; did you mean `http`?",
            ],
        ),
    ];
    for (field, value, expected) in cases {
        let expected: Vec<String> = expected
            .iter()
            .map(|said| format!("spec.k8sConfigGroup[0].{said}"))
            .collect();
        assert_eq!(changed(&format!("{group}/{field}"), value), expected);
    }
}

#[test]
fn what_the_operator_decides_or_nobody_uses_is_told() {
    let group = "/spec/k8sConfigGroup/0";
    let selector = json!({"matchLabels": {"a": "b"}});
    let scaler = json!({"maxReplicas": 5, "scaleTargetRef": {"kind": "Deployment", "name": "x"}});
    let mut cr = tally::sample();
    for (field, value) in [
        (
            "podDisruptionBudget",
            json!({"minAvailable": 1, "selector": selector}),
        ),
        ("horizontalPodAutoscaler", scaler),
        ("networkPolicy", json!({"podSelector": selector})),
        (
            "service",
            json!({"ports": [{"port": 1}], "selector": {"a": "b"}}),
        ),
        ("ingressAnnotations", json!({"example.com/a": "b"})),
    ] {
        cr = with(&cr, &format!("{group}/{field}"), value);
    }
    let mut idle = cr["spec"]["k8sConfigGroup"][1].clone();
    idle["name"] = json!("idle");
    let cr = with(&cr, "/spec/k8sConfigGroup/-", idle);
    let verdict = verdict::<tally::Tally>(&cr, "tally-operator");
    assert!(verdict.problems.is_empty(), "{}", verdict.problems);
    let notes: Vec<String> = verdict.notes.iter().map(ToString::to_string).collect();
    let decided = "the operator decides it: what stands here has no effect";
    assert_eq!(
        notes,
        [
            format!("spec.k8sConfigGroup[0].horizontalPodAutoscaler.scaleTargetRef: {decided}"),
            "spec.k8sConfigGroup[0].ingressAnnotations: is for an `ingress`, and the group has none: it has no effect".to_owned(),
            format!("spec.k8sConfigGroup[0].networkPolicy.podSelector: {decided}"),
            format!("spec.k8sConfigGroup[0].podDisruptionBudget.selector: {decided}"),
            format!("spec.k8sConfigGroup[0].service.selector: {decided}"),
            "spec.nodes[0].replicas: the pods of `store` are listed by name for others to find: 3, as said here; those that its `horizontalPodAutoscaler` adds are in no list".to_owned(),
            "spec.k8sConfigGroup[2]: no node uses `idle`: it has no effect".to_owned(),
        ]
    );
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
    super::one::merge(&mut first, second, &[]);
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
    let tab = found("a:\n  b: c\n\td: e\n");
    assert!(
        tab[0].starts_with("3:1 ") && tab[0].contains("tab"),
        "{tab:?}"
    );
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

/// DS-21.
#[test]
fn a_rollout_that_the_operator_would_refuse_is_refused() {
    assert_eq!(
        changed("/spec/rollout", json!({"after": "soon"})),
        ["spec.rollout.after: `soon` is no duration such as `30s`, `10m` or `1h30m`"]
    );
}
