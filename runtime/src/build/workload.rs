//! The workload of a node: a `StatefulSet` or a `Deployment`, as the resource chose.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::apps::v1::{DeploymentStrategy, StatefulSetUpdateStrategy};
use k8s_openapi::api::core::v1::PodSpec;
use serde_json::{Value, json};

use super::canonical;
use super::check;
use super::children::{Child, Children, Draft, Governed, sealed::Sealed};
use super::claim::Storage;
use super::container::Container;
use super::meta::SharedOrigin;
use super::security;
use super::service::Service;
use super::volumes::FileVolumes;
use crate::cluster::{Cluster, SecurityProfile};
use crate::kind::{ChildKind, ObjectId};
use crate::labels::CONFIG_DIGEST;
use crate::names;
use crate::node::Node;
use crate::spec::{K8sConfigGroup, PodMetadata, UpdateStrategy, WorkloadKind};

/// A workload around the node's main container.
#[derive(Clone, Debug)]
pub struct Workload {
    origin: SharedOrigin,
    kind: WorkloadKind,
    name: String,
    replicas: i32,
    /// The resource asks for no pods (NC-25).
    stopped: bool,
    main: Container,
    inits: Vec<Container>,
    sidecars: Vec<Container>,
    /// The manifest's word about the pod, and the k8s config group's.
    pod: PodSpec,
    theirs: PodSpec,
    pod_metadata: PodMetadata,
    storage: Storage,
    /// What the k8s config group says about claims, when the workload goes and when it shrinks.
    retention: (Option<String>, Option<String>),
    security: SecurityProfile,
    service: Option<String>,
    first_ordinal: i32,
    settings: Settings,
    asked: Asked,
}

/// What the k8s config group says about the workload itself; it wins over [`Settings`].
#[derive(Clone, Debug, Default)]
struct Asked {
    pod_management_policy: Option<String>,
    strategy: Option<UpdateStrategy>,
    annotations: BTreeMap<String, String>,
}

impl Asked {
    fn of(k8s: &K8sConfigGroup<'_>) -> Self {
        Self {
            pod_management_policy: k8s.pod_management_policy.map(ToOwned::to_owned),
            strategy: k8s.update_strategy.cloned(),
            annotations: k8s.merged_workload_annotations(),
        }
    }
}

#[derive(Clone, Debug, Default)]
struct Settings {
    pod_management_policy: Option<String>,
    update_strategy: Option<StatefulSetUpdateStrategy>,
    strategy: Option<DeploymentStrategy>,
    min_ready_seconds: Option<i32>,
    revision_history_limit: Option<i32>,
    progress_deadline_seconds: Option<i32>,
    when_deleted: Option<String>,
    when_scaled: Option<String>,
}

/// What becomes of claims where nobody says otherwise.
const RETAIN: &str = "Retain";

impl<C: Cluster> Node<'_, C> {
    /// The node's workload, of the kind and with the replicas that the resource asks for.
    pub fn workload(&self, main: Container) -> Workload {
        Workload {
            origin: Arc::clone(self.origin()),
            kind: self.kind(),
            name: C::workload_name(self),
            replicas: self.replicas(),
            stopped: self.cr.stopped(),
            main,
            inits: Vec::new(),
            sidecars: Vec::new(),
            pod: PodSpec::default(),
            theirs: their_fields(&self.k8s),
            pod_metadata: self.k8s.merged_pod_metadata(),
            storage: self.storage(),
            retention: {
                let (deleted, scaled) = self.k8s.retention();
                (deleted.map(str::to_owned), scaled.map(str::to_owned))
            },
            security: C::SECURITY,
            service: None,
            first_ordinal: 0,
            settings: Settings::default(),
            asked: Asked::of(&self.k8s),
        }
    }
}

fn their_fields(k8s: &K8sConfigGroup<'_>) -> PodSpec {
    PodSpec {
        image_pull_secrets: k8s.image_pull_secrets.map(<[_]>::to_vec),
        security_context: k8s.pod_security_context.cloned(),
        service_account_name: k8s.service_account_name.map(ToOwned::to_owned),
        node_selector: k8s.merged_node_selector(),
        affinity: k8s.affinity.cloned(),
        tolerations: k8s.tolerations.map(<[_]>::to_vec),
        topology_spread_constraints: k8s.topology_spread_constraints.map(<[_]>::to_vec),
        priority_class_name: k8s.priority_class_name.map(ToOwned::to_owned),
        termination_grace_period_seconds: k8s.termination_grace_period_seconds,
        containers: k8s.all_containers(),
        init_containers: Some(k8s.all_init_containers()),
        volumes: Some(k8s.all_volumes()),
        dns_policy: k8s.dns_policy.map(ToOwned::to_owned),
        dns_config: k8s.dns_config.cloned(),
        ..PodSpec::default()
    }
}

