//! How many of a node's pods may be away at once, as its k8s config group says it (DR-10).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::canonical;
use super::children::{Child, Children, Draft, sealed::Sealed};
use super::meta::SharedOrigin;
use crate::cluster::Cluster;
use crate::kind::ChildKind;
use crate::node::Node;

/// A disruption budget for the node's pods. Without a spec there is none.
#[derive(Clone, Debug)]
pub struct DisruptionBudget {
    origin: SharedOrigin,
    name: String,
    spec: Option<Value>,
}

impl<C: Cluster> Node<'_, C> {
    /// The budget of the k8s config group; a group without one has none.
    pub fn pod_disruption_budget(&self) -> DisruptionBudget {
        let selector = self.origin().identity.node_selector(self.name());
        let spec = self.k8s.pod_disruption_budget.map(|budget| {
            let mut spec = canonical::value(budget);
            if let Value::Object(spec) = &mut spec {
                spec.insert("selector".to_owned(), json!({"matchLabels": selector}));
            }
            spec
        });
        DisruptionBudget {
            origin: Arc::clone(self.origin()),
            name: C::workload_name(self),
            spec,
        }
    }
}

impl Sealed for DisruptionBudget {}

impl Child for DisruptionBudget {
    fn add_to(self, children: &mut Children) {
        if let Some(spec) = self.spec {
            if spec.get("minAvailable").is_some() && spec.get("maxUnavailable").is_some() {
                children.problems.push(self.origin.k8s_problem(
                    "podDisruptionBudget",
                    "has both `minAvailable` and `maxUnavailable`; one of them says all",
                ));
            }
            children.drafts.push(Draft {
                kind: ChildKind::PodDisruptionBudget,
                name: self.name,
                origin: self.origin,
                labels: BTreeMap::new(),
                annotations: BTreeMap::new(),
                spec,
            });
        }
    }
}
