//! A node type, merged: `everyNodeType` lies under it, `like` is resolved.

use std::collections::BTreeSet;

use super::{
    ChildKind, Cond, ConfigMap, DnsLabel, EnvName, Expr, File, Hook, Item, K8sField, K8sFieldValue,
    K8sGroup, K8sValue, LateVariable, NameTemplate, NodeTypeName, PortName, RustIdent, Text,
    TypeIdent,
};

/// A node type with nothing left to decide.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeType {
    /// Its name in the custom resource.
    pub name: NodeTypeName,
    /// Other names that a custom resource may call it by.
    pub aliases: Vec<NodeTypeName>,
    /// What its children know it by.
    pub type_name: NodeTypeName,
    /// The node type that it has what it does not say itself from.
    pub like: Option<NodeTypeName>,
    /// Its module in generated Rust.
    pub ident: RustIdent,
    /// Its struct in generated Rust.
    pub type_ident: TypeIdent,
    pub doc: Option<String>,
    pub rules: NodeRules,
    pub container: Container,
    /// In the order in which they run.
    pub init_containers: Vec<ExtraContainer>,
    /// Containers beside the main one.
    pub sidecars: Vec<ExtraContainer>,
    /// Fields of a `PodSpec` beside its containers.
    pub pod: Vec<K8sFieldValue>,
    /// Fields of the `StatefulSetSpec` or `DeploymentSpec`.
    pub workload: Vec<K8sFieldValue>,
    /// In the order of the manifest.
    pub files: Vec<File>,
    /// Config maps of its own that are no files.
    pub config_maps: Vec<ConfigMap>,
    pub services: Services,
    /// Points at which code of the author's decides; sorted.
    pub hooks: Vec<Hook>,
}

impl NodeType {
    /// What a custom resource may call it: its name, then the others.
    pub fn called(&self) -> Vec<&str> {
        let names = std::iter::once(&self.name).chain(&self.aliases);
        names.map(NodeTypeName::as_str).collect()
    }

    /// Every kind of child that its nodes can have.
    pub fn child_kinds(&self, group: &K8sGroup) -> BTreeSet<ChildKind> {
        // An upgrade halts on a pod that cannot run, and goes back to a revision.
        let mut kinds = BTreeSet::from([ChildKind::Pod, ChildKind::ControllerRevision]);
        for kind in &self.rules.kinds {
            kinds.insert(match kind {
                WorkloadKind::StatefulSet => ChildKind::StatefulSet,
                WorkloadKind::Deployment => ChildKind::Deployment,
            });
            // Those of a StatefulSet's templates grow.
            if group.field(K8sField::StorageConfig).is_some()
                && self.rules.storage.of(*kind) != StorageMode::Refuse
            {
                kinds.insert(ChildKind::PersistentVolumeClaim);
            }
        }
        if !self.files.is_empty() || !self.config_maps.is_empty() {
            kinds.insert(ChildKind::ConfigMap);
        }
        let services = &self.services;
        if services.main.is_some() || services.headless.is_some() || !services.more.is_empty() {
            kinds.insert(ChildKind::Service);
        }
        let of_fields = [
            (K8sField::NetworkPolicy, ChildKind::NetworkPolicy),
            (K8sField::Services, ChildKind::Service),
            (
                K8sField::PodDisruptionBudget,
                ChildKind::PodDisruptionBudget,
            ),
            (
                K8sField::HorizontalPodAutoscaler,
                ChildKind::HorizontalPodAutoscaler,
            ),
            (K8sField::Ingress, ChildKind::Ingress),
        ];
        let exposed = of_fields
            .into_iter()
            .filter(|(field, _)| group.field(*field).is_some());
        kinds.extend(exposed.map(|(_, kind)| kind));
        kinds
    }
}

/// What a custom resource may ask of nodes of a type.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeRules {
    /// Allowed workload kinds; not empty.
    pub kinds: Vec<WorkloadKind>,
    pub min_nodes: u32,
    pub max_nodes: Option<u32>,
    pub replicas: ReplicaRule,
    pub storage: StorageModes,
    pub volumes: Vec<RequiredVolume>,
}

/// The kind of a node's workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WorkloadKind {
    StatefulSet,
    Deployment,
}

/// How many replicas a node may have.
#[derive(Clone, Debug, PartialEq)]
pub enum ReplicaRule {
    Range { min: u32, max: Option<u32> },
    Allowed(Vec<u32>),
}

/// How storage is made, by kind of workload (MF-11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StorageModes {
    pub stateful_set: StorageMode,
    pub deployment: StorageMode,
}

impl StorageModes {
    /// That of one kind of workload.
    pub fn of(self, kind: WorkloadKind) -> StorageMode {
        match kind {
            WorkloadKind::StatefulSet => self.stateful_set,
            WorkloadKind::Deployment => self.deployment,
        }
    }
}

