//! The custom resources that tests start from, and ways to change them.

use serde_json::{Value, json};

use crate::{golden::conformance, objects::document};

pub(crate) fn pinot() -> Value {
    document(&conformance("pinot.yaml"))
}

pub(crate) fn parseable() -> Value {
    document(&conformance("parseable.yaml"))
}

pub(crate) fn tally() -> Value {
    document(&conformance("quickstart.yaml"))
}

/// A Tally of one node, as small as can be.
pub(crate) fn small_tally(name: &str) -> Value {
    let mut cr = tally();
    cr["metadata"]["name"] = json!(name);
    cr["spec"]["nodes"] = json!([{
        "name": "one", "kind": "StatefulSet", "replicas": 1, "nodeType": "store",
        "k8sConfigGroup": "small", "appConfigGroup": "plain",
    }]);
    cr
}

pub(crate) fn named(mut cr: Value, name: &str) -> Value {
    cr["metadata"]["name"] = json!(name);
    cr
}

/// The entry of that name in a list of `spec`, to be changed.
pub(crate) fn entry<'a>(cr: &'a mut Value, list: &str, name: &str) -> &'a mut Value {
    let entries = cr["spec"][list].as_array_mut();
    let entries = entries.unwrap_or_else(|| panic!("spec.{list} is no list"));
    let found = entries.iter_mut().find(|entry| entry["name"] == name);
    found.unwrap_or_else(|| panic!("spec.{list} has no {name}"))
}

/// Takes the entry of that name out of a list of `spec`.
pub(crate) fn without(mut cr: Value, list: &str, name: &str) -> Value {
    let entries = cr["spec"][list].as_array_mut().unwrap();
    let before = entries.len();
    entries.retain(|entry| entry["name"] != name);
    assert_eq!(entries.len() + 1, before, "spec.{list} has no {name}");
    cr
}

/// Gives every group of Kubernetes settings another image.
pub(crate) fn with_image(mut cr: Value, list: &str, image: &str) -> Value {
    for group in cr["spec"][list].as_array_mut().unwrap() {
        group["image"] = json!(image);
    }
    cr
}
