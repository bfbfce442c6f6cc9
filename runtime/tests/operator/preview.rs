//! What a preview names is what happens, and nothing else does.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use dsoi_runtime::testing::wait;
use serde_json::{Value, json};

use crate::scene::{ARGUMENTS, OPERATOR, SOON, SWITCH, Scene, shown};
use crate::{storage, tally};

const KINDS: &[&str] = &[
    "ConfigMap",
    "Service",
    "NetworkPolicy",
    "StatefulSet",
    "Deployment",
    "PersistentVolumeClaim",
    "PodDisruptionBudget",
];

/// By kind and name.
type Objects = BTreeMap<(String, String), Value>;

/// What is changed, and how.
type Edit = (&'static str, fn(&mut Value));

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Runs `preview` of the operator on two versions of a resource.
fn preview(old: &Value, new: &Value) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, cr: &Value| {
        let path = folder.path().join(name);
        std::fs::write(&path, cr.to_string()).unwrap();
        path.display().to_string()
    };
    let arguments = [
        "preview",
        "--file",
        &file("new", new),
        "--from",
        &file("old", old),
        "--output=json",
    ];
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["operator_process", "--exact", "--nocapture"])
        .env(SWITCH, "1")
        .env(ARGUMENTS, arguments.join("\n"))
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    // The test's own lines are around it.
    let whole = said.find('{').zip(said.rfind('}'));
    let Some((from, to)) = whole else {
        panic!("{said}{}", String::from_utf8_lossy(&output.stderr));
    };
    let found: Value = serde_json::from_str(&said[from..=to]).unwrap();
    assert_eq!(found["apiVersion"], "dsoi.dev/preview/v1");
    found["resources"][0].clone()
}

/// Everything that the operator, and the controllers below it, made.
async fn objects(scene: &Scene) -> Objects {
    let mut all = Objects::new();
    for kind in KINDS {
        for object in scene.list(kind).await {
            if object["metadata"]["labels"]["app.kubernetes.io/managed-by"] == OPERATOR {
                let name = text(&object["metadata"]["name"]);
                all.insert(((*kind).to_owned(), name), object);
            }
        }
    }
    all
}

/// The uids of the pods of each workload.
async fn pods(scene: &Scene) -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for pod in scene.list("Pod").await {
        let metadata = &pod["metadata"];
        if metadata["deletionTimestamp"].is_null() {
            let workload = text(&metadata["labels"]["dsoi.dev/workload"]);
            all.entry(workload)
                .or_default()
                .insert(text(&metadata["uid"]));
        }
    }
    all
}

/// What became of objects, as a preview says it.
fn happened(before: &Objects, after: &Objects) -> BTreeSet<String> {
    let ids: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let uid = |object: &Value| text(&object["metadata"]["uid"]);
    // What people wrote: not what controllers note on it.
    let content = |object: &Value| {
        let mut object = object.clone();
        object["status"] = Value::Null;
        let annotations = object["metadata"]["annotations"].clone();
        let applied = text(&annotations["dsoi.dev/applied"]);
        let hash = applied.split(';').next().unwrap_or_default().to_owned();
        (hash, object["spec"]["resources"].clone())
    };
    let one = |id: &&(String, String)| {
        let action = match (before.get(*id), after.get(*id)) {
            (None, _) => "create",
            (_, None) => "delete",
            (Some(old), Some(new)) if uid(old) != uid(new) => "recreate",
            (Some(old), Some(new)) if content(old) != content(new) => "change",
            _ => return None,
        };
        Some(format!("{action} {} {}", id.0, id.1))
    };
    ids.iter().filter_map(one).collect()
}

fn foretold(preview: &Value) -> BTreeSet<String> {
    let objects = preview["objects"].as_array().unwrap().iter();
    let named = objects.filter(|object| object["action"] != "keep");
    named
        .map(|object| {
            let part = |key: &str| text(&object[key]);
            format!("{} {} {}", part("action"), part("kind"), part("name"))
        })
        .collect()
}

/// How many pods come and go, by workload.
fn moves(preview: &Value) -> BTreeMap<String, (u64, u64)> {
    let mut all = BTreeMap::new();
    for turn in preview["turns"].as_array().unwrap() {
        for workload in turn["workloads"].as_array().unwrap() {
            let count = |key: &str| workload[key].as_u64().unwrap();
            let (come, go) = all.entry(text(&workload["name"])).or_insert((0, 0));
            *come += count("restarts") + count("starts");
            *go += count("restarts") + count("stops");
        }
    }
    all
}

