//! The cluster kind: its API, its fields, and what holds for all of its node types.

use super::{
    ChildKind, ConfigMap, DnsLabel, DnsSubdomain, External, Field, ImageName, K8sGroup, KindName,
    Labels, Names, NodeType, NodeTypeName, Rollout, RustIdent, WireName,
};

/// Group and version of the API.
#[derive(Clone, Debug, PartialEq)]
pub struct Api {
    pub group: DnsSubdomain,
    pub version: DnsLabel,
}

/// The cluster kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    pub kind: KindName,
    /// The struct's module-free stem in Rust is the kind; this is its name in file and variable names.
    pub ident: RustIdent,
    pub plural: DnsLabel,
    pub singular: DnsLabel,
    pub short_names: Vec<DnsLabel>,
    pub categories: Vec<DnsLabel>,
    pub columns: Vec<Column>,
    /// The value of `app.kubernetes.io/name`.
    pub app: DnsLabel,
    /// The default image; without it `image` is required in each k8s config group.
    pub image: Option<ImageName>,
    pub doc: Option<String>,
    pub spelling: Spelling,
    pub common: Common,
    pub k8s_group: K8sGroup,
    /// Fields of an app config group beside `name`.
    pub config: Vec<Field>,
    /// Fields of the spec beside Dsoi's own.
    pub spec: Vec<Field>,
    /// Fields of a node beside Dsoi's own.
    pub node: Vec<Field>,
    pub external: Vec<External>,
    pub order: Order,
    pub rollout: Rollout,
    pub names: Names,
    /// `None`: the runtime's `app.kubernetes.io` set.
    pub labels: Option<Labels>,
    /// Kinds that carry none of the app's labels.
    pub unlabelled: Vec<ChildKind>,
    pub security: SecurityProfile,
    pub events: Option<Events>,
    pub rules: Vec<Rule>,
    /// Longest values that keep every child's name legal.
    pub limits: Vec<LengthLimit>,
    /// Endings that a node's name may not have, since the runtime appends them to make other names.
    pub reserved_suffixes: Vec<String>,
    /// Legacy status fields: kept, never written.
    pub status: Vec<Field>,
    /// Children of cluster scope.
    pub config_maps: Vec<ConfigMap>,
    /// In the order of the manifest, at least one.
    pub node_types: Vec<NodeType>,
    /// Every kind of child that it can make; sorted.
    pub child_kinds: Vec<ChildKind>,
}

/// A column of `kubectl get`.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub name: String,
    /// `string`, `integer`, `number`, `boolean` or `date`.
    pub ty: String,
    /// A JSON path such as `.status.conditions[?(@.type=="Ready")].status`.
    pub path: String,
}

/// A Dsoi word as this API spells it.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    pub wire: WireName,
    pub ident: RustIdent,
}

/// Fields of the spec that lie under every group of a kind (DS-13, DR-18); `None`: there is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Common {
    pub k8s: Option<Word>,
    pub config: Option<Word>,
}

/// How this API spells Dsoi-Spec's words. A node's reference to a group is spelled like the group's list.
#[derive(Clone, Debug, PartialEq)]
pub struct Spelling {
    pub nodes: Word,
    pub node_type: Word,
    pub kind: Word,
    pub replicas: Word,
    pub k8s_config_group: Word,
    pub app_config_group: Word,
    pub deployment_order: Word,
    pub external: Word,
}

/// In which order nodes roll (MF-13).
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    pub by: OrderBy,
    /// `None`: as `nodeTypes` are written.
    pub default: Option<Vec<NodeTypeName>>,
    pub missing: MissingOrder,
}

/// What `deploymentOrder` lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderBy {
    NodeType,
    Node,
}

/// What becomes of a node type that a custom resource's order leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingOrder {
    Append,
    Refuse,
}

/// The pod security standard that children are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecurityProfile {
    Restricted,
    Baseline,
    /// Nothing is added.
    App,
}

/// How events name their source and reasons (MF-15); `None` is the runtime's default.
#[derive(Clone, Debug, PartialEq)]
pub struct Events {
    pub source: Option<String>,
    pub prefix: String,
}

/// A rule of the author's.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    /// CEL over `self`, put in the CRD as it is.
    Cel { rule: String, message: String },
}

/// The longest value of a name of the custom resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LengthLimit {
    pub of: LimitedName,
    pub max: u32,
}

/// A name of the custom resource from which children's names are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LimitedName {
    /// `metadata.name` (a CEL rule at the root of the CRD).
    Cr,
    Node,
    K8sGroup,
    ConfigGroup,
    Storage,
}
