//! What previews say of changes of the quickstart's resource: a store of three pods, then a gateway of two.

use serde_json::{Value, json};

use super::*;
use crate::check::{Identity, check};
use crate::controller::{Controller, Kind};
use crate::fixture::{tally, with};

fn built(cr: &Value) -> Built {
    let kinds: Vec<Box<dyn Kind>> = vec![Box::new(Controller::<tally::Tally>::new())];
    let file = serde_saphyr::to_string(cr).unwrap();
    let mut report = check(&kinds, "tally-operator", &file, "default", Identity::None);
    assert_eq!(report.findings, []);
    report.built.pop().unwrap()
}

fn between(old: &Value, new: &Value) -> Preview {
    preview(Some(&built(old)), &built(new))
}

/// What becomes of the sample after changes at JSON pointers.
fn changed(changes: &[(&str, Value)]) -> Preview {
    between(&tally::sample(), &edited(&tally::sample(), changes))
}

fn edited(cr: &Value, changes: &[(&str, Value)]) -> Value {
    let edit = |cr: Value, (pointer, value): &(&str, Value)| with(&cr, pointer, value.clone());
    changes.iter().fold(cr.clone(), edit)
}

/// `change StatefulSet t-store`, each.
fn objects(preview: &Preview) -> Vec<String> {
    let one = |object: &Change| {
        let action = format!("{:?}", object.action).to_lowercase();
        format!("{action} {} {}", object.kind, object.name)
    };
    preview.objects.iter().map(one).collect()
}

/// The lines of each turn.
fn turns(preview: &Preview) -> Vec<Vec<String>> {
    let one = |turn: &Turn| {
        let one = |workload: &Workload| {
            let Workload {
                name,
                restarts,
                starts,
                stops,
                ..
            } = workload;
            format!("{name} {restarts}/{starts}/{stops}")
        };
        turn.workloads.iter().map(one).collect()
    };
    preview.turns.iter().map(one).collect()
}

const IMAGE: &str = "/spec/k8sConfigGroup/0/image";
const OTHER_IMAGE: &str = "/spec/k8sConfigGroup/1/image";
const SIZE: &str = "/spec/k8sConfigGroup/0/storageConfig/0/spec/resources/requests/storage";

fn both_images() -> Vec<(&'static str, Value)> {
    vec![
        (IMAGE, json!("example/tally:3")),
        (OTHER_IMAGE, json!("example/tally:3")),
    ]
}

/// Of a node's workload and what belongs to it.
fn gateway(name: &str) -> Value {
    json!({"name": name, "kind": "Deployment", "nodeType": "gateway", "replicas": 2,
        "k8sConfigGroup": "plain", "appConfigGroup": "main"})
}

// OR-5, OR-7: the format of the JSON is this one.
#[test]
fn an_image_restarts_the_pods_of_its_group_and_no_others() {
    let found = changed(&[(IMAGE, json!("example/tally:3"))]);
    assert_eq!(
        serde_json::to_value(&found).unwrap(),
        json!({
            "apiVersion": "example.com/v1alpha1",
            "kind": "Tally",
            "namespace": "prod",
            "name": "t",
            "strategy": "ordered",
            "objects": [{
                "action": "change", "kind": "StatefulSet", "name": "t-store", "node": "store",
                "nodeType": "store", "turn": 1,
                "fields": [{
                    "path": "spec.template.spec.containers[app].image",
                    "from": "ghcr.io/example/tally:2.1", "to": "example/tally:3",
                }],
            }],
            "turns": [{
                "nodeTypes": ["store"],
                "workloads": [{
                    "kind": "StatefulSet", "name": "t-store", "node": "store", "nodeType": "store",
                    "restarts": 3, "starts": 0, "stops": 0,
                    "strategy": "RollingUpdate", "atOnce": "1",
                }],
            }],
            "steady": ["Deployment t-gate"],
            "pods": {"restart": 3, "replaced": 0, "start": 0, "stop": 0},
        })
    );
    assert_eq!(
        text(&found),
        "Tally prod/t: 1 object changes; 3 pods restart

  ~ StatefulSet t-store
      spec.template.spec.containers[app].image: ghcr.io/example/tally:2.1 → example/tally:3

At once:
  1. store
      StatefulSet t-store: 3 pods restart (one by one)

No pod is touched of Deployment t-gate
"
    );
}

// DS-14, OR-7.
#[test]
fn node_types_roll_in_the_order_of_the_manifest_or_of_the_resource_or_all_at_once() {
    let (store, gate) = ("t-store 3/0/0", "t-gate 2/0/0");
    let mut changes = both_images();
    assert_eq!(turns(&changed(&changes)), [[store], [gate]]);
    changes.push(("/spec/deploymentOrder", json!(["gateway", "store"])));
    assert_eq!(turns(&changed(&changes)), [[gate], [store]]);
    changes.push(("/spec/rollout", json!({"strategy": "parallel"})));
    assert_eq!(turns(&changed(&changes)), [[store, gate]]);
}

