//! Changes of a resource: what is written, what is removed, what is refused.

use dsoi_runtime::testing::{Mark, Verb, wait};
use kube::api::{DeleteParams, ListParams, PropagationPolicy};
use serde_json::{Value, json};

use crate::scene::{SOON, Scene, shown};

async fn installed(name: &str) -> (Scene, dsoi_runtime::testing::process::Operator) {
    let scene = Scene::new(name).await;
    let operator = scene.start();
    scene.create("t", |_| {}).await;
    scene.condition("t", "Ready", "True").await;
    scene.settled().await;
    (scene, operator)
}

fn writes(scene: &Scene, mark: Mark) -> Vec<String> {
    let mut writes = shown(&scene.proxy.writes(mark));
    writes.retain(|write| !write.starts_with("Patch tallies"));
    writes.sort();
    writes
}

#[tokio::test]
async fn a_change_costs_a_flip_once_a_dry_run_and_an_apply() {
    let (scene, _operator) = installed("edit").await;
    for (level, flips) in [("debug", 1), ("warn", 0)] {
        let mark = scene.proxy.mark();
        scene
            .create("t", |tally| {
                tally["spec"]["appConfigGroup"][0]["logLevel"] = json!(level);
            })
            .await;
        scene.condition("t", "Ready", "True").await;
        scene.settled().await;
        let mut expected = Vec::new();
        for map in ["t-gate-config", "t-store-config"] {
            expected.extend(vec![format!("Patch configmaps {map}"); 1 + flips]);
        }
        for workload in ["deployments t-gate", "statefulsets t-store"] {
            expected.extend(vec![format!("Patch {workload}"); 1 + flips]);
            expected.push(format!("Patch {workload} (dry run)"));
        }
        expected.sort();
        assert_eq!(writes(&scene, mark), expected);
        assert!(scene.proxy.reads(mark).is_empty());
        let map = scene.get("ConfigMap", "t-gate-config").await.unwrap();
        assert!(map["data"]["app.yaml"].as_str().unwrap().contains(level));
    }
}

