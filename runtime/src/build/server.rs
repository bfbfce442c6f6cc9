//! What only a real API server can tell: that it takes the documents, and stores what was sent.

use std::time::Duration;

use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, DynamicObject, ListParams, Patch, PatchParams, PostParams};
use serde_json::{Value, json};

use super::Desired;
use crate::fixture::{desired, parseable, pinot, tally, with};
use crate::testing::{ControlPlane, Namespace, wait};

/// A store and a gateway with every field of a k8s config group that differs in form.
fn rich_tally(namespace: &str) -> Value {
    let group = json!({
        "name": "plain",
        "imagePullPolicy": "IfNotPresent",
        "imagePullSecrets": [{"name": "registry"}],
        "env": [{"name": "EMPTY", "value": ""}, {"name": "HERE", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
        "envFrom": [{"secretRef": {"name": "s", "optional": true}}],
        "ports": [{"name": "http", "containerPort": 8080}, {"name": "dns", "containerPort": 8080, "protocol": "UDP"}],
        "livenessProbe": {"tcpSocket": {"port": "http"}},
        "startupProbe": {"exec": {"command": ["true"]}},
        "nodeSelector": {},
        "affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [
            {"weight": 1, "podAffinityTerm": {"topologyKey": "zone", "labelSelector": {}}},
        ]}},
        "tolerations": [{"key": "a", "operator": "Exists"}],
        "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"}],
        "terminationGracePeriodSeconds": 5,
        "volumes": [{"name": "tmp", "emptyDir": {}}],
        "volumeMount": [{"name": "tmp", "mountPath": "/tmp"}],
        "podMetadata": {"labels": {"team": "x"}, "annotations": {"note": "line\nbreak"}},
        "service": {"type": "LoadBalancer", "ports": [{"name": "a", "port": 80, "targetPort": "http"}, {"name": "b", "port": 81}]},
        "networkPolicy": {"ingress": [{}], "egress": [{"ports": [{"port": 53, "protocol": "UDP"}]}]},
        "services": [{"name": "admin", "annotations": {"a": "b"}, "spec": {"ports": [{"port": 90}], "type": "NodePort"}}],
        "podDisruptionBudget": {"maxUnavailable": "50%", "unhealthyPodEvictionPolicy": "AlwaysAllow"},
        "horizontalPodAutoscaler": {
            "minReplicas": 2, "maxReplicas": 5,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}}],
            "behavior": {"scaleDown": {"stabilizationWindowSeconds": 60, "policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}]}},
        },
        "ingress": {
            "ingressClassName": "nginx",
            "defaultBackend": {"service": {"name": "t-gate", "port": {"number": 80}}},
            "tls": [{"hosts": ["tally.example.com"], "secretName": "tls"}],
            "rules": [{"host": "tally.example.com", "http": {"paths": [
                {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "t-gate", "port": {"name": "a"}}}},
            ]}}],
        },
        "ingressAnnotations": {"example.com/timeout": "10s"},
        "updateStrategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
        "dnsPolicy": "None",
        "dnsConfig": {"nameservers": ["192.0.2.1"], "options": [{"name": "ndots", "value": "2"}]},
        "workloadAnnotations": {"example.com/owner": "x"},
        "lifecycle": {"preStop": {"exec": {"command": ["true"]}}},
    });
    let cr = with(&tally::sample(), "/spec/k8sConfigGroup/1", group);
    with(&cr, "/metadata/namespace", json!(namespace))
}

async fn send(namespace: &Namespace<'_>, desired: &Desired) -> Vec<(Value, Value)> {
    let client = namespace.plane().admin().unwrap();
    let mut sent = Vec::new();
    for child in &desired.children {
        let mut document = (*child.document).clone();
        // The garbage collector would find no such owner, and take the child away.
        document["metadata"]
            .as_object_mut()
            .unwrap()
            .remove("ownerReferences");
        let api: Api<DynamicObject> = Api::namespaced_with(
            client.clone(),
            namespace.name(),
            &child.id.kind.row().api_resource(),
        );
        let post = PostParams {
            field_manager: Some("conformance".to_owned()),
            ..PostParams::default()
        };
        let object: DynamicObject = serde_json::from_value(document.clone()).unwrap();
        let created = api.create(&post, &object).await;
        created.unwrap_or_else(|error| panic!("{}: {error}", child.id));
        let mut apply = PatchParams::apply("conformance").force();
        apply.field_validation = Some(kube::api::ValidationDirective::Strict);
        let patch = Patch::Apply(&document);
        let first = api.patch(&child.id.name, &apply, &patch).await.unwrap();
        let again = api.patch(&child.id.name, &apply, &patch).await.unwrap();
        let generation = |object: &DynamicObject| object.metadata.generation;
        assert_eq!(generation(&first), generation(&again), "{}", child.id);
        sent.push((document, serde_json::to_value(again).unwrap()));
    }
    sent
}

/// Every leaf of `sent` is in `stored`, at its place; quantities may be in other words.
fn assert_stored(sent: &Value, stored: &Value, path: &str) {
    match (sent, stored) {
        (Value::Object(sent), Value::Object(stored)) => {
            for (key, value) in sent {
                let path = format!("{path}.{key}");
                match stored.get(key) {
                    Some(stored) => assert_stored(value, stored, &path),
                    None => assert_eq!(value, "", "{path} was dropped"),
                }
            }
        }
        (Value::Array(sent), Value::Array(stored)) => {
            assert_eq!(sent.len(), stored.len(), "{path}");
            for (sent, stored) in sent.iter().zip(stored) {
                assert_stored(sent, stored, path);
            }
        }
        _ if path.contains("limits") || path.contains("requests") => {}
        _ => assert_eq!(sent, stored, "{path}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_stores_each_document_as_it_was_sent() {
    let plane = ControlPlane::shared().await.unwrap();
    let namespace = plane.namespace("documents", &[]).await.unwrap();
    let here = json!(namespace.name());
    let all = [
        desired::<tally::Tally>(&rich_tally(namespace.name())).unwrap(),
        desired::<pinot::Pinot>(&with(&pinot::sample(), "/metadata/namespace", here.clone()))
            .unwrap(),
        desired::<parseable::ParseableTenant>(&with(
            &parseable::sample(),
            "/metadata/namespace",
            here,
        ))
        .unwrap(),
    ];
    for desired in &all {
        for (sent, stored) in send(&namespace, desired).await {
            let name = stored["metadata"]["name"].as_str().unwrap().to_owned();
            assert_stored(&sent, &stored, &name);
        }
    }
}

/// SE-10: pod security admission, which looks at pods, takes what the workloads make.
#[tokio::test(flavor = "multi_thread")]
async fn the_pods_are_admitted_where_the_restricted_standard_is_enforced() {
    let plane = ControlPlane::shared().await.unwrap();
    let enforce = [("pod-security.kubernetes.io/enforce", "restricted")];
    let namespace = plane.namespace("restricted", &enforce).await.unwrap();
    let cr = with(
        &tally::sample(),
        "/metadata/namespace",
        json!(namespace.name()),
    );
    send(&namespace, &desired::<tally::Tally>(&cr).unwrap()).await;
    let pods: Api<Pod> = namespace.api().unwrap();
    let selector = "dsoi.dev/kind=Tally.example.com,dsoi.dev/node=gate";
    wait::until(Duration::from_secs(60), "two gateways", || async {
        let found = pods
            .list(&ListParams::default().labels(selector))
            .await
            .unwrap();
        (found.items.len() == 2).then_some(())
    })
    .await
    .unwrap();
}
