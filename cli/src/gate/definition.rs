//! Two sets of definitions of custom resources, whole documents, to the changes between them (NC-6).

use std::collections::BTreeMap;

use serde_json::Value;

use super::Class;
use super::schema::{Change, Subject, listed, schemas};

/// Compares definitions, each set in any order. A definition that is gone and one that came in its place are told as one
/// whose name is another.
pub fn definitions(old: &[Value], new: &[Value]) -> Vec<Change> {
    let by_name = |documents: &'_ [Value]| -> BTreeMap<String, Value> {
        let named = documents
            .iter()
            .map(|document| (name(document), document.clone()));
        named.collect()
    };
    let (mut before, mut after) = (by_name(old), by_name(new));
    let mut changes = Vec::new();
    let shared: Vec<String> = before
        .keys()
        .filter(|name| after.contains_key(*name))
        .cloned()
        .collect();
    for name in shared {
        if let (Some(old), Some(new)) = (before.remove(&name), after.remove(&name)) {
            changes.extend(same(&old, &new));
        }
    }
    let gone = before.len();
    for old in before.into_values() {
        let is_heir = |new: &Value| {
            let mut keys = ["kind", "plural"].into_iter();
            keys.any(|key| names(&old, key) == names(new, key))
        };
        // Of one that is gone and one that is new, the new one is the heir whatever it is called.
        let alone = (1, 1) == (gone, after.len());
        let heir = after.iter().find(|(_, new)| is_heir(new) || alone);
        let heir = heir.map(|(name, _)| name.clone());
        let became = match heir.and_then(|name| after.remove(&name)) {
            Some(new) => renamed(&old, &new),
            None => vec![identity("definition", Some(name(&old)), None)],
        };
        changes.extend(of_kind(&old, became));
    }
    for new in after.into_values() {
        let come = Change {
            class: Class::Safe,
            ..identity("definition", None, Some(name(&new)))
        };
        changes.extend(of_kind(&new, vec![come]));
    }
    changes
}

/// The changes between two definitions of one name.
pub(super) fn same(old: &Value, new: &Value) -> Vec<Change> {
    of_kind(old, definition(old, new)).collect()
}

/// Changes, each with the kind whose definition it is of.
fn of_kind(definition: &Value, changes: Vec<Change>) -> impl Iterator<Item = Change> {
    let kind = names(definition, "kind").unwrap_or_default();
    changes.into_iter().map(move |change| Change {
        kind: kind.clone(),
        ..change
    })
}

pub(super) fn name(document: &Value) -> String {
    let name = document["metadata"]["name"].as_str();
    name.unwrap_or_default().to_owned()
}

fn names(document: &Value, key: &str) -> Option<String> {
    document["spec"]["names"][key]
        .as_str()
        .map(ToOwned::to_owned)
}

fn identity(key: &str, was: Option<String>, is: Option<String>) -> Change {
    let text = |value: String| format!("{key} {value}");
    Change {
        kind: String::new(),
        path: String::new(),
        subject: Subject::Identity,
        class: Class::Breaking,
        was: was.map(text),
        is: is.map(text),
    }
}

/// What of its identity a definition has changed.
fn renamed(old: &Value, new: &Value) -> Vec<Change> {
    let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
    let (a, b) = (&old["spec"], &new["spec"]);
    [
        ("group", text(&a["group"]), text(&b["group"])),
        ("kind", names(old, "kind"), names(new, "kind")),
        ("plural", names(old, "plural"), names(new, "plural")),
        ("scope", text(&a["scope"]), text(&b["scope"])),
    ]
    .into_iter()
    .filter(|(_, was, is)| was != is)
    .map(|(key, was, is)| identity(key, was, is))
    .collect()
}

fn definition(old: &Value, new: &Value) -> Vec<Change> {
    let mut changes = renamed(old, new);
    let (a, b) = (&old["spec"], &new["spec"]);
    for key in ["singular", "shortNames", "categories"] {
        let (was, is) = (&a["names"][key], &b["names"][key]);
        if was != is {
            changes.push(about_names(key, was, is));
        }
    }
    let (before, after) = (versions(a), versions(b));
    for (version, old) in &before {
        let new = after.get(version).filter(|new| served(new));
        let Some(new) = new else {
            if served(old) || old["storage"] == true {
                changes.push(about_version(Class::Breaking, Some(version), None));
            }
            continue;
        };
        changes.extend(self::version(old, new));
    }
    for version in after
        .keys()
        .filter(|version| !before.contains_key(*version))
    {
        changes.push(about_version(Class::Safe, None, Some(version)));
    }
    changes
}

