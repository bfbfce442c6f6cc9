//! Pods that a corrected template does not replace by itself (D5, DR-5).
//!
//! In: desired and observed workloads, and pods. Out: the pods to delete, once each. Pure.
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
            (ours && seen && !child.terminating).then_some((wanted, live))
        })
        .flat_map(move |(wanted, live)| {
            let kept = partition(&wanted.document);
            pods_of(&wanted.id, observed)
                .filter(move |(id, pod)| is_stuck(pod, live) && ordinal(&id.name) >= kept)
                .map(|(id, _)| id.clone())
        })
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
