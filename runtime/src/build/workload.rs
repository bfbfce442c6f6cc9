//! The workload of a node: a `StatefulSet` or a `Deployment`, as the resource chose.

mod spec;

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::apps::v1::{DeploymentStrategy, StatefulSetUpdateStrategy};
use k8s_openapi::api::core::v1::PodSpec;

use super::check;
use super::children::{Child, Children, Draft, Governed, sealed::Sealed};
use super::claim::Storage;
use super::container::Container;
use super::meta::SharedOrigin;
use super::service::Service;
use crate::cluster::{Cluster, SecurityProfile};
use crate::kind::{ChildKind, ObjectId};
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
