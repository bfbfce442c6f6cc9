//! What an operator must not do, and what it must say when it does something that cannot be undone.

use std::time::Duration;

use dsoi_runtime::testing::Verb;
use serde_json::{Value, json};

use crate::{
    crs::{self, entry, named, without},
    foreign::{all, take_the_names},
    golden::Golden,
    objects::{id, name, says, text},
    rights::conflict,
    scene::{Scene, Setup, lines},
    traps::refusal,
};

/// Takes the names of the children of these kinds, and expects what took them to stay as it is.
async fn spares_foreign_objects(
    golden: &'static Golden,
    cr: &Value,
    of: impl Fn(&str) -> bool,
) -> Scene {
    let scene = Setup::new(golden).env("RECONCILE_WAIT", "2s").start().await;
    scene.create(cr).await;
    let resource = name(cr);
    let foreign = take_the_names(&scene, resource, of).await;
    assert!(!foreign.is_empty());
    let mark = scene.proxy.mark();
    scene.apply(cr).await;
    conflict(&scene, resource).await;
    tokio::time::sleep(Duration::from_secs(6)).await;
    let after = all(&scene).await;
    for (id, before) in &foreign {
        assert_eq!(&after[id], before, "{id} is not as it was");
    }
    let resource = scene.resource(resource).await;
    assert!(says(&resource, "Ready", "False"), "{resource:#}");
    let kinds: Vec<_> = foreign
        .keys()
        .map(|id| id.split(' ').next().unwrap())
        .collect();
    println!("{}: spared {kinds:?}", golden.operator);
    // No oscillation: each name was tried once a pass, and never written over.
    let mut writes = scene.child_writes(mark);
    writes.retain(|request| request.verb != Verb::Create);
    assert!(writes.is_empty(), "{}", lines(&writes));
    scene
}

/// SE-9: all names taken at once.
#[tokio::test]
async fn foreign_objects_under_every_name_are_not_touched() {
    spares_foreign_objects(Golden::quickstart(), &crs::tally(), |_| true).await;
    spares_foreign_objects(Golden::pinot(), &crs::pinot(), |_| true).await;
    spares_foreign_objects(Golden::parseable(), &crs::parseable(), |_| true).await;
}

/// SE-9: one kind after the other, so that none is spared only because an earlier one was in the way.
#[tokio::test]
async fn a_foreign_object_of_each_kind_is_not_touched() {
    for taken in [
        "ConfigMap",
        "Service",
        "NetworkPolicy",
        "StatefulSet",
        "Deployment",
        "PodDisruptionBudget",
        "HorizontalPodAutoscaler",
        "Ingress",
    ] {
        spares_foreign_objects(Golden::quickstart(), &crs::tally(), |kind| kind == taken).await;
    }
}

/// SE-9: pods of ours never run on somebody else's volume.
#[tokio::test]
async fn a_foreign_claim_is_not_touched_and_holds_its_workload_back() {
    let claims = |kind: &str| kind == "PersistentVolumeClaim";
    let scene = spares_foreign_objects(Golden::parseable(), &crs::parseable(), claims).await;
    assert_eq!(scene.objects.list("StatefulSet").await, Vec::<Value>::new());
}

/// SE-10.
#[tokio::test]
async fn samples_run_under_the_restricted_pod_security_standard_without_a_warning() {
    for (golden, cr) in [
        (Golden::quickstart(), crs::tally()),
        (Golden::pinot(), crs::pinot()),
        (Golden::parseable(), crs::parseable()),
    ] {
        let scene = Setup::new(golden)
            .label("pod-security.kubernetes.io/enforce", "restricted")
            .label("pod-security.kubernetes.io/warn", "restricted")
            .start()
            .await;
        scene.create(&cr).await;
        let mut workloads = scene.objects.list("StatefulSet").await;
        workloads.extend(scene.objects.list("Deployment").await);
        for workload in workloads {
            let warnings = warnings(&scene, &workload).await;
            assert!(warnings.is_empty(), "{}: {warnings:?}", id(&workload));
        }
    }
}

