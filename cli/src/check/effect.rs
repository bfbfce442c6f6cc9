//! The part of the D8 map that no expression shows: Dsoi's own fields, and those of the k8s config group.

use super::typer::Typer;
use crate::manifest::{self as ast};
use crate::model::{
    ChildKind, ChildPath, Effect, Field, K8sField, NodeType, Scope, StorageMode, Type, WorkloadKind,
};

const RETENTION: &str = "spec.persistentVolumeClaimRetentionPolicy";

/// What a field of the k8s config group is a part of.
#[derive(Clone, Copy)]
enum Part {
    Pod,
    Workload,
    Child(ChildKind),
}

/// Where a field of the k8s config group ends up in a workload, or in another child.
fn place(field: K8sField) -> (&'static str, Part) {
    let container = |path| (path, Part::Pod);
    match field {
        K8sField::Image => container("spec.template.spec.containers[0].image"),
        K8sField::ImagePullPolicy => container("spec.template.spec.containers[0].imagePullPolicy"),
        K8sField::ImagePullSecrets => container("spec.template.spec.imagePullSecrets"),
        K8sField::Command => container("spec.template.spec.containers[0].command"),
        K8sField::Args => container("spec.template.spec.containers[0].args"),
        K8sField::Env => container("spec.template.spec.containers[0].env"),
        K8sField::EnvFrom => container("spec.template.spec.containers[0].envFrom"),
        K8sField::Ports => container("spec.template.spec.containers[0].ports"),
        K8sField::Resources => container("spec.template.spec.containers[0].resources"),
        K8sField::LivenessProbe => container("spec.template.spec.containers[0].livenessProbe"),
        K8sField::ReadinessProbe => container("spec.template.spec.containers[0].readinessProbe"),
        K8sField::StartupProbe => container("spec.template.spec.containers[0].startupProbe"),
        K8sField::Lifecycle => container("spec.template.spec.containers[0].lifecycle"),
        K8sField::SecurityContext => container("spec.template.spec.containers[0].securityContext"),
        K8sField::PodSecurityContext => container("spec.template.spec.securityContext"),
        K8sField::ServiceAccountName => container("spec.template.spec.serviceAccountName"),
        K8sField::NodeSelector => container("spec.template.spec.nodeSelector"),
        K8sField::Affinity => container("spec.template.spec.affinity"),
        K8sField::Tolerations => container("spec.template.spec.tolerations"),
        K8sField::TopologySpreadConstraints => {
            container("spec.template.spec.topologySpreadConstraints")
        }
        K8sField::PriorityClassName => container("spec.template.spec.priorityClassName"),
        K8sField::TerminationGracePeriodSeconds => {
            container("spec.template.spec.terminationGracePeriodSeconds")
        }
        K8sField::AdditionalContainers => container("spec.template.spec.containers"),
        K8sField::InitContainers => container("spec.template.spec.initContainers"),
        K8sField::Volumes => container("spec.template.spec.volumes"),
        K8sField::VolumeMount | K8sField::StorageConfig => {
            container("spec.template.spec.containers[0].volumeMounts")
        }
        K8sField::ClaimRetention => (RETENTION, Part::Child(ChildKind::StatefulSet)),
        K8sField::PodMetadata => container("spec.template.metadata"),
        K8sField::DnsPolicy => container("spec.template.spec.dnsPolicy"),
        K8sField::DnsConfig => container("spec.template.spec.dnsConfig"),
        K8sField::UpdateStrategy => ("spec.updateStrategy", Part::Workload),
        K8sField::PodManagementPolicy => ("spec.podManagementPolicy", Part::Workload),
        K8sField::WorkloadAnnotations => ("metadata.annotations", Part::Workload),
        K8sField::Service | K8sField::Services => ("spec", Part::Child(ChildKind::Service)),
        K8sField::NetworkPolicy => ("spec", Part::Child(ChildKind::NetworkPolicy)),
        K8sField::PodDisruptionBudget => ("spec", Part::Child(ChildKind::PodDisruptionBudget)),
        K8sField::HorizontalPodAutoscaler => {
            ("spec", Part::Child(ChildKind::HorizontalPodAutoscaler))
        }
        K8sField::Ingress => ("spec", Part::Child(ChildKind::Ingress)),
        K8sField::IngressAnnotations => ("metadata.annotations", Part::Child(ChildKind::Ingress)),
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

    /// Notes what the fields that every custom resource has set.
    pub(super) fn standing_effects(&self, node_types: &[NodeType]) {
        for node_type in node_types {
            let child = |kind, path: &str, restarts| ChildPath {
                node_type: Some(node_type.name.to_string()),
                from: None,
                kind,
                path: path.to_owned(),
                restarts,
            };
            let workloads = || {
                node_type.rules.kinds.iter().map(|kind| match kind {
                    WorkloadKind::StatefulSet => ChildKind::StatefulSet,
                    WorkloadKind::Deployment => ChildKind::Deployment,
                })
            };
            for kind in workloads() {
                self.effect(
                    &format!("spec.{}[].replicas", self.facts.nodes_word),
                    child(kind, "spec.replicas", false),
                );
                self.effect("spec.stopped", child(kind, "spec.replicas", false));
                self.effect(
                    &format!("spec.{}[].kind", self.facts.nodes_word),
                    child(kind, "kind", true),
                );
            }
            self.default_names(node_type, &workloads().collect::<Vec<_>>());
            for field in &self.facts.k8s_group.fields {
                let at = format!("spec.{}[].{}", self.facts.k8s_word, field.wire);
                match place(field.field) {
                    // Only one kind of workload makes claims.
                    (RETENTION, Part::Child(kind)) if workloads().all(|known| known != kind) => {}
                    (path, Part::Child(kind)) => self.effect(&at, child(kind, path, false)),
                    (path, part) => {
                        let restarts = matches!(part, Part::Pod);
                        for kind in workloads() {
                            let path = match (kind, path) {
                                (ChildKind::Deployment, "spec.updateStrategy") => "spec.strategy",
                                (ChildKind::Deployment, "spec.podManagementPolicy") => continue,
                                (_, path) => path,
                            };
                            self.effect(&at, child(kind, path, restarts));
                        }
                    }
                }
                let modes = &node_type.rules.storage;
                let alone = [modes.stateful_set, modes.deployment].contains(&StorageMode::Claim);
                if field.field == K8sField::ClaimRetention && alone {
                    let owner = child(
                        ChildKind::PersistentVolumeClaim,
                        "metadata.ownerReferences",
                        false,
                    );
                    self.effect(&at, owner);
                }
                if field.field == K8sField::StorageConfig {
                    if alone {
                        self.effect(&at, child(ChildKind::PersistentVolumeClaim, "spec", false));
                    }
                    if modes.stateful_set == StorageMode::Template {
                        self.effect(
                            &at,
                            child(ChildKind::StatefulSet, "spec.volumeClaimTemplates", false),
                        );
                    }
                }
            }
        }
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
