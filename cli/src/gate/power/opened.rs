//! Fields by which whoever writes custom resources decides what pods may do (SE-28), and which of them are new.
//!
//! In: the models of before and of now. Out: the paths of such fields that were not there. Who may write a custom resource may
//! often not create pods, so that each such field is a right of theirs, and the author of the operator is the one to grant it.

use crate::model::{Cluster, K8sField};

/// A field that is new, and what is decided by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    pub path: String,
    /// Completes "whoever may write custom resources says by it …".
    pub decides: &'static str,
}

/// THE table: what a field of a k8s config group lets its writer decide, if that is power over pods, their data or those who
/// reach them. Where pods run, how many there are, and how they are replaced is none.
fn decides(field: K8sField) -> Option<&'static str> {
    match field {
        K8sField::Image | K8sField::Command | K8sField::Args => Some("which program runs in pods"),
        K8sField::AdditionalContainers | K8sField::InitContainers => {
            Some("which programs run beside it")
        }
        // Each of them can be a command.
        K8sField::Lifecycle
        | K8sField::LivenessProbe
        | K8sField::ReadinessProbe
        | K8sField::StartupProbe => Some("what is run in containers, or asked by the kubelet"),
        K8sField::SecurityContext | K8sField::PodSecurityContext => {
            Some("what pods may do on their node")
        }
        K8sField::ServiceAccountName => Some("which rights pods have in the cluster"),
        K8sField::Env | K8sField::EnvFrom => Some("which Secrets pods read"),
        K8sField::Volumes => Some("which Secrets and which of the node's files pods read"),
        K8sField::StorageConfig => Some("which volumes and whose data pods are given"),
        // `hostPort`.
        K8sField::Ports => Some("which ports of their node pods take"),
        K8sField::Service | K8sField::Services | K8sField::Ingress => {
            Some("who reaches pods, and under which addresses")
        }
        K8sField::IngressAnnotations => Some("what the proxy in front of pods is told"),
        K8sField::NetworkPolicy => Some("who reaches pods, and whom they reach"),
        // Labels put a pod behind other Services and policies; annotations speak to meshes and admission.
        K8sField::PodMetadata => Some("what others in the cluster take pods for"),
        K8sField::DnsConfig => Some("whom pods ask for addresses"),
        K8sField::PriorityClassName => Some("which other pods give way to them"),
        K8sField::ImagePullPolicy
        | K8sField::ImagePullSecrets
        | K8sField::Resources
        | K8sField::NodeSelector
        | K8sField::Affinity
        | K8sField::Tolerations
        | K8sField::TopologySpreadConstraints
        | K8sField::TerminationGracePeriodSeconds
        | K8sField::VolumeMount
        | K8sField::ClaimRetention
        | K8sField::PodDisruptionBudget
        | K8sField::HorizontalPodAutoscaler
        | K8sField::UpdateStrategy
        | K8sField::PodManagementPolicy
        | K8sField::DnsPolicy
        | K8sField::WorkloadAnnotations => None,
    }
}

/// The fields by which a custom resource decides more from now on.
pub(in crate::gate) fn opened(old: Option<&Cluster>, new: &Cluster) -> Vec<Opened> {
    let groups = [Some(&new.spelling.k8s_config_group)]
        .into_iter()
        .chain([new.common.k8s.as_ref()]);
    let groups: Vec<String> = groups
        .zip(["[]", ""])
        .filter_map(|(word, items)| Some(format!("spec.{}{items}", word?.wire)))
        .collect();
    let is_new = |field: K8sField| old.is_none_or(|old| old.k8s_group.field(field).is_none());
    let mut found = Vec::new();
    for field in K8sField::ALL.iter().copied().filter(|one| is_new(*one)) {
        let (Some(decides), Some(known)) = (decides(field), new.k8s_group.field(field)) else {
            continue;
        };
        found.extend(groups.iter().map(|group| Opened {
            path: format!("{group}.{}", known.wire),
            decides,
        }));
    }
    found
}
