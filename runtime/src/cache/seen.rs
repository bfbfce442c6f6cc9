//! A child as the server sends it: in a list, a watch event or the reply to a write.
//!
//! Decodes the few fields that are kept. `managedFields` stay text, of which a digest is taken.

use std::borrow::Cow;
use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, Time};
use kube::core::{ApiResource, DynamicResourceScope};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::annotations::Annotations;
use super::child::{
    Applied, Child, Claim, Entries, Evidence, Identity, Owner, RawEvidence, Revision, Version,
    Workload,
};
use super::order::{Order, PodSpec};
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

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Metadata {
    name: String,
    namespace: Option<String>,
    uid: String,
    resource_version: String,
    generation: Option<i64>,
    creation_timestamp: Option<Time>,
    deletion_timestamp: Option<String>,
    owner_references: Option<Vec<OwnerReference>>,
    labels: Option<BTreeMap<String, String>>,
    annotations: Option<Annotations>,
    managed_fields: Option<Vec<Entry>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OwnerReference {
    api_version: String,
    kind: String,
    name: String,
    uid: String,
    #[serde(default)]
    controller: Option<bool>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(default)]
    manager: String,
    #[serde(default)]
    operation: String,
    #[serde(default)]
    subresource: Option<String>,
    #[serde(default, rename = "fieldsV1")]
    fields: Option<Box<RawValue>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[serde(rename_all = "camelCase")]
struct Spec {
    replicas: Option<i32>,
    template: Option<Template>,
    volume_claim_templates: Option<Vec<ClaimTemplate>>,
    /// Of a claim.
    resources: Option<Resources>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct ClaimTemplate {
    metadata: TemplateMetadata,
    spec: ClaimSpec,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct TemplateMetadata {
    name: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct ClaimSpec {
    resources: Option<Resources>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Resources {
    requests: Option<Requests>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Requests {
    storage: Option<String>,
}

impl Resources {
    fn storage(self) -> Option<Box<str>> {
        self.requests?.storage.map(Into::into)
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Template {
    metadata: Option<PodMetadata>,
    #[serde(deserialize_with = "order")]
    spec: Order,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct PodMetadata {
    annotations: Option<Annotations>,
}

fn order<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Order, D::Error> {
    Option::<PodSpec>::deserialize(deserializer)
        .map(|spec| spec.map(Order::from).unwrap_or_default())
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ours() -> Ours {
        Ours {
            manager: "op".to_owned(),
            kind: "Tally.example.com".to_owned(),
            reads_pods: false,
        }
    }

    fn child(object: &serde_json::Value) -> Child {
        serde_json::from_str::<Body>(&object.to_string())
            .unwrap()
            .into_child(&ours())
    }

    #[test]
    fn only_our_own_entries_without_a_subresource_count() {
        let child = child(
            &json!({"metadata": {"name": "a", "uid": "u", "resourceVersion": "7", "managedFields": [
                {"manager": "kube-controller-manager", "operation": "Update", "subresource": "status", "fieldsV1": {"f:status": {}}},
                {"manager": "op", "operation": "Update", "subresource": "status", "fieldsV1": {"f:status": {}}},
                {"manager": "op", "operation": "Update", "fieldsV1": {"f:spec": {}}},
                {"manager": "op", "operation": "Apply", "fieldsV1": {"f:data": {}}},
            ]}}),
        );
        assert_eq!(
            child.entries,
            Entries {
                apply: true,
                update: Some(2),
                replicas: false,
            }
        );
        assert_eq!(child.evidence.raw.unwrap().trees.len(), 2);
    }

    #[test]
    fn a_foreign_edit_of_foreign_fields_changes_nothing() {
        let object = |label: &str, manager: &str| {
            child(
                &json!({"metadata": {"name": "a", "uid": "u", "resourceVersion": label, "labels": {"team": label}, "managedFields": [
                    {"manager": manager, "operation": "Update", "fieldsV1": {"f:metadata": {}}},
                ]}}),
            )
        };
        assert!(!object("1", "bob").differs(&object("2", "eve")));
    }

    #[test]
    fn a_reordered_list_changes_the_digest() {
        let object = |first: &str, second: &str| {
            child(
                &json!({"metadata": {"uid": "u"}, "spec": {"template": {"spec": {"containers": [
                    {"name": "c", "env": [{"name": first}, {"name": second}]}
                ]}}}}),
            )
        };
        assert!(object("A", "B").differs(&object("B", "A")));
    }

    #[test]
    fn a_workload_that_cannot_make_pods_says_why() {
        let child = child(
            &json!({"metadata": {"uid": "u", "generation": 2}, "spec": {"template": {}},
            "status": {"observedGeneration": 1, "replicas": 3, "conditions": [
                {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "exceeded quota"}]}}),
        );
        let workload = child.workload.unwrap();
        assert_eq!(workload.failure.as_deref(), Some("exceeded quota"));
        assert_eq!((workload.generation, workload.observed_generation), (2, 1));
    }

    #[test]
    fn what_hooks_read_of_a_pod_is_kept_where_one_reads_it() {
        let pod = |note: &str, ip: &str, reads_pods: bool| {
            let object = json!({"metadata": {"uid": "u",
                "labels": {"dsoi.dev/workload": "a"},
                "annotations": {"example.com/lag": note, "dsoi.dev/template": "t", "example.com/long": "x".repeat(5000)}},
                "status": {"podIP": ip}});
            let ours = Ours {
                reads_pods,
                ..ours()
            };
            serde_json::from_str::<Body>(&object.to_string())
                .unwrap()
                .into_child(&ours)
        };
        let kept = pod("3", "10.0.0.1", true);
        let seen = kept.pod.as_ref().unwrap().seen.as_deref().unwrap();
        assert_eq!(seen.ip.as_deref(), Some("10.0.0.1"));
        let annotations: Vec<_> = seen.annotations.iter().collect();
        assert_eq!(
            annotations,
            [(&"example.com/lag".to_owned(), &"3".to_owned())]
        );
        assert!(kept.differs(&pod("2", "10.0.0.1", true)));
        assert!(kept.differs(&pod("3", "10.0.0.2", true)));
        assert!(!pod("3", "10.0.0.1", false).differs(&pod("2", "10.0.0.2", false)));
    }

    #[test]
    fn what_claims_and_their_templates_ask_for_is_kept() {
        let requests = |size: &str| json!({"resources": {"requests": {"storage": size}}});
        let set = child(
            &json!({"metadata": {"uid": "u"}, "spec": {"template": {}, "volumeClaimTemplates": [
                {"metadata": {"name": "data"}, "spec": requests("1Gi")},
                {"metadata": {"name": "log"}, "spec": requests("2Gi")},
            ]}}),
        );
        let templates = set.workload.unwrap().templates;
        assert_eq!(templates.get("data").map(|size| &**size), Some("1Gi"));
        assert_eq!(templates.get("log").map(|size| &**size), Some("2Gi"));
        assert!(set.claim.is_none());

        let claim = |phase: &str| {
            child(
                &json!({"metadata": {"uid": "u", "labels": {"dsoi.dev/workload": "a"}}, "spec": requests("1Gi"), "status": {"phase": phase}}),
            )
        };
        let bound = claim("Bound");
        assert!(bound.pod.is_none());
        assert!(bound.differs(&claim("Pending")));
        assert_eq!(
            bound.claim.as_deref(),
            Some(&Claim {
                storage: "1Gi".into(),
                bound: true
            })
        );
        assert!(bound.workload.is_none());
    }
}