/// What the API server says about another workload like this one.
async fn warnings(scene: &Scene, workload: &Value) -> Vec<String> {
    let mut copy = workload.clone();
    copy["metadata"] = json!({ "name": "another" });
    let plural = format!("{}s", workload["kind"].as_str().unwrap().to_lowercase());
    let path = format!(
        "/apis/apps/v1/namespaces/{}/{plural}?dryRun=All",
        scene.namespace.name()
    );
    let request = http::Request::post(path)
        .header("content-type", "application/json")
        .body(kube::client::Body::from(copy.to_string().into_bytes()))
        .unwrap();
    let answer = scene.objects.client().send(request).await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.status());
    let warnings = answer.headers().get_all("warning").iter();
    warnings
        .map(|warning| warning.to_str().unwrap().to_owned())
        .collect()
}

/// What makes a resource one that must not be carried out.
type Change = Box<dyn Fn(&mut Value)>;

/// SE-13: names, labels and paths that a resource brings along.
#[tokio::test]
async fn names_labels_and_paths_that_are_none_are_refused_before_anything_is_written() {
    let scene = Setup::new(Golden::quickstart()).start().await;
    let long = "n".repeat(64);
    let node =
        |name: &'static str| move |cr: &mut Value| cr["spec"]["nodes"][0]["name"] = json!(name);
    let mount = |path: &'static str| {
        move |cr: &mut Value| {
            entry(cr, "k8sConfigGroup", "durable")["storageConfig"][0]["mountPath"] = json!(path);
        }
    };
    let group = |name: &'static str| {
        move |cr: &mut Value| {
            entry(cr, "k8sConfigGroup", "durable")["name"] = json!(name);
            entry(cr, "nodes", "ledger")["k8sConfigGroup"] = json!(name);
        }
    };
    let label = |key: &'static str, value: &'static str| {
        move |cr: &mut Value| {
            entry(cr, "k8sConfigGroup", "durable")["podMetadata"] =
                json!({ "labels": { key: value } });
        }
    };
    let long_node = {
        let long = long.clone();
        move |cr: &mut Value| cr["spec"]["nodes"][0]["name"] = json!(long)
    };
    let claim = |name: &'static str| {
        move |cr: &mut Value| {
            entry(cr, "k8sConfigGroup", "durable")["storageConfig"][0]["name"] = json!(name);
        }
    };
    let cases: Vec<(&str, Change)> = vec![
        ("an upper-case node", Box::new(node("Ledger"))),
        ("an underscore in a node", Box::new(node("led_ger"))),
        ("a slash in a node", Box::new(node("led/ger"))),
        ("dots in a node", Box::new(node("../ledger"))),
        ("an empty node", Box::new(node(""))),
        ("a dash before a node", Box::new(node("-ledger"))),
        ("a dash after a node", Box::new(node("ledger-"))),
        ("a newline in a node", Box::new(node("ledger\n"))),
        ("a node of 64 letters", Box::new(long_node)),
        ("a group that is a path", Box::new(group("../../etc"))),
        ("a group with a newline", Box::new(group("a\nb"))),
        ("a relative mount path", Box::new(mount("var/lib"))),
        ("a mount path that climbs", Box::new(mount("/var/../etc"))),
        ("a mount path with a colon", Box::new(mount("/var:ro"))),
        ("a mount path with a NUL", Box::new(mount("/var\u{0}x"))),
        ("an empty mount path", Box::new(mount(""))),
        (
            "a label value with blanks",
            Box::new(label("example.com/a", "not a value")),
        ),
        (
            "a label value of 64 letters",
            Box::new(label(
                "example.com/a",
                "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv",
            )),
        ),
        ("a label key that is none", Box::new(label("a/b/c", "x"))),
        (
            "a label of the runtime's own",
            Box::new(label("dsoi.dev/workload", "x")),
        ),
        ("a storage that is no name", Box::new(claim("Da_ta"))),
        ("a storage that is a path", Box::new(claim("../data"))),
    ];
    for (number, (what, change)) in cases.into_iter().enumerate() {
        let mut cr = named(crs::tally(), &format!("bad-{number}"));
        change(&mut cr);
        let (who, message) = refusal(&scene, &cr).await;
        println!(
            "{what}: refused by {who}: {}",
            message.lines().next().unwrap_or_default()
        );
        assert!(
            message.contains("spec."),
            "{what}: no field is named in: {message}"
        );
    }
    // RL-35: every derived name is legal, or the resource is refused with the limit.
    for length in [1, 25, 26, 30, 45, 52, 63, 120, 253] {
        let cr = named(crs::tally(), &"c".repeat(length));
        let mark = scene.proxy.mark();
        let accepted = match scene.objects.try_create(&cr).await {
            Ok(_) => {
                let what = "taken up or refused";
                let taken =
                    |cr: &Value| says(cr, "Accepted", "True") || says(cr, "Accepted", "False");
                let resource = scene.until(name(&cr), what, taken).await;
                says(&resource, "Accepted", "True")
            }
            Err(kube::Error::Api(status)) => {
                assert!(
                    status.code == 422 && status.message.contains("longer than"),
                    "{status:?}"
                );
                false
            }
            Err(error) => panic!("{error}"),
        };
        println!("a resource name of {length} letters: accepted = {accepted}");
        scene.settle().await;
        let mut refused = scene.proxy.since(mark);
        refused.retain(|request| request.status == Some(422));
        assert!(
            refused.is_empty(),
            "a name of {length}:\n{}",
            lines(&refused)
        );
    }
}

