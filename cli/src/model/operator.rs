//! The operator as a process: its name, its settings, its rights.

use super::{
    Api, Cluster, CrateName, DnsLabel, DnsSubdomain, Effect, ImageName, LabelKey, Resource, Server,
};
use std::time::Duration;

/// A whole operator, with nothing left to decide.
#[derive(Clone, Debug, PartialEq)]
pub struct Operator {
    pub name: CrateName,
    pub image: ImageName,
    /// `None`: the operator's name.
    pub lease: Option<DnsSubdomain>,
    /// `None`: the API group with `/paused`.
    pub ignore_annotation: Option<LabelKey>,
    /// Namespaces that it leaves alone.
    pub deny_list: Vec<DnsLabel>,
    /// Namespaces that it watches; empty: all.
    pub watch: Vec<DnsLabel>,
    /// `None`: the runtime's ten minutes.
    pub resync: Option<Duration>,
    /// The oldest server that it supports.
    pub kubernetes: KubernetesVersion,
    /// Rights beyond those that its children need.
    pub rules: Vec<RbacRule>,
    pub api: Api,
    pub cluster: Cluster,
    /// Endpoints of what lies outside of Kubernetes, in the order of the manifest.
    pub servers: Vec<Server>,
    /// Kinds that lie outside of Kubernetes, in the order of the manifest.
    pub resources: Vec<Resource>,
    /// Which field of the custom resource sets what (D8); sorted by field.
    pub effects: Vec<Effect>,
}

/// A minor version of Kubernetes 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KubernetesVersion {
    pub minor: u16,
}

/// A rule of the operator's Role.
#[derive(Clone, Debug, PartialEq)]
pub struct RbacRule {
    pub api_groups: Vec<String>,
    pub resources: Vec<String>,
    pub resource_names: Vec<String>,
    pub non_resource_urls: Vec<String>,
    pub verbs: Vec<String>,
    /// Why the operator needs it; a comment in the Role.
    pub why: String,
}
