//! The generated operator of a project as a process, asked about many resources at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;

use dsoi::model;
use serde_json::{Value, json};

use super::places::{Place, differences};
use crate::goldens::executable;

/// How many resources are in one file.
const AT_ONCE: usize = 50;
/// How many processes run side by side.
const THREADS: usize = 2;

/// A program that makes children of resources.
pub(super) struct Operator(PathBuf);

/// In what the children of two resources differ.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The kind of a child, the node that it belongs to unless it is of several, and the place.
    pub(super) places: BTreeSet<(String, Option<String>, Place)>,
    /// Kinds of which a child came or went.
    pub(super) moved: BTreeSet<(String, Option<String>)>,
    /// The node types whose pods restart.
    pub(super) restarts: BTreeSet<String>,
    /// The change is refused where the first of the two runs.
    pub(super) refused: bool,
}

impl Operator {
    pub(super) fn built(project: &str, model: &model::Operator) -> Self {
        Self(executable(project, model.name.as_str()))
    }

    /// Which of the resources are refused.
    pub(super) fn refused(&self, resources: &[&Value]) -> BTreeSet<usize> {
        let mut refused = BTreeSet::new();
        let mut from = 0;
        // The mistakes that are shown are the first ones: behind the last of them nothing is known yet.
        while from < resources.len() {
            let end = resources.len().min(from + AT_ONCE);
            let text = file(resources[from..end].iter().copied());
            let output = self.run(&["check"], &[("-f", &text)]);
            let said = [output.stderr, output.stdout].concat();
            let said = String::from_utf8(said).unwrap();
            let places = said
                .lines()
                .filter_map(|line| line.trim_start().strip_prefix("--> "));
            // Each resource is on the line below its mark.
            let places = places.map(|place| {
                let line: usize = place.rsplit(':').nth(1).unwrap().parse().unwrap();
                from + (line - 1) / 2
            });
            let found: BTreeSet<usize> = places.collect();
            assert_eq!(found.is_empty(), output.status.success(), "{said}");
            let is_cut = said.lines().any(|line| line.starts_with("and "));
            from = match found.last() {
                Some(last) if is_cut => last + 1,
                _ => end,
            };
            refused.extend(found);
        }
        refused
    }

    /// Asks in what each pair differs.
    pub(super) fn compare(&self, pairs: &[(&Value, &Value)]) -> Vec<Found> {
        let parts: Vec<_> = pairs.chunks(AT_ONCE).collect();
        thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS)
                .map(|first| {
                    let own = parts.iter().skip(first).step_by(THREADS);
                    scope.spawn(move || own.map(|part| self.compare_part(part)).collect())
                })
                .collect();
            let done = threads.into_iter().map(|thread| thread.join().unwrap());
            let mut done: Vec<std::vec::IntoIter<Vec<Found>>> = done.map(Vec::into_iter).collect();
            let in_turn = (0..parts.len()).flat_map(|part| done[part % THREADS].next().unwrap());
            in_turn.collect()
        })
    }

    fn compare_part(&self, pairs: &[(&Value, &Value)]) -> Vec<Found> {
        let (old, new): (Vec<_>, Vec<_>) = pairs.iter().copied().unzip();
        let (before, after) = (self.children(&old), self.children(&new));
        let old = file(old.into_iter());
        let new = file(new.into_iter());
        let output = self.run(
            &["preview", "--output", "json"],
            &[("--from", &old), ("-f", &new)],
        );
        let previews = read(&output);
        let previews = previews["resources"].as_array().unwrap();
        assert!(previews.len() == before.len() && before.len() == after.len());
        let seen = before.iter().zip(&after);
        let all = previews.iter().zip(seen);
        all.map(|(preview, (before, after))| found(preview, before, after))
            .collect()
    }

    /// The children of each resource, by kind and name.
    fn children(&self, resources: &[&Value]) -> Vec<BTreeMap<(String, String), Value>> {
        let text = file(resources.iter().copied());
        let made = read(&self.run(&["preview", "--output", "json"], &[("-f", &text)]));
        let resources = made["resources"].as_array().unwrap().iter();
        let named = |child: &Value| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (text(&child["kind"]), text(&child["metadata"]["name"]))
        };
        let children = |resource: &Value| {
            let children = resource["children"].as_array().unwrap().iter();
            children
                .map(|child| (named(child), child.clone()))
                .collect()
        };
        resources.map(children).collect()
    }

    fn run(&self, args: &[&str], files: &[(&str, &str)]) -> Output {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(&self.0);
        command.args(args);
        for (index, (flag, text)) in files.iter().enumerate() {
            let path = folder.path().join(format!("{index}.yaml"));
            fs::write(&path, text).unwrap();
            command.arg(flag).arg(Path::new(&path));
        }
        command.output().unwrap()
    }
}

fn read(output: &Output) -> Value {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Each resource in a namespace of its own, and on a line of its own.
fn file<'a>(resources: impl Iterator<Item = &'a Value>) -> String {
    let document = |(index, resource): (usize, &Value)| {
        let mut resource = resource.clone();
        resource["metadata"]["namespace"] = json!(format!("n{index}"));
        format!("---\n{resource}\n")
    };
    resources.enumerate().map(document).collect()
}

fn found(
    preview: &Value,
    before: &BTreeMap<(String, String), Value>,
    after: &BTreeMap<(String, String), Value>,
) -> Found {
    let mut found = Found::default();
    let ids: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    for id in ids {
        let (old, new) = (before.get(id), after.get(id));
        let some = new.or(old).unwrap();
        let node = some.pointer("/metadata/labels/dsoi.dev~1node");
        let node = node.and_then(Value::as_str).map(ToOwned::to_owned);
        let (Some(old), Some(new)) = (old, new) else {
            found.moved.insert((id.0.clone(), node));
            continue;
        };
        for place in differences(old, new) {
            found.places.insert((id.0.clone(), node.clone(), place));
        }
    }
    let turns = preview["turns"].as_array().unwrap().iter();
    for workload in turns.flat_map(|turn| turn["workloads"].as_array().unwrap()) {
        if workload["restarts"] != 0 {
            let node_type = workload["nodeType"].as_str().unwrap();
            found.restarts.insert(node_type.to_owned());
        }
    }
    let mut objects = preview["objects"].as_array().unwrap().iter();
    found.refused = objects.any(|object| object["action"] == "refuse");
    found
}
