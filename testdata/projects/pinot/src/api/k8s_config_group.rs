//! What Kubernetes is told about a node's pods.

use std::collections::BTreeMap;

use dsoi_runtime::k8s_openapi::api::core::v1::{
    ContainerPort, EnvVar, Probe, ResourceRequirements, ServiceSpec, Toleration, Volume,
    VolumeMount,
};
use dsoi_runtime::prelude::*;
use serde::{Deserialize, Serialize};

/// A named group of pod settings.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PinotK8sConfigGroup {
    /// What nodes call it.
    pub name: String,
    pub image: String,
    pub port: Vec<ContainerPort>,
    pub service: ServiceSpec,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volumes: Option<Vec<Volume>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume_mount: Option<Vec<VolumeMount>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_pull_policy: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_account_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env: Option<Vec<EnvVar>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerations: Option<Vec<Toleration>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod_metadata: Option<PodMetadata>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_config: Option<Vec<StorageConfig>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node_selector: Option<BTreeMap<String, String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub liveness_probe: Option<Probe>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readiness_probe: Option<Probe>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_up_probe: Option<Probe>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<ResourceRequirements>,
}

impl K8sConfigGroupFields for PinotK8sConfigGroup {
    fn group(&self) -> K8sConfigGroup<'_> {
        K8sConfigGroup {
            name: &self.name,
            image: Some(&self.image),
            ports: Some(&self.port),
            service: Some(&self.service),
            volumes: self.volumes.as_deref(),
            volume_mount: self.volume_mount.as_deref(),
            image_pull_policy: self.image_pull_policy.as_deref(),
            service_account_name: self.service_account_name.as_deref(),
            env: self.env.as_deref(),
            tolerations: self.tolerations.as_deref(),
            pod_metadata: self.pod_metadata.as_ref(),
            storage_config: self.storage_config.as_deref(),
            node_selector: self.node_selector.as_ref(),
            liveness_probe: self.liveness_probe.as_ref(),
            readiness_probe: self.readiness_probe.as_ref(),
            startup_probe: self.start_up_probe.as_ref(),
            resources: self.resources.as_ref(),
            ..K8sConfigGroup::default()
        }
    }
}