/// SE-8.
#[test]
fn a_reference_into_another_namespace_is_refused() {
    let golden = Golden::pinot();
    let check = |namespace: Value| {
        let mut cr = crs::pinot();
        cr["metadata"]["namespace"] = json!("prod");
        let secret = json!({"name": "users", "namespace": namespace});
        cr["spec"]["auth"] = json!({"type": "basic", "secretRef": secret});
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), cr.to_string()).unwrap();
        let mut command = std::process::Command::new(&golden.binary);
        let output = command.args(["check", "-f"]).arg(file.path()).output();
        let output = output.unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.success(), said)
    };
    let (taken, said) = check(json!("prod"));
    assert!(taken, "{said}");
    let (taken, said) = check(json!("elsewhere"));
    assert!(!taken, "it was taken");
    assert!(
        said.contains("spec.auth.secretRef.namespace: names the namespace `elsewhere`"),
        "{said}"
    );
}

/// SE-23.
#[tokio::test]
async fn every_deletion_has_an_event_that_names_actor_cause_and_generation() {
    let scene = Setup::new(Golden::quickstart()).start().await;
    scene.create(&crs::tally()).await;
    let mark = scene.proxy.mark();
    let cr = without(without(crs::tally(), "nodes", "ledger"), "nodes", "front");
    let generation = scene.apply(&cr).await["metadata"]["generation"].clone();
    scene.ready("books").await;
    let operator = &scene.golden.operator;
    let mut deletes = scene.child_writes(mark);
    deletes.retain(|request| request.verb == Verb::Delete);
    assert!(deletes.len() >= 6, "{}", lines(&deletes));
    let events = scene.objects.events("Tally", "books").await;
    for delete in deletes {
        let child = delete.name.as_deref().unwrap();
        let event = events.iter().find(|event| {
            text(event, "/reason").ends_with("DeleteObjectSuccess")
                && text(event, "/related/name") == child
                && plural(text(event, "/related/kind")) == delete.resource
        });
        let event = event
            .unwrap_or_else(|| panic!("no event about {}", lines(std::slice::from_ref(&delete))));
        let note = text(event, "/note");
        assert!(note.contains(&format!("{operator}/")), "no actor: {note}");
        assert!(
            note.contains(&format!("generation {generation}")),
            "no generation: {note}"
        );
    }
}

/// A kind as paths have it.
fn plural(kind: &str) -> String {
    let kind = kind.to_lowercase();
    match kind.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if kind.ends_with('s') => format!("{kind}es"),
        None => format!("{kind}s"),
    }
}

/// SE-23.
#[tokio::test]
async fn every_request_says_who_made_it() {
    let scene = Setup::new(Golden::quickstart()).start().await;
    scene.create(&crs::tally()).await;
    let mut cr = crs::tally();
    entry(&mut cr, "appConfigGroup", "plain")["logLevel"] = json!("warn");
    scene.apply(&cr).await;
    scene.ready("books").await;
    let operator = &scene.golden.operator;
    for request in scene.requests() {
        let agent = request.user_agent.as_deref().unwrap_or_default();
        assert!(
            agent.starts_with(&format!("{operator}/")),
            "{agent}: {}",
            request.path
        );
        // Of an event the recorder is the author, and a deletion has no fields.
        if request.is_write() && !request.is_background() && request.verb != Verb::Delete {
            let manager = request.field_manager.as_deref().unwrap_or_default();
            // Replicas that go over to an autoscaler have a manager of their own.
            let handed_over = manager == format!("{operator}-scale");
            assert!(
                manager == operator || (handed_over && request.resource == "deployments"),
                "{}",
                lines(std::slice::from_ref(&request))
            );
        }
    }
}
