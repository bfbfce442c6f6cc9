//! Acceptance: custom resources of the public shape are accepted, yield the objects that the
//! requirements name, and run.

use std::{collections::BTreeMap, fs, path::PathBuf, time::Duration};

use dsoi_runtime::testing::wait;
use serde_json::{Value, json};

use crate::{
    compare::differences,
    crs,
    golden::{Golden, conformance},
    objects::{condition, document, documents, id, name, says, text},
    scene::{Scene, Setup},
};

/// DS-9.
#[tokio::test]
async fn a_pinot_of_every_public_shape_yields_the_objects_of_pn_3_to_pn_7() {
    yields(Golden::pinot(), crs::pinot(), "pinot.expected.yaml").await;
}

/// PA-4.
#[tokio::test]
async fn a_parseable_tenant_of_every_public_shape_yields_the_objects_of_pa_2_and_pa_4() {
    yields(
        Golden::parseable(),
        crs::parseable(),
        "parseable.expected.yaml",
    )
    .await;
}

async fn yields(golden: &'static Golden, cr: Value, expected: &str) {
    let scene = Setup::new(golden).start().await;
    let resource = scene.create(&cr).await;
    let expected = documents(&conformance(expected));
    same_objects(&expected, &scene.objects.children().await);
    runs(&scene, &resource).await;
}

/// DS-3, DS-20.
#[tokio::test]
async fn a_tally_runs_with_both_kinds_of_workload() {
    let scene = Setup::new(Golden::quickstart()).start().await;
    let resource = scene.create(&crs::tally()).await;
    let children = scene.objects.child_names().await;
    for child in [
        "ConfigMap books-ledger-config",
        "ConfigMap books-front-config",
        "Deployment books-front",
        "NetworkPolicy books-front",
        "PodDisruptionBudget books-front",
        "HorizontalPodAutoscaler books-front",
        "Ingress books-front",
        "Service books-front-peers",
        "Service books-front",
        "Service books-ledger",
        "StatefulSet books-ledger",
    ] {
        assert!(
            children.iter().any(|c| c == child),
            "no {child} in {children:#?}"
        );
    }
    let config = scene.objects.get("ConfigMap", "books-archive-config").await;
    let config = document(text(&config, "/data/app.yaml"));
    let namespace = scene.namespace.name();
    assert_eq!(config["log"], "debug");
    assert_eq!(
        config["cache"]["entries"], 100,
        "the user's own keys are kept"
    );
    assert_eq!(config["database"], "postgres://database.example:5432/books");
    let stores: Vec<_> = config["stores"].as_array().unwrap().iter().collect();
    assert_eq!(stores.len(), 2, "{stores:?}");
    for store in stores {
        let store = store.as_str().unwrap();
        assert!(
            store.starts_with("books-") && store.contains(namespace),
            "{store}"
        );
    }
    runs(&scene, &resource).await;
}

/// DS-39: the application of the specification's own sample.
#[tokio::test]
async fn a_resource_of_the_specifications_shape_yields_its_objects() {
    let scene = Setup::new(Golden::myapp()).start().await;
    let cr = document(&conformance("myapp-cr.yaml"));
    let resource = scene.create(&cr).await;
    let live = scene.objects.children().await;
    for expected in documents(&conformance("myapp.expected.yaml")) {
        let live = find(&live, &expected);
        assert_eq!(differences(&expected, &live), [""; 0], "{}", id(&expected));
    }
    runs(&scene, &resource).await;
    if let Some(public) = public("dsoi-cluster-cr.yaml") {
        let mut cr = json!({
            "apiVersion": scene.golden.resource.api_version,
            "kind": scene.golden.resource.kind,
            "metadata": { "name": "public" },
        });
        cr["spec"] = document(&fs::read_to_string(public).unwrap())["spec"].take();
        scene.apply(&cr).await;
        // Its claims are of a class that no provisioner here knows, so its pods wait.
        scene
            .until("public", "accepted", |cr| says(cr, "Accepted", "True"))
            .await;
        scene.settle().await;
        let children = scene.objects.child_names().await;
        for child in ["Deployment public-server", "Service public-server"] {
            assert!(
                children.iter().any(|c| c == child),
                "no {child} in {children:#?}"
            );
        }
    }
}

