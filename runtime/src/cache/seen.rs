//! A child as the server sends it: in a list, a watch event or the reply to a write.
//!
//! Decodes the few fields that are kept. `managedFields` stay text, of which a digest is taken.

#[cfg(test)]
mod tests;
mod wire;

use std::borrow::Cow;
use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::core::{ApiResource, DynamicResourceScope};
use serde::{Deserialize, Deserializer};
use sha2::{Digest, Sha256};

use self::wire::{ClaimTemplate, Entry, Metadata, OwnerReference, Resources, Spec};
use super::annotations::Annotations;
use super::child::{
    Applied, Child, Claim, Entries, Evidence, Identity, Owner, RawEvidence, Revision, Version,
    Workload,
};
use super::order::Order;
use super::pod::{Pod, PodSeen};
use super::status::Status;
use crate::labels;

/// Who is asking: decides which entries and labels are ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ours {
    /// The operator's name: the field manager, and the value of the label `managed-by`.
    pub(crate) manager: String,
    /// The value of the label `dsoi.dev/kind`.
    pub(crate) kind: String,
    /// Addresses and annotations of pods are kept, for hooks of node types.
    pub(crate) reads_pods: bool,
}

/// One object of the server. With `METADATA`, only its metadata is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Seen<const METADATA: bool> {
    meta: ObjectMeta,
    body: Body,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Body {
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    spec: Option<Spec>,
    #[serde(default)]
    status: Option<Status>,
}

impl Body {
    pub(crate) fn name(&self) -> &str {
        &self.metadata.name
    }

    pub(crate) fn namespace(&self) -> &str {
        self.metadata.namespace.as_deref().unwrap_or_default()
    }

    /// The projection of this object.
    pub(crate) fn into_child(self, ours: &Ours) -> Child {
        let spec = self.spec.unwrap_or_default();
        let mut status = self.status.unwrap_or_default();
        let claim = spec.resources.and_then(Resources::storage).map(|storage| {
            Box::new(Claim {
                storage,
                bound: status.is_bound(),
            })
        });
        // Only a workload has a template.
        let generation = self.metadata.generation.unwrap_or_default();
        let asked = spec.replicas.unwrap_or(1);
        let annotations = self.metadata.annotations.as_ref();
        let rolled_back = annotations.and_then(|annotations| annotations.rolled_back.as_deref());
        let node_type = annotations.and_then(|annotations| annotations.node_type.as_deref());
        let workload = spec.template.as_ref().map(|template| {
            let metadata = template.metadata.as_ref();
            let digest = metadata.and_then(|metadata| metadata.annotations.as_ref()?.template());
            Box::new(Workload {
                template: digest,
                rolled_back: rolled_back.map(Box::from),
                node_type: node_type.map(Box::from),
                templates: templates(spec.volume_claim_templates.unwrap_or_default()),
                ..Workload::new(generation, asked, &status)
            })
        });
        let order = spec
            .template
            .map(|template| template.spec)
            .unwrap_or_default();
        let mut metadata = self.metadata;
        let (entries, trees) = entries(
            metadata.managed_fields.take().unwrap_or_default(),
            &ours.manager,
        );
        let mut labels = metadata.labels.take().unwrap_or_default();
        let number = metadata
            .annotations
            .as_ref()
            .and_then(|annotations| annotations.revision.as_deref()?.parse().ok());
        let marker = metadata
            .annotations
            .as_ref()
            .and_then(|annotations| annotations.rolled_back.as_deref().map(Box::from));
        let revision = labels.remove(labels::NODE_TYPE).map(|node_type| {
            Box::new(Revision {
                node_type: node_type.into(),
                number: number.unwrap_or_default(),
                rolled_back: marker,
            })
        });
        let identity = identity(labels, ours);
        // Of what is watched, only pods carry that label, and claims beside that of their storage.
        let under = identity.workload.clone();
        let pod = under.filter(|_| claim.is_none()).map(|workload| {
            let annotations = metadata.annotations.as_mut();
            let template = annotations.as_deref().and_then(Annotations::template);
            let seen = ours.reads_pods.then(|| {
                Box::new(PodSeen {
                    ip: status.take_ip(),
                    annotations: annotations
                        .map(|annotations| std::mem::take(&mut annotations.others))
                        .unwrap_or_default(),
                })
            });
            Box::new(Pod {
                seen,
                ..status.pod(workload, template)
            })
        });
        Child {
            created: metadata
                .creation_timestamp
                .map(|created| created.0)
                .unwrap_or_default(),
            pod,
            revision,
            uid: metadata.uid.into(),
            version: Version::new(&metadata.resource_version),
            terminating: metadata.deletion_timestamp.is_some(),
            owner: owner(metadata.owner_references.unwrap_or_default()),
            identity,
            applied: metadata
                .annotations
                .and_then(|annotations| annotations.applied)
                .and_then(|text| Applied::parse(&text)),
            entries,
            evidence: Evidence {
                digest: digest(&trees, &order),
                raw: Some(Box::new(RawEvidence { trees, order })),
                settled: None,
            },
            workload,
            claim,
        }
    }
}

