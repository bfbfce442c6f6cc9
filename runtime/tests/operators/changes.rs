//! What a change of a resource reaches, and what it leaves alone: pods roll where they have to, and
//! their Services are served all the while (PN-9, OR-10, DS-12).

use std::{collections::BTreeSet, time::Duration};

use dsoi_runtime::testing::Verb;
use serde_json::{Value, json};

use crate::{
    crs::{self, entry, with_image},
    golden::Golden,
    objects::{name, says, text, uid},
    scene::{Scene, Setup, lines},
};

/// PN-9, and seen upstream: the Service re-pointed first, then 422 for ever.
#[tokio::test]
async fn a_changed_config_group_rolls_the_node_and_leaves_its_service_served() {
    let scene = Setup::new(Golden::pinot()).start().await;
    let mut cr = crs::pinot();
    scene.create(&cr).await;
    let before = scene
        .objects
        .get("Deployment", "orders-broker-broker")
        .await;
    let service = scene
        .objects
        .get("Service", "orders-broker-broker-svc")
        .await;
    let mut tuned = entry(&mut cr, "pinotNodeConfig", "broker").clone();
    tuned["name"] = json!("tuned");
    tuned["data"] = json!("pinot.broker.client.queryPort=8099\npinot.broker.timeoutMs=1000");
    cr["spec"]["pinotNodeConfig"]
        .as_array_mut()
        .unwrap()
        .push(tuned);
    entry(&mut cr, "nodes", "orders-broker")["pinotNodeConfig"] = json!("tuned");
    let mark = scene.proxy.mark();
    scene.apply(&cr).await;
    let generation = scene.resource("orders").await["metadata"]["generation"].clone();
    let mut served = 0;
    loop {
        let resource = scene.resource("orders").await;
        let ready = ready_endpoints(&scene, "orders-broker-broker-svc").await;
        assert!(!ready.is_empty(), "nobody serves orders-broker-broker-svc");
        served += 1;
        if resource["metadata"]["generation"] == generation && says(&resource, "Ready", "True") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(served < 2000, "not ready: {resource:#}");
    }
    scene.settle().await;
    println!("looked {served} times, always served");
    let after = scene
        .objects
        .get("Deployment", "orders-broker-broker")
        .await;
    assert_eq!(uid(&after), uid(&before));
    assert_eq!(after["spec"]["selector"], before["spec"]["selector"]);
    assert_eq!(
        after["spec"]["template"]["metadata"]["labels"]["pinotConfigGroup"],
        "tuned"
    );
    let now = scene
        .objects
        .get("Service", "orders-broker-broker-svc")
        .await;
    assert_eq!(now["spec"]["selector"], service["spec"]["selector"]);
    assert!(
        scene
            .objects
            .find("ConfigMap", "orders-tuned-config")
            .await
            .is_some()
    );
    assert!(
        scene
            .objects
            .find("ConfigMap", "orders-broker-config")
            .await
            .is_none()
    );
    let mut refused = scene.proxy.since(mark);
    refused.retain(|request| request.status == Some(422));
    assert!(refused.is_empty(), "{}", lines(&refused));
}

