//! The operator's Role allows what its children need, and nothing else.

use std::collections::BTreeSet;

use dsoi_runtime::k8s_openapi::api::rbac::v1::{ClusterRole, PolicyRule};
use dsoi_runtime::kind;
use dsoi_runtime::prelude::*;

use parseable_operator::api::ParseableTenant;

fn rules() -> Vec<PolicyRule> {
    let role: ClusterRole = serde_saphyr::from_str(include_str!("../config/rbac/role.yaml"))
        .expect("config/rbac/role.yaml is a role");
    role.rules.unwrap_or_default()
}

/// What the Role allows on a resource.
fn allowed(group: &str, plural: &str) -> BTreeSet<String> {
    let names = |list: &Option<Vec<String>>, name: &str| {
        let mut known = list.iter().flatten();
        known.any(|known| known == name)
    };
    rules()
        .into_iter()
        .filter(|rule| names(&rule.api_groups, group) && names(&rule.resources, plural))
        .flat_map(|rule| rule.verbs)
        .collect()
}

#[test]
fn every_kind_of_child_has_the_verbs_that_it_needs() {
    for kind in ParseableTenant::CHILD_KINDS {
        let row = kind.row();
        let allowed = allowed(row.group, row.plural);
        for verb in row.verbs {
            assert!(allowed.contains(*verb), "{kind} needs `{verb}`");
        }
    }
}

/// What the manifest asks for in `operator.rules` stands in rules of its own, behind these.
#[test]
fn the_rule_of_a_kind_has_the_verbs_that_it_needs_and_no_other() {
    for kind in ParseableTenant::CHILD_KINDS {
        let row = kind.row();
        let rule = rules().into_iter().find(|rule| {
            let names = |list: &Option<Vec<String>>, name: &str| list.iter().flatten().eq([name]);
            names(&rule.api_groups, row.group) && names(&rule.resources, row.plural)
        });
        let rule = rule.unwrap_or_else(|| panic!("{kind} has no rule"));
        let verbs: BTreeSet<&str> = rule.verbs.iter().map(String::as_str).collect();
        let mut needed: BTreeSet<&str> = row.verbs.iter().copied().collect();
        if *kind == ChildKind::PersistentVolumeClaim {
            // Those that stand alone no controller makes.
            needed.extend(["create", "get"]);
        }
        assert_eq!(verbs, needed, "{kind}");
    }
}

#[test]
fn no_other_kind_of_child_is_allowed() {
    for row in kind::all() {
        if !ParseableTenant::CHILD_KINDS.contains(&row.kind) {
            let allowed = allowed(row.group, row.plural);
            assert!(allowed.is_empty(), "{} is not made", row.kind);
        }
    }
}

#[test]
fn nothing_is_allowed_on_everything() {
    for rule in rules() {
        let lists = [
            rule.api_groups,
            rule.resources,
            rule.non_resource_urls,
            Some(rule.verbs),
        ];
        for word in lists.into_iter().flatten().flatten() {
            assert_ne!(word, "*");
        }
    }
}
