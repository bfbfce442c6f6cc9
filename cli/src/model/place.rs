//! Values of Kubernetes types that the manifest writes: probes, security contexts, parts of a pod.

use super::{Expr, Literal, RustIdent, Text, WireName};
use std::fmt;

/// The short name of a type in the schemas of Kubernetes (`Probe`, `PodSpec`), or of the runtime (`StorageConfig`, `PodMetadata`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct K8sType(String);

impl K8sType {
    /// The type of that name, which the schemas have.
    pub(crate) fn new(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for K8sType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A value whose type is Kubernetes', every field checked against its schema.
#[derive(Clone, Debug, PartialEq)]
pub enum K8sValue {
    /// A struct of k8s-openapi, in the order of the manifest.
    Struct {
        ty: K8sType,
        fields: Vec<K8sFieldValue>,
    },
    List(Vec<K8sValue>),
    /// A map with string keys, in the order of the manifest.
    Map(Vec<(Text, K8sValue)>),
    String(Expr),
    Int(Expr),
    Bool(Expr),
    Quantity(Expr),
    /// An `IntOrString` that is a number.
    IntOrStringInt(Expr),
    /// An `IntOrString` that is a text.
    IntOrStringText(Expr),
    /// A whole value of that type from the custom resource.
    Whole {
        ty: K8sType,
        value: Expr,
    },
    /// A place where Kubernetes takes any JSON.
    Any(Literal),
}

/// A field of a Kubernetes struct with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct K8sFieldValue {
    pub wire: WireName,
    /// The field of the k8s-openapi struct.
    pub ident: RustIdent,
    /// The field is no `Option` there.
    pub required: bool,
    pub value: K8sValue,
}