/// How a storage entry becomes a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StorageMode {
    /// `volumeClaimTemplates`; of StatefulSets only.
    Template,
    /// Standalone claims, one per entry.
    Claim,
    /// A node with storage entries is refused.
    Refuse,
}

/// A storage entry that the custom resource must bring.
#[derive(Clone, Debug, PartialEq)]
pub struct RequiredVolume {
    pub name: DnsLabel,
    pub path: super::AbsolutePath,
}

/// A container.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Container {
    /// Texts; `None`: the image's own.
    pub command: Option<Vec<Item>>,
    /// Texts; `None`: the image's own.
    pub args: Option<Vec<Item>>,
    /// In order; a later one of a name overrides.
    pub env: Vec<EnvEntry>,
    /// Variables for late values, to be declared before `env`.
    pub downward: Vec<Downward>,
    pub env_from: Vec<EnvFrom>,
    pub ports: Vec<Port>,
    /// A `Probe` each.
    pub liveness_probe: Option<K8sValue>,
    pub readiness_probe: Option<K8sValue>,
    pub startup_probe: Option<K8sValue>,
    /// `ResourceRequirements`.
    pub resources: Option<K8sValue>,
    /// `SecurityContext`.
    pub security_context: Option<K8sValue>,
    /// `Lifecycle`.
    pub lifecycle: Option<K8sValue>,
}

/// A container beside the main one.
#[derive(Clone, Debug, PartialEq)]
pub struct ExtraContainer {
    /// Unique in the pod.
    pub name: DnsLabel,
    /// With the main container's image, environment, mounts and security context.
    pub like_main: bool,
    pub container: Container,
    /// Other fields of a Kubernetes container: `image`, `workingDir`, `volumeMounts` and so on.
    pub fields: Vec<K8sFieldValue>,
}

/// A variable that a late value needs.
pub type Downward = LateVariable;

/// A place in the environment.
#[derive(Clone, Debug, PartialEq)]
pub enum EnvEntry {
    /// `${k8s.env}`: the environment of the k8s config group.
    CrEnv,
    /// One variable of the manifest.
    Variable(Box<EnvVariable>),
}

/// A variable; gone while its value is absent or `when` is false.
#[derive(Clone, Debug, PartialEq)]
pub struct EnvVariable {
    pub name: EnvName,
    pub value: EnvValue,
    pub when: Option<Cond>,
}

/// What a variable holds.
#[derive(Clone, Debug, PartialEq)]
pub enum EnvValue {
    /// A value that has one text, or a join.
    Text(Expr),
    /// A field of the pod: `metadata.name`.
    Field(String),
    /// A `secretKey` of the custom resource.
    Secret(Expr),
    /// An `EnvVarSource` as Kubernetes writes it.
    Source(K8sValue),
}

/// A source of variables.
#[derive(Clone, Debug, PartialEq)]
pub enum EnvFrom {
    /// A config map of the node type; absent: the source is gone.
    ConfigMap {
        config_map: DnsLabel,
        optional: bool,
    },
    /// A config map of the cluster; absent: the source is gone.
    SharedConfigMap {
        config_map: DnsLabel,
        optional: bool,
    },
    /// An `EnvFromSource` as Kubernetes writes it.
    Source(K8sValue),
}

/// A port of the main container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    pub name: Option<PortName>,
    /// 1 to 65535.
    pub number: u16,
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: &'static str,
}

/// The services of a node.
#[derive(Clone, Debug, PartialEq)]
pub struct Services {
    pub main: Option<MainService>,
    pub headless: Option<HeadlessService>,
    /// The others, in the order of the manifest.
    pub more: Vec<MoreService>,
}

/// A service beside the main and the headless one (DR-19).
#[derive(Clone, Debug, PartialEq)]
pub struct MoreService {
    /// What the manifest calls it, and how its name ends where the manifest gives none.
    pub key: DnsLabel,
    /// Whether `k8s.service` describes it too.
    pub from_group: bool,
    pub service: MainService,
}

/// The service that `k8s.service` describes.
#[derive(Clone, Debug, PartialEq)]
pub struct MainService {
    /// When there is one; always, where nothing is said.
    pub when: Option<Cond>,
    /// The StatefulSet's `serviceName`.
    pub governing: bool,
    /// Fields of a `ServiceSpec` that the manifest gives; the custom resource's win.
    pub spec: Vec<K8sFieldValue>,
    pub annotations: Vec<(String, Text)>,
    pub object_name: Option<NameTemplate>,
}

/// The headless service that gives pods their names.
#[derive(Clone, Debug, PartialEq)]
pub struct HeadlessService {
    /// The StatefulSet's `serviceName`.
    pub governing: bool,
}
