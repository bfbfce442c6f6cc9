//! Budgets, autoscalers, ingresses and more Services: made, changed and removed with their stanzas.

use dsoi_runtime::testing::wait;
use serde_json::{Value, json};

use crate::scene::{SOON, Scene, shown};

/// Sets a field of the gateway's k8s config group.
fn group(tally: &mut Value, field: &str, value: &Value) {
    tally["spec"]["k8sConfigGroup"][1][field] = value.clone();
}

struct Case {
    field: &'static str,
    kind: &'static str,
    plural: &'static str,
    name: &'static str,
    first: Value,
    then: Value,
    /// What differs between the two.
    pointer: &'static str,
}

fn cases() -> Vec<Case> {
    let backend = |port: i32| {
        json!({
            "ingressClassName": "nginx",
            "defaultBackend": {"service": {"name": "t-gate", "port": {"number": port}}},
            "tls": [{"hosts": ["t.example.com"], "secretName": "tls"}],
            "rules": [{"host": "t.example.com", "http": {"paths": [{
                "path": "/", "pathType": "Prefix",
                "backend": {"service": {"name": "t-gate", "port": {"name": "http"}}},
            }]}}],
        })
    };
    let scaler = |max: i32| {
        json!({
            "minReplicas": 2, "maxReplicas": max,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}}}],
            "behavior": {"scaleDown": {"stabilizationWindowSeconds": 60}},
        })
    };
    vec![
        Case {
            field: "podDisruptionBudget",
            kind: "PodDisruptionBudget",
            plural: "poddisruptionbudgets",
            name: "t-gate",
            first: json!({"minAvailable": 1}),
            then: json!({"maxUnavailable": "50%"}),
            pointer: "/spec/maxUnavailable",
        },
        Case {
            field: "horizontalPodAutoscaler",
            kind: "HorizontalPodAutoscaler",
            plural: "horizontalpodautoscalers",
            name: "t-gate",
            first: scaler(4),
            then: scaler(6),
            pointer: "/spec/maxReplicas",
        },
        Case {
            field: "ingress",
            kind: "Ingress",
            plural: "ingresses",
            name: "t-gate",
            first: backend(80),
            then: backend(81),
            pointer: "/spec/defaultBackend/service/port/number",
        },
        Case {
            field: "services",
            kind: "Service",
            plural: "services",
            name: "t-gate-admin",
            first: json!([{"name": "admin", "spec": {"ports": [{"port": 90}]}}]),
            then: json!([{"name": "admin", "annotations": {"example.com/a": "b"}, "spec": {"type": "NodePort", "ports": [{"port": 90}]}}]),
            pointer: "/spec/type",
        },
        Case {
            field: "networkPolicy",
            kind: "NetworkPolicy",
            plural: "networkpolicies",
            name: "t-gate",
            first: json!({"ingress": [{}]}),
            then: json!({"ingress": [{"ports": [{"port": 8080}]}]}),
            pointer: "/spec/ingress/0/ports",
        },
    ]
}

