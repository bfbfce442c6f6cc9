//! Typed expressions: what `${…}` means, with every name resolved.

use super::{DnsLabel, EnvName, Item, NodeTypeName, PortName, RustIdent, Template, Type, WireName};

/// A value that generated code computes.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    pub kind: ExprKind,
    pub ty: Type,
    /// May be absent: the Rust expression is an `Option`.
    pub optional: bool,
}

/// How a value is computed.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// Known now: a literal of the manifest, or folded for the node type (`type.name`, `type.ports.http`, `kind.lower`).
    Literal(Literal),
    Path(Path),
    /// The first that is present. All but the last are optional; `Expr::optional` is the last's.
    Coalesce(Vec<Expr>),
    /// Pieces set side by side; never optional.
    Text(Text),
    /// The items as texts with a separator between them.
    Join {
        separator: String,
        items: Vec<Item>,
    },
    /// The tree as one line of JSON.
    Json(Box<Template>),
    /// `$(NAME)`: known to the pod alone, through a downward-API variable of the container.
    Late(LateVariable),
}

/// A constant.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    Null,
    Bool(bool),
    Int(i64),
    /// As the manifest writes it.
    Float(String),
    String(String),
    List(Vec<Literal>),
    Map(Vec<(String, Literal)>),
}

/// A text with values in it.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Text {
    pub pieces: Vec<Piece>,
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    Literal(String),
    /// Present, and of a type that has one text: string, int, bool, port, quantity, duration, enum, node type.
    Value(Expr),
}

/// A value of the custom resource or of the cluster around it.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    pub root: Root,
    pub steps: Vec<Step>,
}

/// Where a path starts.
#[derive(Clone, Debug, PartialEq)]
pub enum Root {
    /// `cr.name`.
    CrName,
    /// `cr.namespace`.
    CrNamespace,
    /// `spec`: the steps are fields of the spec.
    Spec,
    /// `external`: the first step is the dependency's field; `spec` is a step of its own, as in Rust.
    External,
    /// `node.name`, a text.
    NodeName,
    /// `node.replicas`, an int.
    NodeReplicas,
    /// `node.kind`, a text.
    NodeKind,
    /// An extra field of the node: the steps are fields of the node's struct.
    Node,
    /// `k8s.name`, a text.
    K8sName,
    /// `k8s`: the first step is a field of the k8s config group's struct (always an `Option` in the runtime's view).
    K8s,
    /// `config.name`, a text.
    ConfigName,
    /// `config`: the steps are fields of the app config group's struct.
    Config,
    /// `nodes.T`: the nodes of a type, in the order of the custom resource.
    Nodes(NodeTypeName),
    /// `pods.T`: all pods of a type, in the order of the custom resource.
    Pods(NodeTypeName),
    /// `node.pods`: the pods of the node.
    NodePods,
    /// `type.name` where no node type is fixed: in names and labels.
    TypeName,
    /// `storage.name`, in names of claims.
    StorageName,
    /// `files.F.path`: where the file is mounted; the constant too.
    FilePath { file: DnsLabel, path: String },
    /// `services.S.name`.
    ServiceName(DnsLabel),
    /// `services.S.host`.
    ServiceHost(DnsLabel),
    /// `configMaps.C.name`.
    ConfigMapName(DnsLabel),
    /// `id`: what a server calls a resource.
    ResourceId,
    /// A variable of `$for`, or what `$if` found present.
    Local(Local),
}

/// A local variable of generated code; its name is free where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Local(pub RustIdent);

/// One step of a path.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub access: Access,
    /// The type after the step.
    pub ty: Type,
    /// What the step gives is an `Option` in Rust (a field that may be absent, an index that may miss).
    pub optional: bool,
}

/// How a step gets at its value.
#[derive(Clone, Debug, PartialEq)]
pub enum Access {
    /// A field of a struct.
    Field {
        wire: WireName,
        ident: RustIdent,
    },
    /// An entry of the JSON in a text.
    Json {
        wire: WireName,
    },
    /// The chosen variant of a `oneOf`.
    Variant {
        wire: WireName,
        ident: RustIdent,
    },
    /// A field that every variant of a `oneOf` has.
    Common {
        ident: RustIdent,
    },
    /// Which variant of a `oneOf` was chosen.
    Chosen,
    /// The value of a map at a key.
    MapKey(Box<Expr>),
    /// The item of a keyed list whose key field equals the expression.
    Keyed {
        key: RustIdent,
        value: Box<Expr>,
        /// Other texts that name the same item.
        also: Vec<String>,
    },
    /// A fact of a pod (`p.host`).
    Pod(PodFact),
    /// `s.name`, `s.replicas` of a node.
    NodeName,
    NodeReplicas,
    /// `s.pods` of a node.
    NodePods,
}

/// What is known of a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PodFact {
    Name,
    /// An int.
    Ordinal,
    /// Its DNS name within the cluster.
    Host,
    /// A port of its node type, folded where it is a constant.
    Port(PortName),
}

/// A fact that only the pod knows, given to it as a variable.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LateVariable {
    /// The variable that `$(…)` names.
    pub variable: EnvName,
    /// Its downward-API field, such as `metadata.name`.
    pub field_path: String,
}
