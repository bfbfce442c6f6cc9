//! Who a child belongs to, and the metadata that follows from it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::cluster::{Cluster, NodeFields};
use crate::labels::{self, Identity};
use crate::problem::Problem;
use crate::resolve::{Resolved, ResolvedNode};

/// How many nodes a child serves. A wider child is built once and sees only what its scope sees.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scope {
    Node(String),
    /// All nodes of one app config group.
    Group(String),
    Cluster,
}

/// Where a child comes from: what its names, labels and problems need to know.
#[derive(Debug)]
pub(crate) struct Origin {
    pub(crate) identity: Identity,
    pub(crate) namespace: String,
    /// None for children of the whole cluster.
    pub(crate) node: Option<String>,
    pub(crate) node_type: Option<String>,
    /// The app config group's name; empty for children of the whole cluster.
    pub(crate) group: String,
    /// The application's labels.
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) cluster_labels: BTreeMap<String, String>,
    /// Paths of the node, of its k8s config group and of its app config group.
    pub(crate) path: String,
    pub(crate) k8s_path: String,
    pub(crate) config_path: String,
}

impl Origin {
    pub(crate) fn of_cluster<C: Cluster>(resolved: &Resolved<'_, C>, operator: &str) -> Self {
        let labels = C::cluster_labels(resolved.cr).0;
        Self {
            identity: Identity {
                operator: operator.to_owned(),
                kind: labels::kind_value(&C::kind(&()), &C::group(&())),
                instance: resolved.cr.cr_name().to_owned(),
            },
            namespace: resolved.cr.cr_namespace().to_owned(),
            node: None,
            node_type: None,
            group: String::new(),
            cluster_labels: labels.clone(),
            labels,
            path: "spec".to_owned(),
            k8s_path: "spec".to_owned(),
            config_path: "spec".to_owned(),
        }
    }

    pub(crate) fn of_node<C: Cluster>(
        cluster: &Self,
        entry: &ResolvedNode<'_, C>,
        labels: BTreeMap<String, String>,
    ) -> Self {
        Self {
            identity: cluster.identity.clone(),
            namespace: cluster.namespace.clone(),
            node: Some(entry.spec.name().to_owned()),
            node_type: Some(entry.node_type.name().to_owned()),
            group: entry.spec.app_config_group().to_owned(),
            labels,
            cluster_labels: cluster.cluster_labels.clone(),
            path: C::SPELLING.node(entry.index),
            k8s_path: C::SPELLING.k8s_group(entry.k8s_index),
            config_path: C::SPELLING.config_group(entry.config_index),
        }
    }

    pub(crate) fn own_scope(&self) -> Scope {
        match &self.node {
            Some(node) => Scope::Node(node.clone()),
            None => Scope::Cluster,
        }
    }

    pub(crate) fn problem(&self, message: impl Into<String>) -> Problem {
        Problem {
            path: self.path.clone(),
            message: message.into(),
        }
    }

    pub(crate) fn k8s_problem(&self, field: &str, message: impl Into<String>) -> Problem {
        Problem {
            path: join(&self.k8s_path, field),
            message: message.into(),
        }
    }

    /// The runtime's labels of a child of this scope.
    pub(crate) fn runtime_labels(&self, scope: &Scope) -> BTreeMap<String, String> {
        match scope {
            Scope::Node(node) => self.identity.node(node),
            Scope::Group(_) | Scope::Cluster => self.identity.shared(),
        }
    }

    /// The application's labels of a child of this scope.
    pub(crate) fn app_labels(&self, scope: &Scope) -> &BTreeMap<String, String> {
        match scope {
            Scope::Node(_) | Scope::Group(_) => &self.labels,
            Scope::Cluster => &self.cluster_labels,
        }
    }
}

fn join(path: &str, field: &str) -> String {
    if field.is_empty() {
        path.to_owned()
    } else {
        format!("{path}.{field}")
    }
}

/// The custom resource as the owner that garbage collection follows.
pub(crate) fn owner_reference<C: Cluster>(cr: &C) -> Value {
    let meta = cr.meta();
    json!({
        "apiVersion": C::api_version(&()),
        "kind": C::kind(&()),
        "name": cr.cr_name(),
        "uid": meta.uid.as_deref().unwrap_or_default(),
        "controller": true,
    })
}

/// An origin is shared by all builders of a node.
pub(crate) type SharedOrigin = Arc<Origin>;
