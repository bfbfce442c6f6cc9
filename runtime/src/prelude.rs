//! Everything that a generated operator's modules name.

pub use futures::future::BoxFuture;
pub use k8s_openapi::api::apps::v1::{
    DeploymentStrategy, RollingUpdateDeployment, RollingUpdateStatefulSetStrategy,
    StatefulSetUpdateStrategy,
};
pub use k8s_openapi::api::core::v1::{
    Affinity, Capabilities, ContainerPort, EmptyDirVolumeSource, EnvFromSource, EnvVar,
    EnvVarSource, ExecAction, GRPCAction, HTTPGetAction, HTTPHeader, Lifecycle, LifecycleHandler,
    LocalObjectReference, NodeAffinity, PodAffinity, PodAntiAffinity, PodSecurityContext, PodSpec,
    Probe, ResourceRequirements, SeccompProfile, SecretVolumeSource, SecurityContext, ServicePort,
    ServiceSpec, TCPSocketAction, Toleration, TopologySpreadConstraint, Volume, VolumeMount,
};
pub use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
pub use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
pub use kube_derive::CustomResource;
pub use serde_json::json;

pub use crate::build::{Children, ConfigMapRef, PodText, ProbeExt, Shared, join};
pub use crate::cluster::{
    AppConfigGroup, Cluster, ClusterResource, Labels, MissingOrder, NodeFields, NodeType, OrderBy,
    Rules, SecurityProfile, Spelling, StorageMode, StorageModes,
};
pub use crate::controller::Controller;
pub use crate::encode::{Layers, Text};
pub use crate::hook::{Gate, GateResult, LiveNode, LivePod, Readiness, Roll};
pub use crate::kind::ChildKind;
pub use crate::node::{Node, PodRef};
pub use crate::problem::{Problem, Problems};
pub use crate::spec::{
    AutoscalerSpec, ClusterStatus, K8sConfigGroup, K8sConfigGroupFields, NamedService, OnCrash,
    PodMetadata, RolloutPolicy, RolloutSpec, RolloutStrategy, SecretKeyRef, SecretRef,
    StorageConfig, UpdateStrategy, WorkloadKind,
};
