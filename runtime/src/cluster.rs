//! What a generated operator implements: the API of its kind, the cluster, and its node types.
//!
//! Everything here is pure. An implementation describes objects; names, labels, owners, defaults
//! and checks are the runtime's business.

mod rules;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Debug;

use futures::future::{BoxFuture, ready};
use k8s_openapi::NamespaceResourceScope;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::build::{Children, Shared};
use crate::hook::{Gate, GateResult, LiveNode, Readiness, Roll};
use crate::kind::ChildKind;
use crate::node::Node;
use crate::problem::{Problem, Problems};
use crate::spec::{K8sConfigGroup, RolloutPolicy, RolloutSpec, StorageConfig, WorkloadKind};

pub use self::rules::{Rules, StorageMode, StorageModes};

/// How an API spells Dsoi-Spec's words; for the paths in messages (DS-42).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spelling {
    pub nodes: &'static str,
    pub node_type: &'static str,
    pub k8s_config_group: &'static str,
    pub app_config_group: &'static str,
    pub deployment_order: &'static str,
}

impl Spelling {
    /// Dsoi-Spec's own words.
    pub const DEFAULT: Self = Self {
        nodes: "nodes",
        node_type: "nodeType",
        k8s_config_group: "k8sConfigGroup",
        app_config_group: "appConfigGroup",
        deployment_order: "deploymentOrder",
    };

    pub(crate) fn node(&self, index: usize) -> String {
        format!("spec.{}[{index}]", self.nodes)
    }

    pub(crate) fn k8s_group(&self, index: usize) -> String {
        format!("spec.{}[{index}]", self.k8s_config_group)
    }

    /// The place of an app config group.
    pub fn config_group(&self, index: usize) -> String {
        format!("spec.{}[{index}]", self.app_config_group)
    }
}

/// A custom resource with nodes: what the generated `api` module tells about itself.
pub trait ClusterResource:
    kube::Resource<DynamicType = (), Scope = NamespaceResourceScope>
    + Clone
    + Debug
    + Serialize
    + DeserializeOwned
    + Send
    + Sync
    + 'static
{
    /// The app config group of this API.
    type Config: AppConfigGroup;
    /// An entry of `spec.nodes`.
    type Node: NodeFields;

    /// The `CustomResourceDefinition`, as YAML.
    const CRD: &'static str;
    /// How this API spells Dsoi-Spec's words.
    const SPELLING: Spelling;

    fn nodes(&self) -> &[Self::Node];
    fn k8s_config_groups(&self) -> Vec<K8sConfigGroup<'_>>;
    /// What lies under every k8s config group, named like its field of the spec (DR-18).
    fn k8s_common(&self) -> Option<K8sConfigGroup<'_>> {
        None
    }
    /// The app config groups, each over what lies under all of them.
    ///
    /// # Errors
    /// A group lacks what it needs.
    fn app_config_groups(&self) -> Result<Cow<'_, [Self::Config]>, Problem>;
    /// `spec.deploymentOrder`; empty where the resource leaves it to the manifest.
    fn deployment_order(&self) -> &[String];

    /// `spec.rollout`; none where the resource leaves it to the manifest.
    fn rollout(&self) -> Option<&RolloutSpec> {
        None
    }

    /// `spec.stopped`: everything stays but the pods (NC-25).
    fn stopped(&self) -> bool {
        false
    }

    /// The resource's name.
    fn cr_name(&self) -> &str {
        self.meta().name.as_deref().unwrap_or_default()
    }

    /// The resource's namespace.
    fn cr_namespace(&self) -> &str {
        self.meta().namespace.as_deref().unwrap_or_default()
    }
}

/// An app config group: its fields are the application's own (DS-13, DS-19).
pub trait AppConfigGroup: Clone + Debug + Send + Sync {
    fn name(&self) -> &str;
}

/// What every entry of `spec.nodes` says (DS-20).
pub trait NodeFields: Debug + Send + Sync {
    fn name(&self) -> &str;
    fn kind(&self) -> WorkloadKind;
    fn node_type(&self) -> &str;
    fn replicas(&self) -> i32;
    fn k8s_config_group(&self) -> &str;
    fn app_config_group(&self) -> &str;
}

/// What happens with a node type that a resource's `deploymentOrder` leaves out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingOrder {
    /// It rolls after those that are named, in the manifest's order.
    #[default]
    Append,
    /// The resource is refused.
    Refuse,
}

