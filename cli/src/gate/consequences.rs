//! All that an update means to clusters, and what of it needs a yes.

use serde_json::Value;

use super::children::{TypeChange, children, orphaned};
use super::promise::{Broken, Forgotten, broken};
use super::schema::{Change, Subject};
use super::{Class, Opened, Power, Right, Rights, definitions, power};
use crate::model::{Cluster, Operator, SecurityProfile};

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
    /// The definitions that it breaks, by the names that clusters have them under.
    pub stored: Vec<String>,
    /// Whether any were.
    pub released: bool,
    /// What of them is not what it was.
    pub forgotten: Vec<Forgotten>,
    pub gained: Vec<Right>,
    pub lost: Vec<Right>,
    /// Roles that have another name and allow the same: of then, and of now.
    pub renamed: Vec<(String, String)>,
    /// The security profile of before and of now, where it changes.
    pub profile: Option<(SecurityProfile, SecurityProfile)>,
    /// Settings that let pods do more than before.
    pub power: Vec<Power>,
    /// Fields by which a custom resource can let them, that it could not before.
    pub opened: Vec<Opened>,
    /// Whether the runtime is another, which may build other children of the same manifest.
    pub other_runtime: bool,
    /// What becomes of children; `None` where the operator of the last update is not known.
    pub children: Option<Vec<TypeChange>>,
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
    let known = past.operator.as_ref();
    let mut opened = power::opened(known.map(|known| &known.cluster), &operator.cluster);
    let defined = crds(&past.documents);
    let mut schema = definitions(&defined, &crds(documents));
    if known.is_none() && !defined.is_empty() {
        // The definition of before tells what there was where the manifest of before cannot.
        opened.retain(|field| schema.iter().any(|change| adds(change, &field.path)));
    }
    for change in &mut schema {
        let is_own = change.kind == operator.cluster.kind.as_str();
        if is_own && opened.iter().any(|field| adds(change, &field.path)) {
            change.class = Class::Security;
        }
    }
    let broken = broken(&past.released, &past.older, &crds(documents));
    let children = known.map(|known| match replaced(&schema, known) {
        Some(key) => vec![orphaned(key)],
        None => children(known, operator, &schema),
    });
    let renamed = known.map_or_else(Vec::new, |known| {
        after.renamed(&before, known.name.as_str(), operator.name.as_str())
    });
    let (before, after) = (
        before.without(renamed.iter().map(|(was, _)| was)),
        after.without(renamed.iter().map(|(_, is)| is)),
    );
    Consequences {
        renamed,
        children,
        stored: stored(past, &broken),
        power: powers(known.map(|known| &known.cluster), &operator.cluster),
        opened,
        other_runtime: past.other_runtime,
        schema,
        broken,
        released: !(past.released.is_empty() && past.older.is_empty() && past.forgotten.is_empty()),
        forgotten: past.forgotten.clone(),
        gained: after.beyond(&before),
        lost: before.beyond(&after),
        profile: (was != is).then_some((was, is)),
    }
}

/// What lets pods do more: what loosens them, and what holds them no more; of one setting the first.
fn powers(old: Option<&Cluster>, new: &Cluster) -> Vec<Power> {
    let mut found = power::gained(old, new);
    for setting in power::released(old, new) {
        // Of a container or of its pod.
        let field = |key: &'_ str| key.rsplit("securityContext.").next().map(ToOwned::to_owned);
        let is_it = |one: &Power| {
            one.node_type == setting.node_type && field(&one.key) == field(&setting.key)
        };
        if !found.iter().any(is_it) {
            found.push(setting);
        }
    }
    found
}

/// Whether a change gives a definition the field at this path.
fn adds(change: &Change, path: &str) -> bool {
    change.subject == Subject::Field && change.was.is_none() && change.path == path
}

/// The key by which another definition replaces that of the cluster; `None` where it stays.
fn replaced(schema: &[Change], known: &Operator) -> Option<&'static str> {
    let own = schema.iter().filter(|change| {
        change.subject == Subject::Identity && change.kind == known.cluster.kind.as_str()
    });
    let keys = [
        ("kind ", "cluster.kind"),
        ("group ", "api.group"),
        ("plural ", "cluster.plural"),
    ];
    own.filter_map(|change| change.was.as_ref())
        .find_map(|was| keys.iter().find(|(head, _)| was.starts_with(head)))
        .map(|(_, key)| *key)
}

/// The names of the released definitions that are broken.
fn stored(past: &Past, broken: &[Broken]) -> Vec<String> {
    let older = past.older.iter().map(|(_, document)| document);
    let mut names: Vec<String> = past
        .released
        .iter()
        .chain(older)
        .filter(|document| {
            let kind = document["spec"]["names"]["kind"].as_str();
            let mut kinds = broken.iter().map(|broken| broken.change.kind.as_str());
            kinds.any(|broken| Some(broken) == kind)
        })
        .filter_map(|document| Some(document["metadata"]["name"].as_str()?.to_owned()))
        .collect();
    names.sort();
    names.dedup();
    names
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

    /// Tells that the code of these node types stays as it is until their files, which their owner took away, are there again.
    pub fn keep_code(&mut self, types: &[&str]) {
        for change in self.children.iter_mut().flatten() {
            let is_one = |name: &String| types.contains(&name.as_str());
            if change.node_type.as_ref().is_some_and(is_one) {
                change.keep_code();
            }
        }
    }

    /// All of it in a line; `None` where clusters notice nothing.
    pub fn summary(&self) -> Option<String> {
        let children = self.children.iter().flatten();
        let of_children = children.flat_map(|change| change.causes.iter().map(|cause| cause.class));
        let of_schema = self.schema.iter().map(|change| change.class);
        let shown = of_children
            .clone()
            .filter(|class| *class == Class::Security);
        let shown = shown.count();
        let breaking = of_children
            .chain(of_schema)
            .filter(|class| *class == Class::Breaking)
            .count();
        let security = self.gained.len()
            + usize::from(self.is_looser())
            + self.power.len()
            + self.opened.len()
            + shown;
        let silent = !self.other_runtime
            && self.schema.is_empty()
            && self.lost.is_empty()
            && self.renamed.is_empty()
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
