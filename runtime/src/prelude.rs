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
#[cfg(feature = "external")]
pub use serde_json::Value;
pub use serde_json::json;
#[cfg(feature = "external")]
pub use std::{sync::Arc, time::Duration};

pub use crate::build::{Children, ConfigMapRef, PodText, ProbeExt, Shared, join};
pub use crate::cluster::{
    AppConfigGroup, Cluster, ClusterResource, Labels, MissingOrder, NodeFields, NodeType, OrderBy,
    Rules, SecurityProfile, Spelling, StorageMode, StorageModes,
};
pub use crate::controller::Controller;
pub use crate::encode::{Layers, Text};
#[cfg(feature = "external")]
pub use crate::external::{
    Auth, Call, External, ExternalController, ExternalResource, HttpRemote, NoParent, Remote,
    RemoteError, Seen, Server, Target, encode, parse_json, present, segment, text_at,
};
pub use crate::hook::{Gate, GateResult, LiveNode, LivePod, Readiness, Roll};
pub use crate::kind::ChildKind;
pub use crate::node::{Node, PodRef};
pub use crate::problem::{Problem, Problems};
pub use crate::spec::{
    Adopt, AutoscalerSpec, ClusterStatus, Deletion, ExternalPolicy, ExternalStatus, K8sConfigGroup,
    K8sConfigGroupFields, NamedService, OnCrash, ParentGone, PodMetadata, RolloutPolicy,
    RolloutSpec, RolloutStrategy, SecretKeyRef, SecretRef, StorageConfig, UpdateStrategy,
    WorkloadKind,
};