/// What `deploymentOrder` names (DS-47).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OrderBy {
    #[default]
    NodeType,
    Node,
}

/// Which pod security standard the children's security contexts meet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SecurityProfile {
    /// Non-root, the runtime's seccomp profile, no capabilities, no privilege escalation.
    #[default]
    Restricted,
    /// The baseline standard forbids settings and asks for none: nothing is added.
    Baseline,
    /// The application decides: nothing is added.
    App,
}

/// An application's own labels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels(pub(crate) BTreeMap<String, String>);

impl Labels {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn with(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.insert(key.into(), value.into());
        self
    }
}

/// A cluster: a kind of custom resource, its node types and its names.
///
/// Only the constants without a default have to be given. The name functions must give each child
/// of one resource a name of its own; where they do not, the resource is refused (D10).
pub trait Cluster: ClusterResource {
    /// The node types; also the order of upgrades, unless the resource says otherwise.
    const NODE_TYPES: &'static [&'static dyn NodeType<Self>];
    /// The kinds that this cluster makes. A child of another kind is a mistake of the operator.
    const CHILD_KINDS: &'static [ChildKind];
    /// The image of a k8s config group that names none.
    const IMAGE: Option<&'static str> = None;
    const MISSING: MissingOrder = MissingOrder::Append;
    /// The order where the resource gives none; empty for that of `NODE_TYPES`.
    const ORDER: &'static [&'static str] = &[];
    const ORDER_BY: OrderBy = OrderBy::NodeType;
    const SECURITY: SecurityProfile = SecurityProfile::Restricted;
    /// How upgrades go where the resource does not say it.
    const ROLLOUT: RolloutPolicy = RolloutPolicy::DEFAULT;
    /// A hook of a node type looks at the addresses or annotations of pods: they are kept, and a
    /// change of one is a reason to ask `ready` again.
    const READS_PODS: bool = false;
    /// Kinds that carry none of the application's labels.
    const UNLABELLED: &'static [ChildKind] = &[];

    fn workload_name(node: &Node<'_, Self>) -> String {
        format!("{}-{}", node.cr_name(), node.name())
    }

    fn service_name(node: &Node<'_, Self>) -> String {
        format!("{}-{}", node.cr_name(), node.name())
    }

    fn headless_name(node: &Node<'_, Self>) -> String {
        format!("{}-{}-headless", node.cr_name(), node.name())
    }

    /// The name of a Service beside the first and the headless one.
    fn named_service_name(node: &Node<'_, Self>, name: &str) -> String {
        format!("{}-{}-{name}", node.cr_name(), node.name())
    }

    fn container_name(_node: &Node<'_, Self>) -> String {
        "app".to_owned()
    }

    fn config_map_name(node: &Node<'_, Self>) -> String {
        format!("{}-{}-config", node.cr_name(), node.name())
    }

    fn group_config_map_name(node: &Node<'_, Self>) -> String {
        format!("{}-{}-group-config", node.cr_name(), node.config.name())
    }

    fn cluster_config_map_name(cr: &Self) -> String {
        format!("{}-cluster-config", cr.cr_name())
    }

    /// The name of a claim template, and so of the volume that mounts its claim.
    fn claim_template_name(_node: &Node<'_, Self>, storage: &StorageConfig) -> String {
        storage.name.clone()
    }

    /// The name of a claim that stands alone.
    fn claim_name(node: &Node<'_, Self>, storage: &StorageConfig) -> String {
        format!("{}-{}-{}", node.cr_name(), node.name(), storage.name)
    }

    /// The application's labels of a node's children and pods.
    fn labels(node: &Node<'_, Self>) -> Labels {
        Self::cluster_labels(node.cr).with("app.kubernetes.io/component", node.node_type())
    }

    /// The application's labels of children of the whole cluster.
    fn cluster_labels(_cr: &Self) -> Labels {
        Labels::new().with("app.kubernetes.io/name", Self::kind(&()).to_lowercase())
    }

    /// Children that belong to the cluster rather than to a node.
    fn shared(&self, _shared: &Shared<'_, Self>) -> Children {
        Children::new()
    }

    /// Checks that the schema of the custom resource cannot make.
    fn validate(&self, _problems: &mut Problems) {}
}

