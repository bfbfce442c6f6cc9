//! Objects that belong to somebody else and have the names of an operator's children.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};

use crate::{
    objects::{id, name},
    scene::{CONVERGE, Scene},
};

/// Whether the operator made it, and not a controller of the cluster.
pub(crate) fn is_ours(child: &Value) -> bool {
    child["metadata"]["annotations"]["dsoi.dev/applied"].is_string()
}

/// Makes `resource` meet a foreign object under each name that its children of these kinds have:
/// it is deleted, what it leaves behind goes, and the names are taken. Returns the foreign objects.
pub(crate) async fn take_the_names(
    scene: &Scene,
    resource: &str,
    of: impl Fn(&str) -> bool,
) -> BTreeMap<String, Value> {
    let children: Vec<_> = scene.objects.children().await.into_iter().collect();
    scene
        .objects
        .delete(&scene.golden.resource.kind, resource)
        .await;
    gone(scene, |child| child["kind"] != "PersistentVolumeClaim").await;
    for child in scene.objects.list("PersistentVolumeClaim").await {
        scene
            .objects
            .delete("PersistentVolumeClaim", name(&child))
            .await;
    }
    gone(scene, |_| true).await;
    let taken = |child: &&Value| is_ours(child) && child["kind"].as_str().is_some_and(&of);
    for child in children.iter().filter(taken) {
        scene
            .objects
            .create(&object(child["kind"].as_str().unwrap(), name(child)))
            .await;
    }
    // The cluster's controllers have their say about them first.
    let mut before = all(scene).await;
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let now = all(scene).await;
        if now == before {
            return now;
        }
        before = now;
    }
}

/// Every child-like object of the namespace, whole.
pub(crate) async fn all(scene: &Scene) -> BTreeMap<String, Value> {
    let objects = scene.objects.children().await.into_iter();
    objects.map(|object| (id(&object), object)).collect()
}

async fn gone(scene: &Scene, of: impl Fn(&Value) -> bool) {
    let start = std::time::Instant::now();
    loop {
        let left: Vec<_> = scene
            .objects
            .children()
            .await
            .into_iter()
            .filter(&of)
            .collect();
        if left.is_empty() && scene.objects.list("Pod").await.is_empty() {
            return;
        }
        assert!(
            start.elapsed() < CONVERGE,
            "left: {:?}",
            crate::scene::ids(&left)
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The least that the API server takes.
fn object(kind: &str, name: &str) -> Value {
    let labels = json!({ "app": "somebody-elses" });
    let template = json!({
        "metadata": { "labels": labels },
        "spec": { "containers": [{ "name": "c", "image": "example/other:1" }] },
    });
    let (version, spec) = match kind {
        "ConfigMap" => {
            return json!({
                "apiVersion": "v1", "kind": kind, "metadata": { "name": name },
                "data": { "theirs": "kept" },
            });
        }
        "Service" => (
            "v1",
            json!({ "ports": [{ "port": 1234 }], "selector": labels }),
        ),
        "NetworkPolicy" => ("networking.k8s.io/v1", json!({ "podSelector": {} })),
        "PodDisruptionBudget" => (
            "policy/v1",
            json!({ "minAvailable": 0, "selector": { "matchLabels": labels } }),
        ),
        "HorizontalPodAutoscaler" => (
            "autoscaling/v2",
            json!({
                "maxReplicas": 1,
                "scaleTargetRef": { "apiVersion": "apps/v1", "kind": "Deployment", "name": "theirs" },
            }),
        ),
        "Ingress" => (
            "networking.k8s.io/v1",
            json!({ "defaultBackend": { "service": { "name": "theirs", "port": { "number": 1 } } } }),
        ),
        "PersistentVolumeClaim" => (
            "v1",
            json!({
                "accessModes": ["ReadWriteOnce"], "storageClassName": "standard",
                "resources": { "requests": { "storage": "5Gi" } },
            }),
        ),
        _ => (
            "apps/v1",
            json!({
                "replicas": 0, "selector": { "matchLabels": labels }, "template": template,
            }),
        ),
    };
    json!({ "apiVersion": version, "kind": kind, "metadata": { "name": name }, "spec": spec })
}
