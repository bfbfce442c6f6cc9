//! Node types: rules, services, storage, and everything that is built for a node.

mod names;
mod rules;
mod service;
mod storage;

use std::collections::BTreeSet;

pub(super) use self::names::{PRELUDE, distinct_names};
pub(super) use self::rules::kinds;
pub(super) use self::service::services;
use super::container;
use super::facts::TypeFacts;
use super::ident;
use super::place::Owned;
use super::scope::{Place, Reach, Scope};
use super::typer::Typer;
use crate::manifest as ast;
use crate::model::{ChildKind, Hook, NodeType, NodeTypeName, WorkloadKind};

/// Fields of a pod that are set elsewhere.
const POD_OWNED: Owned = &[("ephemeralContainers", "they are added to running pods only")];

/// Fields of a workload that are set elsewhere.
const WORKLOAD_OWNED: Owned = &[
    (
        "selector",
        "the operator selects by labels of its own, which never change",
    ),
    (
        "template",
        "describe the pod with `pod` and the container's keys",
    ),
    (
        "replicas",
        "the custom resource says how many; bound it with `replicas: {min, max}`",
    ),
    ("serviceName", "say which service governs with `services`"),
    (
        "volumeClaimTemplates",
        "the custom resource brings `storageConfig`; say what becomes of it with `storage`",
    ),
];

/// The hooks of a node type, each once.
fn hooks(written: &ast::NodeType) -> Vec<Hook> {
    let hooks: BTreeSet<Hook> = written
        .hooks
        .iter()
        .flatten()
        .map(|hook| match hook.value {
            ast::Hook::Validate => Hook::Validate,
            ast::Hook::Mutate => Hook::Mutate,
            ast::Hook::Ready => Hook::Ready,
            ast::Hook::BeforeUpgrade => Hook::BeforeUpgrade,
            ast::Hook::AfterUpgrade => Hook::AfterUpgrade,
        })
        .collect();
    hooks.into_iter().collect()
}

/// The surroundings of a node type's own expressions.
fn node_scope(known: &TypeFacts) -> Scope<'_> {
    Scope::new(Reach::Node, Place::Kubernetes, Some(known))
}

impl Typer<'_, '_> {
    /// Everything of a node type.
    pub(super) fn node_type(&self, known: &TypeFacts) -> Option<NodeType> {
        let written = &known.written;
        let scope = node_scope(known);
        let workloads: Vec<ChildKind> = known
            .kinds
            .iter()
            .map(|kind| match kind {
                WorkloadKind::StatefulSet => ChildKind::StatefulSet,
                WorkloadKind::Deployment => ChildKind::Deployment,
            })
            .collect();
        let rules = self.rules(known);
        let container = self.container(&scope);
        let [init_containers, sidecars] = self.beside(&scope, &container);
        let pod = written.pod.as_ref().map(container::without_containers);
        let pod = pod.as_ref().and_then(|pod| {
            let scope = scope.clone().to(&workloads, "spec.template.spec", true);
            self.k8s_fields(&scope, &["PodSpec"], POD_OWNED, pod)
        });
        let types: Vec<&str> = known
            .kinds
            .iter()
            .map(|kind| match kind {
                WorkloadKind::StatefulSet => "StatefulSetSpec",
                WorkloadKind::Deployment => "DeploymentSpec",
            })
            .collect();
        let workload = self.workload_written(known).and_then(|workload| {
            let scope = scope.clone().to(&workloads, "spec", false);
            self.k8s_fields(&scope, &types, WORKLOAD_OWNED, &workload)
        });
        Some(NodeType {
            ident: ident::module(known.name.as_str())?,
            type_ident: self.type_ident(known)?,
            name: known.name.clone(),
            aliases: known.aliases.clone(),
            type_name: known.type_name.clone(),
            like: written
                .like
                .as_ref()
                .and_then(|like| NodeTypeName::new(like.value.as_str()).ok()),
            doc: None,
            rules,
            container,
            init_containers,
            sidecars,
            pod: pod.unwrap_or_default(),
            workload: workload.unwrap_or_default(),
            files: self.files(known),
            config_maps: self.config_maps(&written.config_maps, Some(known)),
            services: self.services(known),
            hooks: hooks(written),
        })
    }
}
