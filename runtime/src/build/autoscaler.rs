//! When a node gets more or fewer pods, as its k8s config group says it (DR-4, DR-9).
//!
//! A workload under an autoscaler has no replicas of its own in its document: whatever the autoscaler
//! last decided stays, whatever else changes. What the custom resource asks for is where a new
//! workload starts. Zero is the exception: no autoscaler leaves it, so it stays the resource's word.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::canonical;
use super::children::{Child, Children, Draft, sealed::Sealed};
use super::meta::SharedOrigin;
use crate::cluster::Cluster;
use crate::kind::ChildKind;
use crate::node::Node;
use crate::spec::WorkloadKind;

/// An autoscaler of the node's workload. Without a spec there is none.
#[derive(Clone, Debug)]
pub struct Autoscaler {
    origin: SharedOrigin,
    name: String,
    spec: Option<Value>,
}

impl<C: Cluster> Node<'_, C> {
    /// The autoscaler of the k8s config group; a group without one has none.
    pub fn horizontal_pod_autoscaler(&self) -> Autoscaler {
        let name = C::workload_name(self);
        let kind = match self.kind() {
            WorkloadKind::StatefulSet => ChildKind::StatefulSet,
            WorkloadKind::Deployment => ChildKind::Deployment,
        };
        let spec = self.k8s.horizontal_pod_autoscaler.map(|autoscaler| {
            let mut spec = canonical::value(autoscaler);
            if let Value::Object(spec) = &mut spec {
                let target = json!({
                    "apiVersion": kind.row().api_version(),
                    "kind": kind.as_str(),
                    "name": name,
                });
                spec.insert("scaleTargetRef".to_owned(), target);
            }
            spec
        });
        Autoscaler {
            origin: Arc::clone(self.origin()),
            name,
            spec,
        }
    }
}

impl Sealed for Autoscaler {}

impl Child for Autoscaler {
    fn add_to(self, children: &mut Children) {
        if let Some(spec) = self.spec {
            let bound = |field| number(&spec, field);
            if let (Some(min), Some(max)) = (bound("minReplicas"), bound("maxReplicas"))
                && min > max
            {
                children.problems.push(self.origin.k8s_problem(
                    "horizontalPodAutoscaler.minReplicas",
                    format!("is {min}, more than the {max} of `maxReplicas`"),
                ));
            }
            children.drafts.push(Draft {
                kind: ChildKind::HorizontalPodAutoscaler,
                name: self.name,
                origin: self.origin,
                labels: BTreeMap::new(),
                annotations: BTreeMap::new(),
                spec,
            });
        }
    }
}

/// Leaves the replicas of each workload that one of `drafts` scales to that autoscaler. Returns, by
/// kind and name, with how many replicas such a workload starts.
pub(super) fn hand_over(drafts: &mut [Draft]) -> BTreeMap<(ChildKind, String), i32> {
    let bounds: Vec<(Value, Value, i32, i32)> = drafts
        .iter()
        .filter(|draft| draft.kind == ChildKind::HorizontalPodAutoscaler)
        .filter_map(|draft| {
            let target = draft.spec.get("scaleTargetRef")?;
            Some((
                target.get("kind")?.clone(),
                target.get("name")?.clone(),
                number(&draft.spec, "minReplicas").unwrap_or(1),
                number(&draft.spec, "maxReplicas")?,
            ))
        })
        .collect();
    let mut starts = BTreeMap::new();
    for draft in drafts.iter_mut().filter(|draft| draft.kind.is_workload()) {
        let scaled = bounds
            .iter()
            .find(|(kind, name, ..)| kind == draft.kind.as_str() && *name == draft.name);
        let (Some((_, _, min, max)), Some(replicas)) = (scaled, number(&draft.spec, "replicas"))
        else {
            continue;
        };
        if replicas == 0 {
            continue;
        }
        if let Value::Object(spec) = &mut draft.spec {
            spec.remove("replicas");
        }
        let start = replicas.max(*min).min(*max).max(1);
        starts.insert((draft.kind, draft.name.clone()), start);
    }
    starts
}

fn number(spec: &Value, field: &str) -> Option<i32> {
    i32::try_from(spec.get(field)?.as_i64()?).ok()
}
