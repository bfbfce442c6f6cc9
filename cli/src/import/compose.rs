//! A compose file → an application: each service becomes a node type.
//!
//! Nothing is interpolated from an environment, and no other file is read: neither `.env`, nor what `include`, `extends` or
//! `env_file` name, nor what is mounted.

mod interpolation;
mod ports;
mod service;
mod units;
mod volumes;

use std::collections::BTreeSet;

use super::app::{App, NodeType};
use super::draft::{Draft, Part};
use super::lost::Losses;
use super::name;
use super::yaml::{Document, Yaml};
use interpolation::Variables;

/// The most node types that are made.
const MAX_TYPES: usize = 50;

/// The application of a compose file; `None` where it has no services.
pub(super) fn app(documents: &[Document], losses: &mut Losses) -> Option<App> {
    let found = documents
        .iter()
        .position(|document| document.root.get("services").is_some())?;
    for (index, document) in documents.iter().enumerate() {
        if index != found {
            losses.add(
                format!("line {}", document.line),
                "a compose file is one document",
                "",
            );
        }
    }
    let root = &documents.get(found)?.root;
    top(root, losses);
    let services = in_order(root.entries_at(&["services"]));
    let mut variables = Variables::default();
    let mut node_types: Vec<NodeType> = Vec::new();
    let mut images = Vec::new();
    let mut rootless = true;
    for (index, (service, spec)) in services.iter().enumerate() {
        let title = format!("service {service}");
        if index >= MAX_TYPES || spec.entries().is_empty() {
            let why = if index >= MAX_TYPES {
                "too many services for one operator"
            } else {
                "it says nothing"
            };
            losses.add(title, why, "");
            continue;
        }
        let label = name::label_or(service, "node");
        let label = name::unique(&label, |name| node_types.iter().any(|one| one.name == name));
        let made = service::node_type(root, label, &title, spec, &mut variables, losses);
        rootless &= made.rootless;
        images.push((title, made.image));
        node_types.push(made.node_type);
    }
    if node_types.is_empty() {
        return None;
    }
    let all: Vec<&str> = images
        .iter()
        .filter_map(|(_, image)| image.as_deref())
        .collect();
    let image = super::common(&all).map(str::to_owned);
    for (title, own) in &images {
        if let Some(own) = own.as_ref().filter(|own| image.as_ref() != Some(own)) {
            losses.add(
                format!("{title}, image {own}"),
                "a manifest names the image of most node types",
                "in the custom resource: `k8sConfigGroup[].image`",
            );
        }
    }
    let mut cluster = Vec::new();
    if !rootless {
        cluster.push(super::helm::security(
            "nothing in the source says that it runs without root; without this line pods run under the restricted standard",
        ));
    }
    cluster.extend(variables.parts());
    Some(App {
        name: root.text_at(&["name"]).map(str::to_owned),
        image: image.map(|image| Part::new("image", Draft::text(image)).from("the image")),
        cluster,
        node_types,
        ..App::default()
    })
}

/// Notes what stands beside the services.
fn top(root: &Yaml, losses: &mut Losses) {
    for (key, value) in root.entries() {
        match key.as_str() {
            "services" | "version" | "name" | "configs" => {}
            "volumes" => {
                for (volume, options) in value.entries() {
                    if !options.entries().is_empty() {
                        losses.add(
                            format!("volume {volume}, its options"),
                            "size and class of a claim are said by each custom resource",
                            "`k8sConfigGroup[].storageConfig`",
                        );
                    }
                }
            }
            "networks" => losses.add(
                "networks",
                "pods reach each other without them",
                "`k8sConfigGroup[].networkPolicy` restricts who may",
            ),
            "secrets" => losses.add(
                "secrets",
                "secrets are not read",
                "a field `secretKey` of `cluster.spec`, as the value of a variable",
            ),
            "include" => losses.add("include", "no other file is read", ""),
            _ => losses.add(key.as_str(), "no part of compose that an operator has", ""),
        }
    }
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
