//! What is in a cluster, what became of it, and what `preview` says of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

use serde_json::Value;

use crate::{objects::id, scene::Scene};

/// What an operator says beforehand of a change of a resource.
pub(super) fn preview(binary: &Path, old: &Value, new: &Value) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, cr: &Value| {
        let path = folder.path().join(name);
        fs::write(&path, cr.to_string()).unwrap();
        path
    };
    let output = Command::new(binary)
        .arg("preview")
        .arg("--file")
        .arg(file("new", new))
        .arg("--from")
        .arg(file("old", old))
        .arg("--output=json")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let found: Value = serde_json::from_str(&said)
        .unwrap_or_else(|_| panic!("{said}{}", String::from_utf8_lossy(&output.stderr)));
    found["resources"][0].clone()
}

/// What there is, by `Kind name`.
pub(super) type There = BTreeMap<String, One>;

/// An object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct One {
    uid: String,
    /// Of what our operator wrote last.
    hash: String,
    /// By its label.
    node_type: String,
}

/// Every child, and every pod.
pub(super) async fn there(scene: &Scene) -> There {
    let mut all = scene.objects.children().await;
    all.extend(scene.objects.list("Pod").await);
    let word = |object: &Value, key: &str| object[key].as_str().unwrap_or_default().to_owned();
    let one = |object: &Value| {
        let metadata = &object["metadata"];
        let applied = word(&metadata["annotations"], "dsoi.dev/applied");
        let hash = applied.split(';').next().unwrap_or_default().to_owned();
        let one = One {
            uid: word(metadata, "uid"),
            hash,
            node_type: word(&metadata["labels"], "nodeType"),
        };
        (id(object), one)
    };
    all.iter().map(one).collect()
}

/// `create Kind name`, `change Kind name` and so on: what a preview names.
pub(super) fn foretold(preview: &Value) -> BTreeSet<String> {
    let objects = preview["objects"].as_array().unwrap().iter();
    let named = objects.filter(|object| object["action"] != "keep");
    named
        .map(|object| {
            let part = |key: &str| object[key].as_str().unwrap();
            format!("{} {} {}", part("action"), part("kind"), part("name"))
        })
        .collect()
}

pub(super) fn restarts(preview: &Value) -> u64 {
    let turns = preview["turns"].as_array().unwrap().iter();
    let workloads = turns.flat_map(|turn| turn["workloads"].as_array().unwrap());
    workloads.map(|one| one["restarts"].as_u64().unwrap()).sum()
}

/// What became of children, as a preview says it.
pub(super) fn happened(before: &There, after: &There) -> BTreeSet<String> {
    let ids: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let act = |id: &&String| {
        let act = match (before.get(*id), after.get(*id)) {
            (None, _) => "create",
            (_, None) => "delete",
            (Some(old), Some(new)) if old.uid != new.uid => "recreate",
            (Some(old), Some(new)) if old.hash != new.hash => "change",
            _ => return None,
        };
        (!id.starts_with("Pod ")).then(|| format!("{act} {id}"))
    };
    ids.iter().filter_map(act).collect()
}

/// Pods that were there and are not any more.
pub(super) fn gone(before: &There, after: &There) -> Vec<String> {
    let now: BTreeSet<&String> = after.values().map(|one| &one.uid).collect();
    let pods = before.iter().filter(|(id, _)| id.starts_with("Pod "));
    let gone = pods.filter(|(_, one)| !now.contains(&one.uid));
    gone.map(|(id, _)| id.clone()).collect()
}

/// What became of children, as `dsoi plan` says it: `change StatefulSet broker`, by node types.
pub(super) fn by_type(before: &There, after: &There) -> BTreeSet<String> {
    let acts = happened(before, after).into_iter();
    acts.map(|act| {
        let (verb, object) = act.split_once(' ').unwrap();
        let kind = object.split(' ').next().unwrap();
        let one = before.get(object).or_else(|| after.get(object)).unwrap();
        format!("{verb} {kind} {}", one.node_type)
    })
    .collect()
}

/// The node types of which pods are not there any more.
pub(super) fn types_of_gone(before: &There, after: &There) -> BTreeSet<String> {
    let gone = gone(before, after).into_iter();
    gone.map(|pod| before[&pod].node_type.clone()).collect()
}
