//! How a workload's claims come to the size that is asked for (D3, DR-7).
//!
//! In: the claim templates as desired and as they are, and the claims. Out: the claims that are too
//! small, and whether the `StatefulSet` has to be made anew over its pods, whose templates nobody can
//! change. Everything follows from what is there, so that an interruption between any two steps
//! costs nothing. A claim that is larger than asked for is left as it is, and one without a volume
//! cannot grow yet.

use std::fmt;

use serde_json::Value;

use super::Reason;
use crate::build::{Desired, DesiredChild};
use crate::cache::{Child, Claim};
use crate::kind::{ChildKind, ObjectId};
use crate::observe::{Observed, Subject};
use crate::quantity::Quantity;

/// A change of how much storage is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resize {
    /// Where the custom resource says it.
    pub field: String,
    pub from: String,
    pub to: String,
}

impl fmt::Display for Resize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "from {} to {}", self.from, self.to)
    }
}

/// What has to be done about a workload's claims.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Growth {
    /// A template asks for more than it should: nobody can make a claim smaller.
    pub(super) shrinks: Option<Resize>,
    /// Claims that are too small.
    pub(super) claims: Vec<(ObjectId, Resize)>,
    /// A template asks for less than it should.
    pub(super) template: bool,
}

impl Growth {
    /// Compares a desired workload with what is there; `live` is none while the workload is not.
    pub(super) fn of(
        wanted: &DesiredChild,
        live: Option<&Child>,
        desired: &Desired,
        observed: &Observed,
    ) -> Self {
        let mut growth = Self::default();
        let templates = wanted.document.pointer("/spec/volumeClaimTemplates");
        for template in templates.and_then(Value::as_array).into_iter().flatten() {
            let (Some(name), Some(asked)) = (text(template, "/metadata/name"), storage(template))
            else {
                continue;
            };
            let resize = |from: &str| resize(desired, &wanted.id, name, from, asked);
            let present = live
                .and_then(|live| live.workload.as_ref())
                .and_then(|workload| workload.templates.get(name));
            if let Some(present) = present {
                growth.template |= is_less(present, asked);
                if is_less(asked, present) {
                    growth.shrinks.get_or_insert_with(|| resize(present));
                }
            }
            let claims = claims(wanted, name, observed).filter(|(_, claim)| {
                // The server refuses to grow what has no volume; it is seen again when it has.
                claim.bound && is_less(&claim.storage, asked)
            });
            let claims = claims.map(|(id, claim)| (id.clone(), resize(&claim.storage)));
            growth.claims.extend(claims);
        }
        growth
    }
}

/// What is to be done about the size of a claim that stands alone.
pub(super) fn change(wanted: &DesiredChild, live: &Child, desired: &Desired) -> Reason {
    let sizes = live.claim.as_ref().zip(storage(&wanted.document));
    let Some((claim, asked)) = sizes else {
        return Reason::Changed;
    };
    let present = &claim.storage;
    let resize = || resize(desired, &wanted.id, &wanted.id.name, present, asked);
    if is_less(asked, present) {
        Reason::Shrinks(resize())
    } else if is_less(present, asked) {
        Reason::Grows(resize())
    } else {
        Reason::Changed
    }
}

/// Whether a claim that stands alone goes with the resource, or stays, other than is asked for.
pub(super) fn changes_hands(wanted: &DesiredChild, live: &Child, subject: &Subject) -> bool {
    let asked = wanted
        .document
        .pointer("/metadata/ownerReferences")
        .is_some();
    let owned = live
        .owner
        .as_ref()
        .is_some_and(|owner| *owner.uid == *subject.uid);
    asked != owned
}

fn resize(desired: &Desired, id: &ObjectId, template: &str, from: &str, to: &str) -> Resize {
    let field = desired.sizes.get(&(id.clone(), template.to_owned()));
    Resize {
        // Only a document that no custom resource asked for has no field.
        field: field.map_or("spec", String::as_str).to_owned(),
        from: from.to_owned(),
        to: to.to_owned(),
    }
}

/// The claims that the `StatefulSet` controller made, or will take, from a template.
fn claims<'a>(
    wanted: &'a DesiredChild,
    template: &'a str,
    observed: &'a Observed,
) -> impl Iterator<Item = (&'a ObjectId, &'a Claim)> {
    let prefix = format!("{template}-{}-", wanted.id.name);
    observed.children.iter().filter_map(move |(id, known)| {
        let child = &known.child;
        let ordinal = id.name.strip_prefix(&prefix)?;
        let ours = id.kind == ChildKind::PersistentVolumeClaim
            && child.identity.ours
            && child.identity.instance.as_deref() == Some(observed.subject.name.as_str())
            && child.identity.node.as_deref() == wanted.node.as_deref()
            && child.identity.workload.as_deref() == Some(wanted.id.name.as_str())
            && !child.terminating
            && !ordinal.is_empty()
            && ordinal.bytes().all(|digit| digit.is_ascii_digit());
        let claim = child.claim.as_deref()?;
        ours.then_some((id, claim))
    })
}

/// Whether the one is less than the other; what is no amount is the server's to judge.
fn is_less(one: &str, other: &str) -> bool {
    match (Quantity::parse(one), Quantity::parse(other)) {
        (Some(one), Some(other)) => one < other,
        _ => false,
    }
}

fn storage(claim: &Value) -> Option<&str> {
    text(claim, "/spec/resources/requests/storage")
}

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str)
}

#[cfg(test)]
mod tests;
