//! The six conditions. Transition times move on a flip only, and texts are stable.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use k8s_openapi::jiff::Timestamp;

use super::made::Made;
use super::nodes::Node;
use crate::build::Desired;
use crate::execute::{Outcome, Trouble, TroubleKind};
use crate::observe::Observed;
use crate::problem::Problems;
use crate::spec::condition::{ACCEPTED, DEGRADED, PAUSED, PROGRESSING, READY, STOPPED};
use crate::spec::{ClusterStatus, NodePhase, RolloutPhase, RolloutStatus};

/// Makes conditions of one generation.
pub(super) struct Conditions<'a> {
    pub(super) before: Option<&'a ClusterStatus>,
    pub(super) generation: i64,
    pub(super) now: Timestamp,
}

impl Conditions<'_> {
    /// The operator keeps its hands off: what was true before may not be, and is left as it was.
    pub(super) fn paused(&self) -> Vec<Condition> {
        let message = "the operator leaves this resource alone, as its annotation asks";
        [ACCEPTED, PROGRESSING, READY, DEGRADED, STOPPED]
            .iter()
            .filter_map(|type_| self.before?.condition(type_).cloned())
            .chain([self.make(PAUSED, true, "Annotation", message)])
            .collect()
    }

    pub(super) fn invalid(&self, problems: &Problems) -> Vec<Condition> {
        let message = problems.to_string().replace('\n', "; ");
        let ready = self
            .before
            .and_then(|before| before.condition(READY).cloned())
            .unwrap_or_else(|| self.make(READY, false, "Invalid", "nothing was made yet"));
        [
            self.make(ACCEPTED, false, "Invalid", &message),
            self.make(
                PROGRESSING,
                false,
                "Invalid",
                "waits for a change of the resource",
            ),
            ready,
            self.make(DEGRADED, true, "Invalid", "the resource cannot be built"),
            self.resumed(),
        ]
        .into_iter()
        .chain(
            self.before
                .and_then(|before| before.condition(STOPPED).cloned()),
        )
        .collect()
    }

    pub(super) fn carried(
        &self,
        nodes: &[Node],
        desired: &Desired,
        observed: &Observed,
        outcome: &Outcome,
        rollout: Option<&RolloutStatus>,
        no_way_back: Option<&str>,
    ) -> Vec<Condition> {
        let ready = if desired.stopped {
            self.make(READY, false, "Stopped", "the cluster is stopped")
        } else {
            self.ready(nodes, outcome, rollout)
        };
        [
            self.accepted(outcome),
            self.progressing(nodes, outcome, rollout, no_way_back),
            ready,
            self.degraded(nodes, observed, outcome, rollout),
            self.resumed(),
        ]
        .into_iter()
        .chain(self.stopped(desired.stopped))
        .collect()
    }

    /// Told of a cluster that is stopped, or was once (NC-25).
    fn stopped(&self, stopped: bool) -> Option<Condition> {
        if stopped {
            let message = "every workload is asked for no pods; everything else is kept";
            return Some(self.make(STOPPED, true, "Stopped", message));
        }
        self.before?.condition(STOPPED)?;
        Some(self.make(STOPPED, false, "Running", ""))
    }

    fn accepted(&self, outcome: &Outcome) -> Condition {
        let refused = messages(outcome, |trouble| trouble.kind == TroubleKind::Refused);
        if refused.is_empty() {
            self.make(ACCEPTED, true, "Valid", "")
        } else {
            self.make(ACCEPTED, false, "Refused", &refused)
        }
    }

    fn progressing(
        &self,
        nodes: &[Node],
        outcome: &Outcome,
        rollout: Option<&RolloutStatus>,
        no_way_back: Option<&str>,
    ) -> Condition {
        let quota = messages(outcome, |trouble| trouble.reason == "QuotaExceeded");
        if !quota.is_empty() {
            return self.make(PROGRESSING, false, "QuotaExceeded", &quota);
        }
        if let Some(halted) = rollout.filter(|rollout| rollout.phase == RolloutPhase::Halted) {
            let halted = sentence(halted);
            return match no_way_back {
                Some(why) => {
                    let message = format!("{halted}; it cannot be rolled back: {why}");
                    self.make(PROGRESSING, false, "RollbackImpossible", &message)
                }
                None => self.make(PROGRESSING, false, "RolloutHalted", &halted),
            };
        }
        if let Some(back) = rollout.filter(|rollout| rollout.phase == RolloutPhase::RolledBack) {
            return self.make(PROGRESSING, false, "RolledBack", &sentence(back));
        }
        if let Some(waiting) = outcome.waiting.first() {
            let message = format!("waits for {}: {}", waiting.id, waiting.reason);
            return self.make(PROGRESSING, true, "Waiting", &message);
        }
        match rollout.map(|rollout| (rollout, rollout.phase)) {
            Some((moving, RolloutPhase::Progressing)) => {
                return self.make(PROGRESSING, true, "RollingOut", &sentence(moving));
            }
            Some((back, RolloutPhase::RollingBack)) => {
                return self.make(PROGRESSING, true, "RollingBack", &sentence(back));
            }
            _ => {}
        }
        if let Some(held) = outcome.held.first() {
            let message = format!("keeps {}: {}", held.id, held.reason);
            return self.make(PROGRESSING, true, "Waiting", &message);
        }
        let failed: Vec<&Node> = nodes
            .iter()
            .filter(|node| node.status.phase == NodePhase::Failed)
            .collect();
        // Nodes that are new crash: no upgrade is halted, and none can be undone.
        if let Some(why) = no_way_back {
            let failed: Vec<String> = failed.iter().map(|node| node.told()).collect();
            let message = format!("{}; it cannot be rolled back: {why}", failed.join(", "));
            return self.make(PROGRESSING, false, "RollbackImpossible", &message);
        }
        let moving: Vec<String> = nodes
            .iter()
            .filter(|node| {
                matches!(
                    node.status.phase,
                    NodePhase::Progressing | NodePhase::Pending
                )
            })
            .map(Node::told)
            .collect();
        if !moving.is_empty() {
            let message = format!("not there yet: {}", moving.join(", "));
            return self.make(PROGRESSING, true, "NodesProgressing", &message);
        }
        if outcome.troubles.is_empty() && outcome.closed.is_none() && failed.is_empty() {
            self.make(PROGRESSING, false, "Complete", "")
        } else {
            self.make(PROGRESSING, false, "Stuck", "see the condition Degraded")
        }
    }

    fn ready(
        &self,
        nodes: &[Node],
        outcome: &Outcome,
        rollout: Option<&RolloutStatus>,
    ) -> Condition {
        let unready: Vec<String> = nodes
            .iter()
            .filter(|node| node.status.phase != NodePhase::Ready)
            .map(Node::told)
            .collect();
        if !unready.is_empty() {
            let message = format!("not ready: {}", unready.join(", "));
            self.make(READY, false, "NodesNotReady", &message)
        } else if let Some(back) = rollout.filter(|rollout| rollout.rolled_back_to.is_some()) {
            self.make(READY, false, "RolledBack", &sentence(back))
        } else if outcome.troubles.is_empty()
            && outcome.waiting.is_empty()
            && outcome.held.is_empty()
        {
            self.make(READY, true, "AllNodesReady", "")
        } else {
            self.make(
                READY,
                false,
                "ChildrenOutOfDate",
                "not every child is as it should be",
            )
        }
    }

    fn degraded(
        &self,
        nodes: &[Node],
        observed: &Observed,
        outcome: &Outcome,
        rollout: Option<&RolloutStatus>,
    ) -> Condition {
        if let Some(first) = outcome.troubles.first() {
            let message = messages(outcome, |_| true);
            return self.make(DEGRADED, true, first.reason, &message);
        }
        if !observed.denied.is_empty() {
            let denied: Vec<String> = observed
                .denied
                .iter()
                .map(|(kind, why)| format!("{kind} cannot be listed: {why}"))
                .collect();
            return self.make(DEGRADED, true, "NotListed", &denied.join("; "));
        }
        let failures: Vec<String> = nodes
            .iter()
            .filter_map(|node| node.failure.clone())
            .collect();
        if let Some(back) = rollout.filter(|rollout| rollout.rolled_back_to.is_some())
            && failures.is_empty()
        {
            self.make(DEGRADED, true, "RolledBack", &sentence(back))
        } else if failures.is_empty() {
            self.make(DEGRADED, false, "AsExpected", "")
        } else {
            self.make(DEGRADED, true, "NodesFailed", &failures.join("; "))
        }
    }

    fn resumed(&self) -> Condition {
        self.make(PAUSED, false, "NotPaused", "")
    }

    fn make(&self, type_: &str, status: bool, reason: &str, message: &str) -> Condition {
        let before = self.before.and_then(|before| before.condition(type_));
        Made {
            generation: self.generation,
            now: self.now,
        }
        .condition(before, (type_, status), reason, message)
    }
}

/// `query waits for node query-0`.
fn sentence(rollout: &RolloutStatus) -> String {
    let turn = rollout.node_type.as_deref().unwrap_or("the upgrade");
    match (&rollout.waiting_for, rollout.phase) {
        (Some(what), RolloutPhase::Halted) => format!("{turn} cannot go on: {what}"),
        (Some(what), RolloutPhase::RollingBack) => {
            format!("{turn} goes back to what it ran before and waits for {what}")
        }
        (Some(what), RolloutPhase::RolledBack) => {
            format!("{turn} runs what it ran before and waits for {what}")
        }
        (Some(what), _) => format!("{turn} waits for {what}"),
        (None, _) => format!("{turn} is being upgraded"),
    }
}

/// Sorted, so that the order in which replies came in does not show.
fn messages(outcome: &Outcome, of: impl Fn(&Trouble) -> bool) -> String {
    let mut messages: Vec<&str> = outcome
        .troubles
        .iter()
        .filter(|trouble| of(trouble))
        .map(|trouble| trouble.message.as_str())
        .collect();
    messages.sort_unstable();
    messages.join("; ")
}
