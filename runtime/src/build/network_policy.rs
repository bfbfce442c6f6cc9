//! The network policy of a node, as its k8s config group describes it (OR-13).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::canonical;
use super::children::{Child, Children, Draft, sealed::Sealed};
use super::meta::SharedOrigin;
use crate::cluster::Cluster;
use crate::kind::ChildKind;
use crate::node::Node;

/// A network policy for the node's pods. Without a spec there is none.
#[derive(Clone, Debug)]
pub struct NetworkPolicy {
    origin: SharedOrigin,
    name: String,
    spec: Option<Value>,
}

impl<C: Cluster> Node<'_, C> {
    /// The policy of the k8s config group; a group without one has none.
    pub fn network_policy(&self) -> NetworkPolicy {
        let selector = self.origin().identity.node_selector(self.name());
        let spec = self.k8s.network_policy.map(|policy| {
            let mut spec = canonical::value(policy);
            // The server fills it in once, and it would then outlive a rule that is added later.
            let types = policy.policy_types.clone().unwrap_or_else(|| {
                let mut types = vec!["Ingress".to_owned()];
                types.extend(policy.egress.as_ref().map(|_| "Egress".to_owned()));
                types
            });
            if let Value::Object(spec) = &mut spec {
                spec.insert("podSelector".to_owned(), json!({"matchLabels": selector}));
                spec.insert("policyTypes".to_owned(), json!(types));
            }
            spec
        });
        NetworkPolicy {
            origin: Arc::clone(self.origin()),
            name: C::workload_name(self),
            spec,
        }
    }
}

impl Sealed for NetworkPolicy {}

impl Child for NetworkPolicy {
    fn add_to(self, children: &mut Children) {
        if let Some(spec) = self.spec {
            children.drafts.push(Draft {
                kind: ChildKind::NetworkPolicy,
                name: self.name,
                origin: self.origin,
                labels: BTreeMap::new(),
                annotations: BTreeMap::new(),
                spec,
            });
        }
    }
}
