//! What Kubernetes is told about a node's pods.

use std::collections::BTreeMap;

use dsoi_runtime::k8s_openapi::api::core::v1::{
    Container, EnvVar, Probe, ResourceRequirements, ServiceSpec, Volume, VolumeMount,
};
use dsoi_runtime::prelude::*;
use serde::{Deserialize, Serialize};

/// A named group of pod settings.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DepotK8sConfigGroup {
    /// What nodes call it.
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env: Option<Vec<EnvVar>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<ResourceRequirements>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readiness_probe: Option<Probe>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node_selector: Option<BTreeMap<String, String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub additional_containers: Option<Vec<Container>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub init_containers: Option<Vec<Container>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volumes: Option<Vec<Volume>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume_mount: Option<Vec<VolumeMount>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod_metadata: Option<PodMetadata>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceSpec>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_config: Option<Vec<StorageConfig>>,
}

impl K8sConfigGroupFields for DepotK8sConfigGroup {
    fn group(&self) -> K8sConfigGroup<'_> {
        K8sConfigGroup {
            name: &self.name,
            image: self.image.as_deref(),
            env: self.env.as_deref(),
            resources: self.resources.as_ref(),
            readiness_probe: self.readiness_probe.as_ref(),
            node_selector: self.node_selector.as_ref(),
            additional_containers: self.additional_containers.as_deref(),
            init_containers: self.init_containers.as_deref(),
            volumes: self.volumes.as_deref(),
            volume_mount: self.volume_mount.as_deref(),
            pod_metadata: self.pod_metadata.as_ref(),
            service: self.service.as_ref(),
            storage_config: self.storage_config.as_deref(),
            ..K8sConfigGroup::default()
        }
    }
}

/// Pod settings under those of every group.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DepotCommonK8s {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env: Option<Vec<EnvVar>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<ResourceRequirements>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readiness_probe: Option<Probe>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node_selector: Option<BTreeMap<String, String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub additional_containers: Option<Vec<Container>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub init_containers: Option<Vec<Container>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volumes: Option<Vec<Volume>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume_mount: Option<Vec<VolumeMount>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod_metadata: Option<PodMetadata>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceSpec>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_config: Option<Vec<StorageConfig>>,
}

impl K8sConfigGroupFields for DepotCommonK8s {
    fn group(&self) -> K8sConfigGroup<'_> {
        K8sConfigGroup {
            name: "everyPod",
            image: self.image.as_deref(),
            env: self.env.as_deref(),
            resources: self.resources.as_ref(),
            readiness_probe: self.readiness_probe.as_ref(),
            node_selector: self.node_selector.as_ref(),
            additional_containers: self.additional_containers.as_deref(),
            init_containers: self.init_containers.as_deref(),
            volumes: self.volumes.as_deref(),
            volume_mount: self.volume_mount.as_deref(),
            pod_metadata: self.pod_metadata.as_ref(),
            service: self.service.as_ref(),
            storage_config: self.storage_config.as_deref(),
            ..K8sConfigGroup::default()
        }
    }
}
