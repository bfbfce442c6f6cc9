//! A node and its pods as they are: what the cache knows, for code of the operator's author. Pure.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::build::DesiredChild;
use crate::cache::{Child, Workload};
use crate::kind::{ChildKind, ObjectId};
use crate::observe::Observed;
use crate::rollout::facts::pods_of;

/// A node as it runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveNode {
    /// As in `spec.nodes`.
    pub name: String,
    pub node_type: String,
    /// The name of its `Deployment` or `StatefulSet`.
    pub workload: String,
    /// How many pods it is to have, how many of them are ready, and how many run what was written
    /// last.
    pub replicas: i32,
    pub ready: i32,
    pub updated: i32,
    /// Those that are not on their way out, by ordinal or by name.
    pub pods: Vec<LivePod>,
}

/// A pod as it runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LivePod {
    pub name: String,
    /// Its place in its `StatefulSet`; a pod of a `Deployment` has none.
    pub ordinal: Option<i32>,
    /// The name under which other pods find it, where a headless Service governs its `StatefulSet`.
    pub host: Option<String>,
    /// Its address, once it has one.
    pub ip: Option<String>,
    /// All of its containers are ready.
    pub ready: bool,
    /// It runs what was written last.
    pub updated: bool,
    /// Why it cannot run: `CrashLoopBackOff`, `Unschedulable` …
    pub trouble: Option<String>,
    /// Its annotations of up to 4 KiB each, but for the runtime's own.
    pub annotations: BTreeMap<String, String>,
}

impl LiveNode {
    /// The node of a desired workload, as it is.
    pub(crate) fn of(wanted: &DesiredChild, observed: &Observed) -> Self {
        let known = observed.children.get(&wanted.id);
        let nothing = Workload::default();
        let live = known
            .and_then(|known| known.child.workload.as_deref())
            .unwrap_or(&nothing);
        let host = wanted
            .document
            .pointer("/spec/serviceName")
            .and_then(Value::as_str)
            .filter(|service| !service.is_empty());
        let mut pods: Vec<LivePod> = pods_of(&wanted.id, observed)
            .filter(|(_, child)| !child.terminating)
            .filter_map(|(id, child)| LivePod::of(id, child, &wanted.id, live, host))
            .collect();
        pods.sort_by(|a, b| (a.ordinal, &a.name).cmp(&(b.ordinal, &b.name)));
        Self {
            name: wanted
                .node
                .clone()
                .unwrap_or_else(|| wanted.id.name.clone()),
            node_type: wanted.node_type.clone().unwrap_or_default(),
            workload: wanted.id.name.clone(),
            replicas: live.asked,
            ready: live.ready,
            updated: live.updated,
            pods,
        }
    }
}

impl LivePod {
    fn of(
        id: &ObjectId,
        child: &Child,
        workload: &ObjectId,
        live: &Workload,
        service: Option<&str>,
    ) -> Option<Self> {
        let pod = child.pod.as_deref()?;
        let ordinal = (workload.kind == ChildKind::StatefulSet)
            .then(|| {
                let rest = id.name.strip_prefix(&workload.name)?;
                rest.strip_prefix('-')?.parse().ok()
            })
            .flatten();
        let seen = pod.seen.as_deref();
        Some(Self {
            name: id.name.clone(),
            ordinal,
            host: service.map(|service| format!("{}.{service}.{}.svc", id.name, id.namespace)),
            ip: seen.and_then(|seen| seen.ip.as_deref().map(str::to_owned)),
            ready: pod.ready,
            updated: pod.template == live.template,
            trouble: pod
                .trouble
                .as_ref()
                .map(|trouble| trouble.reason.to_string()),
            annotations: seen
                .map(|seen| seen.annotations.clone())
                .unwrap_or_default(),
        })
    }

    /// Where it can be reached within the cluster: its name, or else its address.
    pub fn address(&self) -> Option<&str> {
        self.host.as_deref().or(self.ip.as_deref())
    }
}
