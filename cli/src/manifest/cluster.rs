//! `cluster`: the custom resource and what is true of a cluster as a whole (MF-1).

use super::config_map::ConfigMap;
use super::events::Events;
use super::external::External;
use super::fields::{AppConfigGroup, Field};
use super::k8s_config_group::K8sConfigGroup;
use super::labels::Label;
use super::names::Names;
use super::node_type::NodeType;
use super::order::Order;
use super::rollout::Rollout;
use super::rules::Rule;
use super::security::SecurityProfile;
use super::service::ChildKind;
use super::source::{Span, Spanned};
use super::spelling::Spelling;

/// The section `cluster`.
#[derive(Debug, Clone)]
pub struct Cluster {
    pub kind: Spanned<String>,
    pub plural: Option<Spanned<String>>,
    pub short_names: Vec<Spanned<String>>,
    pub categories: Vec<Spanned<String>>,
    /// Beside Ready and Age.
    pub columns: Vec<Column>,
    /// The value of `app.kubernetes.io/name`; else the kind in lower case.
    pub app: Option<Spanned<String>>,
    pub image: Option<Spanned<String>>,
    pub spelling: Spelling,
    pub k8s_config_group: K8sConfigGroup,
    pub app_config_group: AppConfigGroup,
    /// Extra fields of `spec`.
    pub spec: Vec<Field>,
    /// Extra fields of each of `spec.nodes`.
    pub node: Vec<Field>,
    pub external: Vec<External>,
    pub order: Order,
    pub rollout: Rollout,
    pub names: Names,
    /// None: the `app.kubernetes.io` set.
    pub labels: Option<Vec<Label>>,
    /// Kinds of children that get no app label.
    pub unlabelled: Vec<Spanned<ChildKind>>,
    pub security: Option<Spanned<SecurityProfile>>,
    pub events: Events,
    pub rules: Vec<Rule>,
    /// Legacy fields of the status, kept and never written.
    pub status: Vec<Field>,
    pub config_maps: Vec<ConfigMap>,
    /// Merged under each node type.
    pub every_node_type: Option<NodeType>,
    /// In the order written; empty where the key is absent.
    pub node_types: Vec<NodeType>,
    /// The key `nodeTypes`, or else `cluster`: where a problem of the whole list is shown.
    pub node_types_span: Span,
    pub span: Span,
}

/// A printer column.
#[derive(Debug, Clone)]
pub struct Column {
    pub name: Spanned<String>,
    /// A JSONPath into the custom resource.
    pub path: Spanned<String>,
    /// `string` unless given.
    pub kind: Option<Spanned<String>>,
}
