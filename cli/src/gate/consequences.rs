//! All that an update means to clusters, and what of it needs a yes.

use serde_json::Value;

use super::schema::Change;
use super::{Class, Right, Rights, definitions, place};
use crate::manifest::{Source, locate};
use crate::model::{Operator, SecurityProfile};

/// What was, as far as it is known.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// Definitions, roles and bindings as the last update wrote them.
    pub documents: Vec<Value>,
    /// Definitions that were released.
    pub released: Vec<Value>,
    /// The operator of the last update; `None` where its manifest cannot be read any more.
    pub operator: Option<Operator>,
}

/// What an update means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Consequences {
    /// What becomes of the definitions since the last update.
    pub schema: Vec<Change>,
    /// What breaks against the definitions that were released.
    pub broken: Vec<Change>,
    /// Whether any were.
    pub released: bool,
    pub gained: Vec<Right>,
    pub lost: Vec<Right>,
    /// The security profile of before and of now, where it changes.
    pub profile: Option<(SecurityProfile, SecurityProfile)>,
}

/// Why an update needs a yes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// [`Class::Breaking`] or [`Class::Security`].
    pub class: Class,
    /// Where in the custom resource; empty where that says nothing.
    pub path: String,
    pub what: String,
    pub why: Option<String>,
    /// The legal path.
    pub way: Option<String>,
    /// Line and column in the manifest.
    pub place: Option<(usize, usize)>,
}

/// What the documents and the operator of now mean to what was.
pub fn consequences(past: &Past, documents: &[Value], operator: &Operator) -> Consequences {
    let crds = |documents: &[Value]| -> Vec<Value> {
        let crds = documents.iter().filter(|document| is_definition(document));
        crds.cloned().collect()
    };
    let (before, after) = (Rights::of(&past.documents), Rights::of(documents));
    let mut broken = definitions(&past.released, &crds(documents));
    broken.retain(|change| change.class == Class::Breaking);
    // Where it is not known, it was what it is where nothing is said.
    let was = past.operator.as_ref();
    let was = was.map_or(SecurityProfile::Restricted, |operator| {
        operator.cluster.security
    });
    let is = operator.cluster.security;
    Consequences {
        schema: definitions(&crds(&past.documents), &crds(documents)),
        broken,
        released: !past.released.is_empty(),
        gained: after.beyond(&before),
        lost: before.beyond(&after),
        profile: (was != is).then_some((was, is)),
    }
}

/// Whether a document is a definition of custom resources.
pub fn is_definition(document: &Value) -> bool {
    document["kind"] == "CustomResourceDefinition"
}

impl Consequences {
    /// Whether the pods may do more than before.
    pub fn is_looser(&self) -> bool {
        self.profile
            .is_some_and(|(was, is)| looseness(is) > looseness(was))
    }

    /// What needs a yes, in the order in which it is told.
    pub fn reasons(&self, source: &Source, operator: &Operator) -> Vec<Reason> {
        let at = |keys: &[String]| {
            let span = locate(source, keys)?;
            Some((source.line(span.start), source.column(span.start)))
        };
        let keys =
            |keys: &[&str]| -> Vec<String> { keys.iter().map(ToString::to_string).collect() };
        let mut reasons: Vec<Reason> = self
            .broken
            .iter()
            .map(|change| Reason {
                class: Class::Breaking,
                path: change.path.clone(),
                what: change.what(),
                why: change.why().map(ToOwned::to_owned),
                way: change.way().map(ToOwned::to_owned),
                place: at(&place(change, &operator.cluster)),
            })
            .collect();
        for right in &self.gained {
            reasons.push(Reason {
                class: Class::Security,
                path: String::new(),
                what: format!("{}: {}", right.on, right.verbs.join(", ")),
                why: Some(format!("{} did not allow it before", roles(right))),
                way: None,
                place: at(&keys(&["operator", "rules"])).filter(|_| asked_for(right, operator)),
            });
        }
        if let Some((was, is)) = self.profile.filter(|_| self.is_looser()) {
            reasons.push(Reason {
                class: Class::Security,
                path: String::new(),
                what: format!("the security profile was {}, is {}", word(was), word(is)),
                why: Some("every pod of every cluster may do more than before".to_owned()),
                way: None,
                place: at(&keys(&["cluster", "security", "profile"])),
            });
        }
        reasons
    }
}

/// Who gives a right; of many, the first.
pub fn roles(right: &Right) -> String {
    match right.roles.as_slice() {
        [first, second, more @ ..] if !more.is_empty() => {
            format!("{first}, {second} and {} more", more.len())
        }
        few => few.join(", "),
    }
}

/// Whether the manifest itself lists the right.
fn asked_for(right: &Right, operator: &Operator) -> bool {
    let mut resources = operator
        .rules
        .iter()
        .flat_map(|rule| rule.resources.iter().chain(&rule.non_resource_urls));
    resources.any(|resource| right.on.starts_with(resource.as_str()))
}

fn looseness(profile: SecurityProfile) -> u8 {
    match profile {
        SecurityProfile::Restricted => 0,
        SecurityProfile::Baseline => 1,
        SecurityProfile::App => 2,
    }
}

/// A profile as the manifest names it.
pub fn word(profile: SecurityProfile) -> &'static str {
    match profile {
        SecurityProfile::Restricted => "restricted",
        SecurityProfile::Baseline => "baseline",
        SecurityProfile::App => "app",
    }
}
