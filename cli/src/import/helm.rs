//! A stream of Kubernetes objects → an application: what `helm template` prints.
//!
//! Workloads become node types; what stands around them becomes theirs, or is noted with the place that it belongs to.

mod around;
mod container;
mod env;
mod files;
mod maps;
mod meta;
mod naming;
mod ports;
mod rights;
mod services;
mod source;
mod storage;
mod volume;
mod workload;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use super::app::{App, NodeType};
use super::draft::{Draft, Part};
use super::lost::{Losses, Weight};
use super::yaml::Document;
use world::{Object, World};

/// The most node types that are made.
const MAX_TYPES: usize = 50;

/// The application of a stream; `None` where it has no workload.
pub(super) fn app(documents: &[Document], losses: &mut Losses) -> Option<App> {
    let objects = objects(documents, losses);
    let is_workload = |object: &&Object<'_>| ["StatefulSet", "Deployment"].contains(&object.kind);
    let workloads: Vec<Object<'_>> = objects.iter().filter(is_workload).copied().collect();
    for object in workloads.iter().skip(MAX_TYPES) {
        losses.add(
            Weight::LeftOut,
            object.title(),
            "too many workloads for one operator",
            "",
        );
    }
    let app_name = naming::app(&workloads, &objects);
    let named = workloads.iter().take(MAX_TYPES).copied();
    let named = named.zip(naming::types(&workloads, &objects, app_name.as_deref()));
    let named: Vec<(Object<'_>, String)> = named.collect();
    let mut world = World {
        workload: None,
        hosts: world::hosts(&objects, &named),
        objects,
        used: BTreeSet::new(),
        used_keys: BTreeSet::new(),
        claims: BTreeMap::new(),
        secrets: BTreeMap::new(),
    };
    let mut node_types: Vec<NodeType> = Vec::new();
    let mut rootless = true;
    for (object, name) in named {
        world.workload = Some(object);
        if let Some(made) = workload::node_type(object, name, &mut world, losses) {
            rootless &= made.rootless;
            node_types.push(made.node_type);
        }
    }
    storage::shared(&world, losses);
    around::note(&world, losses);
    if node_types.is_empty() {
        return None;
    }
    let mut cluster = Vec::new();
    if !rootless {
        cluster.push(security(
            "nothing in the source says that it runs without root; without this line pods run under the restricted standard",
        ));
    }
    cluster.extend(world.fields());
    Some(App {
        name: app_name,
        cluster,
        node_types,
        ..App::default()
    })
}

/// `cluster.security` for containers that may need root.
pub(super) fn security(why: &str) -> Part {
    Part::new(
        "security",
        Draft::map([Part::new("profile", Draft::text("app"))]),
    )
    .comment(why)
}

/// The objects of the documents, those of lists among them.
fn objects<'y>(documents: &'y [Document], losses: &mut Losses) -> Vec<Object<'y>> {
    let mut objects = Vec::new();
    for document in documents {
        let roots = match document.root.text_at(&["kind"]) {
            Some("List") => document.root.items_at(&["items"]),
            _ => std::slice::from_ref(&document.root),
        };
        for root in roots {
            let Some(kind) = root.text_at(&["kind"]) else {
                losses.add(
                    Weight::LeftOut,
                    format!("the document at line {}", document.line),
                    "no Kubernetes object: it has no kind",
                    "",
                );
                continue;
            };
            let name = root
                .text_at(&["metadata", "name"])
                .unwrap_or("without a name");
            let object = Object {
                kind,
                name,
                namespace: root.text_at(&["metadata", "namespace"]).unwrap_or(""),
                doubled: false,
                root,
            };
            let annotations = root.entries_at(&["metadata", "annotations"]);
            if annotations.iter().any(|(key, _)| key == "helm.sh/hook") {
                losses.add(
                    Weight::LeftOut,
                    object.title(),
                    "a hook of Helm, which nobody runs here, so what it did is not done",
                    "what must happen around an upgrade can be a hook of the node type: `dsoi explain cluster.nodeTypes.T.hooks`",
                );
                continue;
            }
            objects.push(object);
        }
    }
    once(objects, losses)
}

/// Each object once: of several of one kind and name in one namespace the last counts, as in a cluster.
fn once<'y>(objects: Vec<Object<'y>>, losses: &mut Losses) -> Vec<Object<'y>> {
    let group = |object: &Object<'y>| {
        let version = object.root.text_at(&["apiVersion"]).unwrap_or_default();
        version
            .split_once('/')
            .map_or("", |(group, _)| group)
            .to_owned()
    };
    let is_named = |object: &Object<'_>| object.root.at(&["metadata", "name"]).is_some();
    let mut places: BTreeMap<(String, &str, &str), BTreeMap<&str, usize>> = BTreeMap::new();
    for (index, object) in objects.iter().enumerate().filter(|(_, one)| is_named(one)) {
        let named = places.entry((group(object), object.kind, object.name));
        named.or_default().insert(object.namespace, index);
    }
    let mut kept = Vec::new();
    for (index, mut object) in objects.into_iter().enumerate() {
        if let Some(named) = places.get(&(group(&object), object.kind, object.name)) {
            object.doubled = named.len() > 1;
            if is_named(&object) && named.get(object.namespace) != Some(&index) {
                losses.add(
                    Weight::LeftOut,
                    format!("{}, which stands there more than once", object.title()),
                    "of one kind and name a namespace has one object: the last of them counts, and what the others say is gone",
                    "",
                );
                continue;
            }
        }
        kept.push(object);
    }
    kept
}
