//! What follows from effects that are noted already: in containers that are like the main one, of the keys of lists, and of what
//! names another entry.

use super::{child, workloads};
use crate::check::typer::Typer;
use crate::model::{ChildKind, ChildPath, ExternalShape, NodeType, Scope};

const CONTAINER: &str = "spec.template.spec.containers[0]";

/// What a container that is like the main one has of it, unless it says so itself.
const TAKEN: [&str; 6] = [
    "image",
    "imagePullPolicy",
    "env",
    "envFrom",
    "volumeMounts",
    "securityContext",
];

impl Typer<'_, '_> {
    pub(super) fn derived_effects(&self, node_types: &[NodeType], node_type_word: &str) {
        for node_type in node_types {
            self.of_likes(node_type);
        }
        self.of_keys();
        self.of_counts();
        for node_type in node_types {
            self.of_references(node_type, node_type_word);
        }
    }

    /// What sets the main container sets those that are like it.
    fn of_likes(&self, node_type: &NodeType) {
        let init = node_type.init_containers.iter();
        let init = init.map(|extra| ("initContainers", extra));
        let beside = node_type.sidecars.iter().map(|extra| ("containers", extra));
        for (list, extra) in init.chain(beside) {
            if !extra.like_main {
                continue;
            }
            let own = |field: &str| {
                extra
                    .fields
                    .iter()
                    .any(|known| known.wire.as_str() == field)
            };
            for (field, known) in self.noted() {
                let of_type = known.node_type.as_deref() == Some(node_type.name.as_str());
                let rest = known.path.strip_prefix(CONTAINER);
                let rest = rest.and_then(|rest| rest.strip_prefix('.'));
                let Some(rest) = rest.filter(|_| of_type) else {
                    continue;
                };
                let taken = TAKEN.iter().find(|taken| {
                    let behind = rest.strip_prefix(**taken);
                    behind.is_some_and(|behind| behind.is_empty() || behind.starts_with(['.', '[']))
                });
                // Variables and mounts are added to; all else is said instead.
                let adds = |taken: &str| ["env", "volumeMounts"].contains(&taken);
                if taken.is_some_and(|taken| adds(taken) || !own(taken)) {
                    let path = format!("spec.template.spec.{list}[\"{}\"].{rest}", extra.name);
                    self.effect(&field, ChildPath { path, ..known });
                }
            }
        }
    }

    /// The key of a list decides whose entry it is: it sets what the entry sets.
    fn of_keys(&self) {
        for external in &self.facts.external {
            let ExternalShape::List { key, .. } = &external.shape else {
                continue;
            };
            let at = format!(
                "spec.{}.{}.spec[].",
                self.facts.external_word, external.wire
            );
            for (field, known) in self.noted() {
                if field.starts_with(&at) {
                    self.effect(&format!("{at}{key}"), known);
                }
            }
        }
    }

    /// Pods are called after their node: what counts them names them.
    fn of_counts(&self) {
        let node = |word: &str| format!("spec.{}[].{word}", self.facts.nodes_word);
        for (field, known) in self.noted() {
            if field == node("replicas") && known.path != "spec.replicas" {
                self.effect(&node("name"), known);
            }
        }
    }

    /// What a node has of another type, or of another group, beside what the fields of that one set.
    fn of_references(&self, node_type: &NodeType, node_type_word: &str) {
        let facts = self.facts;
        let node = |word: &str| format!("spec.{}[].{word}", facts.nodes_word);
        let ty = node(node_type_word);
        let group = node(&facts.config_word);
        let mut kinds = vec![ChildKind::ConfigMap, ChildKind::Service];
        kinds.extend(workloads(node_type));
        for kind in kinds {
            let is_workload = workloads(node_type).any(|known| known == kind);
            let there = match kind {
                ChildKind::ConfigMap => {
                    !node_type.files.is_empty() || !node_type.config_maps.is_empty()
                }
                ChildKind::Service => {
                    let services = &node_type.services;
                    services.main.is_some() || services.headless.is_some()
                }
                _ => true,
            };
            if !there {
                continue;
            }
            let whole = match kind {
                ChildKind::ConfigMap => "data",
                ChildKind::Service => "spec",
                _ => "spec.template",
            };
            let restarts = is_workload || kind == ChildKind::ConfigMap;
            self.effect(&ty, child(node_type, kind, whole, restarts));
            self.effect(&ty, child(node_type, kind, "metadata.labels", false));
        }
        let mut files = node_type.files.iter();
        let shared = files.any(|file| file.scope == Scope::ConfigGroup)
            || node_type
                .config_maps
                .iter()
                .any(|map| map.object_name.is_some());
        if shared {
            // Its files are in another config map then.
            for kind in workloads(node_type) {
                for (path, restarts) in [
                    ("spec.template.spec.volumes".to_owned(), true),
                    (format!("{CONTAINER}.volumeMounts"), true),
                    (format!("{CONTAINER}.envFrom"), true),
                ] {
                    self.effect(&group, child(node_type, kind, &path, restarts));
                }
            }
            let labels = child(node_type, ChildKind::ConfigMap, "metadata.labels", false);
            self.effect(&group, labels);
        }
    }
}
