//! Types that the custom resources of all generated operators share (Dsoi-Spec, DS-9 … DS-20).
//!
//! They are data: nothing here decides or talks to a server. A generated CRD is the projection of
//! them that its manifest asks for.

mod beside;
mod common;
mod external;
mod k8s_config_group;
mod rollout;
mod status;
mod workload_kind;

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::PersistentVolumeClaimSpec;
use serde::{Deserialize, Serialize};

pub use self::beside::{
    AutoscalerSpec, NamedService, RollingUpdate, ScaleTargetRef, UpdateStrategy,
};
pub use self::common::over_common;
pub use self::external::{
    Adopt, Deletion, ExternalPolicy, ExternalStatus, ParentGone, external_condition,
};
pub use self::k8s_config_group::{K8sConfigGroup, K8sConfigGroupFields};
pub use self::rollout::{
    DurationError, OnCrash, RolloutPolicy, RolloutSpec, RolloutStrategy, duration, duration_text,
};
pub use self::status::{
    ClusterStatus, Condition, NodePhase, NodeStatus, NodeTypeStatus, RolloutPhase, RolloutStatus,
    condition,
};
pub use self::workload_kind::WorkloadKind;

/// A volume that a node asks for (DS-36).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StorageConfig {
    pub name: String,
    pub mount_path: String,
    pub spec: PersistentVolumeClaimSpec,
}

/// Labels and annotations for a node's pods (DS-35).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PodMetadata {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annotations: Option<BTreeMap<String, String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<BTreeMap<String, String>>,
}

/// One key of a Secret in the resource's own namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretKeyRef {
    pub name: String,
    pub key: String,
}

/// A Secret. A namespace other than the resource's own is refused (SE-8).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretRef {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
}
