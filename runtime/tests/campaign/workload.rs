//! What people do to a cluster: a few steps each, waited for one by one.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::scene::Scene;
use crate::{state, tally};

/// The name of the resource in every run.
pub(crate) const NAME: &str = "t";

/// How a step ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ends {
    Ready,
    /// Its upgrade has crashed, and waits for a person.
    Halted,
    /// Its upgrade has crashed, and what ran before runs again.
    RolledBack,
    /// Nothing is left.
    Empty,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Workload {
    Create,
    EditConfig,
    EditImage,
    Scale,
    Nodes,
    Growth,
    /// The claims of the second turn grow with the edit that upgrades both: it has to wait.
    GrowthInTurn,
    Crash,
    Rollback,
    Delete,
    Recreate,
}

impl Workload {
    pub(crate) const ALL: [Self; 11] = [
        Self::Create,
        Self::EditConfig,
        Self::EditImage,
        Self::Scale,
        Self::Nodes,
        Self::Growth,
        Self::GrowthInTurn,
        Self::Crash,
        Self::Rollback,
        Self::Delete,
        Self::Recreate,
    ];

    /// What is there before any fault.
    pub(crate) async fn prepare(self, scene: &Scene) {
        if self != Self::Create {
            scene.apply(&self.resource(scene)).await;
            state::ready(scene).await;
            state::quiet(scene).await;
        }
    }

    /// How many steps there are.
    pub(crate) fn steps(self) -> usize {
        match self {
            Self::Scale | Self::Nodes | Self::Crash | Self::Rollback => 2,
            _ => 1,
        }
    }

    /// One of the steps: what a person does.
    pub(crate) async fn step(self, scene: &Scene, step: usize) {
        let mut cr = self.resource(scene);
        let spec = &mut cr["spec"];
        match (self, step) {
            (Self::EditConfig, _) => spec["appConfigGroup"][0]["logLevel"] = json!("debug"),
            (Self::EditImage, _) => set_images(spec, "2.2"),
            (Self::Scale, 0) => {
                spec["nodes"][0]["replicas"] = json!(3);
                spec["nodes"][1]["replicas"] = json!(3);
            }
            (Self::Nodes, 0) => {
                let mut node = spec["nodes"][1].clone();
                node["name"] = json!("edge");
                spec["nodes"].as_array_mut().unwrap().push(node);
            }
            (Self::Growth, _) => grow(spec),
            (Self::GrowthInTurn, _) => {
                set_images(spec, "2.2");
                grow(spec);
            }
            (Self::Crash | Self::Rollback, step) => {
                // The first turn never gets ready, and the second has to stay as it is.
                set_images(spec, if step == 0 { "crash" } else { "2.2" });
            }
            // As it is made, or back to where it began.
            (Self::Create | Self::Scale | Self::Nodes, _) => {}
            (Self::Delete, _) => {
                state::delete(scene).await;
                return;
            }
            (Self::Recreate, _) => {
                state::delete(scene).await;
                state::gone(scene).await;
            }
        }
        scene.apply(&cr).await;
    }

    /// What is waited for after a step.
    pub(crate) fn comes_to(self, step: usize) -> Ends {
        match (self, step) {
            (Self::Delete, _) => Ends::Empty,
            (Self::Crash, 0) => Ends::Halted,
            (Self::Rollback, 0) => Ends::RolledBack,
            _ => Ends::Ready,
        }
    }

    /// Kinds of which objects go on the way, by their plurals.
    pub(crate) fn loses(self) -> &'static [&'static str] {
        match self {
            Self::Nodes | Self::Delete | Self::Recreate => {
                &["configmaps", "services", "deployments", "tallies"]
            }
            Self::Growth => &["statefulsets", "persistentvolumeclaims"],
            Self::GrowthInTurn => &["statefulsets", "persistentvolumeclaims", "pods"],
            Self::Crash | Self::Rollback => &["pods"],
            _ => &[],
        }
    }

    /// The sample with few pods.
    fn resource(self, scene: &Scene) -> Value {
        let mut cr = tally::sample();
        cr["metadata"] = json!({"name": NAME, "namespace": scene.namespace.name()});
        cr["spec"]["nodes"][0]["replicas"] = json!(1);
        cr["spec"]["nodes"][1]["replicas"] = json!(1);
        if self == Self::GrowthInTurn {
            cr["spec"]["nodes"][0]["k8sConfigGroup"] = json!("plain");
            cr["spec"]["nodes"][1] = json!({
                "name": "edge", "kind": "StatefulSet", "nodeType": "edge", "replicas": 1,
                "k8sConfigGroup": "small", "appConfigGroup": "main",
            });
        }
        if self == Self::Rollback {
            cr["spec"]["rollout"] = json!({"onCrash": "rollback", "after": "3s"});
        }
        cr
    }
}

fn set_images(spec: &mut Value, tag: &str) {
    for group in spec["k8sConfigGroup"].as_array_mut().unwrap() {
        group["image"] = json!(format!("ghcr.io/example/tally:{tag}"));
    }
}

fn grow(spec: &mut Value) {
    let requests = "/k8sConfigGroup/0/storageConfig/0/spec/resources/requests";
    spec.pointer_mut(requests).unwrap()["storage"] = json!("2Gi");
}
