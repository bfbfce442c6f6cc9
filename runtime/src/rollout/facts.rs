//! What is known of each workload of an upgrade. Pure.
//!
//! In: desired and observed children, and pods. Out: per workload whether its template is still to be
//! changed, how far it is, and what keeps it from running. Nothing is remembered: the same cluster
//! gives the same facts after a restart.

use std::fmt;

use serde_json::Value;

use crate::build::DesiredChild;
use crate::cache::Workload;
use crate::kind::{ChildKind, ObjectId};
use crate::labels;
use crate::observe::{Observed, Whose, whose};

/// How far a workload is with what was last written of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It is not there, or not ours, or on its way out.
    Absent,
    /// Its pods are being replaced or made, or its controller has not seen the last write (OR-8).
    Rolling,
    /// No pod is ready, though some are asked for.
    NothingReady,
    /// Some pods are ready.
    Settling,
    /// Every replica runs the present template and is ready (DS-26).
    Done,
}

/// Why a workload cannot run what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Crash {
    pub(crate) node: String,
    /// None where no pod can be made at all.
    pub(crate) pod: Option<String>,
    pub(crate) reason: String,
}

impl fmt::Display for Crash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.pod {
            Some(pod) => write!(f, "pod {pod} of node {}: {}", self.node, self.reason),
            None => write!(f, "node {}: {}", self.node, self.reason),
        }
    }
}

/// One workload.
#[derive(Clone, Debug)]
pub(crate) struct Facts<'a> {
    pub(crate) wanted: &'a DesiredChild,
    pub(crate) state: State,
    /// Its live template is not the desired one, and we have not written the desired one.
    pub(crate) pending: bool,
    /// Pods of an older template are being replaced.
    pub(crate) replacing: bool,
    pub(crate) crash: Option<Crash>,
    /// What its node type still waits for, though Kubernetes calls it done.
    pub(crate) unready: Option<String>,
}

impl<'a> Facts<'a> {
    /// What is known of a desired workload.
    pub(crate) fn of(wanted: &'a DesiredChild, observed: &Observed) -> Self {
        let absent = Self {
            wanted,
            state: State::Absent,
            pending: false,
            replacing: false,
            crash: None,
            unready: None,
        };
        let Some(child) = observed
            .children
            .get(&wanted.id)
            .map(|known| &known.child)
            .filter(|child| !child.terminating)
            .filter(|child| whose(&observed.subject, wanted, child) == Whose::Ours)
        else {
            return absent;
        };
        let nothing = Workload::default();
        let live = child.workload.as_deref().unwrap_or(&nothing);
        let written = child
            .applied
            .as_ref()
            .is_some_and(|applied| *applied.hash == *wanted.hash);
        let state = state(live, wanted);
        let unready = (state == State::Done)
            .then(|| observed.unready.get(absent.node()))
            .flatten();
        let state = unready.map_or(state, |_| State::Settling);
        Self {
            state,
            unready: unready.cloned(),
            pending: !written && live.template.as_deref() != template(&wanted.document),
            replacing: state != State::Done && is_replacing(live, wanted),
            crash: (state != State::Done)
                .then(|| crash(wanted, live, observed))
                .flatten(),
            ..absent
        }
    }

    /// Its change need not wait: it cures what is under way already (D4).
    pub(crate) fn in_flight(&self) -> bool {
        self.crash.is_some()
            || matches!(
                self.state,
                State::Absent | State::Rolling | State::NothingReady
            )
    }

    /// It runs what is desired, and all of it.
    pub(crate) fn is_done(&self) -> bool {
        self.state == State::Done && !self.pending
    }

    /// Its pods are being replaced, and nothing says that they cannot be.
    pub(crate) fn is_rolling(&self) -> bool {
        self.state == State::Rolling && self.crash.is_none()
    }

    pub(crate) fn node(&self) -> &'a str {
        self.wanted.node.as_deref().unwrap_or(&self.wanted.id.name)
    }
}

/// The digest that a desired workload's pods carry.
pub(crate) fn template(document: &Value) -> Option<&str> {
    document
        .pointer("/spec/template/metadata/annotations")?
        .get(labels::TEMPLATE)?
        .as_str()
}

/// How many of the replicas a `StatefulSet` leaves at their old template, because it is told to.
pub(crate) fn partition(document: &Value) -> i32 {
    document
        .pointer("/spec/updateStrategy/rollingUpdate/partition")
        .and_then(Value::as_i64)
        .and_then(|partition| i32::try_from(partition).ok())
        .unwrap_or_default()
}

fn state(live: &Workload, wanted: &DesiredChild) -> State {
    let asked = live.asked;
    let seen = live.observed_generation >= live.generation;
    let replacing = is_replacing(live, wanted);
    let updated = live.updated >= asked.saturating_sub(partition(&wanted.document));
    if seen && !replacing && updated && live.replicas == asked && live.ready == asked {
        State::Done
    } else if !seen || replacing {
        State::Rolling
    } else if live.ready == 0 {
        State::NothingReady
    } else {
        State::Settling
    }
}

/// Whether pods of an older template are being replaced. That a pod goes and comes again is no
/// replacement, and neither is scaling.
fn is_replacing(live: &Workload, wanted: &DesiredChild) -> bool {
    let kept = partition(&wanted.document);
    let strategy = wanted.document.pointer("/spec/updateStrategy/type");
    if wanted.id.kind == ChildKind::Deployment {
        live.updated != live.replicas
    } else if strategy.and_then(Value::as_str) == Some("OnDelete") {
        // Its revisions never become one again.
        live.updated < live.replicas
    } else if kept > 0 {
        // A partition keeps some pods at the old template for good, and the revisions apart.
        live.updating && live.updated < live.replicas.saturating_sub(kept)
    } else {
        live.updating
    }
}

/// A pod of an older template that broke before does not count: it is about to be replaced.
fn crash(wanted: &DesiredChild, live: &Workload, observed: &Observed) -> Option<Crash> {
    let node = wanted
        .node
        .clone()
        .unwrap_or_else(|| wanted.id.name.clone());
    let of_pod = pods_of(&wanted.id, observed).find_map(|(id, child)| {
        let pod = child.pod.as_deref()?;
        let trouble = pod.trouble.as_ref()?;
        if child.terminating || pod.template != live.template {
            return None;
        }
        let reason = match &trouble.container {
            Some(container) => format!("{} (container {container})", trouble.reason),
            None => trouble.reason.to_string(),
        };
        Some(Crash {
            node: node.clone(),
            pod: Some(id.name.clone()),
            reason,
        })
    });
    of_pod.or_else(|| {
        let failure = live.failure.as_deref()?;
        // What was just written may cure it.
        (live.observed_generation >= live.generation).then(|| Crash {
            node,
            pod: None,
            reason: failure.to_owned(),
        })
    })
}

/// The pods of a workload, by name.
pub(crate) fn pods_of<'a>(
    workload: &'a ObjectId,
    observed: &'a Observed,
) -> impl Iterator<Item = (&'a ObjectId, &'a crate::cache::Child)> {
    observed
        .pods
        .iter()
        .filter(|(id, child)| {
            id.kind == ChildKind::Pod
                && id.namespace == workload.namespace
                && child
                    .pod
                    .as_deref()
                    .is_some_and(|pod| *pod.workload == *workload.name)
        })
        .map(|(id, child)| (id, &**child))
}
