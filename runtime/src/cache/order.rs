//! The order of a workload's associative lists, which ownership of fields does not show.
//!
//! In: a pod template, from a desired document or from the server. Out: the names of its
//! containers, of their variables and mounts, in order.

use serde::Deserialize;
use serde_json::Value;
use sha2::Digest;

/// The names in the lists of a pod template whose order matters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Order {
    init_containers: Vec<ContainerOrder>,
    containers: Vec<ContainerOrder>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct ContainerOrder {
    name: String,
    env: Vec<String>,
    mounts: Vec<String>,
}

impl Order {
    /// The order that a desired document asks for; empty where it has no pod template.
    pub(crate) fn of(document: &Value) -> Self {
        document
            .pointer("/spec/template/spec")
            .and_then(|spec| PodSpec::deserialize(spec).ok())
            // A template that is no pod template has no order to keep; the server refuses it.
            .unwrap_or_default()
            .into()
    }

    /// Adds every name, and where its list ends, to a digest.
    pub(super) fn digest(&self, hash: &mut impl Digest) {
        for list in [&self.init_containers, &self.containers] {
            for container in list {
                for name in std::iter::once(&container.name)
                    .chain(&container.env)
                    .chain(std::iter::once(&String::new()))
                    .chain(&container.mounts)
                {
                    hash.update(name.as_bytes());
                    hash.update([0]);
                }
            }
            hash.update([1]);
        }
    }

    /// Whether the names of `desired` stand here in its order; names of others do not count.
    pub(crate) fn keeps(&self, desired: &Self) -> bool {
        follows(&desired.init_containers, &self.init_containers)
            && follows(&desired.containers, &self.containers)
    }
}

fn follows(desired: &[ContainerOrder], live: &[ContainerOrder]) -> bool {
    let names = |list: &[ContainerOrder]| -> Vec<String> {
        list.iter()
            .map(|container| container.name.clone())
            .collect()
    };
    in_order(&names(desired), &names(live))
        && desired.iter().all(|wanted| {
            live.iter()
                .find(|found| found.name == wanted.name)
                .is_some_and(|found| {
                    in_order(&wanted.env, &found.env) && in_order(&wanted.mounts, &found.mounts)
                })
        })
}

fn in_order(desired: &[String], live: &[String]) -> bool {
    live.iter()
        .filter(|name| desired.contains(name))
        .eq(desired.iter())
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PodSpec {
    init_containers: Option<Vec<Container>>,
    containers: Option<Vec<Container>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Container {
    name: String,
    #[serde(default)]
    env: Option<Vec<Variable>>,
    #[serde(default)]
    volume_mounts: Option<Vec<Mount>>,
}

#[derive(Deserialize)]
struct Variable {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mount {
    mount_path: String,
}

impl From<PodSpec> for Order {
    fn from(spec: PodSpec) -> Self {
        let order = |containers: Option<Vec<Container>>| {
            containers
                .unwrap_or_default()
                .into_iter()
                .map(|container| ContainerOrder {
                    name: container.name,
                    env: container
                        .env
                        .unwrap_or_default()
                        .into_iter()
                        .map(|variable| variable.name)
                        .collect(),
                    mounts: container
                        .volume_mounts
                        .unwrap_or_default()
                        .into_iter()
                        .map(|mount| mount.mount_path)
                        .collect(),
                })
                .collect()
        };
        Self {
            init_containers: order(spec.init_containers),
            containers: order(spec.containers),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn order(env: &[&str], containers: &[&str]) -> Order {
        let env: Vec<Value> = env.iter().map(|name| json!({"name": name})).collect();
        let containers: Vec<Value> = containers
            .iter()
            .map(|name| json!({"name": name, "env": env, "volumeMounts": [{"mountPath": "/a"}]}))
            .collect();
        Order::of(&json!({"spec": {"template": {"spec": {"containers": containers}}}}))
    }

    #[test]
    fn a_reordered_list_is_seen() {
        assert!(!order(&["B", "A"], &["c"]).keeps(&order(&["A", "B"], &["c"])));
        assert!(!order(&["A"], &["d", "c"]).keeps(&order(&["A"], &["c", "d"])));
    }

    #[test]
    fn what_others_add_between_does_not_count() {
        assert!(order(&["X", "A", "Y", "B"], &["proxy", "c"]).keeps(&order(&["A", "B"], &["c"])));
    }

    #[test]
    fn a_missing_name_is_seen() {
        assert!(!order(&["A"], &["c"]).keeps(&order(&["A", "B"], &["c"])));
        assert!(!order(&["A"], &[]).keeps(&order(&["A"], &["c"])));
    }

    #[test]
    fn a_document_without_a_pod_template_has_no_order() {
        assert!(Order::default().keeps(&Order::of(&json!({"data": {"a": "b"}}))));
    }
}