/// PN-9, and seen upstream: everything under a new name, the old workload and Service left for ever.
#[tokio::test]
async fn a_node_that_moves_to_another_group_is_ready_there_before_it_leaves() {
    let scene = Setup::new(Golden::pinot()).start().await;
    let mut cr = crs::pinot();
    scene.create(&cr).await;
    let config = scene.objects.get("ConfigMap", "orders-broker-config").await;
    // A slice is filled a moment after its pods are ready.
    let began = std::time::Instant::now();
    while ready_endpoints(&scene, "orders-broker-broker-svc")
        .await
        .is_empty()
    {
        assert!(began.elapsed() < Duration::from_secs(120), "never served");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut edge = entry(&mut cr, "k8sConfig", "broker").clone();
    edge["name"] = json!("edge");
    cr["spec"]["k8sConfig"].as_array_mut().unwrap().push(edge);
    entry(&mut cr, "nodes", "orders-broker")["k8sConfig"] = json!("edge");
    let mark = scene.proxy.mark();
    scene.apply(&cr).await;
    let since = std::time::Instant::now();
    let find = async |name: &str| scene.objects.find("Deployment", name).await;
    while find("orders-broker-broker").await.is_some() {
        let old = ready_endpoints(&scene, "orders-broker-broker-svc").await;
        // Its pods go with the workload, which may have left since it was seen.
        assert!(
            !old.is_empty() || find("orders-broker-broker").await.is_none(),
            "nobody serves orders-broker-broker-svc"
        );
        assert!(
            since.elapsed() < Duration::from_secs(120),
            "the old one stays"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let new = find("orders-broker-edge").await.unwrap();
    assert_eq!(new["status"]["readyReplicas"], 2);
    scene.ready("orders").await;
    scene.settle().await;
    for (kind, name) in [
        ("Service", "orders-broker-broker-svc"),
        ("Deployment", "orders-broker-broker"),
    ] {
        assert!(scene.objects.find(kind, name).await.is_none(), "{name}");
    }
    assert!(
        !ready_endpoints(&scene, "orders-broker-edge-svc")
            .await
            .is_empty()
    );
    let now = scene.objects.get("ConfigMap", "orders-broker-config").await;
    assert_eq!(uid(&now), uid(&config));
    let mut refused = scene.proxy.since(mark);
    refused.retain(|request| request.status == Some(422));
    assert!(refused.is_empty(), "{}", lines(&refused));
}

/// DS-12, OR-10, and seen upstream: two nodes that share both groups served each other's Services.
#[tokio::test]
async fn two_nodes_that_share_both_groups_keep_to_their_own_pods() {
    let scene = Setup::new(Golden::pinot()).start().await;
    let mut cr = crs::pinot();
    let mut twin = entry(&mut cr, "nodes", "orders-broker").clone();
    twin["name"] = json!("orders-twin");
    cr["spec"]["nodes"].as_array_mut().unwrap().push(twin);
    scene.create(&cr).await;
    for (service, workload, pods) in [
        ("orders-server-a-server-svc", "orders-server-a-server", 1),
        ("orders-server-b-server-svc", "orders-server-b-server", 2),
        ("orders-broker-broker-svc", "orders-broker-broker", 2),
        ("orders-twin-broker-svc", "orders-twin-broker", 2),
    ] {
        let endpoints = ready_endpoints(&scene, service).await;
        assert_eq!(endpoints.len(), pods, "{service}: {endpoints:?}");
        for pod in endpoints {
            assert!(
                pod.starts_with(&format!("{workload}-")),
                "{service} sends to {pod}"
            );
        }
    }
    // No pod is selected by two workloads.
    let mut workloads = scene.objects.list("StatefulSet").await;
    workloads.extend(scene.objects.list("Deployment").await);
    assert_eq!(workloads.len(), 6);
    for pod in scene.objects.list("Pod").await {
        let labels = pod["metadata"]["labels"].as_object().unwrap();
        let selecting = workloads.iter().filter(|workload| {
            let selector = workload["spec"]["selector"]["matchLabels"]
                .as_object()
                .unwrap();
            assert!(!selector.is_empty());
            selector
                .iter()
                .all(|(key, value)| labels.get(key) == Some(value))
        });
        let selecting: Vec<_> = selecting.map(name).collect();
        assert_eq!(
            selecting.len(),
            1,
            "{} is selected by {selecting:?}",
            name(&pod)
        );
    }
}

/// Seen upstream: with a Deployment earlier in the order, the last Deployment was deleted.
#[tokio::test]
async fn an_image_change_replaces_pods_and_never_a_workload() {
    let scene = Setup::new(Golden::pinot()).start().await;
    scene.create(&crs::pinot()).await;
    let workloads = async || {
        let mut found = scene.objects.list("StatefulSet").await;
        found.extend(scene.objects.list("Deployment").await);
        found
    };
    let before: Vec<_> = workloads()
        .await
        .iter()
        .map(|w| uid(w).to_owned())
        .collect();
    let mark = scene.proxy.mark();
    scene
        .apply(&with_image(crs::pinot(), "k8sConfig", "example/pinot:1.3"))
        .await;
    scene.ready("orders").await;
    let after = workloads().await;
    assert_eq!(
        after.iter().map(|w| uid(w).to_owned()).collect::<Vec<_>>(),
        before
    );
    for workload in &after {
        let image = text(workload, "/spec/template/spec/containers/0/image");
        assert_eq!(image, "example/pinot:1.3", "{}", name(workload));
    }
    for pod in scene.objects.list("Pod").await {
        assert_eq!(
            text(&pod, "/spec/containers/0/image"),
            "example/pinot:1.3",
            "{}",
            name(&pod)
        );
    }
    let mut deletes = scene.child_writes(mark);
    deletes.retain(|request| request.verb == Verb::Delete);
    assert!(deletes.is_empty(), "{}", lines(&deletes));
}

/// DS-27, PA-3: upstream found the config map only if the resource was named like its node.
#[tokio::test]
async fn a_changed_variable_rolls_exactly_the_node_that_has_it() {
    let scene = Setup::new(Golden::parseable()).start().await;
    let mut cr = crs::parseable();
    scene.create(&cr).await;
    let edge = scene.objects.get("Deployment", "light-edge").await;
    let store = scene.objects.get("StatefulSet", "durable-store").await;
    entry(&mut cr, "parseableConfig", "store-config")["env"]["P_MODE"] = json!("query");
    scene.apply(&cr).await;
    scene.ready("logs").await;
    let now = scene.objects.get("StatefulSet", "durable-store").await;
    assert_ne!(now["spec"]["template"], store["spec"]["template"]);
    let pod = scene.objects.get("Pod", "durable-store-0").await;
    assert_eq!(
        pod["metadata"]["annotations"],
        now["spec"]["template"]["metadata"]["annotations"]
    );
    let now = scene.objects.get("Deployment", "light-edge").await;
    assert_eq!(
        now["metadata"]["generation"],
        edge["metadata"]["generation"]
    );
    let config = scene.objects.get("ConfigMap", "store-store-config").await;
    assert_eq!(config["data"]["P_MODE"], "query");
}

/// The pods that a Service sends to, of all its endpoint slices.
async fn ready_endpoints(scene: &Scene, service: &str) -> BTreeSet<String> {
    let slices = scene.objects.list("EndpointSlice").await.into_iter();
    let slices =
        slices.filter(|s| s["metadata"]["labels"]["kubernetes.io/service-name"] == service);
    let endpoints: Vec<Value> = slices
        .flat_map(|slice| slice["endpoints"].as_array().cloned().unwrap_or_default())
        .filter(|endpoint| endpoint["conditions"]["ready"] != false)
        .collect();
    endpoints
        .iter()
        .map(|e| text(e, "/targetRef/name").to_owned())
        .collect()
}
