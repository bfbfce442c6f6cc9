//! Fields of the custom resource and their types: the one source of the CRD's schema and of the Rust types.

use super::{K8sType, Literal, RustIdent, TypeIdent, WireName};

/// A field of the custom resource, as the manifest declares it.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its name in JSON.
    pub wire: WireName,
    /// Its name in generated Rust; unique among its siblings.
    pub ident: RustIdent,
    pub ty: Type,
    /// May be left out, and then is absent. Never together with `default`.
    pub optional: bool,
    /// What the API server fills in.
    pub default: Option<Literal>,
    pub doc: Option<String>,
    /// An RE2 pattern for strings.
    pub pattern: Option<String>,
    /// Smallest value of a number; shortest string; fewest items.
    pub min: Option<i64>,
    /// Largest value of a number; longest string; most items.
    pub max: Option<i64>,
    pub change: Change,
    /// An enum that is compared without regard to case.
    pub any_case: bool,
}

/// How a field may change after creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Free,
    /// Not at all once it is set (CEL `self == oldSelf`).
    Immutable,
    /// A number that never shrinks (CEL `self >= oldSelf`).
    GrowOnly,
}

impl Field {
    /// Whether the CRD lists it as required.
    pub fn required(&self) -> bool {
        !self.optional && self.default.is_none()
    }
}

/// The type of a field or of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    String,
    /// 64 bits, signed.
    Int,
    Bool,
    /// 1 to 65535.
    Port,
    Quantity,
    /// A text such as `10m`.
    Duration,
    /// Any JSON object, kept as it is; a layer of a configuration file.
    Tree,
    /// A text that holds JSON, parsed strictly; `Some` where the manifest names fields in it.
    Json(Option<Box<StructType>>),
    /// `{name, key}` in the namespace of the custom resource.
    SecretKey,
    /// `{name, namespace}`; another namespace than the custom resource's is refused.
    SecretRef,
    /// The name of a node type: an enum in the CRD, a string in Rust.
    NodeType,
    /// A type of Kubernetes, by its short name.
    K8s(K8sType),
    List(Box<Type>),
    /// A list whose items are told apart by one of their fields (a list-map in the CRD).
    KeyedList {
        item: Box<StructType>,
        key: WireName,
    },
    /// String keys.
    Map(Box<Type>),
    Enum(EnumType),
    Struct(Box<StructType>),
    /// One node of the cluster (`s in nodes.T`); in expressions only.
    Node,
    /// One pod of the cluster (`p in pods.T`); in expressions only.
    Pod,
}

/// A struct that generated code declares.
#[derive(Clone, Debug, PartialEq)]
pub struct StructType {
    /// Its name in Rust; unique in the operator.
    pub ident: TypeIdent,
    pub fields: Vec<Field>,
}

/// An enum that generated code declares.
#[derive(Clone, Debug, PartialEq)]
pub struct EnumType {
    /// Its name in Rust; unique in the operator.
    pub ident: TypeIdent,
    /// In the order of the manifest.
    pub values: Vec<EnumValue>,
}

/// One value of an enum.
#[derive(Clone, Debug, PartialEq)]
pub struct EnumValue {
    /// The text in JSON.
    pub wire: String,
    /// The variant in Rust; unique in its enum.
    pub ident: TypeIdent,
}
