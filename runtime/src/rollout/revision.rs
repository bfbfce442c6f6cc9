//! What a node type ran, kept in a `ControllerRevision` (DS-25, DS-28).
//!
//! In: desired children. Out: the name, the document and the content of a revision. Pure.
//!
//! # Why
//! - Kept is what a rollback puts back and no more: pod templates, and the config maps that the pods
//!   read. The rest of a workload, such as its replicas and its claim templates, stays as desired.
//! - A revision is made when its node type has been done for a while, of what is known to run: nothing
//!   has to be read back from the cluster. So there is none before the policy asks for rollbacks.
//! - It is named after its content: making it twice makes one.
//! - It is plain: `kubectl get controllerrevision -o yaml` shows what a rollback would put back, and
//!   nothing is needed to read it. Compressed, as Base64, it would be smaller and opaque, for the sake
//!   of node types whose config comes near a MiB; of those it is told that they cannot be rolled back.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::facts::template;
use crate::build::{Desired, DesiredChild};
use crate::kind::{ChildKind, ObjectId};
use crate::labels;
use crate::names;

/// Larger ones are not kept: the server takes a little more with everything else.
pub(crate) const LONGEST: usize = 1024 * 1024;

/// Hexadecimal digits of the content's digest in a name.
const DIGITS: usize = 10;

/// What a revision holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Content {
    workloads: Vec<KeptWorkload>,
    config_maps: Vec<KeptMap>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct KeptWorkload {
    kind: ChildKind,
    name: String,
    template: Value,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct KeptMap {
    pub(crate) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) node: Option<String>,
    pub(crate) document: Value,
}

impl Content {
    /// What a node type runs once it is as desired.
    pub(crate) fn of(desired: &Desired, node_type: &str) -> Self {
        let mut content = Self::default();
        for child in gated(desired, node_type) {
            if child.id.kind == ChildKind::ConfigMap {
                content.config_maps.push(KeptMap {
                    name: child.id.name.clone(),
                    node: child.node.clone(),
                    document: (*child.document).clone(),
                });
            } else if let Some(template) = child.document.pointer("/spec/template") {
                content.workloads.push(KeptWorkload {
                    kind: child.id.kind,
                    name: child.id.name.clone(),
                    template: template.clone(),
                });
            }
        }
        content
    }

    /// Reads a revision; what is none gives none.
    pub(crate) fn read(revision: &Value) -> Option<Self> {
        Self::deserialize(revision.get("data")?).ok()
    }

    pub(crate) fn template(&self, id: &ObjectId) -> Option<&Value> {
        let mut workloads = self.workloads.iter();
        workloads
            .find(|kept| kept.kind == id.kind && kept.name == id.name)
            .map(|kept| &kept.template)
    }

    pub(crate) fn maps(&self) -> &[KeptMap] {
        &self.config_maps
    }
}

/// The children of a node type that a revision keeps.
pub(crate) fn gated<'a>(
    desired: &'a Desired,
    node_type: &'a str,
) -> impl Iterator<Item = &'a DesiredChild> {
    desired.children.iter().filter(move |child| {
        child.node_type.as_deref() == Some(node_type)
            && (child.id.kind.is_workload() || child.id.kind == ChildKind::ConfigMap)
    })
}

/// The name of the revision of what a node type is desired to run; none without a workload.
pub(crate) fn name(desired: &Desired, cr: &str, node_type: &str) -> Option<String> {
    let parts: Vec<String> = gated(desired, node_type)
        .map(|child| {
            let digest = template(&child.document).unwrap_or(&child.hash);
            format!("{} {digest}", child.id)
        })
        .collect();
    gated(desired, node_type).find(|child| child.id.kind.is_workload())?;
    let digest = names::digest(parts.join("\n").as_bytes());
    let digest = digest.get(..DIGITS).unwrap_or(&digest).to_owned();
    let room = names::SUBDOMAIN_MAX - DIGITS - 1;
    let front = names::fitted(&format!("{cr}-{}", node_type.to_lowercase()), room);
    Some(format!("{front}-{digest}"))
}

/// The revision as it is sent; none without a workload.
pub(crate) fn document(
    desired: &Desired,
    id: &ObjectId,
    node_type: &str,
    number: i64,
) -> Option<Value> {
    let workload = gated(desired, node_type).find(|child| child.id.kind.is_workload())?;
    let theirs = workload.document.get("metadata")?;
    let mut labels = json!({labels::NODE_TYPE: label(node_type)});
    for key in [labels::MANAGED_BY, labels::KIND, labels::INSTANCE] {
        labels[key] = theirs.get("labels")?.get(key)?.clone();
    }
    Some(json!({
        "apiVersion": "apps/v1",
        "kind": "ControllerRevision",
        "metadata": {
            "name": id.name,
            "namespace": id.namespace,
            "labels": labels,
            "annotations": {labels::REVISION: number.to_string()},
            "ownerReferences": theirs.get("ownerReferences")?,
        },
        "revision": number,
        "data": Content::of(desired, node_type),
    }))
}

/// The value of the label that names a revision's node type.
pub(crate) fn label(node_type: &str) -> String {
    names::fitted(node_type, names::LABEL_VALUE_MAX)
}
