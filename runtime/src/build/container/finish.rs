//! A container of a node type under what the custom resource says of it.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{self as core, ContainerPort, EnvVar, VolumeMount};

use super::Container;

impl Container {
    /// The ports that the container will have.
    pub(crate) fn ports(&self) -> &[ContainerPort] {
        let ports = self.theirs.ports.as_ref().or(self.ours.ports.as_ref());
        ports.map_or(&[], Vec::as_slice)
    }

    /// The numbers of the ports that have a name; a port that the resource drops keeps the manifest's.
    pub(crate) fn named_ports(&self) -> BTreeMap<String, i32> {
        let (ours, theirs) = (self.ours.ports.iter(), self.theirs.ports.iter());
        ours.chain(theirs)
            .flatten()
            .filter_map(|port| Some((port.name.clone()?, port.container_port)))
            .collect()
    }

    /// The container as Kubernetes takes it. Mounts stand in the order storage, files, the rest.
    pub(crate) fn finish(
        &self,
        storage: &[VolumeMount],
        files: Vec<VolumeMount>,
    ) -> core::Container {
        let (ours, theirs) = (self.ours.clone(), self.theirs.clone());
        let mounts: Vec<VolumeMount> = storage
            .iter()
            .filter(|_| self.storage)
            .cloned()
            .chain(files)
            .chain(ours.volume_mounts.into_iter().flatten())
            .chain(theirs.volume_mounts.into_iter().flatten())
            .collect();
        core::Container {
            name: ours.name,
            image: theirs.image.or(ours.image),
            image_pull_policy: theirs.image_pull_policy.or(ours.image_pull_policy),
            command: theirs.command.or(ours.command),
            args: theirs.args.or(ours.args),
            env: Some(self.merged_env()),
            env_from: theirs.env_from.or(ours.env_from),
            ports: theirs.ports.or(ours.ports),
            resources: theirs.resources.or(ours.resources),
            liveness_probe: theirs.liveness_probe.or(ours.liveness_probe),
            readiness_probe: theirs.readiness_probe.or(ours.readiness_probe),
            startup_probe: theirs.startup_probe.or(ours.startup_probe),
            lifecycle: theirs.lifecycle.or(ours.lifecycle),
            security_context: theirs.security_context.or(ours.security_context),
            volume_mounts: Some(mounts),
            ..ours
        }
    }

    fn merged_env(&self) -> Vec<EnvVar> {
        let at = self.cr_env_at.unwrap_or(self.env.len()).min(self.env.len());
        let (before, after) = self.env.split_at(at);
        // A variable can refer to earlier ones only.
        let fields: Vec<EnvVar> = self.fields.iter().map(|field| field.env_var()).collect();
        let mut merged: Vec<EnvVar> = Vec::new();
        for variable in fields.iter().chain(before).chain(&self.cr_env).chain(after) {
            match merged.iter_mut().find(|known| known.name == variable.name) {
                Some(known) => *known = variable.clone(),
                None => merged.push(variable.clone()),
            }
        }
        merged
    }

    /// Names that the k8s config group's `env` has twice: the API server takes neither for good.
    pub(crate) fn twice_in_env(&self) -> impl Iterator<Item = &str> {
        let earlier = |index: usize, name: &str| {
            self.cr_env
                .iter()
                .take(index)
                .any(|known| known.name == name)
        };
        self.cr_env
            .iter()
            .enumerate()
            .filter(move |(index, variable)| earlier(*index, &variable.name))
            .map(|(_, variable)| variable.name.as_str())
    }
}