/// The workloads of which pods restart, in the order of their turns.
fn order(preview: &Value) -> Vec<String> {
    let turns = preview["turns"].as_array().unwrap().iter();
    let workloads = turns.flat_map(|turn| turn["workloads"].as_array().unwrap());
    let restart = workloads.filter(|workload| workload["restarts"] != 0);
    restart.map(|workload| text(&workload["name"])).collect()
}

fn gateway(name: &str) -> Value {
    json!({"name": name, "kind": "Deployment", "nodeType": "gateway", "replicas": 2,
        "k8sConfigGroup": "plain", "appConfigGroup": "main"})
}

fn images(tally: &mut Value) {
    for group in [0, 1] {
        tally["spec"]["k8sConfigGroup"][group]["image"] = json!("example/tally:3");
    }
}

// D3, DR-7, OR-5, OR-7, OR-14, PN-9: one change after the other, each on what the last one left.
#[tokio::test]
async fn what_a_preview_names_is_what_happens() {
    let changes: &[Edit] = &[
        ("a config", |tally| {
            tally["spec"]["appConfigGroup"][0]["logLevel"] = json!("debug");
        }),
        ("both images, the gateway first", |tally| {
            images(tally);
            tally["spec"]["deploymentOrder"] = json!(["gateway", "store"]);
        }),
        ("another node", |tally| {
            let nodes = tally["spec"]["nodes"].as_array_mut().unwrap();
            nodes.push(gateway("front"));
        }),
        ("more replicas and an end to that node", |tally| {
            tally["spec"]["nodes"].as_array_mut().unwrap().pop();
            tally["spec"]["nodes"][1]["replicas"] = json!(3);
        }),
        ("another name", |tally| {
            tally["spec"]["nodes"][1]["name"] = json!("door");
        }),
        ("larger claims and a network policy", |tally| {
            storage::size(tally, "2Gi");
            tally["spec"]["k8sConfigGroup"][1]["networkPolicy"] = json!({"ingress": [{}]});
        }),
        ("no address", |tally| {
            tally["spec"]["k8sConfigGroup"][1]["service"]["clusterIP"] = json!("None");
        }),
    ];
    let scene = Scene::new("preview").await;
    let _operator = scene.start();
    let mut old = tally::sample();
    old["metadata"] = json!({"name": "t", "namespace": scene.namespace.name()});
    scene.apply(&old).await;
    scene.condition("t", "Ready", "True").await;
    storage::bound(&scene).await;
    scene.settled().await;
    for (what, change) in changes {
        let mut new = old.clone();
        change(&mut new);
        let said = preview(&old, &new);
        let (before, pods_before) = (objects(&scene).await, pods(&scene).await);
        let mark = scene.proxy.mark();
        scene.apply(&new).await;
        scene.condition("t", "Ready", "True").await;
        // Where something else happens it is shown below.
        drop(
            wait::until(SOON, "all of it has happened", async || {
                let after = objects(&scene).await;
                (happened(&before, &after) == foretold(&said)).then_some(())
            })
            .await,
        );
        scene.condition("t", "Ready", "True").await;
        scene.settled().await;
        let after = objects(&scene).await;
        assert_eq!(happened(&before, &after), foretold(&said), "{what}");

        let pods_after = pods(&scene).await;
        let none = BTreeSet::new();
        let mut moved = BTreeMap::new();
        for workload in pods_before.keys().chain(pods_after.keys()) {
            let was = pods_before.get(workload).unwrap_or(&none);
            let is = pods_after.get(workload).unwrap_or(&none);
            let count = |a: &BTreeSet<String>, b| u64::try_from(a.difference(b).count()).unwrap();
            let counts = (count(is, was), count(was, is));
            if counts != (0, 0) {
                moved.insert(workload.clone(), counts);
            }
        }
        assert_eq!(moved, moves(&said), "{what}");

        let writes = shown(&scene.proxy.writes(mark));
        let at = |name: &String| {
            let workload = |write: &&String| {
                let kind = ["statefulsets", "deployments"]
                    .iter()
                    .any(|kind| write.contains(kind));
                kind && write.ends_with(name) && !write.starts_with("Delete")
            };
            writes.iter().position(|write| workload(&write))
        };
        let places: Vec<_> = order(&said).iter().map(at).collect();
        assert!(
            places.is_sorted(),
            "{what}: {:?} of {writes:?}",
            order(&said)
        );
        println!(
            "{what}: {} objects, {} pods",
            foretold(&said).len(),
            moved.len()
        );
        old = new;
    }
}
