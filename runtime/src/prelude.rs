//! Everything that a generated operator's modules name.

pub use kube_derive::CustomResource;
pub use serde_json::json;

pub use crate::build::{Children, Shared};
pub use crate::cluster::{
    AppConfigGroup, Cluster, ClusterResource, Labels, MissingOrder, NodeFields, NodeType, OrderBy,
    Rules, SecurityProfile, Spelling, StorageMode, StorageModes,
};
pub use crate::kind::ChildKind;
pub use crate::node::{Node, PodRef};
pub use crate::problem::{Problem, Problems};
pub use crate::spec::{
    ClusterStatus, K8sConfigGroup, K8sConfigGroupFields, PodMetadata, SecretKeyRef, SecretRef,
    StorageConfig, WorkloadKind,
};