// DR-9, DR-10, DR-11, DR-19, OR-13
#[tokio::test]
async fn what_stands_beside_a_workload_is_made_changed_and_removed_with_its_stanza() {
    let scene = Scene::new("beside").await;
    let _operator = scene.start();
    let cases = cases();
    scene.create("t", |_| {}).await;
    scene.condition("t", "Ready", "True").await;
    for case in &cases {
        assert!(scene.get(case.kind, case.name).await.is_none());
    }

    for (round, verb) in [("first", "Create"), ("then", "Patch"), ("gone", "Delete")] {
        scene.settled().await;
        let mark = scene.proxy.mark();
        scene
            .create("t", |tally| {
                for case in &cases {
                    match round {
                        "first" => group(tally, case.field, &case.first),
                        "then" => group(tally, case.field, &case.then),
                        _ => {}
                    }
                }
            })
            .await;
        scene.condition("t", "Ready", "True").await;
        scene.settled().await;
        let writes = shown(&scene.proxy.writes(mark));
        for case in &cases {
            let write = format!("{verb} {} {}", case.plural, case.name);
            assert!(writes.contains(&write), "{write} is not in {writes:#?}");
            let live = scene.get(case.kind, case.name).await;
            match round {
                "gone" => assert!(live.is_none(), "{} {}", case.kind, case.name),
                "then" => {
                    let live = live.unwrap();
                    let value = live.pointer(case.pointer);
                    assert!(value.is_some_and(|value| !value.is_null()), "{live:#}");
                    let mut wanted = json!({"spec": case.then});
                    if case.kind == "Service" {
                        wanted = case.then[0].clone();
                    }
                    let asked = wanted.pointer(case.pointer).unwrap();
                    if !asked.is_array() {
                        assert_eq!(live.pointer(case.pointer), Some(asked));
                    }
                }
                _ => assert!(live.is_some()),
            }
        }
        // What was written is what is wanted: nothing follows, after a restart neither.
        let mark = scene.proxy.mark();
        scene
            .patch(
                "Tally",
                "t",
                &json!({"metadata": {"labels": {"round": round}}}),
            )
            .await;
        scene.settled().await;
        let again = shown(&scene.proxy.writes(mark));
        assert_eq!(again, Vec::<String>::new(), "{round}");
    }
    // A budget that was half a page of another word has nothing left of it.
    scene
        .create("t", |tally| {
            group(tally, "podDisruptionBudget", &json!({"minAvailable": 1}));
        })
        .await;
    wait::until(SOON, "the budget is back", async || {
        let budget = scene.get("PodDisruptionBudget", "t-gate").await?;
        (budget["spec"]["minAvailable"] == 1).then_some(())
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_restart_over_everything_that_stands_beside_a_workload_writes_nothing() {
    let scene = Scene::new("beside-restart").await;
    let operator = scene.start();
    scene
        .create("t", |tally| {
            for case in cases() {
                group(tally, case.field, &case.first);
            }
        })
        .await;
    scene.condition("t", "Ready", "True").await;
    scene.settled().await;
    drop(operator);
    let mark = scene.proxy.mark();
    let _again = scene.start();
    wait::until(SOON, "the operator watches", async || {
        let log = scene.proxy.since(mark);
        log.iter()
            .any(|request| request.resource == "ingresses")
            .then_some(())
    })
    .await
    .unwrap();
    scene.settled().await;
    assert_eq!(shown(&scene.proxy.writes(mark)), Vec::<String>::new());
}

// A typing mistake deep in what the API server alone checks is a condition, and nothing is written
// without it in silence.
#[tokio::test]
async fn what_only_the_server_knows_to_be_wrong_is_said_in_a_condition() {
    let scene = Scene::new("beside-wrong").await;
    let _operator = scene.start();
    let wrong =
        json!({"maxReplicas": 4, "behavior": {"scaleDown": {"stabilisationWindowSeconds": 60}}});
    scene
        .create("t", |tally| {
            group(tally, "horizontalPodAutoscaler", &wrong);
        })
        .await;
    wait::until(SOON, "a condition names the field", async || {
        let tally = scene.get("Tally", "t").await?;
        let conditions = tally["status"]["conditions"].to_string();
        conditions
            .contains("stabilisationWindowSeconds")
            .then_some(())
    })
    .await
    .unwrap();
    assert!(
        scene
            .get("HorizontalPodAutoscaler", "t-gate")
            .await
            .is_none()
    );
    // It holds nothing else back.
    assert!(scene.get("Deployment", "t-gate").await.is_some());
}

// DR-26
#[tokio::test]
async fn what_a_group_says_about_pods_and_workload_goes_with_its_stanza() {
    let scene = Scene::new("placed").await;
    let _operator = scene.start();
    let pod = "/spec/template/spec";
    let fields = [
        (
            "affinity",
            json!({"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [
                {"weight": 1, "podAffinityTerm": {"topologyKey": "zone"}},
            ]}}),
            format!("{pod}/affinity"),
        ),
        (
            "topologySpreadConstraints",
            json!([{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"}]),
            format!("{pod}/topologySpreadConstraints"),
        ),
        (
            "tolerations",
            json!([{"key": "a", "operator": "Exists"}]),
            format!("{pod}/tolerations"),
        ),
        (
            "dnsConfig",
            json!({"options": [{"name": "ndots", "value": "2"}]}),
            format!("{pod}/dnsConfig"),
        ),
        (
            "lifecycle",
            json!({"preStop": {"exec": {"command": ["true"]}}}),
            format!("{pod}/containers/0/lifecycle"),
        ),
        (
            "terminationGracePeriodSeconds",
            json!(7),
            format!("{pod}/terminationGracePeriodSeconds"),
        ),
        ("dnsPolicy", json!("Default"), format!("{pod}/dnsPolicy")),
        (
            "updateStrategy",
            json!({"type": "Recreate"}),
            "/spec/strategy".to_owned(),
        ),
        (
            "workloadAnnotations",
            json!({"example.com/owner": "x"}),
            "/metadata/annotations/example.com~1owner".to_owned(),
        ),
    ];
    scene.create("t", |_| {}).await;
    scene.condition("t", "Ready", "True").await;
    scene.settled().await;
    let before = scene.get("Deployment", "t-gate").await.unwrap();

    scene
        .create("t", |tally| {
            for (field, value, _) in &fields {
                group(tally, field, value);
            }
        })
        .await;
    scene.condition("t", "Ready", "True").await;
    scene.settled().await;
    let with = scene.get("Deployment", "t-gate").await.unwrap();
    for (field, _, pointer) in &fields {
        assert_ne!(with.pointer(pointer), before.pointer(pointer), "{field}");
    }

    scene.create("t", |_| {}).await;
    scene.condition("t", "Ready", "True").await;
    scene.settled().await;
    let after = scene.get("Deployment", "t-gate").await.unwrap();
    for (field, _, pointer) in &fields {
        assert_eq!(after.pointer(pointer), before.pointer(pointer), "{field}");
    }
}

async fn replicas(scene: &Scene) -> Value {
    let store = scene.get("StatefulSet", "t-store").await.unwrap();
    store["spec"]["replicas"].clone()
}

/// Scales as `kubectl scale` and an autoscaler do.
async fn scale(scene: &Scene, replicas: i32) {
    use kube::api::{Patch, PatchParams};
    let patch = json!({"spec": {"replicas": replicas}});
    scene
        .api("StatefulSet")
        .patch_scale("t-store", &PatchParams::default(), &Patch::Merge(&patch))
        .await
        .unwrap();
}

// DR-4, DR-9
#[tokio::test]
async fn an_autoscaler_takes_the_replicas_as_they_are_and_gives_them_back_when_it_goes() {
    let scene = Scene::new("scaled").await;
    let _operator = scene.start();
    let put = async |hpa: bool, image: &str| {
        scene
            .create("t", |tally| {
                let small = &mut tally["spec"]["k8sConfigGroup"][0];
                small["image"] = json!(image);
                if hpa {
                    small["horizontalPodAutoscaler"] = json!({"minReplicas": 2, "maxReplicas": 9});
                }
            })
            .await;
        scene.condition("t", "Ready", "True").await;
        scene.settled().await;
    };
    put(false, "example/tally:1").await;
    assert_eq!(replicas(&scene).await, 3);

    put(true, "example/tally:1").await;
    assert_eq!(replicas(&scene).await, 3, "an autoscaler came");
    assert!(
        scene
            .get("HorizontalPodAutoscaler", "t-store")
            .await
            .is_some()
    );

    scale(&scene, 5).await;
    scene.condition("t", "Ready", "True").await;
    scene.settled().await;
    for pass in 0..3 {
        let label = json!({"metadata": {"labels": {"pass": pass.to_string()}}});
        scene.patch("Tally", "t", &label).await;
        scene.settled().await;
        assert_eq!(replicas(&scene).await, 5, "pass {pass}");
    }
    let tally = scene.get("Tally", "t").await.unwrap();
    let nodes = tally["status"]["nodes"].as_array().unwrap();
    let store = nodes.iter().find(|node| node["name"] == "store").unwrap();
    assert_eq!(
        (&store["replicas"], &store["ready"]),
        (&json!(5), &json!(5))
    );

    put(true, "example/tally:2").await;
    assert_eq!(replicas(&scene).await, 5, "the image changed");

    put(false, "example/tally:2").await;
    assert_eq!(replicas(&scene).await, 3, "the autoscaler went");
    assert!(
        scene
            .get("HorizontalPodAutoscaler", "t-store")
            .await
            .is_none()
    );
}

// DR-4, D3: a StatefulSet that is made anew over its pods keeps all of them.
#[tokio::test]
async fn a_workload_that_is_made_anew_has_the_pods_that_its_autoscaler_saw() {
    use kube::api::{DeleteParams, PropagationPolicy};
    let scene = Scene::new("scaled-anew").await;
    let _operator = scene.start();
    scene
        .create("t", |tally| {
            let small = &mut tally["spec"]["k8sConfigGroup"][0];
            small["horizontalPodAutoscaler"] = json!({"maxReplicas": 9});
        })
        .await;
    scene.condition("t", "Ready", "True").await;
    scale(&scene, 5).await;
    wait::until(SOON, "the autoscaler sees five", async || {
        let autoscaler = scene.get("HorizontalPodAutoscaler", "t-store").await?;
        (autoscaler["status"]["currentReplicas"] == 5).then_some(())
    })
    .await
    .unwrap();
    scene.condition("t", "Ready", "True").await;
    scene.settled().await;
    let before = scene.get("StatefulSet", "t-store").await.unwrap();
    let orphan = DeleteParams {
        propagation_policy: Some(PropagationPolicy::Orphan),
        ..DeleteParams::default()
    };
    scene
        .api("StatefulSet")
        .delete("t-store", &orphan)
        .await
        .unwrap();
    wait::until(SOON, "it is made anew", async || {
        let store = scene.get("StatefulSet", "t-store").await?;
        (store["metadata"]["uid"] != before["metadata"]["uid"]).then_some(())
    })
    .await
    .unwrap();
    assert_eq!(replicas(&scene).await, 5);
}

// DR-4: a workload that begins under an autoscaler begins with what the resource asks for.
#[tokio::test]
async fn a_new_workload_under_an_autoscaler_starts_as_the_resource_says() {
    let scene = Scene::new("scaled-new").await;
    let _operator = scene.start();
    let put = async |image: &str| {
        scene
            .create("t", |tally| {
                let small = &mut tally["spec"]["k8sConfigGroup"][0];
                small["image"] = json!(image);
                small["horizontalPodAutoscaler"] = json!({"maxReplicas": 9});
            })
            .await;
        scene.condition("t", "Ready", "True").await;
        scene.settled().await;
    };
    put("example/tally:1").await;
    assert_eq!(replicas(&scene).await, 3);
    // Nobody has scaled it since: the POST's own number is handed over, too.
    put("example/tally:2").await;
    assert_eq!(replicas(&scene).await, 3);
}
