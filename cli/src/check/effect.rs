//! The part of the D8 map that no expression shows: Dsoi's own fields, those of the k8s config group, and what follows from
//! what is noted already.

mod derived;
mod k8s;

use super::typer::Typer;
use crate::manifest::{self as ast};
use crate::model::{
    ChildKind, ChildPath, Effect, Field, Names, NodeType, Scope, Type, WorkloadKind,
};

/// The kinds of workload that a node type can have.
fn workloads(node_type: &NodeType) -> impl Iterator<Item = ChildKind> {
    node_type.rules.kinds.iter().map(|kind| workload(*kind))
}

fn workload(kind: WorkloadKind) -> ChildKind {
    match kind {
        WorkloadKind::StatefulSet => ChildKind::StatefulSet,
        WorkloadKind::Deployment => ChildKind::Deployment,
    }
}

/// A place in a child of the node type.
fn child(node_type: &NodeType, kind: ChildKind, path: &str, restarts: bool) -> ChildPath {
    ChildPath {
        node_type: Some(node_type.name.to_string()),
        from: None,
        kind,
        path: path.to_owned(),
        restarts,
    }
}

impl Typer<'_, '_> {
    /// Notes whose names are in those of children that the manifest does not name.
    fn default_names(&self, node_type: &NodeType, workloads: &[ChildKind]) {
        let facts = self.facts;
        let names = &facts.manifest.cluster.names;
        let note = |field: &str, kind| {
            let child = ChildPath {
                node_type: Some(node_type.name.to_string()),
                from: None,
                kind,
                path: "metadata.name".to_owned(),
                restarts: true,
            };
            self.effect(field, child);
        };
        let (cr, node) = ("metadata.name", format!("spec.{}[].name", facts.nodes_word));
        if names.workload.is_none() {
            for kind in workloads {
                note(cr, *kind);
                note(&node, *kind);
            }
        }
        let services = &node_type.services;
        if services.headless.is_some() || (names.service.is_none() && services.main.is_some()) {
            note(cr, ChildKind::Service);
            note(&node, ChildKind::Service);
        }
        if names.config_map.is_none() {
            let group = format!("spec.{}[].name", facts.config_word);
            let files = node_type.files.iter();
            let unnamed = files.filter(|file| file.config_map_name.is_none());
            for file in unnamed {
                note(cr, ChildKind::ConfigMap);
                match file.scope {
                    Scope::Node => note(&node, ChildKind::ConfigMap),
                    Scope::ConfigGroup => note(&group, ChildKind::ConfigMap),
                    Scope::Cluster => {}
                }
            }
        }
    }

    /// Notes what the fields that every custom resource has set; last, as some follow from what was noted before.
    pub(super) fn standing_effects(
        &self,
        node_types: &[NodeType],
        names: &Names,
        node_type_word: &str,
    ) {
        let node = |word: &str| format!("spec.{}[].{word}", self.facts.nodes_word);
        for node_type in node_types {
            let kinds: Vec<ChildKind> = workloads(node_type).collect();
            for kind in &kinds {
                let replicas = child(node_type, *kind, "spec.replicas", false);
                self.effect(&node("replicas"), replicas.clone());
                self.effect("spec.stopped", replicas);
                // The only kind that a node can have never changes.
                if kinds.len() > 1 {
                    self.effect(&node("kind"), child(node_type, *kind, "kind", true));
                }
            }
            // It comes and goes with the StatefulSet that it names the pods of.
            if kinds.len() > 1 && node_type.services.headless.is_some() {
                let service = child(node_type, ChildKind::Service, "spec", false);
                self.effect(&node("kind"), service);
            }
            self.default_names(node_type, &kinds);
            self.k8s_effects(node_type, names);
        }
        self.derived_effects(node_types, node_type_word);
    }
}

/// A field that the manifest declares and nothing uses: its path in the custom resource, and where it is declared.
pub(super) struct Unused {
    pub(super) path: String,
    pub(super) span: ast::Span,
}

/// Declared fields that set nothing.
pub(super) fn unused(typer: &Typer<'_, '_>, effects: &[Effect]) -> Vec<Unused> {
    let facts = typer.facts;
    let cluster = &facts.manifest.cluster;
    let mut list = Vec::new();
    let served = typer.served();
    let used = |path: &str| {
        let known = effects.iter().map(|effect| effect.field.as_str());
        known.chain(served.iter().map(String::as_str)).any(|known| {
            let below = |long: &str, short: &str| {
                long.strip_prefix(short)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            };
            // A dependency itself is only asked for, never inserted whole.
            let whole = facts
                .external
                .iter()
                .all(|external| known != format!("spec.{}.{}", facts.external_word, external.wire));
            below(known, path) || (whole && below(path, known))
        })
    };
    let groups = [
        ("spec".to_owned(), &facts.spec, &cluster.spec),
        (
            format!("spec.{}[]", facts.config_word),
            &facts.config,
            &cluster.app_config_group.fields,
        ),
        (
            format!("spec.{}[]", facts.nodes_word),
            &facts.node,
            &cluster.node,
        ),
    ];
    for (at, fields, written) in groups {
        leaves(&at, fields, written, &mut |path, span| {
            if !used(&path) {
                list.push(Unused { path, span });
            }
        });
    }
    for written in &cluster.external {
        let at = format!("spec.{}.{}.spec", facts.external_word, written.name.value);
        let at = if written.list_key.is_some() {
            format!("{at}[]")
        } else {
            at
        };
        for field in written
            .fields
            .iter()
            .chain(written.one_of.iter().flat_map(|variant| &variant.fields))
        {
            let path = format!("{at}.{}", field.name.value);
            // The key of a list finds its items.
            if !used(&path)
                && written
                    .list_key
                    .as_ref()
                    .is_none_or(|key| key.value != field.name.value)
            {
                list.push(Unused {
                    path,
                    span: field.name.span,
                });
            }
        }
    }
    list
}

fn leaves(
    at: &str,
    fields: &[Field],
    written: &[ast::Field],
    visit: &mut dyn FnMut(String, ast::Span),
) {
    for field in fields {
        let Some(declared) = written
            .iter()
            .find(|known| known.name.value == field.wire.as_str())
        else {
            continue;
        };
        let path = format!("{at}.{}", field.wire);
        match (&field.ty, &declared.kind.value) {
            (Type::Struct(of), ast::Kind::Object(inner)) => leaves(&path, &of.fields, inner, visit),
            _ => visit(path, declared.name.span),
        }
    }
}
