//! A node's container: what the manifest says, under what the k8s config group says.

mod finish;
mod source;

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{
    self as core, ContainerPort, EnvVar, EnvVarSource, Lifecycle, Probe, ResourceRequirements,
    SecretKeySelector, SecurityContext, VolumeMount,
};

use super::config_map::ConfigMapRef;
use super::file::{File, FileMount};
use super::pod_text::{Argument, PodField, PodText, field_env};
use crate::cluster::Cluster;
use crate::node::Node;
use crate::problem::Problem;
use crate::spec::{K8sConfigGroup, SecretKeyRef};

pub use source::VariableSource;

/// A container as the manifest describes it.
///
/// A field that the node's k8s config group sets replaces the one given here, whole. `env` is
/// merged by name: the later entry wins, at the place of the first.
#[derive(Clone, Debug)]
pub struct Container {
    ours: core::Container,
    /// What the k8s config group says, without its `env`.
    theirs: core::Container,
    env: Vec<EnvVar>,
    cr_env: Vec<EnvVar>,
    cr_env_at: Option<usize>,
    fields: BTreeSet<PodField>,
    /// Whether the node's volumes are mounted into it.
    storage: bool,
    pub(crate) files: Vec<FileMount>,
    pub(crate) maps: Vec<ConfigMapRef>,
    pub(crate) problems: Vec<Problem>,
}

impl<C: Cluster> Node<'_, C> {
    /// The node's main container.
    pub fn container(&self) -> Container {
        let k8s = &self.k8s;
        let image = k8s.image.or(C::IMAGE);
        let problems = if image.is_some_and(|image| !image.trim().is_empty()) {
            Vec::new()
        } else {
            vec![
                self.origin()
                    .k8s_problem("image", "is needed: the cluster has no image of its own"),
            ]
        };
        Container {
            ours: core::Container {
                name: C::container_name(self),
                ..core::Container::default()
            },
            theirs: their_fields(k8s, image),
            env: Vec::new(),
            cr_env: k8s.all_env(),
            cr_env_at: None,
            fields: BTreeSet::new(),
            storage: true,
            files: Vec::new(),
            maps: Vec::new(),
            problems,
        }
    }
}

impl<C: Cluster> Node<'_, C> {
    /// A container beside the main one; nothing of the k8s config group is in it (DR-13).
    pub fn extra_container(&self, name: impl Into<String>) -> Container {
        Container {
            ours: core::Container {
                name: name.into(),
                ..core::Container::default()
            },
            theirs: core::Container::default(),
            env: Vec::new(),
            cr_env: Vec::new(),
            cr_env_at: None,
            fields: BTreeSet::new(),
            storage: false,
            files: Vec::new(),
            maps: Vec::new(),
            problems: Vec::new(),
        }
    }
}

fn their_fields(k8s: &K8sConfigGroup<'_>, image: Option<&str>) -> core::Container {
    core::Container {
        image: image.map(ToOwned::to_owned),
        image_pull_policy: k8s.image_pull_policy.map(ToOwned::to_owned),
        command: k8s.command.map(<[_]>::to_vec),
        args: k8s.args.map(<[_]>::to_vec),
        env_from: k8s.all_env_from(),
        ports: k8s.ports.map(<[_]>::to_vec),
        resources: k8s.resources.cloned(),
        liveness_probe: k8s.liveness_probe.cloned(),
        readiness_probe: k8s.readiness_probe.cloned(),
        startup_probe: k8s.startup_probe.cloned(),
        lifecycle: k8s.lifecycle.cloned(),
        security_context: k8s.security_context.cloned(),
        volume_mounts: Some(k8s.all_mounts()),
        ..core::Container::default()
    }
}

impl Container {
    /// Adds to the command; each item is one element and never split.
    pub fn command<I>(mut self, command: I) -> Self
    where
        I: IntoIterator,
        I::Item: Argument,
    {
        let command = self.arguments(command);
        self.ours.command.get_or_insert_default().extend(command);
        self
    }

    /// Adds to the arguments; each item is one element and never split.
    pub fn args<I>(mut self, args: I) -> Self
    where
        I: IntoIterator,
        I::Item: Argument,
    {
        let args = self.arguments(args);
        self.ours.args.get_or_insert_default().extend(args);
        self
    }

    fn arguments<I>(&mut self, items: I) -> Vec<String>
    where
        I: IntoIterator,
        I::Item: Argument,
    {
        let items: Vec<PodText> = items.into_iter().filter_map(Argument::argument).collect();
        items.into_iter().map(|item| self.completed(item)).collect()
    }

    fn completed(&mut self, text: PodText) -> String {
        let (text, fields) = text.into_parts();
        self.fields.extend(fields);
        text
    }

    /// Sets a variable; an absent value sets none.
    pub fn env(mut self, name: &str, value: impl Argument) -> Self {
        if let Some(value) = value.argument() {
            let value = self.completed(value);
            self.env.push(EnvVar {
                name: name.to_owned(),
                value: Some(value),
                value_from: None,
            });
        }
        self
    }

    /// Sets a variable to a field of the pod, such as `metadata.name`.
    pub fn env_field(self, name: &str, path: &str) -> Self {
        self.env_var(field_env(name, path))
    }

