//! The order of what is shown, written and forgotten, and whom it concerns.

use serde_json::{Value, json};

use super::*;

fn cache() -> Cache {
    let ours = Ours {
        manager: "op".to_owned(),
        kind: "Tally.example.com".to_owned(),
        reads_pods: false,
    };
    Cache::new(ours, "Tally", "example.com")
}

fn everywhere() -> Scope {
    Scope {
        kind: ChildKind::Service,
        namespace: None,
    }
}

fn object(name: &str, uid: &str, version: u32, label: &str) -> Value {
    json!({"metadata": {
        "name": name, "namespace": "prod", "uid": uid, "resourceVersion": version.to_string(),
        "labels": {"app.kubernetes.io/managed-by": "op", "dsoi.dev/kind": "Tally.example.com", "app.kubernetes.io/instance": label},
        "ownerReferences": [{"apiVersion": "example.com/v1", "kind": "Tally", "name": label, "uid": format!("uid-{label}"), "controller": true}],
    }})
}

fn body(object: &Value) -> Body {
    serde_json::from_str(&object.to_string()).unwrap()
}

fn id(name: &str) -> ObjectId {
    ObjectId::new(ChildKind::Service, "prod", name)
}

fn names(concerned: &BTreeSet<Concerned>) -> Vec<&str> {
    concerned.iter().map(|who| who.name.as_str()).collect()
}

fn version(cache: &Cache, name: &str) -> Option<String> {
    cache
        .child_of(&id(name))
        .map(|child| child.version.as_str().to_owned())
}

#[test]
fn an_older_version_never_replaces_a_newer_one() {
    let cache = cache();
    cache.show(&everywhere(), body(&object("a", "u", 10, "x")));
    assert!(
        cache
            .show(&everywhere(), body(&object("a", "u", 9, "y")))
            .is_empty()
    );
    assert_eq!(version(&cache, "a").as_deref(), Some("10"));
}

#[test]
fn the_echo_of_our_own_write_concerns_nobody() {
    let cache = cache();
    cache.record(
        ChildKind::Service,
        body(&object("a", "u", 10, "x")),
        Some("h"),
    );
    assert!(
        cache
            .show(&everywhere(), body(&object("a", "u", 10, "x")))
            .is_empty()
    );
    let kept = cache.child_of(&id("a")).unwrap();
    assert_eq!(kept.evidence.settled.as_deref(), Some("h"));
}

#[test]
fn an_event_concerns_the_owner_and_a_new_owner_too() {
    let cache = cache();
    assert_eq!(
        names(&cache.show(&everywhere(), body(&object("a", "u", 1, "x")))),
        ["x"]
    );
    assert_eq!(
        names(&cache.show(&everywhere(), body(&object("a", "v", 2, "y")))),
        ["x", "y"]
    );
    assert!(cache.owned("uid-x").is_empty());
    assert_eq!(cache.owned("uid-y").len(), 1);
}

#[test]
fn a_relist_empties_nothing_before_it_is_complete() {
    let cache = cache();
    cache.show(&everywhere(), body(&object("a", "u", 1, "x")));
    cache.show(&everywhere(), body(&object("b", "w", 2, "x")));
    cache.begin_list(&everywhere());
    cache.show(&everywhere(), body(&object("b", "w", 2, "x")));
    assert!(cache.child_of(&id("a")).is_some());
    assert_eq!(names(&cache.end_list(&everywhere())), ["x"]);
    assert!(cache.child_of(&id("a")).is_none());
    assert!(cache.child_of(&id("b")).is_some());
}

#[test]
fn what_we_wrote_during_a_list_outlives_it() {
    let cache = cache();
    cache.begin_list(&everywhere());
    cache.record(
        ChildKind::Service,
        body(&object("a", "u", 7, "x")),
        Some("h"),
    );
    cache.end_list(&everywhere());
    assert!(cache.child_of(&id("a")).is_some());
}

#[test]
fn a_late_reply_does_not_bring_back_what_is_gone() {
    let cache = cache();
    cache.show(&everywhere(), body(&object("a", "u", 7, "x")));
    cache.gone(&everywhere(), body(&object("a", "u", 9, "x")));
    cache.record(
        ChildKind::Service,
        body(&object("a", "u", 7, "x")),
        Some("h"),
    );
    assert!(cache.child_of(&id("a")).is_none());
}

#[test]
fn the_end_of_a_predecessor_does_not_remove_its_successor() {
    let cache = cache();
    cache.show(&everywhere(), body(&object("a", "new", 9, "x")));
    cache.gone(&everywhere(), body(&object("a", "old", 8, "x")));
    assert!(cache.child_of(&id("a")).is_some());
}

#[test]
fn a_kind_is_listed_where_its_list_is_complete() {
    let cache = cache();
    let scope = Scope {
        kind: ChildKind::Service,
        namespace: Some("prod".to_owned()),
    };
    cache.begin_list(&scope);
    assert!(!cache.is_listed(ChildKind::Service, "prod"));
    cache.end_list(&scope);
    assert!(cache.is_listed(ChildKind::Service, "prod"));
    assert!(!cache.is_listed(ChildKind::Service, "test"));
    assert!(!cache.is_listed(ChildKind::ConfigMap, "prod"));
}

#[test]
fn who_waits_for_a_foreign_object_is_woken_when_it_goes() {
    let cache = cache();
    let who = Concerned {
        namespace: "prod".to_owned(),
        name: "z".to_owned(),
    };
    cache.show(&everywhere(), body(&object("a", "u", 7, "x")));
    cache.wait_for(&id("a"), who);
    assert_eq!(
        names(&cache.gone(&everywhere(), body(&object("a", "u", 9, "x")))),
        ["x", "z"]
    );
}

#[test]
fn a_foreign_edit_brings_the_evidence_back() {
    let with_tree = |version: u32, tree: Value| {
        let mut object = object("a", "u", version, "x");
        object["metadata"]["managedFields"] =
            json!([{"manager": "op", "operation": "Update", "fieldsV1": tree}]);
        body(&object)
    };
    let cache = cache();
    cache.record(
        ChildKind::Service,
        with_tree(1, json!({"f:spec": {"f:type": {}}})),
        Some("h"),
    );
    assert!(cache.child_of(&id("a")).unwrap().evidence.raw.is_none());
    let concerned = cache.show(&everywhere(), with_tree(2, json!({"f:spec": {}})));
    assert_eq!(names(&concerned), ["x"]);
    let child = cache.child_of(&id("a")).unwrap();
    assert!(child.evidence.raw.is_some() && child.evidence.settled.is_none());
}
