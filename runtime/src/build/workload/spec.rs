//! What a workload sends of itself: its pod template and its own spec.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::PodSpec;
use serde_json::{Value, json};

use super::super::canonical;
use super::super::container::Container;
use super::super::security;
use super::super::volumes::FileVolumes;
use super::Workload;
use crate::labels::CONFIG_DIGEST;
use crate::names;
use crate::spec::WorkloadKind;

/// What becomes of claims where nobody says otherwise.
const RETAIN: &str = "Retain";

impl Workload {
    pub(super) fn containers(&self) -> impl Iterator<Item = &Container> {
        std::iter::once(&self.main)
            .chain(&self.sidecars)
            .chain(&self.inits)
    }

    pub(super) fn pod_spec(&self) -> PodSpec {
        let files = FileVolumes::plan(self.containers().flat_map(|container| &container.files));
        let finish = |container: &Container| {
            container.finish(&self.storage.mounts, files.mounts(&container.files))
        };
        let (ours, theirs) = (self.pod.clone(), self.theirs.clone());
        let beside = ours.containers.into_iter().chain(theirs.containers);
        let before = ours
            .init_containers
            .into_iter()
            .chain(theirs.init_containers);
        let volumes = self
            .storage
            .volumes
            .iter()
            .chain(&files.volumes)
            .cloned()
            .chain(ours.volumes.into_iter().flatten())
            .chain(theirs.volumes.into_iter().flatten());
        let mut pod = PodSpec {
            containers: std::iter::once(&self.main)
                .chain(&self.sidecars)
                .map(finish)
                .chain(beside)
                .collect(),
            init_containers: Some(
                self.inits
                    .iter()
                    .map(finish)
                    .chain(before.flatten())
                    .collect(),
            ),
            volumes: Some(volumes.collect()),
            image_pull_secrets: theirs.image_pull_secrets.or(ours.image_pull_secrets),
            security_context: theirs.security_context.or(ours.security_context),
            // A name that is dropped later would come back: the server fills in its copy.
            service_account_name: theirs
                .service_account_name
                .or(ours.service_account_name)
                .filter(|name| !name.is_empty())
                .or_else(|| Some("default".to_owned())),
            node_selector: theirs.node_selector.or(ours.node_selector),
            affinity: theirs.affinity.or(ours.affinity),
            tolerations: theirs.tolerations.or(ours.tolerations),
            topology_spread_constraints: theirs
                .topology_spread_constraints
                .or(ours.topology_spread_constraints),
            priority_class_name: theirs.priority_class_name.or(ours.priority_class_name),
            dns_policy: theirs.dns_policy.or(ours.dns_policy),
            dns_config: theirs.dns_config.or(ours.dns_config),
            termination_grace_period_seconds: theirs
                .termination_grace_period_seconds
                .or(ours.termination_grace_period_seconds),
            ..ours
        };
        security::apply(self.security, &mut pod);
        pod
    }

    /// One annotation per config map that the pod reads: a changed text changes the template.
    fn digests(&self) -> BTreeMap<String, String> {
        let mut texts: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
        for container in self.containers() {
            for file in &container.files {
                if let Some(text) = &file.digested {
                    texts.entry(&file.map).or_default().insert(&file.key, text);
                }
            }
            for map in &container.maps {
                if let Some(data) = &map.digested {
                    let data = data.iter().map(|(key, text)| (key.as_str(), text.as_str()));
                    texts.entry(&map.name).or_default().extend(data);
                }
            }
        }
        texts
            .into_iter()
            .map(|(map, texts)| {
                // The name after the prefix's slash has 63 characters, and `config-` takes seven.
                let key = format!("{CONFIG_DIGEST}{}", names::fitted(map, 56));
                (key, names::digest(json!(texts).to_string().as_bytes()))
            })
            .collect()
    }

