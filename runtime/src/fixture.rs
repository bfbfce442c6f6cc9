//! Three kinds written by hand as `dsoi` writes them: what the tests of `resolve` and `build` run on.

pub(crate) mod group;
pub(crate) mod parseable;
pub(crate) mod pinot;
pub(crate) mod tally;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::build::{Desired, build};
use crate::cluster::Cluster;
use crate::kind::ChildKind;
use crate::problem::Problems;
use crate::resolve::resolve;

pub(crate) fn decode<C: DeserializeOwned>(cr: &Value) -> C {
    serde_json::from_value(cr.clone()).unwrap()
}

/// Resolves and builds.
pub(crate) fn desired<C: Cluster>(cr: &Value) -> Result<Desired, Problems> {
    let cr: C = decode(cr);
    build(&resolve(&cr)?, "test-operator")
}

/// The document of a child that has to be there.
pub(crate) fn child(desired: &Desired, kind: ChildKind, name: &str) -> Value {
    let found = desired
        .children
        .iter()
        .find(|child| child.id.kind == kind && child.id.name == name);
    let names = || desired.children.iter().map(|child| child.id.to_string());
    match found {
        Some(child) => (*child.document).clone(),
        None => panic!("no {kind} {name} among {:?}", names().collect::<Vec<_>>()),
    }
}

/// `path: message` of each problem.
pub(crate) fn problems<C: Cluster>(cr: &Value) -> Vec<String> {
    match desired::<C>(cr) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(ToString::to_string).collect(),
    }
}

/// A copy of `cr` with the value at a JSON pointer replaced, added, or for null removed.
pub(crate) fn with(cr: &Value, pointer: &str, value: Value) -> Value {
    let mut cr = cr.clone();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match cr.pointer_mut(parent).unwrap() {
        Value::Object(map) if value.is_null() => {
            map.remove(key);
        }
        Value::Object(map) => {
            map.insert(key.to_owned(), value);
        }
        Value::Array(items) if key == "-" => items.push(value),
        Value::Array(items) => items[key.parse::<usize>().unwrap()] = value,
        _ => panic!("{parent} is a leaf"),
    }
    cr
}
