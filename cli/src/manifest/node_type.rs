//! `nodeTypes.T` and `everyNodeType`: how nodes of one type start (MF-6).

use super::config_map::ConfigMap;
use super::container::Container;
use super::file::File;
use super::rollout::Rollout;
use super::service::Service;
use super::source::{Span, Spanned};
use super::storage::Storage;
use super::template::Template;

/// A node type as written: nothing is merged yet.
#[derive(Debug, Clone)]
pub struct NodeType {
    /// Of `everyNodeType`: that word.
    pub name: Spanned<String>,
    pub kinds: Option<Vec<Spanned<WorkloadKind>>>,
    /// The node type that this one copies.
    pub like: Option<Spanned<String>>,
    pub nodes: Option<Bounds>,
    pub replicas: Option<Bounds>,
    pub container: Container,
    /// Fields of a PodSpec.
    pub pod: Option<Template>,
    /// Fields of a StatefulSetSpec or DeploymentSpec.
    pub workload: Option<Template>,
    pub files: Vec<File>,
    pub config_maps: Vec<ConfigMap>,
    pub services: Vec<Service>,
    pub storage: Storage,
    pub rollout: Rollout,
    /// Name and value.
    pub span: Span,
}

/// A kind of workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WorkloadKind {
    StatefulSet,
    Deployment,
}

/// How many; `allowed` excludes the other two only in `check`.
#[derive(Debug, Clone, Default)]
pub struct Bounds {
    pub min: Option<Spanned<i64>>,
    pub max: Option<Spanned<i64>>,
    pub allowed: Option<Vec<Spanned<i64>>>,
    pub span: Span,
}