/// What resources may call a node type.
pub(crate) fn names_of<C: Cluster>(node_type: &dyn NodeType<C>) -> Vec<&'static str> {
    match node_type.called() {
        [] => vec![node_type.name()],
        called => called.to_vec(),
    }
}

/// The node type that a resource calls so.
pub(crate) fn node_type<C: Cluster>(called: &str) -> Option<&'static dyn NodeType<C>> {
    let mut all = C::NODE_TYPES.iter().copied();
    all.find(|known| names_of(*known).contains(&called))
}

/// A node type: what its nodes may be, and the children of one of them.
pub trait NodeType<C: Cluster>: Send + Sync {
    /// Its name: what `spec.nodes[].nodeType` says, unless [`called`](Self::called) does, and what its
    /// children, the status and the order of upgrades know it by.
    fn name(&self) -> &'static str;

    /// What a resource may call it, where that is not just its name: one that was renamed goes by
    /// its new name and by the old ones, and its children stay what they are.
    fn called(&self) -> &'static [&'static str] {
        &[]
    }

    /// What a resource may ask of nodes of this type.
    fn rules(&self) -> Rules {
        Rules::new()
    }

    /// The children of one node. Their order means nothing.
    fn build(&self, node: &Node<'_, C>) -> Children;

    /// Refuses what the schema of the custom resource cannot: while there is a problem, nothing is
    /// written.
    fn validate(&self, _node: &Node<'_, C>, _problems: &mut Problems) {}

    /// Changes a child of a node's own after it is built; whose it is has to stay. What is made of a
    /// node depends on nothing but the node, or it would be written again at every pass.
    fn mutate(&self, _node: &Node<'_, C>, _kind: ChildKind, _document: &mut Value) {}

    /// Whether a node is ready, beyond what Kubernetes says. Asked about a node whose pods are all
    /// ready and run what is desired; while it is not, no later node type is upgraded, and the status
    /// says why. It must depend on nothing but what it is given: it is asked again when that changes.
    ///
    /// ```
    /// # use dsoi_runtime::prelude::*;
    /// fn ready(node: &LiveNode) -> Readiness {
    ///     let lags = |pod: &&LivePod| pod.annotations.get("example.com/lag").is_some_and(|lag| lag != "0");
    ///     match node.pods.iter().find(lags) {
    ///         Some(pod) => Readiness::Not(format!("pod {} lags behind", pod.name)),
    ///         None => Readiness::Ready,
    ///     }
    /// }
    /// ```
    fn ready(&self, _cr: &C, _node: &LiveNode) -> Readiness {
        Readiness::Ready
    }

    /// Asked before pods of nodes of this type are replaced by an upgrade, again and again until it is
    /// open: 1 s after the first answer, then less and less often, down to once a minute. An error, a
    /// panic, and no answer within 10 s count as an answer to wait. Once open, it is not asked again
    /// for that upgrade, except by a process that begins anew: what it does must bear being done
    /// twice. It must not block its thread.
    ///
    /// Nobody asks it about a first install, about nodes without pods, about a stopped cluster, about
    /// a rollback, or about a change of nodes that are in flight already (D4). Where upgrades are
    /// `parallel`, the types are asked side by side, and each waits for its own answer only.
    ///
    /// ```
    /// # use dsoi_runtime::prelude::*;
    /// # async fn relocating(_address: &str) -> std::io::Result<u32> { Ok(0) }
    /// async fn before_upgrade<C>(roll: &Roll<C>) -> GateResult {
    ///     for pod in roll.pods() {
    ///         let Some(address) = pod.address() else { continue };
    ///         if relocating(address).await? > 0 {
    ///             return Ok(Gate::Wait(format!("pod {} still moves data", pod.name)));
    ///         }
    ///     }
    ///     Ok(Gate::Open)
    /// }
    /// ```
    fn before_upgrade<'a>(&'a self, _roll: &'a Roll<C>) -> BoxFuture<'a, GateResult> {
        Box::pin(ready(Ok(Gate::Open)))
    }

    /// Asked when an upgrade of nodes of this type that [`before_upgrade`](Self::before_upgrade) was
    /// asked about is done, in the same way, until it is open: before that no other type is upgraded
    /// and the upgrade is not complete. Also asked when that upgrade was called off, so that it can
    /// undo what the other did.
    fn after_upgrade<'a>(&'a self, _roll: &'a Roll<C>) -> BoxFuture<'a, GateResult> {
        Box::pin(ready(Ok(Gate::Open)))
    }
}