fn version(old: &Value, new: &Value) -> Vec<Change> {
    let schema = |version: &Value| version["schema"]["openAPIV3Schema"].clone();
    let mut changes = schemas("", &schema(old), &schema(new));
    let columns = |version: &Value| version["additionalPrinterColumns"].clone();
    if columns(old) != columns(new) {
        let names = |version: &Value| -> Value {
            let columns = columns(version);
            let names = columns.as_array().into_iter().flatten();
            names.map(|column| column["name"].clone()).collect()
        };
        changes.push(about_names("columns", &names(old), &names(new)));
    }
    let subresources = |version: &Value| -> Vec<String> {
        let known = version["subresources"].as_object().into_iter().flatten();
        known.map(|(name, _)| name.clone()).collect()
    };
    let (before, after) = (subresources(old), subresources(new));
    for gone in before.iter().filter(|name| !after.contains(name)) {
        changes.push(identity("subresource", Some(gone.clone()), None));
    }
    changes
}

fn versions(spec: &Value) -> BTreeMap<String, &Value> {
    let versions = spec["versions"].as_array().into_iter().flatten();
    versions
        .filter_map(|version| Some((version["name"].as_str()?.to_owned(), version)))
        .collect()
}

fn served(version: &Value) -> bool {
    version["served"] == true
}

fn about_version(class: Class, was: Option<&String>, is: Option<&String>) -> Change {
    let text = |version: &String| format!("version {version}");
    Change {
        kind: String::new(),
        path: String::new(),
        subject: Subject::Version,
        class,
        was: was.map(text),
        is: is.map(text),
    }
}

fn about_names(key: &str, was: &Value, is: &Value) -> Change {
    let text = |value: &Value| match value {
        Value::Null => None,
        Value::Array(items) if items.is_empty() => None,
        Value::Array(items) => Some(format!("{key} {}", listed(items))),
        Value::String(text) => Some(format!("{key} {text}")),
        other => Some(format!("{key} {other}")),
    };
    Change {
        kind: String::new(),
        path: String::new(),
        subject: Subject::Names,
        class: Class::Safe,
        was: text(was),
        is: text(is),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn crd(kind: &str, plural: &str, versions: &[&str]) -> Value {
        let versions: Vec<Value> = versions
            .iter()
            .map(|name| {
                json!({"name": name, "served": true, "storage": true, "subresources": {"status": {}},
                    "schema": {"openAPIV3Schema": {"type": "object"}}})
            })
            .collect();
        json!({
            "metadata": {"name": format!("{plural}.example.com")},
            "spec": {"group": "example.com", "scope": "Namespaced", "versions": versions,
                "names": {"kind": kind, "plural": plural, "shortNames": ["t"]}},
        })
    }

    fn told(old: &[Value], new: &[Value]) -> Vec<String> {
        let changes = definitions(old, new);
        changes
            .iter()
            .map(|change| format!("{} {}", change.class, change.what()))
            .collect()
    }

    // NC-6
    #[test]
    fn what_a_kind_is_called_stays() {
        let old = [crd("Tally", "tallies", &["v1"])];
        assert_eq!(told(&old, &old), Vec::<String>::new());
        assert_eq!(
            told(&old, &[crd("Count", "counts", &["v1"])]),
            [
                "breaking kind Tally is kind Count",
                "breaking plural tallies is plural counts"
            ]
        );
        let mut wide = crd("Tally", "tallies", &["v1"]);
        wide["spec"]["scope"] = json!("Cluster");
        assert_eq!(
            told(&old, &[wide]),
            ["breaking scope Namespaced is scope Cluster"]
        );
        assert_eq!(
            told(&old, &[]),
            ["breaking definition tallies.example.com is gone"]
        );
        let other = crd("Topic", "topics", &["v1"]);
        let both = [old[0].clone(), other.clone()];
        assert_eq!(
            told(&old, &both),
            ["safe definition topics.example.com is new"]
        );
        assert_eq!(
            told(&both, &[other]),
            ["breaking definition tallies.example.com is gone"]
        );
    }

    // NC-6
    #[test]
    fn a_version_that_is_served_stays_served() {
        let (old, both) = (
            [crd("Tally", "tallies", &["v1"])],
            [crd("Tally", "tallies", &["v1", "v2"])],
        );
        assert_eq!(told(&old, &both), ["safe version v2 is new"]);
        assert_eq!(told(&both, &old), ["breaking version v2 is gone"]);
        let mut unserved = both.clone();
        unserved[0]["spec"]["versions"][0]["served"] = json!(false);
        assert_eq!(told(&both, &unserved), ["breaking version v1 is gone"]);
        let mut bare = old.clone();
        bare[0]["spec"]["versions"][0]["subresources"] = json!({});
        assert_eq!(told(&old, &bare), ["breaking subresource status is gone"]);
    }

    #[test]
    fn short_names_and_columns_are_for_people() {
        let old = [crd("Tally", "tallies", &["v1"])];
        let mut new = old.clone();
        new[0]["spec"]["names"]["shortNames"] = json!(["ta"]);
        new[0]["spec"]["versions"][0]["additionalPrinterColumns"] = json!([{"name": "Age"}]);
        assert_eq!(
            told(&old, &new),
            [
                "safe shortNames t is shortNames ta",
                "safe columns Age is new"
            ]
        );
    }
}