// OR-5, SE-17: a config may hold what nobody should read in a terminal.
#[test]
fn a_config_restarts_who_reads_it_and_is_counted_in_lines_and_not_shown() {
    let found = changed(&[("/spec/appConfigGroup/0/logLevel", json!("debug"))]);
    assert_eq!(
        objects(&found),
        [
            "change ConfigMap t-gate-config",
            "change ConfigMap t-store-config",
            "change StatefulSet t-store",
            "change Deployment t-gate",
        ]
    );
    let map = &found.objects[0];
    let expected = json!([{"path": "data[\"app.yaml\"]", "lines": {"added": 1, "removed": 1}}]);
    assert_eq!(serde_json::to_value(&map.fields).unwrap(), expected);
    // A map is written in the turn of those who read it.
    let turns: Vec<_> = found.objects.iter().map(|object| object.turn).collect();
    assert_eq!(turns, [Some(2), Some(1), Some(1), Some(2)]);
    assert!(!text(&found).contains("debug"));
}

#[test]
fn replicas_alone_restart_nothing() {
    let found = changed(&[("/spec/nodes/1/replicas", json!(4))]);
    assert_eq!(objects(&found), ["change Deployment t-gate"]);
    assert_eq!(turns(&found), [["t-gate 0/2/0"]]);
    assert_eq!(found.steady, ["StatefulSet t-store"]);
}

#[test]
fn a_new_node_appears_and_the_pods_of_others_stay() {
    let found = changed(&[("/spec/nodes/-", gateway("front"))]);
    assert_eq!(
        objects(&found),
        [
            "create ConfigMap t-front-config",
            "create Service t-front",
            "create Deployment t-front",
        ]
    );
    assert_eq!(turns(&found), [["t-front 0/2/0"]]);
}

// D3: what holds data stays.
#[test]
fn a_node_that_is_gone_leaves_its_claims() {
    let two = edited(&tally::sample(), &[("/spec/nodes/-", gateway("front"))]);
    let found = between(&two, &tally::sample());
    assert_eq!(
        objects(&found),
        [
            "delete ConfigMap t-front-config",
            "delete Service t-front",
            "delete Deployment t-front",
        ]
    );
    assert_eq!(turns(&found), [["t-front 0/0/2"]]);
    let found = changed(&[("/spec/nodes/0", gateway("front"))]);
    let kept: Vec<_> = found
        .objects
        .iter()
        .filter(|object| object.action == Action::Keep)
        .map(|object| (object.name.as_str(), object.turn))
        .collect();
    assert_eq!(
        kept,
        [
            ("data-t-store-0", None),
            ("data-t-store-1", None),
            ("data-t-store-2", None)
        ]
    );
}

#[test]
fn claims_go_where_the_resource_says_that_they_go() {
    let at = "/spec/k8sConfigGroup/0/persistentVolumeClaimRetentionPolicy";
    let policy = json!({"whenDeleted": "Delete", "whenScaled": "Delete"});
    let old = edited(&tally::sample(), &[(at, policy)]);
    let deleted = |new: &Value| {
        let found = objects(&between(&old, new)).into_iter();
        let claims = found.filter(|line| line.starts_with("delete PersistentVolumeClaim"));
        claims.count()
    };
    let fewer = edited(&old, &[("/spec/nodes/0/replicas", json!(1))]);
    assert_eq!(deleted(&fewer), 2);
    let none = edited(&old, &[("/spec/nodes/0", gateway("front"))]);
    assert_eq!(deleted(&none), 3);
}

// PN-9, DR-23.
#[test]
fn a_renamed_node_is_ready_before_the_old_one_goes() {
    let found = changed(&[("/spec/nodes/1/name", json!("front"))]);
    assert_eq!(turns(&found), [["t-front 0/2/0"], ["t-gate 0/0/2"]]);
    let turn = |name: &str| {
        let mut objects = found.objects.iter();
        objects.find(|object| object.name == name).unwrap().turn
    };
    assert_eq!(
        (turn("t-front-config"), turn("t-gate-config")),
        (Some(1), Some(2))
    );
}

#[test]
fn a_node_of_another_kind_has_its_pods_replaced_and_that_is_said_first() {
    let found = changed(&[
        ("/spec/nodes/1/kind", json!("StatefulSet")),
        ("/spec/nodes/1/replicas", json!(1)),
    ]);
    let counts = Counts {
        replaced: 1,
        stop: 1,
        ..Counts::default()
    };
    assert_eq!(found.pods, counts);
    let said = text(&found);
    let first = said.lines().next().unwrap();
    assert!(
        first.ends_with("; 1 pod is replaced, 1 pod stops"),
        "{first}"
    );
    assert!(
        said.contains("StatefulSet t-gate: 1 pod starts in place of Deployment t-gate"),
        "{said}"
    );
}

