//! Resources of one file against each other: one name twice, and objects that two of them would make.
//!
//! In: each resource's identity and its children's. Out: what the later one of a pair is told. On a cluster the second is refused
//! or waits for ever.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::kind::ObjectId;

/// How many objects of a pair are named.
const NAMED: usize = 3;

/// What was seen of the documents so far.
#[derive(Default)]
pub(super) struct Across {
    resources: BTreeMap<[String; 3], usize>,
    children: BTreeMap<ObjectId, String>,
}

impl Across {
    /// Takes the next document of the file; a text is what it collides with.
    pub(super) fn next<'a>(
        &mut self,
        index: usize,
        document: &Value,
        children: impl Iterator<Item = &'a ObjectId>,
    ) -> Option<String> {
        let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str);
        let name = text("/metadata/name")?;
        let kind = text("/kind").unwrap_or_default();
        let namespace = text("/metadata/namespace").unwrap_or_default();
        let identity = [kind, namespace, name].map(ToOwned::to_owned);
        if let Some(first) = self.resources.get(&identity) {
            return Some(format!(
                "document {} of this file is this {kind} already",
                first + 1
            ));
        }
        self.resources.insert(identity, index);
        let own = format!("{kind} `{name}`");
        // By the resource that makes them as well.
        let mut shared: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for child in children {
            if let Some(other) = self.children.get(child) {
                let named = format!("{} `{}`", child.kind, child.name);
                shared.entry(other.clone()).or_default().push(named);
            } else {
                self.children.insert(child.clone(), own.clone());
            }
        }
        let told: Vec<String> = shared
            .iter()
            .map(|(other, all)| {
                let more = match all.len().saturating_sub(NAMED) {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                let named: Vec<&str> = all.iter().take(NAMED).map(String::as_str).collect();
                format!(
                    "the {other} of this file makes {}{more} as well",
                    named.join(", ")
                )
            })
            .collect();
        (!told.is_empty()).then(|| {
            format!(
                "{}: in one namespace only one of them gets these",
                told.join("; ")
            )
        })
    }
}
