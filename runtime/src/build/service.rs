//! Services: the one of the k8s config group, and the headless one that names a `StatefulSet`'s pods.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::core::v1::{ContainerPort, ServicePort, ServiceSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::canonical;
use super::children::{Child, Children, Draft, sealed::Sealed};
use super::container::Container;
use super::meta::SharedOrigin;
use crate::cluster::Cluster;
use crate::kind::ChildKind;
use crate::node::Node;
use crate::spec::WorkloadKind;

/// A Service that selects the node's pods. Without a spec there is none.
#[derive(Clone, Debug)]
pub struct Service {
    origin: SharedOrigin,
    name: String,
    namespace: String,
    spec: Option<ServiceSpec>,
    annotations: BTreeMap<String, String>,
    kind: WorkloadKind,
    governs: bool,
}

impl<C: Cluster> Node<'_, C> {
    /// The Service that the k8s config group describes; a group without one has none (OR-11).
    pub fn service(&self) -> Service {
        self.new_service(C::service_name(self), self.k8s.service.cloned())
    }

    /// The Service that gives the pods of a `StatefulSet` their names; a `Deployment` has none.
    pub fn headless(&self, container: &Container) -> Service {
        let spec = (self.kind() == WorkloadKind::StatefulSet).then(|| ServiceSpec {
            cluster_ip: Some("None".to_owned()),
            // Peers look each other up before any of them is ready.
            publish_not_ready_addresses: Some(true),
            ports: Some(container.ports().iter().map(service_port).collect()),
            ..ServiceSpec::default()
        });
        self.new_service(C::headless_name(self), spec)
    }

    /// The Services that the k8s config group lists beside the first (DR-19).
    pub fn services(&self) -> Vec<Service> {
        let listed = self.k8s.services.unwrap_or_default().iter();
        listed
            .map(|service| Service {
                annotations: service.annotations.clone().unwrap_or_default(),
                ..self.new_service(
                    C::named_service_name(self, &service.name),
                    Some(service.spec.clone()),
                )
            })
            .collect()
    }

    /// One more Service, which exists where it is given a spec.
    pub fn named_service(&self, name: &str) -> Service {
        self.new_service(C::named_service_name(self, name), None)
    }

    fn new_service(&self, name: String, spec: Option<ServiceSpec>) -> Service {
        Service {
            origin: Arc::clone(self.origin()),
            name,
            namespace: self.namespace().to_owned(),
            spec,
            annotations: BTreeMap::new(),
            kind: self.kind(),
            governs: false,
        }
    }
}

fn service_port(port: &ContainerPort) -> ServicePort {
    let number = port.container_port;
    let protocol = port.protocol.as_deref().unwrap_or("TCP");
    ServicePort {
        name: Some(match &port.name {
            Some(name) => name.clone(),
            None => format!("{}-{number}", protocol.to_lowercase()),
        }),
        port: number,
        protocol: Some(protocol.to_owned()),
        target_port: Some(match &port.name {
            Some(name) => IntOrString::String(name.clone()),
            None => IntOrString::Int(number),
        }),
        ..ServicePort::default()
    }
}

impl Service {
    /// The spec, in place of the k8s config group's.
    pub fn spec(mut self, spec: impl Into<Option<ServiceSpec>>) -> Self {
        self.spec = spec.into();
        self
    }

    /// The object's name, where it is not the one that the cluster gives it.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    pub fn annotation(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.annotations.insert(key.into(), value.into());
        self
    }

    /// Says that a `StatefulSet` cannot do without it: a group that has no Service is refused.
    pub fn governing(mut self) -> Self {
        self.governs = self.kind == WorkloadKind::StatefulSet;
        self
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// `SERVICE.NAMESPACE.svc`, which resolves in every cluster domain.
    pub fn host(&self) -> String {
        format!("{}.{}.svc", self.name, self.namespace)
    }

    pub(crate) fn exists(&self) -> bool {
        self.spec.is_some()
    }
}

impl Sealed for Service {}

impl Child for Service {
    fn add_to(self, children: &mut Children) {
        let Some(mut spec) = self.spec else {
            if self.governs {
                children.problems.push(self.origin.k8s_problem(
                    "service",
                    "is needed: it names the pods of the node's workload",
                ));
            }
            return;
        };
        let node = self.origin.node.as_deref().unwrap_or_default();
        spec.selector = Some(self.origin.identity.node_selector(node));
        children.drafts.push(Draft {
            kind: ChildKind::Service,
            name: self.name,
            labels: BTreeMap::new(),
            annotations: self.annotations,
            spec: canonical::value(&spec),
            origin: self.origin,
        });
    }
}