// DR-7.
#[test]
fn claims_grow_and_their_stateful_set_is_made_anew_over_its_pods() {
    let found = changed(&[(SIZE, json!("2Gi"))]);
    assert_eq!(
        objects(&found),
        [
            "recreate StatefulSet t-store",
            "change PersistentVolumeClaim data-t-store-0",
            "change PersistentVolumeClaim data-t-store-1",
            "change PersistentVolumeClaim data-t-store-2",
        ]
    );
    assert_eq!(turns(&found), [[""; 0]]);
    let path = &found.objects[0].fields[0].path;
    assert_eq!(
        path,
        "spec.volumeClaimTemplates[data].spec.resources.requests.storage"
    );
    let found = changed(&[(SIZE, json!("2Gi")), (IMAGE, json!("example/tally:3"))]);
    assert_eq!(turns(&found), [["t-store 3/0/0"]]);
}

// D9: a refusal changes nothing at all.
#[test]
fn what_cannot_be_had_is_refused_and_keeps_the_rest_as_it_is() {
    let mut changes = both_images();
    changes.push((SIZE, json!("500Mi")));
    let found = changed(&changes);
    assert_eq!(
        objects(&found),
        ["refuse StatefulSet t-store", "wait Deployment t-gate"]
    );
    assert_eq!(found.turns, []);
    let reason = found.objects[0].reason.as_deref().unwrap();
    assert!(
        reason.contains("cannot shrink from 1Gi to 500Mi"),
        "{reason}"
    );

    let policy = "/spec/k8sConfigGroup/0/podManagementPolicy";
    let found = changed(&[(policy, json!("OrderedReady"))]);
    assert_eq!(objects(&found), ["refuse StatefulSet t-store"]);
    let reason = found.objects[0].reason.as_deref().unwrap();
    assert!(
        reason.contains("spec.podManagementPolicy is immutable")
            && reason.contains("--cascade=orphan"),
        "{reason}"
    );
}

#[test]
fn a_service_that_cannot_change_is_made_anew() {
    let found = changed(&[("/spec/k8sConfigGroup/1/service/clusterIP", json!("None"))]);
    assert_eq!(objects(&found), ["recreate Service t-gate"]);
    assert_eq!(
        found.objects[0].reason.as_deref(),
        Some("spec.clusterIP cannot be changed, so that it is made anew")
    );
    assert_eq!(found.steady.len(), 2);
}

// NC-25.
#[test]
fn a_cluster_that_is_stopped_keeps_everything_but_its_pods() {
    let found = changed(&[("/spec/stopped", json!(true))]);
    assert_eq!(turns(&found), [["t-store 0/0/3", "t-gate 0/0/2"]]);
    let deleted = found
        .objects
        .iter()
        .any(|object| object.action == Action::Delete);
    assert!(!deleted);
}

// OR-3.
#[test]
fn nothing_changes_between_a_file_and_what_a_cluster_made_of_it() {
    let mut live = tally::sample();
    live["metadata"]["uid"] = json!("u-2");
    live["metadata"]["resourceVersion"] = json!("7");
    live["metadata"]["generation"] = json!(3);
    live["metadata"]["creationTimestamp"] = json!("2026-01-01T00:00:00Z");
    let mut file = tally::sample();
    file["metadata"].as_object_mut().unwrap().remove("uid");
    let found = between(&live, &file);
    assert_eq!(found.objects, []);
    assert_eq!(found.turns, []);
    assert_eq!(text(&found), "Tally prod/t: nothing changes\n");
}

#[test]
fn how_fast_pods_go_is_what_their_workload_says() {
    let said = |strategy: Value| {
        let at = "/spec/k8sConfigGroup/0/updateStrategy";
        let old = edited(&tally::sample(), &[(at, strategy)]);
        let new = edited(&old, &[(IMAGE, json!("example/tally:3"))]);
        let text = text(&between(&old, &new));
        let line = text.lines().find(|line| line.contains("restart ("));
        line.unwrap_or(&text).trim().to_owned()
    };
    assert_eq!(
        said(json!({"type": "OnDelete"})),
        "StatefulSet t-store: 3 pods restart (when somebody deletes it)"
    );
    assert_eq!(
        said(json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 1}})),
        "StatefulSet t-store: 2 pods restart (one by one; below ordinal 1 none)"
    );
    assert_eq!(
        said(json!({"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 2}})),
        "StatefulSet t-store: 3 pods restart (at most 2 at once)"
    );
}

// SE-17.
#[test]
fn a_password_in_a_variable_is_not_shown() {
    let at = "/spec/k8sConfigGroup/1/env";
    let env = |value: &str| json!([{"name": "DB_PASSWORD", "value": value}]);
    let old = edited(&tally::sample(), &[(at, env("xyzzy"))]);
    let new = edited(&tally::sample(), &[(at, env("plugh"))]);
    let found = between(&old, &new);
    let all = format!("{}{}", text(&found), serde_json::to_string(&found).unwrap());
    assert!(!all.contains("xyzzy") && !all.contains("plugh"), "{all}");
    assert!(all.contains("env[DB_PASSWORD].value"), "{all}");
}

// OR-9.
#[test]
fn a_first_install_is_one_turn() {
    let found = preview(None, &built(&tally::sample()));
    assert_eq!(turns(&found), [["t-store 0/3/0", "t-gate 0/2/0"]]);
    let created = found
        .objects
        .iter()
        .all(|object| object.action == Action::Create);
    assert!(created);
}
