//! What is said of a change: the shape of the JSON, which `text` puts into words.

use std::collections::BTreeMap;

use serde::Serialize;

use super::fields::Field;
use crate::spec::RolloutStrategy;

/// Version of the JSON; grows when a key changes its meaning or goes away.
pub(crate) const FORMAT: &str = "dsoi.dev/preview/v1";

/// What a change of one custom resource comes to.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Preview {
    pub(crate) api_version: String,
    pub(crate) kind: String,
    pub(crate) namespace: String,
    pub(crate) name: String,
    /// Whether node types wait for each other: `ordered` or `parallel`.
    pub(crate) strategy: RolloutStrategy,
    /// What happens to which object, by kind and name. Objects to which nothing happens are not in it.
    pub(crate) objects: Vec<Change>,
    /// What happens together; the next turn begins when every pod of the last one is ready.
    pub(crate) turns: Vec<Turn>,
    /// The workloads of which no pod is touched.
    pub(crate) steady: Vec<String>,
    /// Of all turns together.
    pub(crate) pods: Counts,
}

/// What happens to an object.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Change {
    pub(crate) action: Action,
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    /// None where several nodes share it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) node: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) node_type: Option<String>,
    /// The number of the turn in which it happens, from one; none where nothing does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) turn: Option<usize>,
    /// Why it is made anew, kept, refused or not come to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// What differs, where it was there and is wanted.
    pub(crate) fields: Vec<Field>,
}

/// What is done about an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Action {
    Create,
    Change,
    /// Deleted and created, for the sake of a field that cannot be changed.
    Recreate,
    Delete,
    /// Nobody asks for it any more, and it stays: it holds data.
    Keep,
    /// It cannot become what is asked for: nothing is written before that is mended.
    Refuse,
    /// It stays as it is because of what is refused or missing elsewhere.
    Wait,
}

/// What happens together.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Turn {
    /// Of the workloads below, each once.
    pub(crate) node_types: Vec<String>,
    /// The workloads whose pods come, go or restart.
    pub(crate) workloads: Vec<Workload>,
}

/// What happens to the pods of a workload.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Workload {
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    pub(crate) node: String,
    pub(crate) node_type: String,
    /// How many pods are replaced by pods of another template, come, and go.
    pub(crate) restarts: i32,
    pub(crate) starts: i32,
    pub(crate) stops: i32,
    /// As the workload says it: `RollingUpdate`, `Recreate` or `OnDelete`.
    pub(crate) strategy: String,
    /// How many pods may be away at once: a number, or a share such as `25%`.
    pub(crate) at_once: String,
    /// How many pods stay at the old template, as the workload says.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) partition: i32,
    /// The workload of the same node in whose place it comes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) replaces: Option<String>,
}

/// How many pods are touched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Counts {
    /// Get another template.
    pub(crate) restart: i32,
    /// Go, and others come for them, as their node has another workload: another kind, or another name.
    pub(crate) replaced: i32,
    /// Come, and none went for them.
    pub(crate) start: i32,
    /// Go for good.
    pub(crate) stop: i32,
}

impl Counts {
    pub(super) fn of(turns: &[Turn]) -> Self {
        let mut counts = Self::default();
        let mut nodes: BTreeMap<&str, (i32, i32)> = BTreeMap::new();
        for workload in turns.iter().flat_map(|turn| &turn.workloads) {
            let (starts, stops) = nodes.entry(&workload.node).or_default();
            counts.restart = counts.restart.saturating_add(workload.restarts);
            *starts = starts.saturating_add(workload.starts);
            *stops = stops.saturating_add(workload.stops);
        }
        for (starts, stops) in nodes.into_values() {
            let both = starts.min(stops);
            counts.replaced = counts.replaced.saturating_add(both);
            counts.start = counts.start.saturating_add(starts - both);
            counts.stop = counts.stop.saturating_add(stops - both);
        }
        counts
    }
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes by reference"
)]
fn is_zero(number: &i32) -> bool {
    *number == 0
}
