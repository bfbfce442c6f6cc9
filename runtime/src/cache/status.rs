//! The few fields of a workload's status that are kept.

use serde::Deserialize;

use super::child::Workload;
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
    /// What the status of a workload of this generation says; a new one has none.
    pub(super) fn new(generation: i64, status: Option<&Status>) -> Self {
        let of = |field: fn(&Status) -> Option<i32>| status.and_then(field).unwrap_or_default();
        let revision =
            |field: fn(&Status) -> Option<&str>| status.and_then(field).unwrap_or_default();
        Self {
            generation,
            observed_generation: status
                .and_then(|status| status.observed_generation)
                .unwrap_or_default(),
            replicas: of(|status| status.replicas),
            ready: of(|status| status.ready_replicas),
            updated: of(|status| status.updated_replicas),
            updating: revision(|status| status.current_revision.as_deref())
                != revision(|status| status.update_revision.as_deref()),
            failure: status.and_then(failure),
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
