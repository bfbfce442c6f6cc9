//! A node type gets another name, one comes, one goes, and one changes while a cluster runs: what
//! `dsoi plan` and `preview` name happens, and nothing else.

#[path = "node_types/project.rs"]
mod project;
#[path = "node_types/there.rs"]
mod there;

use std::{collections::BTreeSet, path::Path};

use dsoi_runtime::testing::ControlPlane;
use serde_json::{Value, json};

use crate::{
    crs,
    golden::Golden,
    scene::{CONVERGE, Scene, Setup, lines},
};
use project::{Plan, Project};
use there::{by_type, foretold, gone, happened, preview, restarts, there, types_of_gone};

/// The next operator takes over, and writes nothing but what is its own.
async fn takes_over(scene: &mut Scene, crd: &str, binary: &Path) {
    let (children, pods) = (scene.objects.resource_versions().await, there(scene).await);
    let mark = scene.proxy.mark();
    scene.upgrade(crd, binary).await;
    scene.ready("orders").await;
    let writes = scene.child_writes(mark);
    assert!(writes.is_empty(), "{}", lines(&writes));
    assert_eq!(children, scene.objects.resource_versions().await);
    assert_eq!(pods, there(scene).await);
}

/// Applies a resource: what was foretold of it comes to pass. Out: the pods that are gone.
async fn comes_to_pass(scene: &Scene, binary: &Path, old: &Value, new: &Value) -> Vec<String> {
    let foretold_all = preview(binary, old, new);
    let before = there(scene).await;
    scene.apply(new).await;
    scene.ready("orders").await;
    let after = there(scene).await;
    assert_eq!(foretold(&foretold_all), happened(&before, &after));
    assert_eq!(restarts(&foretold_all), 0, "{foretold_all:#}");
    gone(&before, &after)
}

/// Something happened, and the plan named it. It names each kind that a node may be of.
fn named(plan: &Plan, happened: &BTreeSet<String>) {
    assert!(!happened.is_empty());
    assert!(
        happened.is_subset(&plan.acts()),
        "{happened:?} is not in {:?}",
        plan.acts()
    );
}

/// PN-9: UIDs and data stay, nothing restarts, appears or goes that was not named.
#[tokio::test(flavor = "multi_thread")]
async fn node_types_change_their_names_come_and_go_under_a_running_cluster() {
    // Other tests need the definition as it is.
    let plane: &'static ControlPlane = Box::leak(Box::new(ControlPlane::start().await.unwrap()));
    let mut project = Project::pinot();
    let mut scene = Setup::new(Golden::pinot()).on(plane).start().await;
    let old = crs::pinot();
    scene.create(&old).await;

    let (said, plan) = project.nodetype("rename", &["server", "storage"]);
    assert_eq!(said["summary"], "no pod restarts", "{said:#}");
    assert_eq!(plan.acts(), BTreeSet::new());
    assert_eq!(said["renamed"]["typeName"], "server");
    let (crd, renamed) = project.build();
    // The resource still says the old name; then it says the new one, everywhere.
    takes_over(&mut scene, &crd, &renamed).await;
    let mut new = old.clone();
    let spec = new["spec"].to_string();
    let spec = spec.replace("\"nodeType\":\"server\"", "\"nodeType\":\"storage\"");
    new["spec"] = serde_json::from_str(&spec).unwrap();
    new["spec"]["deploymentOrder"] = json!(["controller", "broker", "storage", "minion"]);
    assert_ne!(old, new);
    let (versions, mark) = (scene.objects.resource_versions().await, scene.proxy.mark());
    assert_eq!(
        comes_to_pass(&scene, &renamed, &old, &new).await,
        [""; 0],
        "pods are gone"
    );
    let writes = scene.child_writes(mark);
    assert!(writes.is_empty(), "{}", lines(&writes));
    assert_eq!(versions, scene.objects.resource_versions().await);

    let (said, plan) = project.nodetype(
        "add",
        &["cache", "--like", "storage", "--kind", "Deployment"],
    );
    assert_eq!(said["summary"], "no pod restarts", "{said:#}");
    let (crd, added) = project.build();
    takes_over(&mut scene, &crd, &added).await;
    let old = new;
    let mut new = old.clone();
    let node = json!({
        "name": "orders-cache", "kind": "Deployment", "replicas": 1, "nodeType": "cache",
        "k8sConfig": "broker", "pinotNodeConfig": "cache",
    });
    let mut settings = crs::entry(&mut new, "pinotNodeConfig", "broker").clone();
    settings["name"] = json!("cache");
    let all = new["spec"]["pinotNodeConfig"].as_array_mut().unwrap();
    all.push(settings);
    new["spec"]["nodes"].as_array_mut().unwrap().push(node);
    new["spec"]["deploymentOrder"]
        .as_array_mut()
        .unwrap()
        .push(json!("cache"));
    let before = there(&scene).await;
    assert_eq!(comes_to_pass(&scene, &added, &old, &new).await, [""; 0]);
    let after = there(&scene).await;
    let created = happened(&before, &after);
    assert!(
        created
            .iter()
            .any(|act| act.starts_with("create Deployment orders-cache")),
        "{created:?}"
    );
    assert_eq!(plan.acts(), by_type(&before, &after));

    // As the removal advises: first the resource, while the operator of before runs.
    let old = new;
    let mut new = crs::without(old.clone(), "nodes", "orders-minion");
    let order = new["spec"]["deploymentOrder"].as_array_mut().unwrap();
    order.retain(|name| name != "minion");
    let before = there(&scene).await;
    let gone = comes_to_pass(&scene, &added, &old, &new).await;
    assert!(
        !gone.is_empty() && gone.iter().all(|pod| pod.contains("minion")),
        "{gone:?}"
    );
    let went = by_type(&before, &there(&scene).await);
    let (said, plan) = project.nodetype("remove", &["minion"]);
    assert_eq!(said["removed"]["nodeType"], "minion");
    named(&plan, &went);
    let (crd, removed) = project.build();
    takes_over(&mut scene, &crd, &removed).await;

    // And one that does restart pods: those that were named, and no other.
    let plan = project.edit("[StartBroker,", "[StartBroker, -verbose,");
    assert_eq!(plan.summary(), "1 node type restarts: broker");
    let (crd, verbose) = project.build();
    let before = there(&scene).await;
    scene.upgrade(&crd, &verbose).await;
    let is_verbose =
        |now: Option<&Value>| now.is_some_and(|now| now["spec"].to_string().contains("-verbose"));
    let what = "has the argument";
    let objects = &scene.objects;
    objects
        .becomes(
            "Deployment",
            "orders-broker-broker",
            CONVERGE,
            what,
            is_verbose,
        )
        .await;
    scene.ready("orders").await;
    let after = there(&scene).await;
    named(&plan, &by_type(&before, &after));
    assert_eq!(plan.restarts(), types_of_gone(&before, &after));
}
