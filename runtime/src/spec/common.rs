//! What lies under every group of a custom resource (DS-13, DR-18).
//!
//! Pure: a group and what lies under it are borrowed, so that what one node gets never changes what
//! another one does.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Container, EnvFromSource, EnvVar, Volume, VolumeMount};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{K8sConfigGroup, PodMetadata};

/// What a group's lists and maps extend; the runtime fills it in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Below<'a> {
    env: Option<&'a [EnvVar]>,
    additional_containers: Option<&'a [Container]>,
    init_containers: Option<&'a [Container]>,
    env_from: Option<&'a [EnvFromSource]>,
    volumes: Option<&'a [Volume]>,
    volume_mount: Option<&'a [VolumeMount]>,
    node_selector: Option<&'a BTreeMap<String, String>>,
    pod_metadata: Option<&'a PodMetadata>,
    ingress_annotations: Option<&'a BTreeMap<String, String>>,
    workload_annotations: Option<&'a BTreeMap<String, String>>,
}

impl K8sConfigGroup<'_> {
    /// This group over the one that lies under every group.
    ///
    /// Its own fields win whole, but for these: `env`, containers, `volumes` and `volumeMount` extend by
    /// name and path, `envFrom` follows, `nodeSelector`, labels and annotations merge by key.
    pub(crate) fn over(self, common: &Self) -> Self {
        // Each field by its name: a new one has to say here how it is inherited.
        Self {
            name: self.name,
            image: self.image.or(common.image),
            image_pull_policy: self.image_pull_policy.or(common.image_pull_policy),
            image_pull_secrets: self.image_pull_secrets.or(common.image_pull_secrets),
            command: self.command.or(common.command),
            args: self.args.or(common.args),
            ports: self.ports.or(common.ports),
            resources: self.resources.or(common.resources),
            liveness_probe: self.liveness_probe.or(common.liveness_probe),
            readiness_probe: self.readiness_probe.or(common.readiness_probe),
            startup_probe: self.startup_probe.or(common.startup_probe),
            lifecycle: self.lifecycle.or(common.lifecycle),
            security_context: self.security_context.or(common.security_context),
            pod_security_context: self.pod_security_context.or(common.pod_security_context),
            service_account_name: self.service_account_name.or(common.service_account_name),
            affinity: self.affinity.or(common.affinity),
            tolerations: self.tolerations.or(common.tolerations),
            topology_spread_constraints: self
                .topology_spread_constraints
                .or(common.topology_spread_constraints),
            priority_class_name: self.priority_class_name.or(common.priority_class_name),
            termination_grace_period_seconds: self
                .termination_grace_period_seconds
                .or(common.termination_grace_period_seconds),
            storage_config: self.storage_config.or(common.storage_config),
            service: self.service.or(common.service),
            network_policy: self.network_policy.or(common.network_policy),
            services: self.services.or(common.services),
            pod_disruption_budget: self.pod_disruption_budget.or(common.pod_disruption_budget),
            horizontal_pod_autoscaler: self
                .horizontal_pod_autoscaler
                .or(common.horizontal_pod_autoscaler),
            ingress: self.ingress.or(common.ingress),
            update_strategy: self.update_strategy.or(common.update_strategy),
            pod_management_policy: self.pod_management_policy.or(common.pod_management_policy),
            dns_policy: self.dns_policy.or(common.dns_policy),
            dns_config: self.dns_config.or(common.dns_config),
            below: Below {
                env: common.env,
                additional_containers: common.additional_containers,
                init_containers: common.init_containers,
                env_from: common.env_from,
                volumes: common.volumes,
                volume_mount: common.volume_mount,
                node_selector: common.node_selector,
                pod_metadata: common.pod_metadata,
                ingress_annotations: common.ingress_annotations,
                workload_annotations: common.workload_annotations,
            },
            env: self.env,
            env_from: self.env_from,
            additional_containers: self.additional_containers,
            init_containers: self.init_containers,
            volumes: self.volumes,
            volume_mount: self.volume_mount,
            node_selector: self.node_selector,
            pod_metadata: self.pod_metadata,
            ingress_annotations: self.ingress_annotations,
            workload_annotations: self.workload_annotations,
            persistent_volume_claim_retention_policy: self
                .persistent_volume_claim_retention_policy
                .or(common.persistent_volume_claim_retention_policy),
        }
    }

    /// The variables; one that comes again overrides in its first place.
    pub fn all_env(&self) -> Vec<EnvVar> {
        extended(self.below.env, self.env, |variable| &variable.name)
    }

    pub fn all_env_from(&self) -> Option<Vec<EnvFromSource>> {
        let sources = self.below.env_from.into_iter().chain(self.env_from);
        let given = self.below.env_from.is_some() || self.env_from.is_some();
        given.then(|| sources.flatten().cloned().collect())
    }

    pub fn all_containers(&self) -> Vec<Container> {
        let below = self.below.additional_containers;
        extended(below, self.additional_containers, |container| {
            &container.name
        })
    }

    pub fn all_init_containers(&self) -> Vec<Container> {
        let below = self.below.init_containers;
        extended(below, self.init_containers, |container| &container.name)
    }

    pub fn all_volumes(&self) -> Vec<Volume> {
        extended(self.below.volumes, self.volumes, |volume| &volume.name)
    }

    pub fn all_mounts(&self) -> Vec<VolumeMount> {
        extended(self.below.volume_mount, self.volume_mount, |mount| {
            &mount.mount_path
        })
    }

    pub fn merged_node_selector(&self) -> Option<BTreeMap<String, String>> {
        merged(self.below.node_selector, self.node_selector)
    }

    pub fn merged_ingress_annotations(&self) -> BTreeMap<String, String> {
        merged(self.below.ingress_annotations, self.ingress_annotations).unwrap_or_default()
    }

    pub fn merged_workload_annotations(&self) -> BTreeMap<String, String> {
        merged(self.below.workload_annotations, self.workload_annotations).unwrap_or_default()
    }

    pub fn merged_pod_metadata(&self) -> PodMetadata {
        let (below, own) = (self.below.pod_metadata, self.pod_metadata);
        PodMetadata {
            annotations: merged(
                below.and_then(|below| below.annotations.as_ref()),
                own.and_then(|own| own.annotations.as_ref()),
            ),
            labels: merged(
                below.and_then(|below| below.labels.as_ref()),
                own.and_then(|own| own.labels.as_ref()),
            ),
        }
    }
}