    /// Sets a variable to a key of a Secret; an absent reference sets none.
    pub fn env_secret<'s>(self, name: &str, key: impl Into<Option<&'s SecretKeyRef>>) -> Self {
        let Some(key) = key.into() else {
            return self;
        };
        self.env_var(EnvVar {
            name: name.to_owned(),
            value: None,
            value_from: Some(EnvVarSource {
                secret_key_ref: Some(SecretKeySelector {
                    name: key.name.clone(),
                    key: key.key.clone(),
                    optional: None,
                }),
                ..EnvVarSource::default()
            }),
        })
    }

    pub fn env_var(mut self, variable: EnvVar) -> Self {
        self.env.push(variable);
        self
    }

    /// Puts the k8s config group's `env` here rather than last.
    pub fn cr_env(mut self) -> Self {
        self.cr_env_at = Some(self.env.len());
        self
    }

    /// Takes all variables of a config map or a Secret; an absent one gives none.
    pub fn env_from(mut self, source: impl VariableSource) -> Self {
        let (source, map) = source.source();
        self.ours.env_from.get_or_insert_default().extend(source);
        self.maps.extend(map);
        self
    }

    pub fn port(self, name: impl Into<String>, number: i32) -> Self {
        self.container_port(ContainerPort {
            name: Some(name.into()),
            container_port: number,
            ..ContainerPort::default()
        })
    }

    /// A port without a name.
    pub fn port_number(self, number: i32) -> Self {
        self.container_port(ContainerPort {
            container_port: number,
            ..ContainerPort::default()
        })
    }

    pub fn container_port(mut self, port: ContainerPort) -> Self {
        self.ours.ports.get_or_insert_default().push(port);
        self
    }

    pub fn liveness_probe(mut self, probe: impl Into<Option<Probe>>) -> Self {
        self.ours.liveness_probe = probe.into();
        self
    }

    pub fn readiness_probe(mut self, probe: impl Into<Option<Probe>>) -> Self {
        self.ours.readiness_probe = probe.into();
        self
    }

    pub fn startup_probe(mut self, probe: impl Into<Option<Probe>>) -> Self {
        self.ours.startup_probe = probe.into();
        self
    }

    pub fn resources(mut self, resources: impl Into<Option<ResourceRequirements>>) -> Self {
        self.ours.resources = resources.into();
        self
    }

    pub fn security_context(mut self, context: impl Into<Option<SecurityContext>>) -> Self {
        self.ours.security_context = context.into();
        self
    }

    pub fn lifecycle(mut self, lifecycle: impl Into<Option<Lifecycle>>) -> Self {
        self.ours.lifecycle = lifecycle.into();
        self
    }

    pub fn image_pull_policy(mut self, policy: impl Into<String>) -> Self {
        self.ours.image_pull_policy = Some(policy.into());
        self
    }

    pub fn working_dir(mut self, path: impl Into<String>) -> Self {
        self.ours.working_dir = Some(path.into());
        self
    }

    /// Mounts a file; an absent one is not there.
    pub fn file<'f>(mut self, file: impl Into<Option<&'f File>>) -> Self {
        self.files.extend(file.into().map(File::mount));
        self
    }

    /// Mounts a volume of the pod.
    pub fn mount(mut self, mount: VolumeMount) -> Self {
        self.ours.volume_mounts.get_or_insert_default().push(mount);
        self
    }

    /// Fields that have no method of their own, over what is said so far. What is said of one
    /// container wins over what the k8s config group says of the main one.
    pub fn with(mut self, mut fields: core::Container) -> Self {
        self.env.extend(fields.env.take().into_iter().flatten());
        if fields.image.is_some() {
            self.theirs.image = None;
        }
        if fields.image_pull_policy.is_some() {
            self.theirs.image_pull_policy = None;
        }
        let ours = self.ours;
        let mounts = ours.volume_mounts.into_iter().chain(fields.volume_mounts);
        let mounts: Vec<VolumeMount> = mounts.flatten().collect();
        self.ours = core::Container {
            name: ours.name,
            image: fields.image.or(ours.image),
            image_pull_policy: fields.image_pull_policy.or(ours.image_pull_policy),
            command: fields.command.or(ours.command),
            args: fields.args.or(ours.args),
            env_from: fields.env_from.or(ours.env_from),
            ports: fields.ports.or(ours.ports),
            resources: fields.resources.or(ours.resources),
            liveness_probe: fields.liveness_probe.or(ours.liveness_probe),
            readiness_probe: fields.readiness_probe.or(ours.readiness_probe),
            startup_probe: fields.startup_probe.or(ours.startup_probe),
            lifecycle: fields.lifecycle.or(ours.lifecycle),
            security_context: fields.security_context.or(ours.security_context),
            working_dir: fields.working_dir.or(ours.working_dir),
            volume_mounts: Some(mounts),
            ..fields
        };
        self
    }

    /// Another container with this one's image, variables, mounts and security context.
    pub fn like(&self, name: impl Into<String>) -> Self {
        let (ours, theirs) = (self.ours.clone(), self.theirs.clone());
        let mounts = ours.volume_mounts.into_iter().chain(theirs.volume_mounts);
        let mut other = self.clone();
        // What the group says of the main container is where this one starts from: its own word wins.
        other.ours = core::Container {
            name: name.into(),
            image: theirs.image.or(ours.image),
            image_pull_policy: theirs.image_pull_policy.or(ours.image_pull_policy),
            env_from: theirs.env_from.or(ours.env_from),
            volume_mounts: Some(mounts.flatten().collect()),
            security_context: theirs.security_context.or(ours.security_context),
            ..core::Container::default()
        };
        other.theirs = core::Container::default();
        other.problems = Vec::new();
        other
    }
}
