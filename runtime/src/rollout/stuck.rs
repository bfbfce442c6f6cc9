//! Pods that a corrected template does not replace by itself (D5, DR-5).
//!
//! In: desired and observed workloads, and pods. Out: the pods to delete, at most one of a workload at
//! a time, and none while a pod of the present template is on its way. Pure.
//!
//! # Why
//! A `StatefulSet` with `OrderedReady` waits until each pod is ready before it replaces the next one,
//! also where that pod is of a template that never gets ready. Its controller makes such a pod anew,
//! from the present template, once it is gone. With `Parallel` it does so by itself.

use crate::build::Desired;
use crate::cache::{Child, Pod, Workload};
use crate::kind::{ChildKind, ObjectId};
use crate::observe::{Observed, Whose, whose};

use super::facts::{partition, pods_of};

/// The pods that stand in the way of the template that their workload has by now.
pub(crate) fn stuck<'a>(
    desired: &'a Desired,
    observed: &'a Observed,
) -> impl Iterator<Item = ObjectId> + 'a {
    desired
        .children
        .iter()
        .filter(|wanted| wanted.id.kind == ChildKind::StatefulSet)
        .filter(|wanted| {
            let of = |path| {
                wanted
                    .document
                    .pointer(path)
                    .and_then(|value| value.as_str())
            };
            of("/spec/podManagementPolicy") == Some("OrderedReady")
                && of("/spec/updateStrategy/type") != Some("OnDelete")
        })
        .filter_map(|wanted| {
            let child = &observed.children.get(&wanted.id)?.child;
            let ours = whose(&observed.subject, wanted, child) == Whose::Ours;
            let live = child.workload.as_deref()?;
            // A controller that has not seen the template yet would make the old pod again.
            let seen = live.observed_generation >= live.generation;
            (ours && seen && !child.terminating).then_some((wanted, child, live))
        })
        .filter_map(move |(wanted, child, live)| {
            let kept = partition(&wanted.document);
            let mut pods = pods_of(&wanted.id, observed);
            // Its controller is at work: a pod that is away for a moment comes back, or is next.
            if pods.any(|(_, pod)| is_coming(pod, live)) {
                return None;
            }
            pods_of(&wanted.id, observed)
                // Labels alone make no pod one of its own.
                .filter(|(_, pod)| {
                    let owner = pod.owner.as_ref();
                    owner.is_some_and(|owner| owner.uid == child.uid)
                })
                .filter(|(id, pod)| is_stuck(pod, live) && ordinal(&id.name) >= kept)
                .max_by_key(|(id, _)| ordinal(&id.name))
                .map(|(id, _)| id.clone())
        })
}

/// Whether a pod is on its way out, or is of the present template and not ready yet.
fn is_coming(child: &Child, live: &Workload) -> bool {
    let fresh = |pod: &Pod| !pod.ready && pod.template == live.template;
    child.terminating || child.pod.as_deref().is_some_and(fresh)
}

fn is_stuck(child: &Child, live: &Workload) -> bool {
    let outdated =
        |pod: &Pod| !pod.ready && pod.template.is_some() && pod.template != live.template;
    !child.terminating && child.pod.as_deref().is_some_and(outdated)
}

/// The number at the end of a pod's name.
fn ordinal(name: &str) -> i32 {
    let digits = name.rsplit_once('-').map_or("", |(_, digits)| digits);
    digits.parse().unwrap_or_default()
}
