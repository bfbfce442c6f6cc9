//! The k8s config group: what Kubernetes is told about a node's pods (DS-12, DS-18, DS-35).

use std::collections::BTreeMap;

use k8s_openapi::api::apps::v1::StatefulSetPersistentVolumeClaimRetentionPolicy;
use k8s_openapi::api::core::v1::{
    Affinity, Container, ContainerPort, EnvFromSource, EnvVar, Lifecycle, LocalObjectReference,
    PodDNSConfig, PodSecurityContext, Probe, ResourceRequirements, SecurityContext, ServiceSpec,
    Toleration, TopologySpreadConstraint, Volume, VolumeMount,
};
use k8s_openapi::api::networking::v1::{IngressSpec, NetworkPolicySpec};
use k8s_openapi::api::policy::v1::PodDisruptionBudgetSpec;

use super::common::Below;
use super::{AutoscalerSpec, NamedService, PodMetadata, StorageConfig, UpdateStrategy};

/// Every field that a k8s config group may have, borrowed from the one that a CRD has.
///
/// A field that is set replaces what the manifest says about it, whole; `env` alone is merged by
/// name.
#[derive(Clone, Copy, Debug, Default)]
pub struct K8sConfigGroup<'a> {
    pub name: &'a str,
    pub image: Option<&'a str>,
    pub image_pull_policy: Option<&'a str>,
    pub image_pull_secrets: Option<&'a [LocalObjectReference]>,
    pub command: Option<&'a [String]>,
    pub args: Option<&'a [String]>,
    pub env: Option<&'a [EnvVar]>,
    pub env_from: Option<&'a [EnvFromSource]>,
    pub ports: Option<&'a [ContainerPort]>,
    pub resources: Option<&'a ResourceRequirements>,
    pub liveness_probe: Option<&'a Probe>,
    pub readiness_probe: Option<&'a Probe>,
    pub startup_probe: Option<&'a Probe>,
    pub lifecycle: Option<&'a Lifecycle>,
    pub security_context: Option<&'a SecurityContext>,
    pub pod_security_context: Option<&'a PodSecurityContext>,
    pub service_account_name: Option<&'a str>,
    pub node_selector: Option<&'a BTreeMap<String, String>>,
    pub affinity: Option<&'a Affinity>,
    pub tolerations: Option<&'a [Toleration]>,
    pub topology_spread_constraints: Option<&'a [TopologySpreadConstraint]>,
    pub priority_class_name: Option<&'a str>,
    pub termination_grace_period_seconds: Option<i64>,
    pub additional_containers: Option<&'a [Container]>,
    pub init_containers: Option<&'a [Container]>,
    pub volumes: Option<&'a [Volume]>,
    pub volume_mount: Option<&'a [VolumeMount]>,
    pub storage_config: Option<&'a [StorageConfig]>,
    /// What becomes of claims: `Retain` or `Delete`, when the workload goes and when it shrinks. A claim
    /// that stands alone goes with the custom resource where `whenDeleted` says so.
    pub persistent_volume_claim_retention_policy:
        Option<&'a StatefulSetPersistentVolumeClaimRetentionPolicy>,
    pub pod_metadata: Option<&'a PodMetadata>,
    pub service: Option<&'a ServiceSpec>,
    pub network_policy: Option<&'a NetworkPolicySpec>,
    pub services: Option<&'a [NamedService]>,
    pub pod_disruption_budget: Option<&'a PodDisruptionBudgetSpec>,
    pub horizontal_pod_autoscaler: Option<&'a AutoscalerSpec>,
    pub ingress: Option<&'a IngressSpec>,
    pub ingress_annotations: Option<&'a BTreeMap<String, String>>,
    pub update_strategy: Option<&'a UpdateStrategy>,
    pub pod_management_policy: Option<&'a str>,
    pub dns_policy: Option<&'a str>,
    pub dns_config: Option<&'a PodDNSConfig>,
    pub workload_annotations: Option<&'a BTreeMap<String, String>>,
    /// What the lists and maps above extend.
    #[doc(hidden)]
    pub below: Below<'a>,
}

impl<'a> K8sConfigGroup<'a> {
    /// The volumes that the group asks for.
    pub fn storage(&self) -> &'a [StorageConfig] {
        self.storage_config.unwrap_or_default()
    }

    /// What the group says about claims when their workload goes, and when it shrinks.
    pub(crate) fn retention(&self) -> (Option<&'a str>, Option<&'a str>) {
        let policy = self.persistent_volume_claim_retention_policy;
        (
            policy.and_then(|policy| policy.when_deleted.as_deref()),
            policy.and_then(|policy| policy.when_scaled.as_deref()),
        )
    }
}

/// A CRD's own k8s config group: gives the fields that it has.
pub trait K8sConfigGroupFields {
    fn group(&self) -> K8sConfigGroup<'_>;
}