/// The public samples are not part of this repository: `DSOI_SAMPLES` names the folder.
#[tokio::test]
async fn the_public_samples_yield_what_the_upstream_operators_made_of_them() {
    let samples = [
        ("pinot-basic", Golden::pinot as fn() -> &'static Golden),
        ("parseable-ephemeral", Golden::parseable),
    ];
    for (sample, golden) in samples {
        let (Some(cr), Some(recorded)) = (
            public(&format!("{sample}.yaml")),
            public(&format!("{sample}.recorded.yaml")),
        ) else {
            println!("{sample}: not there, DSOI_SAMPLES names no folder that holds it");
            continue;
        };
        let scene = Setup::new(golden()).start().await;
        let cr = document(&fs::read_to_string(cr).unwrap());
        let resource = scene.create(&cr).await;
        let recorded = documents(&fs::read_to_string(recorded).unwrap());
        let recorded: Vec<_> = recorded
            .into_iter()
            .filter(|object| object["kind"] != cr["kind"] && object["kind"] != "RecordedEvents")
            .map(comparable)
            .collect();
        same_objects(&recorded, &scene.objects.children().await);
        runs(&scene, &resource).await;
        println!("{sample}: {} objects as upstream made them", recorded.len());
    }
}

fn public(file: &str) -> Option<PathBuf> {
    let path = PathBuf::from(std::env::var_os("DSOI_SAMPLES")?).join(file);
    path.is_file().then_some(path)
}

/// What of an upstream object ours has to have. Ours differs on purpose in selectors, which are
/// unique and never change, in where the hash of a config stands, and in whom claims belong to.
fn comparable(mut object: Value) -> Value {
    let claim = object["kind"] == "PersistentVolumeClaim";
    let metadata = object["metadata"].as_object_mut().unwrap();
    metadata.remove("namespace");
    metadata.remove("annotations");
    if claim {
        metadata.remove("labels");
        metadata.remove("ownerReferences");
    }
    if let Some(Value::Object(spec)) = object.get_mut("spec") {
        spec.remove("selector");
        for template in spec
            .get_mut("volumeClaimTemplates")
            .into_iter()
            .flat_map(items)
        {
            // The server ignores it: a claim is made beside its pod.
            template["metadata"]
                .as_object_mut()
                .unwrap()
                .remove("namespace");
        }
    }
    let containers = object.pointer_mut("/spec/template/spec/containers");
    for container in containers.into_iter().flat_map(items) {
        if let Some(Value::Array(env)) = container.get_mut("env") {
            env.retain(|variable| variable["value"] != "<hash>");
        }
    }
    object
}

fn items(list: &mut Value) -> impl Iterator<Item = &mut Value> {
    list.as_array_mut().into_iter().flatten()
}

/// The objects are those that were expected, no more, and each holds what was expected of it.
fn same_objects(expected: &[Value], live: &[Value]) {
    let sorted = |objects: &[Value]| {
        let mut ids: Vec<_> = objects.iter().map(id).collect();
        ids.sort();
        ids
    };
    assert_eq!(sorted(expected), sorted(live), "expected on the left");
    let wrong: BTreeMap<_, _> = expected
        .iter()
        .map(|expected| (id(expected), differences(expected, &find(live, expected))))
        .filter(|(_, differences)| !differences.is_empty())
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn find(live: &[Value], wanted: &Value) -> Value {
    let found = live.iter().find(|object| id(object) == id(wanted));
    found
        .unwrap_or_else(|| panic!("there is no {}", id(wanted)))
        .clone()
}

/// The pods are ready, the resource says so about its present generation, and the server took
/// events on it.
async fn runs(scene: &Scene, resource: &Value) {
    assert!(
        says(resource, "Ready", "True") && says(resource, "Accepted", "True"),
        "{resource:#}"
    );
    assert_eq!(
        condition(resource, "Degraded").map(|c| &c["status"]),
        Some(&json!("False"))
    );
    let pods = scene.objects.list("Pod").await;
    let wanted: i64 = resource["spec"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["replicas"].as_i64().unwrap_or(1))
        .sum();
    assert_eq!(i64::try_from(pods.len()).unwrap(), wanted);
    for pod in &pods {
        let conditions = pod["status"]["conditions"].as_array().unwrap();
        let ready = conditions
            .iter()
            .any(|c| c["type"] == "Ready" && c["status"] == "True");
        assert!(ready, "{} is not ready: {conditions:?}", name(pod));
    }
    let kind = &scene.golden.resource.kind;
    let events = wait::until(Duration::from_secs(10), "there are events", async || {
        let events = scene.objects.events(kind, name(resource)).await;
        (!events.is_empty()).then_some(events)
    });
    for event in events.await.unwrap() {
        let reason = text(&event, "/reason");
        assert!(
            reason.len() <= 128 && !reason.contains([' ', '[']),
            "{event:#}"
        );
        assert!(text(&event, "/note").len() <= 1024, "{event:#}");
        assert!(
            !text(&event, "/reportingController").is_empty(),
            "{event:#}"
        );
    }
}
