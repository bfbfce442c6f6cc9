//! All that an update means to clusters, and what of it needs a yes.

use serde_json::Value;

use super::children::{Cause, TypeChange, children};
use super::promise::{Broken, Forgotten, broken};
use super::schema::Change;
use super::{Class, Right, Rights, definitions, place};
use crate::manifest::{Source, locate};
use crate::model::{Operator, SecurityProfile};

/// What was, as far as it is known.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// Definitions, roles and bindings as the last update wrote them.
    pub documents: Vec<Value>,
    /// Definitions that were released: the newest of each.
    pub released: Vec<Value>,
    /// Those of earlier releases, each with its file.
    pub older: Vec<(String, Value)>,
    /// What of the releases is not what it was.
    pub forgotten: Vec<Forgotten>,
    /// Whether the runtime of now is another.
    pub other_runtime: bool,
    /// The operator of the last update; `None` where its manifest cannot be read any more.
    pub operator: Option<Operator>,
}

/// What an update means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Consequences {
    /// What becomes of the definitions since the last update.
    pub schema: Vec<Change>,
    /// What breaks against the definitions that were released.
    pub broken: Vec<Broken>,
    /// Whether any were.
    pub released: bool,
    /// What of them is not what it was.
    pub forgotten: Vec<Forgotten>,
    pub gained: Vec<Right>,
    pub lost: Vec<Right>,
    /// The security profile of before and of now, where it changes.
    pub profile: Option<(SecurityProfile, SecurityProfile)>,
    /// Whether the runtime is another, which may build other children of the same manifest.
    pub other_runtime: bool,
    /// What becomes of children; `None` where the operator of the last update is not known.
    pub children: Option<Vec<TypeChange>>,
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
    /// Whether it is no change but a promise that is given up.
    pub is_forgotten: bool,
}

