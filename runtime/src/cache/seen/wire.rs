//! The shape of the fields that are kept, as the server sends them.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::cache::annotations::Annotations;
use crate::cache::order::{Order, PodSpec};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Metadata {
    pub(super) name: String,
    pub(super) namespace: Option<String>,
    pub(super) uid: String,
    pub(super) resource_version: String,
    pub(super) generation: Option<i64>,
    pub(super) creation_timestamp: Option<Time>,
    pub(super) deletion_timestamp: Option<String>,
    pub(super) owner_references: Option<Vec<OwnerReference>>,
    pub(super) labels: Option<BTreeMap<String, String>>,
    pub(super) annotations: Option<Annotations>,
    pub(super) managed_fields: Option<Vec<Entry>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OwnerReference {
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) uid: String,
    #[serde(default)]
    pub(super) controller: Option<bool>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry {
    #[serde(default)]
    pub(super) manager: String,
    #[serde(default)]
    pub(super) operation: String,
    #[serde(default)]
    pub(super) subresource: Option<String>,
    #[serde(default, rename = "fieldsV1")]
    pub(super) fields: Option<Box<RawValue>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[serde(rename_all = "camelCase")]
pub(super) struct Spec {
    pub(super) replicas: Option<i32>,
    pub(super) template: Option<Template>,
    pub(super) volume_claim_templates: Option<Vec<ClaimTemplate>>,
    /// Of a claim.
    pub(super) resources: Option<Resources>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ClaimTemplate {
    pub(super) metadata: TemplateMetadata,
    pub(super) spec: ClaimSpec,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TemplateMetadata {
    pub(super) name: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ClaimSpec {
    pub(super) resources: Option<Resources>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Resources {
    pub(super) requests: Option<Requests>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Requests {
    pub(super) storage: Option<String>,
}

impl Resources {
    pub(super) fn storage(self) -> Option<Box<str>> {
        self.requests?.storage.map(Into::into)
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Template {
    pub(super) metadata: Option<PodMetadata>,
    #[serde(deserialize_with = "order")]
    pub(super) spec: Order,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PodMetadata {
    pub(super) annotations: Option<Annotations>,
}

fn order<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Order, D::Error> {
    Option::<PodSpec>::deserialize(deserializer)
        .map(|spec| spec.map(Order::from).unwrap_or_default())
}
