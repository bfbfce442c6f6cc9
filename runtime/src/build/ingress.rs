//! How requests from outside reach a node, as its k8s config group says it (DR-11).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::canonical;
use super::children::{Child, Children, Draft, sealed::Sealed};
use super::meta::SharedOrigin;
use crate::cluster::Cluster;
use crate::kind::ChildKind;
use crate::node::Node;

/// An ingress to the node. Without a spec there is none.
#[derive(Clone, Debug)]
pub struct Ingress {
    origin: SharedOrigin,
    name: String,
    annotations: BTreeMap<String, String>,
    spec: Option<Value>,
}

impl<C: Cluster> Node<'_, C> {
    /// The ingress of the k8s config group; a group without one has none. Its backends name Services
    /// as they are called in Kubernetes.
    pub fn ingress(&self) -> Ingress {
        Ingress {
            origin: Arc::clone(self.origin()),
            name: C::workload_name(self),
            annotations: self.k8s.merged_ingress_annotations(),
            spec: self.k8s.ingress.map(canonical::value),
        }
    }
}

impl Sealed for Ingress {}

impl Child for Ingress {
    fn add_to(self, children: &mut Children) {
        if let Some(spec) = self.spec {
            children.drafts.push(Draft {
                kind: ChildKind::Ingress,
                name: self.name,
                origin: self.origin,
                labels: BTreeMap::new(),
                annotations: self.annotations,
                spec,
            });
        }
    }
}
