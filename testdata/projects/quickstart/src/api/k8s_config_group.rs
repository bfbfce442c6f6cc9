//! What Kubernetes is told about a node's pods.

use std::collections::BTreeMap;

use dsoi_runtime::k8s_openapi::api::apps::v1::StatefulSetPersistentVolumeClaimRetentionPolicy;
use dsoi_runtime::k8s_openapi::api::core::v1::{
    Affinity, Container, ContainerPort, EnvFromSource, EnvVar, Lifecycle, LocalObjectReference,
    PodDNSConfig, PodSecurityContext, Probe, ResourceRequirements, SecurityContext, ServiceSpec,
    Toleration, TopologySpreadConstraint, Volume, VolumeMount,
};
use dsoi_runtime::k8s_openapi::api::networking::v1::{IngressSpec, NetworkPolicySpec};
use dsoi_runtime::k8s_openapi::api::policy::v1::PodDisruptionBudgetSpec;
use dsoi_runtime::prelude::*;
use serde::{Deserialize, Serialize};

/// A named group of pod settings.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TallyK8sConfigGroup {
    /// What nodes call it.
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_pull_policy: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_pull_secrets: Option<Vec<LocalObjectReference>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub args: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env: Option<Vec<EnvVar>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env_from: Option<Vec<EnvFromSource>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ports: Option<Vec<ContainerPort>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<ResourceRequirements>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub liveness_probe: Option<Probe>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readiness_probe: Option<Probe>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub startup_probe: Option<Probe>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<Lifecycle>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_context: Option<SecurityContext>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod_security_context: Option<PodSecurityContext>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_account_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node_selector: Option<BTreeMap<String, String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub affinity: Option<Affinity>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerations: Option<Vec<Toleration>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topology_spread_constraints: Option<Vec<TopologySpreadConstraint>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority_class_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub termination_grace_period_seconds: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub additional_containers: Option<Vec<Container>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub init_containers: Option<Vec<Container>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volumes: Option<Vec<Volume>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume_mount: Option<Vec<VolumeMount>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_config: Option<Vec<StorageConfig>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub persistent_volume_claim_retention_policy: Option<StatefulSetPersistentVolumeClaimRetentionPolicy>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod_metadata: Option<PodMetadata>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceSpec>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_policy: Option<NetworkPolicySpec>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub services: Option<Vec<NamedService>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod_disruption_budget: Option<PodDisruptionBudgetSpec>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub horizontal_pod_autoscaler: Option<AutoscalerSpec>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ingress: Option<IngressSpec>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ingress_annotations: Option<BTreeMap<String, String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_strategy: Option<UpdateStrategy>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod_management_policy: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dns_policy: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dns_config: Option<PodDNSConfig>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workload_annotations: Option<BTreeMap<String, String>>,
}

impl K8sConfigGroupFields for TallyK8sConfigGroup {
    fn group(&self) -> K8sConfigGroup<'_> {
        K8sConfigGroup {
            name: &self.name,
            image: self.image.as_deref(),
            image_pull_policy: self.image_pull_policy.as_deref(),
            image_pull_secrets: self.image_pull_secrets.as_deref(),
            command: self.command.as_deref(),
            args: self.args.as_deref(),
            env: self.env.as_deref(),
            env_from: self.env_from.as_deref(),
            ports: self.ports.as_deref(),
            resources: self.resources.as_ref(),
            liveness_probe: self.liveness_probe.as_ref(),
            readiness_probe: self.readiness_probe.as_ref(),
            startup_probe: self.startup_probe.as_ref(),
            lifecycle: self.lifecycle.as_ref(),
            security_context: self.security_context.as_ref(),
            pod_security_context: self.pod_security_context.as_ref(),
            service_account_name: self.service_account_name.as_deref(),
            node_selector: self.node_selector.as_ref(),
            affinity: self.affinity.as_ref(),
            tolerations: self.tolerations.as_deref(),
            topology_spread_constraints: self.topology_spread_constraints.as_deref(),
            priority_class_name: self.priority_class_name.as_deref(),
            termination_grace_period_seconds: self.termination_grace_period_seconds,
            additional_containers: self.additional_containers.as_deref(),
            init_containers: self.init_containers.as_deref(),
            volumes: self.volumes.as_deref(),
            volume_mount: self.volume_mount.as_deref(),
            storage_config: self.storage_config.as_deref(),
            persistent_volume_claim_retention_policy: self.persistent_volume_claim_retention_policy.as_ref(),
            pod_metadata: self.pod_metadata.as_ref(),
            service: self.service.as_ref(),
            network_policy: self.network_policy.as_ref(),
            services: self.services.as_deref(),
            pod_disruption_budget: self.pod_disruption_budget.as_ref(),
            horizontal_pod_autoscaler: self.horizontal_pod_autoscaler.as_ref(),
            ingress: self.ingress.as_ref(),
            ingress_annotations: self.ingress_annotations.as_ref(),
            update_strategy: self.update_strategy.as_ref(),
            pod_management_policy: self.pod_management_policy.as_deref(),
            dns_policy: self.dns_policy.as_deref(),
            dns_config: self.dns_config.as_ref(),
            workload_annotations: self.workload_annotations.as_ref(),
            ..K8sConfigGroup::default()
        }
    }
}
