//! What running clusters lose with a node type, and what becomes of custom resources that still name it.

use serde_json::{Value, json};

use super::super::{Failure, Report};
use crate::model::{ChildKind, K8sField, NodeType, Operator, OrderBy, StorageMode, WorkloadKind};

/// What goes with a node type.
#[derive(Debug)]
pub(super) struct Loss {
    name: String,
    /// Kinds of children that are deleted, in the plural.
    deleted: Vec<String>,
    /// Those of them that no node type is left to have: the new operator has no right to them, and does not see them.
    unseen: Vec<String>,
    /// Whether its nodes can have claims, which stay.
    claims: bool,
    /// Where a custom resource can ask for claims to be deleted with their workload.
    retention: Option<String>,
    /// Where a custom resource may name a node type.
    refused: Vec<String>,
    /// Lists the node types that each custom resource names.
    find: String,
}

impl Loss {
    /// `left` is the operator without the node type.
    pub(super) fn of(operator: &Operator, node_type: &NodeType, left: &Operator) -> Self {
        let cluster = &operator.cluster;
        let mut kinds = node_type.child_kinds(&cluster.k8s_group);
        if !node_type.rules.kinds.contains(&WorkloadKind::StatefulSet) {
            // A Deployment keeps what it was in ReplicaSets.
            kinds.remove(&ChildKind::ControllerRevision);
        }
        let words = &cluster.spelling;
        let templates = node_type.rules.storage.stateful_set == StorageMode::Template;
        let retention = cluster.k8s_group.field(K8sField::ClaimRetention);
        Self {
            name: node_type.name.to_string(),
            deleted: kinds
                .iter()
                .filter(|kind| **kind != ChildKind::PersistentVolumeClaim)
                .map(|kind| plural(*kind))
                .collect(),
            unseen: kinds
                .iter()
                .filter(|kind| !left.cluster.child_kinds.contains(kind))
                .filter(|kind| **kind != ChildKind::PersistentVolumeClaim)
                .map(|kind| plural(*kind))
                .collect(),
            claims: kinds.contains(&ChildKind::PersistentVolumeClaim),
            retention: retention.filter(|_| templates).map(|field| {
                format!(
                    "spec.{}[].{}.whenDeleted",
                    words.k8s_config_group.wire, field.wire
                )
            }),
            refused: {
                let mut paths = vec![format!(
                    "spec.{}[].{}",
                    words.nodes.wire, words.node_type.wire
                )];
                if cluster.order.by == OrderBy::NodeType {
                    paths.push(format!("spec.{}", words.deployment_order.wire));
                }
                paths
            },
            find: format!(
                "kubectl get {}.{} -A -o custom-columns=NAMESPACE:.metadata.namespace,NAME:.metadata.name,TYPES:.spec.{}[*].{}",
                cluster.plural, operator.api.group, words.nodes.wire, words.node_type.wire
            ),
        }
    }

    /// The report of the update, with this.
    pub(super) fn told(self, mut report: Report) -> Report {
        report.note(self.lines());
        report.data["removed"] = self.data();
        report
    }

    /// A failure of the update, with this.
    pub(super) fn beside(self, failure: Failure) -> Failure {
        Failure::Beside {
            lines: self.lines(),
            key: "removed",
            data: self.data(),
            failure: Box::new(failure),
        }
    }

    fn data(&self) -> Value {
        json!({
            "nodeType": self.name,
            "deleted": self.deleted,
            "unseen": self.unseen,
            "claims": self.claims.then_some("kept"),
            "claimsDeletedBy": self.retention,
            "refused": self.refused,
            "find": self.find,
        })
    }

    fn lines(&self) -> Vec<String> {
        let name = &self.name;
        let mut lines = vec![format!(
            "clusters: a custom resource that drops its nodes of type `{name}` loses their {}",
            list(&self.deleted)
        )];
        if self.claims {
            lines.push(match &self.retention {
                Some(path) => format!(
                    "clusters: their PersistentVolumeClaims stay, with the data, unless `{path}` is `Delete`"
                ),
                None => "clusters: their PersistentVolumeClaims stay, with the data".to_owned(),
            });
        }
        lines.push(format!(
            "clusters: one that still names it in `{}` is refused whole by the new operator (`Accepted` is `False`): its pods run on, and nothing of it is looked after until it is changed",
            self.refused.join("` or `")
        ));
        if !self.unseen.is_empty() {
            lines.push(format!(
                "clusters: the new operator has nothing to do with {} any more: what is there of them then stays until it is deleted by hand or with its custom resource",
                list(&self.unseen)
            ));
        }
        lines.push(format!(
            "clusters: so change the custom resources first, while the operator of now runs. Which name it: {}",
            self.find
        ));
        lines
    }
}

fn plural(kind: ChildKind) -> String {
    match kind {
        ChildKind::NetworkPolicy => "NetworkPolicies".to_owned(),
        ChildKind::Ingress => "Ingresses".to_owned(),
        ChildKind::Pod => "Pods".to_owned(),
        kind => format!("{}s", kind.as_str()),
    }
}

/// `a, b and c`
fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [front @ .., last] => format!("{} and {last}", front.join(", ")),
    }
}