fn templates(all: Vec<ClaimTemplate>) -> BTreeMap<Box<str>, Box<str>> {
    all.into_iter()
        .filter_map(|template| {
            let storage = template.spec.resources?.storage()?;
            Some((template.metadata.name.into(), storage))
        })
        .collect()
}

fn owner(references: Vec<OwnerReference>) -> Option<Owner> {
    references
        .into_iter()
        .find(|reference| reference.controller == Some(true))
        .map(|reference| Owner {
            uid: reference.uid.into(),
            kind: reference.kind.into(),
            group: reference
                .api_version
                .split_once('/')
                .map_or("", |(group, _)| group)
                .into(),
            name: reference.name.into(),
        })
}

fn identity(mut labels: BTreeMap<String, String>, ours: &Ours) -> Identity {
    let mut take = |key: &str| labels.remove(key).map(Box::<str>::from);
    Identity {
        ours: take(labels::MANAGED_BY).as_deref() == Some(&ours.manager)
            && take(labels::KIND).as_deref() == Some(&ours.kind),
        instance: take(labels::INSTANCE),
        node: take(labels::NODE),
        workload: take(labels::WORKLOAD),
        storage: take(labels::STORAGE),
    }
}

fn entries(all: Vec<Entry>, manager: &str) -> (Entries, Vec<Box<str>>) {
    let mut ours = Entries::default();
    let mut trees = Vec::new();
    for (index, entry) in all.into_iter().enumerate() {
        if entry.manager != manager || entry.subresource.is_some_and(|name| !name.is_empty()) {
            continue;
        }
        match entry.operation.as_str() {
            "Apply" => ours.apply = true,
            "Update" => ours.update = u16::try_from(index).ok(),
            _ => continue,
        }
        if let Some(fields) = entry.fields {
            // Nothing else in a workload is called that.
            ours.replicas |= fields.get().contains("\"f:replicas\":");
            trees.push(fields.get().into());
        }
    }
    (ours, trees)
}

fn digest(trees: &[Box<str>], order: &Order) -> [u8; 16] {
    let mut hash = Sha256::new();
    for tree in trees {
        hash.update(tree.as_bytes());
        hash.update([0]);
    }
    order.digest(&mut hash);
    let mut digest = [0; 16];
    for (to, from) in digest.iter_mut().zip(hash.finalize()) {
        *to = from;
    }
    digest
}

impl<const METADATA: bool> Seen<METADATA> {
    pub(crate) fn into_body(self) -> Body {
        self.body
    }
}

impl<'de, const METADATA: bool> Deserialize<'de> for Seen<METADATA> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let body = Body::deserialize(deserializer)?;
        Ok(Self {
            meta: ObjectMeta {
                name: Some(body.metadata.name.clone()),
                namespace: body.metadata.namespace.clone(),
                resource_version: Some(body.metadata.resource_version.clone()),
                ..ObjectMeta::default()
            },
            body,
        })
    }
}

impl<const METADATA: bool> kube::Resource for Seen<METADATA> {
    type DynamicType = ApiResource;
    type Scope = DynamicResourceScope;

    fn kind(resource: &ApiResource) -> Cow<'_, str> {
        Cow::Borrowed(&resource.kind)
    }

    fn group(resource: &ApiResource) -> Cow<'_, str> {
        Cow::Borrowed(&resource.group)
    }

    fn version(resource: &ApiResource) -> Cow<'_, str> {
        Cow::Borrowed(&resource.version)
    }

    fn plural(resource: &ApiResource) -> Cow<'_, str> {
        Cow::Borrowed(&resource.plural)
    }

    fn metadata_api() -> bool {
        METADATA
    }

    fn meta(&self) -> &ObjectMeta {
        &self.meta
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.meta
    }
}
