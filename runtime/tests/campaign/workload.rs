//! What people do to a cluster: a few steps each, waited for one by one.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::scene::Scene;
use crate::{state, tally};

/// The name of the resource in every run.
pub(crate) const NAME: &str = "t";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Workload {
    Create,
    EditConfig,
    EditImage,
    Scale,
    Nodes,
    Growth,
    Delete,
    Recreate,
}

impl Workload {
    pub(crate) const ALL: [Self; 8] = [
        Self::Create,
        Self::EditConfig,
        Self::EditImage,
        Self::Scale,
        Self::Nodes,
        Self::Growth,
        Self::Delete,
        Self::Recreate,
    ];

    /// What is there before any fault.
    pub(crate) async fn prepare(self, scene: &Scene) {
        if self != Self::Create {
            scene.apply(&resource(scene)).await;
            state::ready(scene).await;
            state::quiet(scene).await;
        }
    }

    /// How many steps there are.
    pub(crate) fn steps(self) -> usize {
        match self {
            Self::Scale | Self::Nodes => 2,
            _ => 1,
        }
    }

    /// One of the steps: what a person does.
    pub(crate) async fn step(self, scene: &Scene, step: usize) {
        let mut cr = resource(scene);
        let spec = &mut cr["spec"];
        match (self, step) {
            (Self::EditConfig, _) => spec["appConfigGroup"][0]["logLevel"] = json!("debug"),
            (Self::EditImage, _) => {
                spec["k8sConfigGroup"][0]["image"] = json!("ghcr.io/example/tally:2.2");
                spec["k8sConfigGroup"][1]["image"] = json!("ghcr.io/example/tally:2.2");
            }
            (Self::Scale, 0) => {
                spec["nodes"][0]["replicas"] = json!(3);
                spec["nodes"][1]["replicas"] = json!(3);
            }
            (Self::Nodes, 0) => {
                let mut node = spec["nodes"][1].clone();
                node["name"] = json!("edge");
                spec["nodes"].as_array_mut().unwrap().push(node);
            }
            (Self::Growth, _) => {
                let requests = "/k8sConfigGroup/0/storageConfig/0/spec/resources/requests";
                spec.pointer_mut(requests).unwrap()["storage"] = json!("2Gi");
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

    /// Whether nothing is left at the end.
    pub(crate) fn ends_empty(self) -> bool {
        self == Self::Delete
    }

    /// Kinds of which objects go on the way, by their plurals.
    pub(crate) fn loses(self) -> &'static [&'static str] {
        match self {
            Self::Nodes | Self::Delete | Self::Recreate => {
                &["configmaps", "services", "deployments", "tallies"]
            }
            Self::Growth => &["statefulsets", "persistentvolumeclaims"],
            _ => &[],
        }
    }
}

/// The sample with few pods.
fn resource(scene: &Scene) -> Value {
    let mut cr = tally::sample();
    cr["metadata"] = json!({"name": NAME, "namespace": scene.namespace.name()});
    cr["spec"]["nodes"][0]["replicas"] = json!(1);
    cr["spec"]["nodes"][1]["replicas"] = json!(1);
    cr
}
