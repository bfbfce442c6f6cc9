//! Steps about claims, which hold data: they are only ever asked to be larger.
//!
//! In: a step about a present claim. Out: its effect. Nothing of a claim is changed but how much
//! storage it asks for, what we noted on it, and whether it goes with the custom resource. No
//! storage class is read: in a dry run the server says which claim cannot grow.

use serde_json::{Value, json};

use super::Effect;
use super::act::{Actor, Answer, judge};
use super::outcome::{Trouble, Verb};
use super::server::STRATEGIC;
use crate::build::DesiredChild;
use crate::cache::{Applied, Child};
use crate::labels;
use crate::plan::{Act, Reason, Step};

impl Actor<'_> {
    /// Tries to change a claim, or does it. One that a `StatefulSet` made is not `wanted` itself.
    pub(super) async fn claim(&self, step: &Step, wanted: Option<&DesiredChild>) -> Answer {
        let id = &step.id;
        let Some(child) = self.cache.child_of(id) else {
            return Ok(Effect::Waiting(Reason::Missing));
        };
        let patch = match (wanted, &step.reason) {
            (Some(wanted), _) => {
                let uid = &self.observed.subject.uid;
                growth(wanted, &child, &self.applied(wanted), uid)
            }
            (None, Reason::Grows(resize)) => {
                json!({"metadata": {"uid": child.uid}, "spec": requests(&resize.to)})
            }
            // Only what is desired changes otherwise; `plan` makes no such step.
            (None, _) => return Ok(Effect::Nothing),
        };
        if step.act != Act::Preflight {
            let body = self
                .server
                .patch(self.gate, id, "apply", STRATEGIC, &patch)
                .await?;
            let hash = wanted.map(|wanted| wanted.hash.as_str());
            self.cache.record(id.kind, body, hash);
            return Ok(Effect::Done(Verb::Updated));
        }
        let tried = self.server.try_patch(self.gate, id, STRATEGIC, &patch);
        match (tried.await, &step.reason) {
            (Ok(grown), _) => {
                let judged = wanted.and_then(|wanted| judge(id, &wanted.document, &grown));
                Ok(judged.unwrap_or(Effect::Nothing))
            }
            (Err(error), Reason::Grows(resize)) if error.is_about_expansion() => {
                Ok(Effect::Trouble(Trouble::fixed(id, resize)))
            }
            (Err(error), _) => Err(error),
        }
    }
}

/// All that is ever changed of a claim that stands alone.
fn growth(wanted: &DesiredChild, child: &Child, applied: &Applied, owner: &str) -> Value {
    let mut metadata = json!({
        "uid": child.uid,
        "annotations": {labels::APPLIED: applied.to_string()},
    });
    let asked = wanted.document.pointer("/metadata/ownerReferences");
    let owned = child
        .owner
        .as_ref()
        .is_some_and(|known| *known.uid == *owner);
    match asked {
        Some(asked) if !owned => metadata["ownerReferences"] = asked.clone(),
        None if owned => {
            metadata["ownerReferences"] = json!([{"uid": owner, "$patch": "delete"}]);
        }
        _ => {}
    }
    let mut patch = json!({"metadata": metadata});
    let storage = wanted.document.pointer("/spec/resources/requests/storage");
    if let Some(storage) = storage.and_then(Value::as_str) {
        patch["spec"] = requests(storage);
    }
    patch
}

fn requests(storage: &str) -> Value {
    json!({"resources": {"requests": {"storage": storage}}})
}

/// A `StatefulSet`'s document as it would be if its claims did not grow: what can be tried of it.
pub(crate) fn with_live_templates(document: &Value, live: &Child) -> Value {
    let mut document = document.clone();
    let templates = document
        .pointer_mut("/spec/volumeClaimTemplates")
        .and_then(Value::as_array_mut);
    for template in templates.into_iter().flatten() {
        let known = template
            .pointer("/metadata/name")
            .and_then(Value::as_str)
            .and_then(|name| live.workload.as_ref()?.templates.get(name));
        if let Some(known) = known
            && let Some(storage) = template.pointer_mut("/spec/resources/requests/storage")
        {
            *storage = json!(known);
        }
    }
    document
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::*;
    use crate::cache::{Owner, Workload};
    use crate::kind::{ChildKind, ObjectId};

    fn claim(owners: &Value) -> DesiredChild {
        let mut document = json!({
            "metadata": {"name": "a", "labels": {"l": "new"}},
            "spec": {
                "storageClassName": "other", "accessModes": ["ReadWriteMany"],
                "resources": {"requests": {"storage": "2Gi", "example.com/other": "1"}, "limits": {"storage": "4Gi"}},
            },
        });
        if !owners.is_null() {
            document["metadata"]["ownerReferences"] = owners.clone();
        }
        DesiredChild {
            id: ObjectId::new(ChildKind::PersistentVolumeClaim, "prod", "a"),
            node: None,
            node_type: None,
            document: Arc::new(document),
            hash: "h".to_owned(),
            start: None,
        }
    }

    fn live(owner: Option<&str>) -> Child {
        Child {
            uid: "u".into(),
            owner: owner.map(|uid| Owner {
                uid: uid.into(),
                kind: "Tally".into(),
                group: "example.com".into(),
                name: "t".into(),
            }),
            ..Child::default()
        }
    }

    fn patch(owners: &Value, live: &Child) -> Value {
        growth(&claim(owners), live, &Applied::new("h", 3), "uid-t")
    }

    #[test]
    fn of_a_claim_only_its_size_is_ever_changed() {
        assert_eq!(
            patch(&Value::Null, &live(None)),
            json!({
                "metadata": {"uid": "u", "annotations": {"dsoi.dev/applied": "h;3"}},
                "spec": {"resources": {"requests": {"storage": "2Gi"}}},
            })
        );
    }

    #[test]
    fn a_claim_gets_and_loses_the_owner_that_the_resource_asks_for_and_no_other() {
        let ours = json!([{"uid": "uid-t"}]);
        let owners = |asked: &Value, owner| {
            patch(asked, &live(owner))["metadata"]["ownerReferences"].clone()
        };
        assert_eq!(owners(&ours, None), ours);
        assert_eq!(owners(&ours, Some("uid-t")), Value::Null);
        assert_eq!(owners(&Value::Null, Some("uid-other")), Value::Null);
        assert_eq!(
            owners(&Value::Null, Some("uid-t")),
            json!([{"uid": "uid-t", "$patch": "delete"}])
        );
    }

    #[test]
    fn what_is_tried_of_a_stateful_set_has_the_sizes_that_it_has() {
        let template = |name: &str, size: &str| json!({"metadata": {"name": name}, "spec": {"resources": {"requests": {"storage": size}}}});
        let document = |data: &str| json!({"spec": {"replicas": 3, "volumeClaimTemplates": [template("data", data), template("new", "1Gi")]}});
        let mut live = live(None);
        live.workload = Some(Box::new(Workload {
            templates: BTreeMap::from([("data".into(), "1Gi".into())]),
            ..Workload::default()
        }));
        assert_eq!(
            with_live_templates(&document("2Gi"), &live),
            document("1Gi")
        );
    }
}
