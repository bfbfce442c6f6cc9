//! The reference of the fields of a custom resource.

use serde_json::Value;

use super::*;
use crate::model::Type;
use crate::model::fixture::{field, optional, tally};
use crate::render::testing::render;

fn markdown(operator: &Operator) -> String {
    render("docs/reference/fields.md", &docs(operator))
}

#[test]
fn every_field_has_one_line() {
    let text = markdown(&tally());
    for field in [
        "spec.nodes[].replicas",
        "spec.k8sConfigGroup[].image",
        "spec.appConfigGroup[].logLevel",
        "spec.external.database.spec.url",
        "spec.deploymentOrder",
    ] {
        let lines = text
            .lines()
            .filter(|line| line.starts_with(&format!("| `{field}` |")));
        assert_eq!(lines.count(), 1, "{field}\n{text}");
    }
}

#[test]
fn a_field_says_what_it_sets_and_what_restarts() {
    let text = markdown(&tally());
    let line = text.lines().find(|line| line.contains("logLevel")).unwrap();
    assert_eq!(
        line,
        "| `spec.appConfigGroup[].logLevel` | one of debug, info, warn | `\"info\"` |  | ConfigMap `data[\"app.yaml\"]` ⟳ |"
    );
}

#[test]
fn an_effect_of_an_unknown_field_is_not_lost() {
    let mut operator = tally();
    operator.cluster.config.clear();
    let docs = docs(&operator);
    let last = docs.sections.last().unwrap();
    assert_eq!(last.title, "Further places");
    assert_eq!(last.rows[0].field, "spec.appConfigGroup[].logLevel");
}

#[test]
fn the_data_is_sorted_and_complete() {
    let fields: Vec<Value> = serde_json::from_str(&fields_json(&tally())).unwrap();
    let names: Vec<_> = fields
        .iter()
        .map(|field| field["field"].as_str().unwrap())
        .collect();
    assert!(names.is_sorted());
    let replicas = fields
        .iter()
        .find(|f| f["field"] == "spec.nodes[].replicas")
        .unwrap();
    assert_eq!(replicas["children"][0]["kind"], "StatefulSet");
    assert_eq!(replicas["children"][0]["restarts"], false);
}

#[test]
fn a_hostile_doc_stays_in_its_cell() {
    let mut operator = tally();
    let mut hostile = field("x", Type::String);
    hostile.doc = Some("a | b\n\n# c <script> `".to_owned());
    operator.cluster.config = vec![hostile];
    let text = markdown(&operator);
    let line = text
        .lines()
        .find(|line| line.contains("Group[].x`"))
        .unwrap();
    assert_eq!(line.replace("\\|", "").matches('|').count(), 6, "{line}");
    assert!(!text.contains("<script>"));
}

#[test]
fn every_field_that_makes_a_pod_author_is_listed() {
    let mut operator = tally();
    operator.cluster.config = vec![optional("password", Type::SecretKey)];
    let fields: Vec<_> = widenings(&operator).into_iter().map(|w| w.field).collect();
    for field in [
        "spec.k8sConfigGroup[].image",
        "spec.k8sConfigGroup[].serviceAccountName",
        "spec.k8sConfigGroup[].volumes",
        "spec.appConfigGroup[].password",
    ] {
        assert!(fields.iter().any(|f| f == field), "{field}");
    }
    assert!(!fields.iter().any(|f| f.ends_with("resources")));
}

#[test]
fn a_field_that_the_manifest_hides_is_not_listed() {
    let mut operator = tally();
    operator.cluster.k8s_group.fields.clear();
    assert_eq!(widenings(&operator), []);
}
