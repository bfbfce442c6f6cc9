//! The few fields of a workload's status that are kept.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::child::Workload;
use super::pod::{ContainerStatus, Pod, PodStatus};
use crate::error::stable;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Status {
    observed_generation: Option<i64>,
    replicas: Option<i32>,
    ready_replicas: Option<i32>,
    updated_replicas: Option<i32>,
    current_revision: Option<String>,
    update_revision: Option<String>,
    conditions: Option<Vec<Condition>>,
    /// Of a claim and of a pod.
    phase: Option<String>,
    // Of a pod.
    #[serde(rename = "podIP")]
    pod_ip: Option<String>,
    reason: Option<String>,
    init_container_statuses: Option<Vec<ContainerStatus>>,
    container_statuses: Option<Vec<ContainerStatus>>,
}

#[derive(Clone, Debug, Deserialize)]
struct Condition {
    #[serde(rename = "type")]
    type_: String,
    status: String,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    message: Option<String>,
}

impl Workload {
    /// What the status of a workload of this generation says, which is asked for so many pods; a new
    /// one has none.
    pub(super) fn new(generation: i64, asked: i32, status: &Status) -> Self {
        Self {
            generation,
            asked,
            observed_generation: status.observed_generation.unwrap_or_default(),
            replicas: status.replicas.unwrap_or_default(),
            ready: status.ready_replicas.unwrap_or_default(),
            updated: status.updated_replicas.unwrap_or_default(),
            updating: status.current_revision.as_deref().unwrap_or_default()
                != status.update_revision.as_deref().unwrap_or_default(),
            failure: failure(status),
            template: None,
            rolled_back: None,
            node_type: None,
            templates: BTreeMap::new(),
        }
    }
}

impl Status {
    /// Whether this is the status of a claim that has a volume.
    pub(super) fn is_bound(&self) -> bool {
        self.phase.as_deref() == Some("Bound")
    }

    /// The address of a pod.
    pub(super) fn take_ip(&mut self) -> Option<Box<str>> {
        self.pod_ip.take().map(Into::into)
    }

    /// What the status of a pod of this workload and template says.
    pub(super) fn pod(self, workload: Box<str>, template: Option<Box<str>>) -> Pod {
        let is = |type_: &str, status: &str, reason: Option<&str>| {
            self.conditions.iter().flatten().any(|condition| {
                condition.type_ == type_
                    && condition.status == status
                    && reason.is_none_or(|reason| condition.reason.as_deref() == Some(reason))
            })
        };
        let ready = is("Ready", "True", None);
        let status = PodStatus {
            unschedulable: is("PodScheduled", "False", Some("Unschedulable")),
            phase: self.phase,
            reason: self.reason,
            init_containers: self.init_container_statuses.unwrap_or_default(),
            containers: self.container_statuses.unwrap_or_default(),
        };
        Pod {
            workload,
            template,
            ready,
            trouble: status.trouble(),
            seen: None,
        }
    }
}

fn failure(status: &Status) -> Option<Box<str>> {
    status
        .conditions
        .as_ref()?
        .iter()
        .find(|condition| {
            let reason = condition.reason.as_deref();
            (condition.type_ == "ReplicaFailure" && condition.status == "True")
                || (condition.type_ == "Progressing" && reason == Some("ProgressDeadlineExceeded"))
        })
        .map(|condition| {
            let said = condition.message.as_deref();
            stable(
                said.or(condition.reason.as_deref())
                    .unwrap_or(&condition.type_),
            )
            .into()
        })
}