#[tokio::test]
async fn a_field_that_is_dropped_from_the_resource_goes_also_after_drift() {
    let (scene, _operator) = installed("drop").await;
    let environment = |tally: &mut Value, env: Value| {
        tally["spec"]["k8sConfigGroup"][1]["env"] = env;
    };
    let names = async || -> Vec<String> {
        let gate = scene.get("Deployment", "t-gate").await.unwrap();
        let env = gate["spec"]["template"]["spec"]["containers"][0]["env"].clone();
        let env: Vec<Value> = serde_json::from_value(env).unwrap();
        env.iter()
            .map(|v| v["name"].as_str().unwrap().to_owned())
            .collect()
    };
    scene
        .create("t", |tally| {
            environment(
                tally,
                json!([{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]),
            );
        })
        .await;
    scene.condition("t", "Ready", "True").await;
    assert!(names().await.contains(&"B".to_owned()));
    scene.settled().await;
    scene
        .create("t", |tally| {
            environment(tally, json!([{"name": "A", "value": "1"}]));
        })
        .await;
    scene.condition("t", "Ready", "True").await;
    assert!(!names().await.contains(&"B".to_owned()));

    // The Service was only ever POSTed: drift gives it a second entry before its first change.
    scene
        .patch(
            "Service",
            "t-gate",
            &json!({"spec": {"ports": [{"name": "http", "port": 80, "targetPort": 1}]}}),
        )
        .await;
    wait::until(SOON, "the port is back", async || {
        let service = scene.get("Service", "t-gate").await?;
        (service["spec"]["ports"][0]["targetPort"] == "http").then_some(())
    })
    .await
    .unwrap();
    let session = |tally: &mut Value, ports: Value| {
        tally["spec"]["k8sConfigGroup"][1]["service"]["ports"] = ports;
    };
    scene
        .create("t", |tally| {
            session(
                tally,
                json!([{"name": "web", "port": 81, "targetPort": "http"}]),
            );
        })
        .await;
    wait::until(SOON, "one port is left", async || {
        let service = scene.get("Service", "t-gate").await?;
        let ports = service["spec"]["ports"].as_array()?;
        (ports.len() == 1 && ports[0]["port"] == 81).then_some(())
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_removed_node_takes_its_children_and_leaves_claims_and_twins() {
    let (scene, _operator) = installed("prune").await;
    let claims = scene.names("PersistentVolumeClaim").await;
    assert_eq!(claims.len(), 3, "{claims:?}");
    let mut twin = scene.get("ConfigMap", "t-store-config").await.unwrap();
    twin["metadata"] = json!({"name": "twin", "labels": twin["metadata"]["labels"]});
    twin["apiVersion"] = json!("v1");
    twin["kind"] = json!("ConfigMap");
    scene.apply(&twin).await;
    scene.settled().await;
    let mark = scene.proxy.mark();
    scene
        .create("t", |tally| {
            tally["spec"]["nodes"].as_array_mut().unwrap().remove(0);
        })
        .await;
    scene.condition("t", "Ready", "True").await;
    scene.settled().await;
    let deletes: Vec<String> = writes(&scene, mark)
        .into_iter()
        .filter(|write| write.starts_with("Delete"))
        .collect();
    assert_eq!(
        deletes,
        [
            "Delete configmaps t-store-config",
            "Delete services t-store-headless",
            "Delete statefulsets t-store"
        ]
    );
    for delete in scene
        .proxy
        .writes(mark)
        .iter()
        .filter(|w| w.verb == Verb::Delete)
    {
        let preconditions = &delete.json().unwrap()["preconditions"];
        assert!(preconditions["uid"].is_string() && preconditions["resourceVersion"].is_string());
    }
    assert_eq!(scene.names("PersistentVolumeClaim").await, claims);
    assert!(scene.get("ConfigMap", "twin").await.is_some());
    let note = wait::until(SOON, "the removal was announced", async || {
        let events = scene.api("Event").list(&ListParams::default()).await.ok()?;
        events
            .items
            .iter()
            .filter_map(|event| event.data["note"].as_str())
            .find(|note| note.starts_with("Deleted StatefulSet t-store"))
            .map(str::to_owned)
    })
    .await
    .unwrap();
    assert_eq!(
        note,
        "Deleted StatefulSet t-store: it is no longer part of the cluster (tally-operator/0.1.0, generation 2)"
    );
}

#[tokio::test]
async fn a_change_that_the_server_refuses_is_not_half_applied() {
    let (scene, _operator) = installed("refuse").await;
    let children = [
        "ConfigMap t-gate-config",
        "Service t-gate",
        "Deployment t-gate",
        "StatefulSet t-store",
    ];
    let specs = async || -> Vec<Value> {
        let mut specs = Vec::new();
        for child in children {
            let (kind, name) = child.split_once(' ').unwrap();
            let object = scene.get(kind, name).await.unwrap();
            specs.push(json!([
                object["spec"],
                object["data"],
                object["metadata"]["annotations"]
            ]));
        }
        specs
    };
    let before = specs().await;
    let mark = scene.proxy.mark();
    scene
        .create("t", |tally| {
            tally["spec"]["appConfigGroup"][0]["logLevel"] = json!("debug");
            tally["spec"]["k8sConfigGroup"][1]["service"]["ports"][0]["port"] = json!(70000);
        })
        .await;
    let accepted = scene.condition("t", "Accepted", "False").await;
    assert_eq!(accepted["reason"], "Refused");
    let message = accepted["message"].as_str().unwrap();
    assert!(message.contains("spec.ports[0].port"), "{message}");
    scene.settled().await;
    assert_eq!(specs().await, before);
    let tries = writes(&scene, mark);
    let dry = tries
        .iter()
        .filter(|write| *write == "Patch services t-gate (dry run)");
    assert_eq!(dry.count(), 1, "{tries:#?}");

    scene.create("t", |_| {}).await;
    scene.condition("t", "Accepted", "True").await;
    scene.condition("t", "Ready", "True").await;
}

#[tokio::test]
async fn a_resource_that_cannot_be_built_says_where() {
    let (scene, _operator) = installed("invalid").await;
    let mark = scene.proxy.mark();
    scene
        .create("t", |tally| {
            tally["spec"]["nodes"][1]["k8sConfigGroup"] = json!("nowhere");
        })
        .await;
    let accepted = scene.condition("t", "Accepted", "False").await;
    assert_eq!(accepted["reason"], "Invalid");
    assert!(
        accepted["message"]
            .as_str()
            .unwrap()
            .contains("spec.nodes[1].k8sConfigGroup")
    );
    scene.settled().await;
    assert_eq!(writes(&scene, mark), Vec::<String>::new());
}

#[tokio::test]
async fn a_service_that_becomes_headless_or_stops_being_so_is_made_anew() {
    let (scene, _operator) = installed("headless").await;
    let address = async || -> Option<(Value, bool)> {
        let service = scene.get("Service", "t-gate").await?;
        let headless = service["spec"]["clusterIP"] == "None";
        Some((service["metadata"]["uid"].clone(), headless))
    };
    let (mut uid, mut headless) = address().await.unwrap();
    assert!(!headless);
    for wanted in [json!("None"), Value::Null] {
        let mark = scene.proxy.mark();
        scene
            .create("t", |tally| {
                tally["spec"]["k8sConfigGroup"][1]["service"]["clusterIP"] = wanted.clone();
            })
            .await;
        let was = (uid.clone(), headless);
        (uid, headless) = wait::until(SOON, "the Service is made anew", async || {
            address()
                .await
                .filter(|now| now.0 != was.0 && now.1 != was.1)
        })
        .await
        .unwrap();
        scene.condition("t", "Ready", "True").await;
        scene.condition("t", "Accepted", "True").await;
        scene.settled().await;
        let log = scene.proxy.writes(mark);
        let about = |verb: Verb| {
            let of = |w: &&dsoi_runtime::testing::Logged| {
                w.verb == verb && w.resource == "services" && w.name.as_deref() == Some("t-gate")
            };
            log.iter().filter(of).collect::<Vec<_>>()
        };
        let deletes = about(Verb::Delete);
        assert_eq!(deletes.len(), 1, "{:#?}", shown(&log));
        assert_eq!(about(Verb::Create).len(), 1, "{:#?}", shown(&log));
        let preconditions = &deletes[0].json().unwrap()["preconditions"];
        assert!(preconditions["uid"].is_string() && preconditions["resourceVersion"].is_string());
    }
    let note = wait::until(SOON, "the deletion was announced", async || {
        let events = scene.api("Event").list(&ListParams::default()).await.ok()?;
        events
            .items
            .iter()
            .filter_map(|event| event.data["note"].as_str())
            .find(|note| note.starts_with("Deleted Service t-gate"))
            .map(str::to_owned)
    })
    .await
    .unwrap();
    assert!(note.contains("spec.clusterIP cannot be changed"), "{note}");
}

#[tokio::test]
async fn a_claim_template_that_changes_is_named_once_and_with_what_helps() {
    let scene = Scene::new("template").await;
    let _operator = scene.start();
    scene.create("t", |_| {}).await;
    scene.condition("t", "Ready", "True").await;
    scene.settled().await;
    let mark = scene.proxy.mark();
    let share = |tally: &mut Value| {
        tally["spec"]["k8sConfigGroup"][0]["storageConfig"][0]["spec"]["accessModes"] =
            json!(["ReadWriteMany"]);
    };
    scene.create("t", share).await;
    let accepted = scene.condition("t", "Accepted", "False").await;
    let message = accepted["message"].as_str().unwrap();
    assert!(
        message.contains("StatefulSet ")
            && message.contains("spec.volumeClaimTemplates is immutable: put its old value back")
            && message.contains("--cascade=orphan"),
        "{message}"
    );
    scene.settled().await;
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    let refused = writes(&scene, mark)
        .into_iter()
        .filter(|write| write.contains("statefulsets") && write.contains("dry run"));
    assert_eq!(refused.count(), 1, "{:#?}", writes(&scene, mark));

    // What the message says helps: the pods stay, and the StatefulSet comes back over them.
    let orphan = DeleteParams {
        propagation_policy: Some(PropagationPolicy::Orphan),
        ..DeleteParams::default()
    };
    scene
        .api("StatefulSet")
        .delete("t-store", &orphan)
        .await
        .unwrap();
    wait::until(SOON, "it is back with the new template", async || {
        let store = scene.get("StatefulSet", "t-store").await?;
        let claim = &store["spec"]["volumeClaimTemplates"][0]["spec"];
        (claim["accessModes"] == json!(["ReadWriteMany"])).then_some(())
    })
    .await
    .unwrap();
    scene.condition("t", "Accepted", "True").await;
    scene.condition("t", "Ready", "True").await;
}
