//! The pods of a node, by the names that a `StatefulSet` gives them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::vec::IntoIter;

use super::Node;
use crate::cluster::Cluster;
use crate::spec::WorkloadKind;

/// A pod that will exist once its `StatefulSet` has its replicas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodRef {
    name: String,
    ordinal: i32,
    host: String,
    ports: Arc<BTreeMap<String, i32>>,
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

    /// The number of a port of the main container; zero if it has none of that name.
    pub fn port(&self, name: &str) -> i32 {
        self.ports.get(name).copied().unwrap_or_default()
    }
}

impl<'a, C: Cluster> Node<'a, C> {
    /// The pods of this node; none for a `Deployment`, whose pods have no lasting names.
    pub fn pods(&self) -> IntoIter<PodRef> {
        if self.kind() != WorkloadKind::StatefulSet {
            return Vec::new().into_iter();
        }
        self.context
            .asked
            .borrow_mut()
            .insert(self.name().to_owned());
        let workload = C::workload_name(self);
        let governed = self.context.governed.get(self.name());
        let governed = governed.cloned().unwrap_or_default();
        let ports = Arc::new(governed.ports);
        let pods = (0..self.replicas()).map(|index| {
            let ordinal = governed.first_ordinal.saturating_add(index);
            let name = format!("{workload}-{ordinal}");
            let host = match &governed.service {
                Some(service) => format!("{name}.{service}.{}.svc", self.namespace()),
                None => name.clone(),
            };
            let ports = Arc::clone(&ports);
            PodRef {
                name,
                ordinal,
                host,
                ports,
            }
        });
        pods.collect::<Vec<_>>().into_iter()
    }

    /// The pods of all nodes of a type, in the resource's order.
    pub fn pods_of(&self, node_type: &str) -> IntoIter<PodRef> {
        let pods = self.nodes_of(node_type).flat_map(|node| node.pods());
        pods.collect::<Vec<_>>().into_iter()
    }

    /// The nodes of a type, in the resource's order.
    pub fn nodes_of(&self, node_type: &str) -> IntoIter<Node<'a, C>> {
        let entries = self.resolved.nodes.iter();
        let nodes = entries
            .filter(|entry| {
                let known = entry.node_type;
                known.name() == node_type || known.called().contains(&node_type)
            })
            .map(|entry| Node::new(self.resolved, entry, self.context));
        nodes.collect::<Vec<_>>().into_iter()
    }
}
