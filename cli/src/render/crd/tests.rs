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
