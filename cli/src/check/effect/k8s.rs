//! What the fields of the k8s config group set.

use super::{child, workload, workloads};
use crate::check::names::uses;
use crate::check::typer::Typer;
use crate::model::{
    ChildKind, K8sField, NameTemplate, Names, NodeType, Root, StorageMode, WorkloadKind,
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
    /// Notes what the fields of the k8s config group set in the children of a node type.
    pub(super) fn k8s_effects(&self, node_type: &NodeType, names: &Names) {
        for field in &self.facts.k8s_group.fields {
            let at = format!("spec.{}[].{}", self.facts.k8s_word, field.wire);
            match field.field {
                K8sField::StorageConfig => self.storage_effects(node_type, names, &at),
                K8sField::UpdateStrategy => self.strategy_effects(node_type, &at),
                known => self.placed(node_type, known, &at),
            }
            self.set_beside(node_type, field.field, &at);
        }
    }

    fn placed(&self, node_type: &NodeType, field: K8sField, at: &str) {
        match place(field) {
            // Only one kind of workload makes claims.
            (RETENTION, Part::Child(kind)) if workloads(node_type).all(|known| known != kind) => {}
            (path, Part::Child(kind)) => self.effect(at, child(node_type, kind, path, false)),
            (path, part) => {
                for kind in workloads(node_type) {
                    // A Deployment starts and stops its pods as it likes.
                    if kind != ChildKind::Deployment || path != "spec.podManagementPolicy" {
                        let restarts = matches!(part, Part::Pod);
                        self.effect(at, child(node_type, kind, path, restarts));
                    }
                }
            }
        }
    }

    /// What a field sets beside the place that is its own.
    fn set_beside(&self, node_type: &NodeType, field: K8sField, at: &str) {
        let modes = &node_type.rules.storage;
        let alone = [modes.stateful_set, modes.deployment].contains(&StorageMode::Claim);
        match field {
            K8sField::ClaimRetention if alone => {
                let owners = "metadata.ownerReferences";
                let kind = ChildKind::PersistentVolumeClaim;
                self.effect(at, child(node_type, kind, owners, false));
            }
            // Where there is one, the number of pods is its business.
            K8sField::HorizontalPodAutoscaler => {
                for kind in workloads(node_type) {
                    self.effect(at, child(node_type, kind, "spec.replicas", false));
                }
            }
            K8sField::Ports if node_type.services.headless.is_some() => {
                let kind = ChildKind::Service;
                self.effect(at, child(node_type, kind, "spec.ports", false));
            }
            // A privileged container cannot be one that must not get more rights.
            K8sField::SecurityContext => {
                let context = "spec.template.spec.containers[0].securityContext";
                for kind in workloads(node_type) {
                    for word in ["privileged", "allowPrivilegeEscalation"] {
                        let path = format!("{context}.{word}");
                        let place = child(node_type, kind, &path, true);
                        self.effect(&format!("{at}.privileged"), place);
                    }
                }
            }
            _ => {}
        }
    }

    /// Each part of a storage entry has places of its own.
    fn storage_effects(&self, node_type: &NodeType, names: &Names, at: &str) {
        let mounts = "spec.template.spec.containers[0].volumeMounts";
        // A manifest may name claims without their entries, as there is only one of them then.
        let says = |name: &Option<NameTemplate>| {
            name.as_ref()
                .is_none_or(|name| uses(&name.0, &Root::StorageName))
        };
        for known in &node_type.rules.kinds {
            let kind = workload(*known);
            let note = |fields: &[&str], kind, path, restarts| {
                for field in fields {
                    let child = child(node_type, kind, path, restarts);
                    self.effect(&format!("{at}{field}"), child);
                }
            };
            match node_type.rules.storage.of(*known) {
                StorageMode::Refuse => continue,
                StorageMode::Template => {
                    note(&["", "[].spec"], kind, "spec.volumeClaimTemplates", false);
                    if says(&names.claim_template) {
                        note(&["[].name"], kind, "spec.volumeClaimTemplates", false);
                        note(&["[].name"], kind, mounts, true);
                    }
                }
                StorageMode::Claim => {
                    let claim = ChildKind::PersistentVolumeClaim;
                    note(&["", "[].name"], kind, "spec.template.spec.volumes", true);
                    note(&["", "[].spec"], claim, "spec", false);
                    note(&["[].name"], kind, mounts, true);
                    if says(&names.claim) {
                        note(&["[].name"], claim, "metadata.name", false);
                    }
                }
            }
            note(&["", "[].mountPath"], kind, mounts, true);
        }
    }

    /// A strategy says of one kind of workload what the other does not know.
    fn strategy_effects(&self, node_type: &NodeType, at: &str) {
        for known in &node_type.rules.kinds {
            let (path, own) = match known {
                WorkloadKind::StatefulSet => ("spec.updateStrategy", "partition"),
                WorkloadKind::Deployment => ("spec.strategy", "maxSurge"),
            };
            for field in [
                String::new(),
                ".type".to_owned(),
                format!(".rollingUpdate.{own}"),
            ] {
                let place = child(node_type, workload(*known), path, false);
                self.effect(&format!("{at}{field}"), place);
            }
        }
    }
}