/// `below`, in which an entry of `own` takes the place of one with its key, then the rest of `own`.
fn extended<'a, T: Clone + 'a>(
    below: Option<&'a [T]>,
    own: Option<&'a [T]>,
    key: impl Fn(&T) -> &str,
) -> Vec<T> {
    let mut all: Vec<T> = below.unwrap_or_default().to_vec();
    let inherited = all.len();
    for entry in own.unwrap_or_default() {
        let place = all
            .iter()
            .take(inherited)
            .position(|known| key(known) == key(entry));
        match place.and_then(|place| all.get_mut(place)) {
            Some(known) => *known = entry.clone(),
            None => all.push(entry.clone()),
        }
    }
    all
}

fn merged(
    below: Option<&BTreeMap<String, String>>,
    own: Option<&BTreeMap<String, String>>,
) -> Option<BTreeMap<String, String>> {
    let entries = below.into_iter().chain(own).flatten();
    (below.is_some() || own.is_some()).then(|| {
        entries
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    })
}

/// App config groups over what lies under all of them: mappings merge by key, all else replaces.
///
/// # Errors
/// The place of a group that lacks what neither says, with the reason.
pub fn over_common<C: DeserializeOwned>(
    common: Option<&impl Serialize>,
    groups: &[impl Serialize],
) -> Result<Vec<C>, (usize, String)> {
    let tree = |value: Result<Value, serde_json::Error>| value.map_err(|error| error.to_string());
    groups
        .iter()
        .enumerate()
        .map(|(index, group)| {
            let merge = || -> Result<C, String> {
                let mut whole = match common {
                    Some(common) => tree(serde_json::to_value(common))?,
                    None => Value::Null,
                };
                lay(&mut whole, tree(serde_json::to_value(group))?);
                serde_json::from_value(whole).map_err(|error| fault(&error))
            };
            merge().map_err(|fault| (index, fault))
        })
        .collect()
}

