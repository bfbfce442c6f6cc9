//! Rights: as many as are needed, under legal names.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::*;
use crate::model::fixture::tally;
use crate::model::{DnsLabel, DnsSubdomain, StorageMode};
use crate::render::testing::{documents, render};

const FILES: &[&str] = &[
    "config/rbac/service_account.yaml",
    "config/rbac/role.yaml",
    "config/rbac/role_binding.yaml",
    "config/rbac/leader_election.yaml",
    "config/rbac/metrics.yaml",
    "config/rbac/viewer.yaml",
    "config/rbac/editor.yaml",
    "config/rbac/admin.yaml",
    "config/components/namespaced/role.yaml",
    "config/components/namespaced/role_binding.yaml",
];

#[derive(Deserialize)]
struct Document {
    kind: String,
    metadata: Metadata,
    #[serde(default)]
    rules: Vec<Granted>,
}

#[derive(Deserialize)]
struct Metadata {
    name: String,
    #[serde(default)]
    namespace: Option<String>,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase")]
struct Granted {
    #[serde(default)]
    api_groups: Vec<String>,
    #[serde(default)]
    resources: Vec<String>,
    #[serde(default)]
    resource_names: Vec<String>,
    verbs: BTreeSet<String>,
}

fn all(operator: &Operator) -> Vec<Document> {
    let context = rbac(operator);
    FILES
        .iter()
        .flat_map(|file| documents::<Document>(&render(file, &context)))
        .collect()
}

#[test]
fn no_rule_is_wider_than_the_operator_needs() {
    for document in all(&tally()) {
        for rule in &document.rules {
            let every = [&rule.api_groups, &rule.resources, &rule.resource_names];
            assert!(
                every.into_iter().flatten().all(|item| !item.contains('*')),
                "{rule:?}"
            );
            for forbidden in ["*", "escalate", "bind", "impersonate"] {
                assert!(!rule.verbs.contains(forbidden), "{rule:?}");
            }
            for forbidden in ["secrets", "pods/exec", "serviceaccounts/token"] {
                assert!(!rule.resources.iter().any(|r| r == forbidden), "{rule:?}");
            }
        }
    }
}

#[test]
fn a_claim_is_never_deleted_and_made_only_where_it_stands_alone() {
    let mut operator = tally();
    operator.cluster.child_kinds = vec![ChildKind::PersistentVolumeClaim];
    let verbs = |operator: &Operator| {
        let rules = rbac(operator).rules.into_iter();
        rules
            .filter(|rule| rule.resources == ["persistentvolumeclaims"])
            .flat_map(|rule| rule.verbs)
            .collect::<Vec<_>>()
    };
    assert_eq!(verbs(&operator), ["list", "patch", "watch"]);
    let rules = &mut operator.cluster.node_types[0].rules;
    rules.storage.stateful_set = StorageMode::Claim;
    assert_eq!(
        verbs(&operator),
        ["create", "get", "list", "patch", "watch"]
    );
}

#[test]
fn a_kind_that_the_manifest_cannot_make_is_not_granted() {
    let mut operator = tally();
    operator.cluster.child_kinds = vec![ChildKind::ConfigMap, ChildKind::StatefulSet];
    let resources: Vec<_> = rbac(&operator)
        .rules
        .into_iter()
        .flat_map(|rule| rule.resources)
        .collect();
    assert_eq!(
        resources,
        [
            "tallies",
            "tallies/status",
            "configmaps",
            "statefulsets",
            "events"
        ]
    );
}

#[test]
fn the_lease_can_be_held_but_not_made() {
    let text = render("config/rbac/leader_election.yaml", &rbac(&tally()));
    let found = documents::<Document>(&text);
    assert_eq!(
        found.iter().map(|d| d.kind.as_str()).collect::<Vec<_>>(),
        ["Lease", "Role", "RoleBinding"]
    );
    assert!(
        found
            .iter()
            .all(|d| d.metadata.namespace.as_deref() == Some("tally-operator-system"))
    );
    let rule = &found[1].rules[0];
    assert_eq!(rule.resource_names, [found[0].metadata.name.as_str()]);
    assert_eq!(
        rule.verbs,
        ["get", "update"].map(str::to_owned).into_iter().collect()
    );
}

#[test]
fn namespaced_mode_grants_the_same_in_each_namespace() {
    let mut operator = tally();
    operator.watch = ["b", "a"].map(|n| DnsLabel::new(n).unwrap()).to_vec();
    let context = rbac(&operator);
    let roles = documents::<Document>(&render("config/components/namespaced/role.yaml", &context));
    let places: Vec<_> = roles
        .iter()
        .map(|role| (role.kind.as_str(), role.metadata.namespace.as_deref()))
        .collect();
    assert_eq!(places, [("Role", Some("a")), ("Role", Some("b"))]);
    assert!(
        roles
            .iter()
            .all(|role| role.rules.len() == context.rules.len())
    );
}

#[test]
fn a_reason_of_the_manifest_stays_a_comment() {
    let mut operator = tally();
    operator.rules = vec![RbacRule {
        api_groups: vec!["example.com".to_owned()],
        resources: vec!["x\"]\n- y: {".to_owned()],
        resource_names: vec!["one".to_owned()],
        non_resource_urls: Vec::new(),
        verbs: vec!["get".to_owned()],
        why: "because\n- apiGroups: [\"*\"]".to_owned(),
    }];
    let found = documents::<Document>(&render("config/rbac/role.yaml", &rbac(&operator)));
    let granted = found[0].rules.last().unwrap();
    assert_eq!(granted.resources, ["x\"]\n- y: {"]);
    assert_eq!(granted.resource_names, ["one"]);
    assert_eq!(found[0].rules.len(), rbac(&operator).rules.len());
}

#[test]
fn every_object_has_a_legal_name() {
    let legal = |name: &str| DnsSubdomain::new(name).is_ok();
    for document in all(&tally()) {
        assert!(legal(&document.metadata.name), "{}", document.metadata.name);
        for resource in document.rules.iter().flat_map(|rule| &rule.resources) {
            assert!(resource.split('/').all(legal), "{resource}");
        }
    }
}

#[test]
fn a_right_on_a_path_of_the_server_is_left_out_of_namespaces() {
    let mut operator = tally();
    operator.rules = vec![RbacRule {
        api_groups: Vec::new(),
        resources: Vec::new(),
        resource_names: Vec::new(),
        non_resource_urls: vec!["/metrics".to_owned()],
        verbs: vec!["get".to_owned()],
        why: "reads it".to_owned(),
    }];
    let context = rbac(&operator);
    let whole = documents::<serde_json::Value>(&render("config/rbac/role.yaml", &context));
    let rule = whole[0]["rules"].as_array().unwrap().last().unwrap();
    assert_eq!(
        *rule,
        serde_json::json!({"nonResourceURLs": ["/metrics"], "verbs": ["get"]})
    );
    let inside = render("config/components/namespaced/role.yaml", &context);
    assert!(!inside.contains("nonResourceURLs"));
}
