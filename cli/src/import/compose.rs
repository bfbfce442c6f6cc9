//! A compose file → an application: each service becomes a node type.
//!
//! Nothing is interpolated from an environment, and no other file is read: neither `.env`, nor what `include` or `env_file`
//! name, nor files of `extends`, nor what is mounted.

mod environment;
mod extends;
mod files;
mod interpolation;
mod keys;
mod ports;
mod probe;
mod resources;
mod rights;
mod service;
mod top;
mod units;
mod volumes;

use std::collections::BTreeSet;

use super::app::{App, NodeType};
use super::clear;
use super::host::{self, Name, Of};
use super::lost::{Losses, Weight};
use super::name;
use super::yaml::{Document, Yaml};
use interpolation::Variables;

/// The most node types that are made.
const MAX_TYPES: usize = 50;

/// The services, by which texts of others may call them.
struct Peers<'y> {
    root: &'y Yaml,
    /// Each with its node type.
    hosts: Vec<(String, String)>,
}

impl Peers<'_> {
    /// Notes the services that a text names as hosts, and secrets in it. `before` is what stands in front of it.
    fn note(&self, text: &str, before: &str, from: &str, losses: &mut Losses) {
        let names = self.hosts.iter().map(|(host, node_type)| Name {
            text: host,
            of: Of::Service(Some(node_type)),
        });
        host::note(text, before, from, names, losses);
        clear::note(text, before, from, losses);
    }
}

/// The application of a compose file; `None` where it has no services.
pub(super) fn app(documents: &[Document], losses: &mut Losses) -> Option<App> {
    let found = documents
        .iter()
        .position(|document| document.root.get("services").is_some())?;
    for (index, document) in documents.iter().enumerate() {
        if index != found {
            losses.add(
                Weight::LeftOut,
                format!("the document at line {}", document.line),
                "a compose file is one document",
                "",
            );
        }
    }
    let root = &documents.get(found)?.root;
    top::note(root, losses);
    let resolved = extends::resolved(root.entries_at(&["services"]));
    let services = in_order(&resolved);
    let mut labels: Vec<String> = Vec::new();
    for (service, _) in &services {
        let label = name::label_or(service, "node");
        labels.push(name::unique(&label, |name| {
            labels.iter().any(|one| one == name)
        }));
    }
    let typed = services.iter().zip(&labels);
    let hosts = typed.flat_map(|((service, spec), label)| {
        let names = called(service, spec).into_iter();
        names.map(|name| (name.to_owned(), label.clone()))
    });
    let peers = Peers {
        root,
        hosts: hosts.collect(),
    };
    let mut variables = Variables::default();
    let mut node_types: Vec<NodeType> = Vec::new();
    let mut rootless = true;
    for (index, ((service, spec), label)) in services.iter().zip(labels).enumerate() {
        let title = format!("service {service}");
        if index >= MAX_TYPES || spec.entries().is_empty() {
            let why = if index >= MAX_TYPES {
                "too many services for one operator"
            } else {
                "it says nothing"
            };
            losses.add(Weight::LeftOut, title, why, "");
            continue;
        }
        let made = service::node_type(&peers, label, &title, spec, &mut variables, losses);
        rootless &= made.rootless;
        node_types.push(made.node_type);
    }
    if node_types.is_empty() {
        return None;
    }
    volumes::shared(&services, losses);
    let mut cluster = Vec::new();
    if !rootless {
        cluster.push(super::helm::security(
            "nothing in the source says that it runs without root; without this line pods run under the restricted standard",
        ));
    }
    cluster.extend(variables.parts());
    Some(App {
        name: root.text_at(&["name"]).map(str::to_owned),
        cluster,
        node_types,
        ..App::default()
    })
}

/// The names by which others reach a service, each once.
fn called<'y>(service: &'y str, spec: &'y Yaml) -> Vec<&'y str> {
    let mut names = vec![service];
    names.extend(spec.text_at(&["container_name"]));
    names.extend(spec.text_at(&["hostname"]));
    for (_, network) in spec.entries_at(&["networks"]) {
        names.extend(network.items_at(&["aliases"]).iter().filter_map(Yaml::text));
    }
    let mut known = BTreeSet::new();
    names.retain(|name| known.insert(*name));
    names
}

/// The services, each behind those that it depends on, else as they are written.
fn in_order(services: &[(String, Yaml)]) -> Vec<(&str, &Yaml)> {
    let mut left: Vec<(&str, &Yaml)> = services
        .iter()
        .map(|(name, spec)| (name.as_str(), spec))
        .collect();
    let mut order: Vec<(&str, &Yaml)> = Vec::new();
    let mut done: BTreeSet<&str> = BTreeSet::new();
    let known: BTreeSet<&str> = left.iter().map(|(name, _)| *name).collect();
    while !left.is_empty() {
        let ready = |(_, spec): &(&str, &Yaml)| {
            needs(spec)
                .iter()
                .all(|needed| done.contains(needed) || !known.contains(needed))
        };
        // Of a circle the first is taken.
        let at = left.iter().position(ready).unwrap_or(0);
        let next = left.remove(at);
        done.insert(next.0);
        order.push(next);
    }
    order
}

/// The services that one depends on.
fn needs(spec: &Yaml) -> Vec<&str> {
    match spec.get("depends_on") {
        Some(Yaml::List(items)) => items.iter().filter_map(Yaml::text).collect(),
        Some(Yaml::Map(entries)) => entries.iter().map(|(name, _)| name.as_str()).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::yaml;

    #[test]
    fn a_service_stands_behind_what_it_needs() {
        let text = "web: {depends_on: [db, cache]}\ncache: {}\ndb: {depends_on: {cache: {condition: x}}}\na: {depends_on: [b]}\nb: {depends_on: [a]}\n";
        let documents = yaml::read(text).unwrap();
        let names: Vec<&str> = in_order(documents[0].root.entries())
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(names, ["cache", "db", "web", "a", "b"]);
    }
}
