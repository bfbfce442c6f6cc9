//! The files of a project as a whole.

use std::collections::BTreeSet;

use serde_json::Value;

use super::testing::documents;
use super::*;
use crate::model::fixture::{label, tally};
use crate::plan::plan;

fn project(operator: &Operator) -> Vec<(String, String)> {
    let settings = Settings {
        runtime: Runtime::Version("0.1.0".to_owned()),
        kubernetes: "1.36".to_owned(),
    };
    let files = plan(operator, &settings.runtime);
    let tree = render(operator, "", &settings, &files).unwrap();
    tree.iter()
        .map(|(path, text)| (path.to_string(), text.to_owned()))
        .collect()
}

#[test]
fn the_same_model_gives_the_same_bytes() {
    assert_eq!(project(&tally()), project(&tally()));
}

#[test]
fn nothing_of_a_template_is_left() {
    for (path, text) in project(&tally()) {
        assert!(!text.contains(['«', '»']) && !text.contains("{%"), "{path}");
    }
}

/// Kustomize reads files of its own folder, and other folders that have a kustomization.
#[test]
fn every_kustomization_finds_what_it_names() {
    let mut operator = tally();
    operator.watch = vec![label("a")];
    let files = project(&operator);
    let paths: BTreeSet<_> = files.iter().map(|(path, _)| path.as_str()).collect();
    let mut named = 0;
    for (path, text) in &files {
        let Some(folder) = path.strip_suffix("/kustomization.yaml") else {
            continue;
        };
        if folder.starts_with(".dsoi") {
            continue;
        }
        let read = documents::<Value>(text).remove(0);
        for key in ["resources", "components"] {
            for item in read[key].as_array().into_iter().flatten() {
                let item = item.as_str().unwrap();
                let target = match item.strip_prefix("../") {
                    None => format!("{folder}/{item}"),
                    Some(other) => format!("config/{other}/kustomization.yaml"),
                };
                assert!(paths.contains(target.as_str()), "{path}: {item}");
                named += 1;
            }
        }
    }
    assert!(named > 10, "{named}");
}
