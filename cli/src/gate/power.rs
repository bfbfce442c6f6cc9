//! What lets pods do more (SE-28): THE table of it, and what of it is new.
//!
//! In: the models of before and of now. Out: settings that loosen a pod. What a manifest says wins over
//! `cluster.security.profile`, so that the profile alone says nothing. What custom resources can say: [`opened`].

use std::collections::BTreeSet;

use super::children::{before, expr, k8s, list};
use crate::model::{
    Cluster, Container, EnvEntry, EnvFrom, EnvValue, K8sFieldValue, K8sValue, NodeType,
};

mod decided;
mod held;
mod loose;
mod opened;

pub(super) use held::released;
pub use opened::Opened;
pub(super) use opened::opened;

/// A setting that loosens the pods of a node type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Power {
    pub node_type: String,
    /// The key of the manifest, below the node type.
    pub key: String,
    pub value: String,
    /// Where it is the custom resource that decides: completes "whoever may write custom resources says by it …".
    pub decides: Option<&'static str>,
}

/// Settings that the pods of before did not have. A node type that is new has what the one had that it is `like`, and
/// nothing if it is like none: what one type of pods needs is no reason for another to have it.
pub(super) fn gained(old: Option<&Cluster>, new: &Cluster) -> Vec<Power> {
    let had = |of: &NodeType| -> Settings {
        let mut of = of;
        // As many steps as there are types end any chain.
        for _ in &new.node_types {
            if let Some(was) = old.and_then(|old| before(of, old, new)) {
                return settings(was);
            }
            let mut types = new.node_types.iter();
            match types.find(|other| Some(&other.name) == of.like.as_ref()) {
                Some(like) => of = like,
                None => break,
            }
        }
        Settings::new()
    };
    let mut found = Vec::new();
    for node_type in &new.node_types {
        let known = had(node_type);
        let more = settings(node_type).into_iter();
        found.extend(more.filter(|setting| !known.contains(setting)).map(
            |(key, value, decides)| Power {
                node_type: node_type.name.to_string(),
                key,
                value,
                decides,
            },
        ));
    }
    found
}

/// Keys and values, and what a custom resource decides by them.
type Settings = BTreeSet<(String, String, Option<&'static str>)>;

/// What loosens the pods of a node type.
fn settings(node_type: &NodeType) -> Settings {
    let mut found = Settings::new();
    container("", &node_type.container, &mut found);
    for (of, all) in [
        ("containers", &node_type.sidecars),
        ("initContainers", &node_type.init_containers),
    ] {
        for extra in all {
            let at = format!("pod.{of}.{}", extra.name);
            container(&format!("{at}."), &extra.container, &mut found);
            fields(&at, "", &extra.fields, &mut found);
        }
    }
    fields("pod", "", &node_type.pod, &mut found);
    fields("workload", "", &node_type.workload, &mut found);
    let services = &node_type.services;
    if let Some(main) = &services.main {
        fields("services.main", "", &main.spec, &mut found);
    }
    for more in &services.more {
        let at = format!("services.{}", more.key);
        fields(&at, "", &more.service.spec, &mut found);
    }
    found
}

/// `at` is empty, or ends with a dot.
fn container(at: &str, container: &Container, found: &mut Settings) {
    for (key, value) in [
        ("securityContext", &container.security_context),
        ("livenessProbe", &container.liveness_probe),
        ("readinessProbe", &container.readiness_probe),
        ("startupProbe", &container.startup_probe),
        ("lifecycle", &container.lifecycle),
    ] {
        if let Some(value) = value {
            look(&format!("{at}{key}"), key, value, found);
        }
    }
    if let Some(command) = &container.command {
        let said = list(command);
        if let Some(decides) = decided::of_field("command", "", &said) {
            found.insert((format!("{at}command"), said, Some(decides)));
        }
    }
    for entry in &container.env {
        let EnvEntry::Variable(variable) = entry else {
            continue;
        };
        let at = format!("{at}env.{}", variable.name);
        match &variable.value {
            EnvValue::Secret(value) => {
                let said = expr(value);
                if let Some(decides) = decided::of_secret(&said) {
                    found.insert((at, said, Some(decides)));
                }
            }
            EnvValue::Source(value) => look(&at, "valueFrom", value, found),
            EnvValue::Text(_) | EnvValue::Field(_) => {}
        }
    }
    for source in &container.env_from {
        if let EnvFrom::Source(value) = source {
            look(&format!("{at}envFrom"), "envFrom", value, found);
        }
    }
}

fn fields(at: &str, of: &str, fields: &[K8sFieldValue], found: &mut Settings) {
    for field in fields {
        let wire = field.wire.as_str();
        let path = format!("{at}.{wire}");
        if let Some(values) = loose::values(wire, of, &field.value) {
            found.extend(values.into_iter().map(|value| (path.clone(), value, None)));
        } else {
            let said = k8s(&field.value);
            if let Some(decides) = decided::of_field(wire, of, &said) {
                found.insert((path.clone(), said, Some(decides)));
            }
        }
        look(&path, wire, &field.value, found);
    }
}

fn look(at: &str, of: &str, value: &K8sValue, found: &mut Settings) {
    match value {
        K8sValue::Struct { fields, .. } => self::fields(at, of, fields, found),
        K8sValue::List(items) => {
            for item in items {
                // By its name, wherever it stands.
                let named = match item {
                    K8sValue::Struct { fields, .. } => {
                        fields.iter().find(|field| field.wire.as_str() == "name")
                    }
                    _ => None,
                };
                let name = named.map(|field| format!(".{}", k8s(&field.value)));
                look(
                    &format!("{at}{}", name.unwrap_or_default()),
                    of,
                    item,
                    found,
                );
            }
        }
        K8sValue::Whole { value, .. } => {
            let said = expr(value);
            if let Some(decides) = decided::of_whole(&value.ty, &said) {
                found.insert((at.to_owned(), said, Some(decides)));
            }
        }
        // What a plain value means, its field says; keys of maps are names.
        K8sValue::Map(_)
        | K8sValue::String(_)
        | K8sValue::Int(_)
        | K8sValue::Bool(_)
        | K8sValue::Quantity(_)
        | K8sValue::IntOrStringInt(_)
        | K8sValue::IntOrStringText(_)
        | K8sValue::Any(_) => {}
    }
}

/// What a table says of a field below another one, if that one matters.
fn row<'t, T>(table: &'t [(&str, Option<&str>, T)], wire: &str, of: &str) -> Option<&'t T> {
    let mut rows = table.iter();
    let row = rows.find(|(name, above, _)| *name == wire && above.is_none_or(|above| above == of));
    row.map(|(_, _, said)| said)
}

#[cfg(test)]
mod tests;
