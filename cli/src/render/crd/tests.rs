//! Definitions: their columns, their words and their size.

use super::columns;
use crate::model::Column;
use crate::model::fixture::tally;

fn names(own: &[&str]) -> Vec<String> {
    let mut cluster = tally().cluster;
    cluster.columns = own
        .iter()
        .map(|name| Column {
            name: (*name).to_owned(),
            path: ".spec.x".to_owned(),
            ty: "string".to_owned(),
        })
        .collect();
    columns(&cluster)
        .iter()
        .map(|column| column["name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn whether_a_cluster_is_ready_and_its_age_are_always_shown() {
    assert_eq!(names(&[]), ["Ready", "Progress", "Rollout", "Age"]);
    assert_eq!(
        names(&["Bucket"]),
        ["Ready", "Progress", "Rollout", "Bucket", "Age"]
    );
}

#[test]
fn an_own_column_replaces_the_one_of_its_name() {
    assert_eq!(
        names(&["Age", "Bucket", "Rollout"]),
        ["Ready", "Progress", "Age", "Bucket", "Rollout"]
    );
}

#[test]
fn every_field_that_all_clusters_have_says_what_it_means() {
    let document: serde_json::Value =
        serde_saphyr::from_str(&super::document(&tally()).print()).unwrap();
    let schema = document
        .pointer("/spec/versions/0/schema/openAPIV3Schema")
        .unwrap();
    for path in [
        "spec/properties/nodes/items",
        "spec/properties/k8sConfigGroup/items",
        "spec/properties/rollout",
        "status",
        "status/properties/nodes/items",
        "status/properties/nodeTypes/items",
        "status/properties/rollout",
    ] {
        let fields = schema.pointer(&format!("/properties/{path}/properties"));
        let fields = fields.and_then(serde_json::Value::as_object).unwrap();
        // What only tests of the model have is none of ours.
        for (name, field) in fields.iter().filter(|(name, _)| *name != "rack") {
            let said = field["description"].as_str().unwrap_or_default();
            assert!((8..200).contains(&said.len()), "{path}/{name}: {said:?}");
            assert!(!said.ends_with('.'), "{path}/{name}: {said:?}");
        }
    }
}

#[test]
fn a_definition_with_every_field_of_the_k8s_group_stays_below_100_kib() {
    let operator = tally();
    let text = super::document(&operator).print();
    let mut sizes: Vec<(usize, &str)> = operator
        .cluster
        .k8s_group
        .fields
        .iter()
        .map(|field| {
            let schema = super::k8s::k8s_field(&operator.cluster, field).to_string();
            (schema.len(), field.field.word())
        })
        .collect();
    sizes.sort_unstable();
    assert!(text.len() < 100 * 1024, "{} bytes: {sizes:?}", text.len());
}
