//! The pods of a node, by the names that a `StatefulSet` gives them.

use super::Node;
use crate::cluster::Cluster;
use crate::spec::WorkloadKind;

/// A pod that will exist once its `StatefulSet` has its replicas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodRef {
    name: String,
    ordinal: i32,
    host: String,
}

impl PodRef {
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn ordinal(&self) -> i32 {
        self.ordinal
    }

    /// `POD.SERVICE.NAMESPACE.svc`, which resolves in every cluster domain.
    pub fn host(&self) -> &str {
        &self.host
    }
}

impl<C: Cluster> Node<'_, C> {
    /// The pods of this node; none for a `Deployment`, whose pods have no lasting names.
    pub fn pods(&self) -> Vec<PodRef> {
        if self.kind() != WorkloadKind::StatefulSet {
            return Vec::new();
        }
        self.context.asked.set(true);
        let workload = C::workload_name(self);
        let governed = self.context.governed.get(self.name());
        let first = governed.map_or(0, |governed| governed.first_ordinal);
        let service = governed.and_then(|governed| governed.service.as_deref());
        (0..self.replicas())
            .map(|index| {
                let ordinal = first.saturating_add(index);
                let name = format!("{workload}-{ordinal}");
                let host = match service {
                    Some(service) => format!("{name}.{service}.{}.svc", self.namespace()),
                    None => name.clone(),
                };
                PodRef {
                    name,
                    ordinal,
                    host,
                }
            })
            .collect()
    }

    /// The pods of all nodes of a type, in the resource's order.
    pub fn pods_of(&self, node_type: &str) -> Vec<PodRef> {
        let nodes = self.nodes_of(node_type);
        nodes.iter().flat_map(Node::pods).collect()
    }
}