    pub(super) fn template(&self, pod: &PodSpec) -> Value {
        let node = self.origin.node.as_deref().unwrap_or_default();
        let mut labels = self.origin.labels.clone();
        labels.extend(self.pod_metadata.labels.clone().unwrap_or_default());
        labels.extend(self.origin.identity.pods(node, &self.name));
        let mut annotations = self.pod_metadata.annotations.clone().unwrap_or_default();
        annotations.extend(self.digests());
        let mut template = json!({
            "metadata": {"labels": labels, "annotations": annotations},
            "spec": canonical::value(pod),
        });
        canonical::prune(&mut template);
        template
    }

    pub(super) fn spec(&self, pod: &PodSpec) -> Value {
        let settings = &self.settings;
        let selector = self.origin.identity.workload_selector(&self.name);
        let mut fields = vec![
            (
                "replicas",
                json!(if self.stopped { 0 } else { self.replicas }),
            ),
            ("selector", json!({"matchLabels": selector})),
            ("template", self.template(pod)),
            ("minReadySeconds", json!(settings.min_ready_seconds)),
            (
                "revisionHistoryLimit",
                json!(settings.revision_history_limit),
            ),
        ];
        match self.kind {
            WorkloadKind::StatefulSet => fields.extend([
                ("serviceName", json!(self.service)),
                (
                    "podManagementPolicy",
                    json!(
                        self.asked
                            .pod_management_policy
                            .as_deref()
                            .or(settings.pod_management_policy.as_deref())
                            .unwrap_or("Parallel")
                    ),
                ),
                ("updateStrategy", self.update_strategy_sent()),
                ("volumeClaimTemplates", json!(self.storage.templates)),
                (
                    "persistentVolumeClaimRetentionPolicy",
                    self.retention_sent(),
                ),
                (
                    "ordinals",
                    match self.first_ordinal {
                        0 => Value::Null,
                        start => json!({"start": start}),
                    },
                ),
            ]),
            WorkloadKind::Deployment => fields.extend([
                ("strategy", self.strategy_sent()),
                (
                    "progressDeadlineSeconds",
                    json!(settings.progress_deadline_seconds),
                ),
            ]),
        }
        let fields = fields
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value));
        let mut spec = Value::Object(fields.collect());
        canonical::prune(&mut spec);
        spec
    }

    /// Always sent whole: what the server fills in belongs to nobody and blocks another type later.
    fn update_strategy_sent(&self) -> Value {
        let mut sent = match &self.asked.strategy {
            Some(asked) => canonical::value(asked),
            None => canonical::value(&self.settings.update_strategy),
        };
        fill_strategy(&mut sent, &json!({"partition": 0}));
        sent
    }

    fn retention_sent(&self) -> Value {
        let (deleted, scaled) = &self.retention;
        let settings = &self.settings;
        let word = |theirs: &Option<String>, ours: &Option<String>| {
            let word = theirs.as_ref().or(ours.as_ref());
            word.map_or(RETAIN, String::as_str).to_owned()
        };
        let scaled = word(scaled, &settings.when_scaled);
        json!({
            "whenDeleted": word(deleted, &settings.when_deleted),
            // Pods that are stopped come back to their claims.
            "whenScaled": if self.stopped { RETAIN } else { &scaled },
        })
    }

    fn strategy_sent(&self) -> Value {
        let mut sent = match &self.asked.strategy {
            Some(asked) => canonical::value(asked),
            None => canonical::value(&self.settings.strategy),
        };
        fill_strategy(
            &mut sent,
            &json!({"maxSurge": "25%", "maxUnavailable": "25%"}),
        );
        sent
    }
}

fn fill_strategy(sent: &mut Value, defaults: &Value) {
    if sent.is_null() {
        *sent = json!({});
    }
    let Some(strategy) = sent.as_object_mut() else {
        return;
    };
    let kind = strategy
        .entry("type")
        .or_insert_with(|| "RollingUpdate".into());
    if kind != "RollingUpdate" {
        strategy.remove("rollingUpdate");
        return;
    }
    let rolling = strategy.entry("rollingUpdate").or_insert_with(|| json!({}));
    if let (Some(rolling), Some(defaults)) = (rolling.as_object_mut(), defaults.as_object()) {
        for (key, value) in defaults {
            rolling.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
}