/// A decoder's words as those of the other messages.
fn fault(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.strip_prefix("missing field ") {
        Some(field) => format!("{field} is missing, here and in what lies under every group"),
        None => text,
    }
}

fn lay(below: &mut Value, own: Value) {
    match (below, own) {
        (Value::Object(below), Value::Object(own)) => {
            for (key, value) in own {
                match below.get_mut(&key) {
                    Some(known) => lay(known, value),
                    None => {
                        below.insert(key, value);
                    }
                }
            }
        }
        (below, own) => *below = own,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn variables(text: &[(&str, &str)]) -> Vec<EnvVar> {
        text.iter()
            .map(|(name, value)| EnvVar {
                name: (*name).to_owned(),
                value: Some((*value).to_owned()),
                value_from: None,
            })
            .collect()
    }

    #[test]
    fn a_group_wins_over_what_lies_under_it_and_changes_nothing_of_it() {
        // DR-18: upstream wrote one node's annotations into the map that all nodes share.
        let metadata = |key: &str, value: &str| PodMetadata {
            annotations: Some([(key.to_owned(), value.to_owned())].into()),
            labels: None,
        };
        let (shared, own) = (metadata("team", "all"), metadata("team", "one"));
        let (env, own_env) = (
            variables(&[("A", "1"), ("B", "2")]),
            variables(&[("C", "3"), ("A", "9")]),
        );
        let common = K8sConfigGroup {
            image: Some("a:1"),
            args: Some(&[]),
            env: Some(&env),
            pod_metadata: Some(&shared),
            ..K8sConfigGroup::default()
        };
        let one = K8sConfigGroup {
            name: "one",
            image: Some("b:2"),
            env: Some(&own_env),
            pod_metadata: Some(&own),
            ..K8sConfigGroup::default()
        }
        .over(&common);
        let two = K8sConfigGroup {
            name: "two",
            ..K8sConfigGroup::default()
        }
        .over(&common);

        assert_eq!((one.image, two.image), (Some("b:2"), Some("a:1")));
        assert_eq!(
            one.all_env(),
            variables(&[("A", "9"), ("B", "2"), ("C", "3")])
        );
        assert_eq!(two.all_env(), env);
        assert_eq!(one.merged_pod_metadata(), own);
        assert_eq!(two.merged_pod_metadata(), shared);
        assert_eq!(one.args, Some([].as_slice()));
    }

    #[test]
    fn app_settings_merge_by_key_and_say_which_group_lacks_what() {
        #[derive(Debug, PartialEq, serde::Deserialize)]
        struct Config {
            name: String,
            level: String,
            extra: Value,
        }
        // DS-13
        let common = json!({"level": "info", "extra": {"a": 1, "b": {"c": 2}}});
        let groups = [
            json!({"name": "x", "extra": {"b": {"d": 3}}}),
            json!({"name": "y", "level": "debug"}),
        ];
        let merged: Vec<Config> = over_common(Some(&common), &groups).unwrap();
        assert_eq!(merged[0].level, "info");
        assert_eq!(merged[0].extra, json!({"a": 1, "b": {"c": 2, "d": 3}}));
        assert_eq!(merged[1].level, "debug");
        let (index, fault) = over_common::<Config>(None::<&Value>, &groups).unwrap_err();
        assert_eq!(index, 0);
        assert_eq!(
            fault,
            "`level` is missing, here and in what lies under every group"
        );
    }
}