impl Workload {
    /// Names the Service that gives a `StatefulSet`'s pods their names; an absent one gives none.
    pub fn governed_by(mut self, service: &Service) -> Self {
        self.service = service.exists().then(|| service.name().to_owned());
        self
    }

    /// The rest of the pod. Its containers stand beside the main one.
    pub fn pod(mut self, pod: PodSpec) -> Self {
        self.pod = pod;
        self
    }

    /// Runs before the main container, to its end.
    pub fn init_container(mut self, container: Container) -> Self {
        self.inits.push(container);
        self
    }

    /// Runs beside the main container.
    pub fn sidecar(mut self, container: Container) -> Self {
        self.sidecars.push(container);
        self
    }

    /// `OrderedReady` or `Parallel` (`StatefulSet`). The default here is `Parallel`: with
    /// `OrderedReady` a corrected template never replaces a pod that did not get ready (D5). Rolling
    /// updates go one pod at a time with either.
    pub fn pod_management_policy(mut self, policy: impl Into<String>) -> Self {
        self.settings.pod_management_policy = Some(policy.into());
        self
    }

    /// How a `StatefulSet` replaces its pods.
    pub fn update_strategy(mut self, strategy: StatefulSetUpdateStrategy) -> Self {
        self.settings.update_strategy = Some(strategy);
        self
    }

    /// How a `Deployment` replaces its pods.
    pub fn strategy(mut self, strategy: DeploymentStrategy) -> Self {
        self.settings.strategy = Some(strategy);
        self
    }

    /// What becomes of a `StatefulSet`'s claims: `Retain` or `Delete`, where the k8s config group says
    /// nothing. Both are `Retain` otherwise.
    pub fn claim_retention(
        mut self,
        when_deleted: impl Into<String>,
        when_scaled: impl Into<String>,
    ) -> Self {
        self.settings.when_deleted = Some(when_deleted.into());
        self.settings.when_scaled = Some(when_scaled.into());
        self
    }

    pub fn min_ready_seconds(mut self, seconds: i32) -> Self {
        self.settings.min_ready_seconds = Some(seconds);
        self
    }

    pub fn revision_history_limit(mut self, revisions: i32) -> Self {
        self.settings.revision_history_limit = Some(revisions);
        self
    }

    /// After how many seconds a `Deployment` counts as stuck.
    pub fn progress_deadline_seconds(mut self, seconds: i32) -> Self {
        self.settings.progress_deadline_seconds = Some(seconds);
        self
    }

    /// The ordinal of a `StatefulSet`'s first pod.
    pub fn first_ordinal(mut self, ordinal: i32) -> Self {
        self.first_ordinal = ordinal;
        self
    }

    fn containers(&self) -> impl Iterator<Item = &Container> {
        std::iter::once(&self.main)
            .chain(&self.sidecars)
            .chain(&self.inits)
    }

    fn pod_spec(&self) -> PodSpec {
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

    fn template(&self, pod: &PodSpec) -> Value {
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

    fn spec(&self, pod: &PodSpec) -> Value {
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

impl Sealed for Workload {}

impl Child for Workload {
    fn add_to(self, children: &mut Children) {
        let pod = self.pod_spec();
        for container in self.containers() {
            children.problems.extend(container.problems.iter().cloned());
            for name in container.twice_in_env() {
                let message = format!("names the variable `{name}` twice");
                children
                    .problems
                    .push(self.origin.k8s_problem("env", message));
            }
            let maps = container.maps.iter().map(|map| &map.name);
            for map in container.files.iter().map(|file| &file.map).chain(maps) {
                children.used.push((Arc::clone(&self.origin), map.clone()));
            }
        }
        if let Some(strategy) = &self.asked.strategy {
            let faults = check::strategy(strategy, self.kind, &self.origin);
            children.problems.extend(faults);
        }
        children
            .problems
            .extend(check::pod(&pod, &self.storage.template_names, &self.origin));
        children.peers.push(Governed {
            node: self.origin.node.clone().unwrap_or_default(),
            service: self.service.clone(),
            first_ordinal: self.first_ordinal,
            ports: self.main.named_ports(),
        });
        let kind = match self.kind {
            WorkloadKind::StatefulSet => ChildKind::StatefulSet,
            WorkloadKind::Deployment => ChildKind::Deployment,
        };
        let id = ObjectId::new(kind, self.origin.namespace.clone(), self.name.clone());
        let storage = &self.storage;
        let sizes = storage.template_names.iter().zip(&storage.size_paths);
        let sizes = sizes.map(|(name, path)| ((id.clone(), name.clone()), path.clone()));
        children.sizes.extend(sizes);
        children.drafts.push(Draft {
            kind,
            spec: self.spec(&pod),
            name: self.name,
            origin: self.origin,
            labels: BTreeMap::new(),
            annotations: self.asked.annotations,
        });
    }
}
