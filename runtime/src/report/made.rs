//! One condition, with the time at which it last changed.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use k8s_openapi::jiff::Timestamp;

use crate::event::cut;

/// Longer messages are cut: a status must stay small beside a large resource.
pub(crate) const LONGEST: usize = 2048;

/// Of which generation a condition is, and when it is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Made {
    pub(crate) generation: i64,
    pub(crate) now: Timestamp,
}

impl Made {
    /// A condition; its transition is as long ago as `before` says where it is as it was.
    pub(crate) fn condition(
        self,
        before: Option<&Condition>,
        (type_, status): (&str, bool),
        reason: &str,
        message: &str,
    ) -> Condition {
        let status = if status { "True" } else { "False" };
        let since = before
            .filter(|before| before.status == status)
            .map_or(Time(self.now), |before| before.last_transition_time.clone());
        Condition {
            type_: type_.to_owned(),
            status: status.to_owned(),
            reason: reason.to_owned(),
            message: cut(message, LONGEST).to_owned(),
            observed_generation: Some(self.generation),
            last_transition_time: since,
        }
    }
}