/// What the documents and the operator of now mean to what was.
pub fn consequences(past: &Past, documents: &[Value], operator: &Operator) -> Consequences {
    let crds = |documents: &[Value]| -> Vec<Value> {
        let crds = documents.iter().filter(|document| is_definition(document));
        crds.cloned().collect()
    };
    let (before, after) = (Rights::of(&past.documents), Rights::of(documents));
    // Where it is not known, it was what it is where nothing is said.
    let was = past.operator.as_ref();
    let was = was.map_or(SecurityProfile::Restricted, |operator| {
        operator.cluster.security
    });
    let is = operator.cluster.security;
    let schema = definitions(&crds(&past.documents), &crds(documents));
    let known = past.operator.as_ref();
    Consequences {
        children: known.map(|known| children(known, operator, &schema)),
        other_runtime: past.other_runtime,
        schema,
        broken: broken(&past.released, &past.older, &crds(documents)),
        released: !(past.released.is_empty() && past.older.is_empty() && past.forgotten.is_empty()),
        forgotten: past.forgotten.clone(),
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

    /// Node types of which this holds.
    fn types(&self, is: fn(&TypeChange) -> bool) -> Vec<&str> {
        let changes = self.children.iter().flatten().filter(|change| is(change));
        changes
            .filter_map(|change| change.node_type.as_deref())
            .collect()
    }

    /// All of it in a line; `None` where clusters notice nothing.
    pub fn summary(&self) -> Option<String> {
        let children = self.children.iter().flatten();
        let of_children = children.flat_map(|change| change.causes.iter().map(|cause| cause.class));
        let of_schema = self.schema.iter().map(|change| change.class);
        let breaking = of_children
            .chain(of_schema)
            .filter(|class| *class == Class::Breaking)
            .count();
        let security = self.gained.len() + usize::from(self.is_looser());
        let silent = !self.other_runtime
            && self.schema.is_empty()
            && self.lost.is_empty()
            && self.profile.is_none();
        if silent && security == 0 && self.children.as_ref().is_none_or(Vec::is_empty) {
            return None;
        }
        let certain = self.types(TypeChange::restarts);
        let possible = self.types(TypeChange::may_restart);
        let mut parts = Vec::new();
        match certain.as_slice() {
            _ if self.children.is_none() => {
                parts.push("which pods restart is not known".to_owned());
            }
            [] if possible.is_empty() && !self.other_runtime => {
                parts.push("no pod restarts".to_owned());
            }
            [] => {}
            [one] => parts.push(format!("1 node type restarts: {one}")),
            many => parts.push(format!(
                "{} node types restart: {}",
                many.len(),
                many.join(", ")
            )),
        }
        match possible.as_slice() {
            [] => {}
            [one] => parts.push(format!("1 node type may restart: {one}")),
            many => parts.push(format!(
                "{} node types may restart: {}",
                many.len(),
                many.join(", ")
            )),
        }
        if self.other_runtime {
            parts.push("the runtime is another, and may restart pods".to_owned());
        }
        for (count, class) in [(breaking, Class::Breaking), (security, Class::Security)] {
            if count > 0 {
                let changes = if count == 1 { "change" } else { "changes" };
                parts.push(format!("{count} {changes} of class {class}"));
            }
        }
        Some(parts.join("; "))
    }

    /// What children lose, or cannot follow, that no definition tells of; once there may be clusters.
    fn lost_children(&self, source: &Source) -> Vec<Reason> {
        let changes = self.children.iter().flatten().filter(|_| self.released);
        let causes = changes.flat_map(|change| {
            let of = change.node_type.as_deref();
            change.causes.iter().map(move |cause| (of, cause))
        });
        let told = |key: &str| ["kinds", "nodes", "nodeTypes"].contains(&key);
        let causes = causes.filter(|(_, cause)| {
            cause.class == Class::Breaking && !cause.depends && !told(&cause.key)
        });
        let reason = |(of, cause): (Option<&str>, &Cause)| {
            let inside = of.map(|of| format!("cluster.nodeTypes.{of}."));
            let key = format!("{}{}", inside.unwrap_or_default(), cause.key);
            let keys: Vec<String> = key.split('.').map(ToOwned::to_owned).collect();
            Reason {
                class: Class::Breaking,
                path: String::new(),
                what: format!("{key} is another"),
                why: Some(cause.effect.to_owned()),
                way: None,
                place: located(source, &keys),
                is_forgotten: false,
            }
        };
        causes.map(reason).collect()
    }

    /// What needs a yes, in the order in which it is told.
    pub fn reasons(&self, source: &Source, operator: &Operator) -> Vec<Reason> {
        let at = |keys: &[String]| located(source, keys);
        let keys =
            |keys: &[&str]| -> Vec<String> { keys.iter().map(ToString::to_string).collect() };
        let mut reasons: Vec<Reason> = self.forgotten.iter().map(forgotten).collect();
        reasons.extend(self.broken.iter().map(|broken| {
            let change = &broken.change;
            let (mut what, mut way) = (change.what(), change.way().map(ToOwned::to_owned));
            if let Some(file) = &broken.older {
                what = format!("{what}, by an earlier release (`{file}`)");
                let end = "end its support: remove the file, and update with `--accept breaking`";
                way = Some(way.map_or_else(|| end.to_owned(), |way| format!("{way}; or {end}")));
            }
            Reason {
                class: Class::Breaking,
                path: change.path.clone(),
                what,
                why: change.why().map(ToOwned::to_owned),
                way,
                place: locate_change(change, source, operator),
                is_forgotten: false,
            }
        }));
        reasons.extend(self.lost_children(source));
        for right in &self.gained {
            reasons.push(Reason {
                class: Class::Security,
                path: String::new(),
                what: format!("{}: {}", right.on, right.verbs.join(", ")),
                why: Some(format!("{} did not allow it before", roles(right))),
                way: None,
                place: at(&keys(&["operator", "rules"])).filter(|_| asked_for(right, operator)),
                is_forgotten: false,
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
                is_forgotten: false,
            });
        }
        reasons
    }
}

/// A promise that is not what it was.
fn forgotten(promise: &Forgotten) -> Reason {
    let became = if promise.is_gone {
        "is gone"
    } else {
        "was edited"
    };
    Reason {
        class: Class::Breaking,
        path: String::new(),
        what: format!("`{}` {became}", promise.path),
        why: Some(
            "a release promised what it says; without it nothing keeps an update from breaking what is stored"
                .to_owned(),
        ),
        way: Some("bring it back from version control".to_owned()),
        place: None,
        is_forgotten: true,
    }
}

/// Line and column of the key that makes a change.
pub fn locate_change(
    change: &Change,
    source: &Source,
    operator: &Operator,
) -> Option<(usize, usize)> {
    located(source, &place(change, &operator.cluster))
}

fn located(source: &Source, keys: &[String]) -> Option<(usize, usize)> {
    let span = locate(source, keys)?;
    Some((source.line(span.start), source.column(span.start)))
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
