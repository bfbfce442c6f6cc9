//! Claims: how they grow, what is refused, and what becomes of them.

use std::time::Duration;

use dsoi_runtime::testing::process::Operator;
use dsoi_runtime::testing::{Action, Fault, Logged, Mark, Verb, wait};
use kube::api::{DeleteParams, ListParams};
use serde_json::{Value, json};

use crate::scene::{SOON, Scene, shown};

const FIELD: &str = "spec.k8sConfigGroup[0].storageConfig[0].spec.resources.requests.storage";

/// A store with two volumes per pod, and an archive whose pods share two that stand alone.
fn two_volumes(tally: &mut Value) {
    let storage = &mut tally["spec"]["k8sConfigGroup"][0]["storageConfig"];
    let mut log = storage[0].clone();
    log["name"] = json!("log");
    log["mountPath"] = json!("/var/log/tally");
    storage.as_array_mut().unwrap().push(log);
}

fn archive(tally: &mut Value) {
    tally["spec"]["nodes"].as_array_mut().unwrap().push(json!({
        "name": "arch", "kind": "Deployment", "nodeType": "archive", "replicas": 1,
        "k8sConfigGroup": "small", "appConfigGroup": "main",
    }));
}

pub(crate) fn size(tally: &mut Value, size: &str) {
    let data = &mut tally["spec"]["k8sConfigGroup"][0]["storageConfig"][0];
    data["spec"]["resources"]["requests"]["storage"] = json!(size);
}

fn retention(tally: &mut Value, policy: Value) {
    tally["spec"]["k8sConfigGroup"][0]["persistentVolumeClaimRetentionPolicy"] = policy;
}

async fn installed(name: &str, change: impl FnOnce(&mut Value)) -> (Scene, Operator) {
    let scene = Scene::new(name).await;
    let operator = scene.start();
    scene.create("t", change).await;
    scene.condition("t", "Ready", "True").await;
    bound(&scene).await;
    scene.settled().await;
    (scene, operator)
}

/// Waits until every claim has a volume: only then can it grow.
pub(crate) async fn bound(scene: &Scene) {
    wait::until(SOON, "claims are bound", async || {
        let claims = objects(scene, "PersistentVolumeClaim").await;
        let bound = |claim: &Value| claim["status"]["phase"] == "Bound";
        claims.iter().all(bound).then_some(())
    })
    .await
    .unwrap();
}

/// Waits until the store's template and all its claims ask for this much, and it is ready.
pub(crate) async fn grown(scene: &Scene, size: &str) {
    wait::until(SOON, &format!("everything has {size}"), async || {
        let store = scene.get("StatefulSet", "t-store").await?;
        let ending = !store["metadata"]["deletionTimestamp"].is_null();
        let template = &store["spec"]["volumeClaimTemplates"][0]["spec"];
        let claims = sizes(scene, "data-t-store-").await;
        (!ending && asks(template) == size && claims.iter().all(|claim| claim == size))
            .then_some(())
    })
    .await
    .unwrap();
    scene.condition("t", "Ready", "True").await;
    scene.condition("t", "Accepted", "True").await;
}

fn asks(spec: &Value) -> String {
    let storage = &spec["resources"]["requests"]["storage"];
    storage.as_str().unwrap_or_default().to_owned()
}

async fn objects(scene: &Scene, kind: &str) -> Vec<Value> {
    let list = scene.api(kind).list(&ListParams::default()).await.unwrap();
    let objects = list.items.into_iter();
    objects
        .map(|object| serde_json::to_value(object).unwrap())
        .collect()
}

async fn sizes(scene: &Scene, prefix: &str) -> Vec<String> {
    let claims = objects(scene, "PersistentVolumeClaim").await;
    let named = |claim: &&Value| {
        let name = claim["metadata"]["name"].as_str().unwrap();
        name.starts_with(prefix)
    };
    claims
        .iter()
        .filter(named)
        .map(|claim| asks(&claim["spec"]))
        .collect()
}

/// Names and uids, sorted by name.
pub(crate) async fn uids(scene: &Scene, kind: &str) -> Vec<(String, String)> {
    let of = |object: &Value, field: &str| object["metadata"][field].as_str().unwrap().to_owned();
    let objects = objects(scene, kind).await;
    let mut uids: Vec<_> = objects
        .iter()
        .map(|object| (of(object, "name"), of(object, "uid")))
        .collect();
    uids.sort();
    uids
}

/// What was asked of claims and of the store, in order.
fn asked(scene: &Scene, mark: Mark) -> Vec<String> {
    let mut writes = shown(&scene.proxy.writes(mark));
    writes
        .retain(|write| write.contains("persistentvolumeclaims") || write.contains("statefulsets"));
    writes
}

// DR-7: the StatefulSet is made anew over its pods; nothing restarts, and no other claim is touched.
#[tokio::test]
async fn claims_grow_under_pods_that_stay() {
    let (scene, _operator) = installed("grow", two_volumes).await;
    let pods = uids(&scene, "Pod").await;
    let claims = uids(&scene, "PersistentVolumeClaim").await;
    let store = scene.get("StatefulSet", "t-store").await.unwrap();
    let mark = scene.proxy.mark();
    let want = |tally: &mut Value| {
        two_volumes(tally);
        size(tally, "2Gi");
    };
    scene.create("t", want).await;
    grown(&scene, "2Gi").await;
    scene.settled().await;

    assert_eq!(uids(&scene, "Pod").await, pods);
    assert_eq!(uids(&scene, "PersistentVolumeClaim").await, claims);
    assert_eq!(sizes(&scene, "log-t-store-").await, ["1Gi"; 3]);
    let anew = scene.get("StatefulSet", "t-store").await.unwrap();
    assert_ne!(anew["metadata"]["uid"], store["metadata"]["uid"]);

    let log = asked(&scene, mark);
    let (tried, written): (Vec<&String>, Vec<&String>) =
        log.iter().partition(|write| write.contains("dry run"));
    let last_try = log.iter().rposition(|write| write.contains("dry run"));
    let first_write = log.iter().position(|write| !write.contains("dry run"));
    assert!(last_try < first_write, "{log:#?}");
    assert_eq!(tried.len(), 4, "{log:#?}");
    assert_eq!(written.len(), 5, "{log:#?}");
    assert_eq!(written[3], "Delete statefulsets t-store", "{log:#?}");
    assert_eq!(written[4], "Create statefulsets t-store", "{log:#?}");
    let all = scene.proxy.writes(mark);
    let delete = all.iter().find(|write| write.verb == Verb::Delete).unwrap();
    let options = delete.json().unwrap();
    assert_eq!(options["propagationPolicy"], "Orphan");
    assert!(options["preconditions"]["uid"].is_string());
    assert!(options["preconditions"]["resourceVersion"].is_string());
    let classes = |request: &Logged| request.resource == "storageclasses";
    assert!(!scene.proxy.log().iter().any(classes));

    // Equal in other words: the template is written, and nothing is made anew.
    let mark = scene.proxy.mark();
    let want = |tally: &mut Value| {
        two_volumes(tally);
        size(tally, "2048Mi");
    };
    scene.create("t", want).await;
    scene.condition("t", "Ready", "True").await;
    scene.settled().await;
    let log = asked(&scene, mark);
    assert!(
        log.iter()
            .all(|write| write.starts_with("Patch statefulsets")),
        "{log:#?}"
    );
}

// DR-7, B1: the operator dies before or after each write of a growth.
#[tokio::test]
async fn growth_ends_the_same_wherever_it_is_interrupted() {
    let (scene, mut operator) = installed("interrupted", |_| {}).await;
    let pods = uids(&scene, "Pod").await;
    let claims = uids(&scene, "PersistentVolumeClaim").await;
    let mut gigabytes = 1;
    for nth in 1..=5 {
        for action in [Action::Hold, Action::HoldReply] {
            gigabytes += 1;
            let wanted = format!("{gigabytes}Gi");
            let write = |request: &Logged| {
                request.is_write()
                    && !request.is_background()
                    && !request.dry_run
                    && request.resource != "tallies"
            };
            let fault = scene
                .proxy
                .inject(Fault::new(write, action.clone()).nth(nth));
            scene.create("t", |tally| size(tally, &wanted)).await;
            wait::until(SOON, &format!("write {nth} is held"), async || {
                (!fault.hits().is_empty()).then_some(())
            })
            .await
            .unwrap();
            operator.kill();
            operator.wait(SOON).await.unwrap();
            fault.remove();
            operator = scene.start();
            grown(&scene, &wanted).await;
            scene.settled().await;
            assert_eq!(uids(&scene, "Pod").await, pods, "{nth} {action:?}");
            assert_eq!(
                uids(&scene, "PersistentVolumeClaim").await,
                claims,
                "{nth} {action:?}"
            );
        }
    }
}

// DR-7: a claim that somebody else writes at the same moment is no other claim.
#[tokio::test]
async fn a_claim_whose_growth_meets_a_conflict_grows_all_the_same() {
    let (scene, _operator) = installed("conflict", |_| {}).await;
    let claims = uids(&scene, "PersistentVolumeClaim").await;
    for (dry_run, wanted) in [(true, "2Gi"), (false, "3Gi")] {
        let growth = move |request: &Logged| {
            request.verb == Verb::Patch
                && request.resource == "persistentvolumeclaims"
                && request.dry_run == dry_run
        };
        let fault = scene.proxy.inject(Fault::new(growth, Action::answer(409)));
        scene.create("t", |tally| size(tally, wanted)).await;
        wait::until(SOON, "the conflict", async || {
            (!fault.hits().is_empty()).then_some(())
        })
        .await
        .unwrap();
        grown(&scene, wanted).await;
        fault.remove();
    }
    assert_eq!(uids(&scene, "PersistentVolumeClaim").await, claims);
}

// OR-12, RL-32: nothing is asked of the server, and the condition says where and what helps.
#[tokio::test]
async fn a_smaller_size_is_refused_before_anything_is_sent() {
    let (scene, _operator) = installed("shrink", |tally| {
        size(tally, "2Gi");
        archive(tally);
    })
    .await;
    let mark = scene.proxy.mark();
    scene
        .create("t", |tally| {
            archive(tally);
            size(tally, "1Gi");
            tally["spec"]["appConfigGroup"][0]["logLevel"] = json!("debug");
        })
        .await;
    let accepted = scene.condition("t", "Accepted", "False").await;
    let message = accepted["message"].as_str().unwrap();
    assert!(
        message.contains(FIELD)
            && message.contains("cannot shrink from 2Gi to 1Gi")
            && message.contains("put 2Gi back"),
        "{message}"
    );
    scene.settled().await;
    let writes = shown(&scene.proxy.writes(mark));
    assert!(
        writes
            .iter()
            .all(|write| write.starts_with("Patch tallies") || write.contains("(dry run)")),
        "{writes:#?}"
    );
    assert_eq!(asked(&scene, mark), Vec::<String>::new());

    scene
        .create("t", |tally| {
            archive(tally);
            size(tally, "2Gi");
        })
        .await;
    scene.condition("t", "Accepted", "True").await;
    scene.condition("t", "Ready", "True").await;
}

// DR-7, OR-12: the server says that the class does not expand; nothing has changed then.
#[tokio::test]
async fn a_class_that_does_not_expand_is_refused_once_and_named() {
    let fixed = |tally: &mut Value| {
        two_volumes(tally);
        archive(tally);
        tally["spec"]["k8sConfigGroup"][0]["storageConfig"][0]["spec"]["storageClassName"] =
            json!("fixed");
    };
    let (scene, _operator) = installed("fixed", fixed).await;
    let sets = uids(&scene, "StatefulSet").await;
    let before = objects(&scene, "PersistentVolumeClaim").await;
    let mark = scene.proxy.mark();
    scene
        .create("t", |tally| {
            fixed(tally);
            size(tally, "2Gi");
            tally["spec"]["k8sConfigGroup"][0]["storageConfig"][1]["spec"]["resources"]["requests"]
                ["storage"] = json!("2Gi");
        })
        .await;
    let accepted = scene.condition("t", "Accepted", "False").await;
    let message = accepted["message"].as_str().unwrap();
    assert!(
        message.contains(FIELD)
            && message.contains("cannot grow from 1Gi to 2Gi")
            && message.contains("put 1Gi back")
            && message.contains("allowVolumeExpansion"),
        "{message}"
    );
    scene.settled().await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let log = asked(&scene, mark);
    assert!(
        log.iter().all(|write| write.contains("(dry run)")),
        "{log:#?}"
    );
    let mut distinct = log.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), log.len(), "{log:#?}");
    assert_eq!(uids(&scene, "StatefulSet").await, sets);
    assert_eq!(objects(&scene, "PersistentVolumeClaim").await, before);
}

// DR-6: a pod that is scaled away leaves its claim, unless the resource says that it shall go; it is
// never the operator who deletes it (D3).
#[tokio::test]
async fn claims_of_pods_that_are_scaled_away_stay_unless_the_resource_says_otherwise() {
    let (scene, _operator) = installed("scaled", |_| {}).await;
    let scale = |replicas: i64, policy: &'static str| {
        move |tally: &mut Value| {
            tally["spec"]["nodes"][0]["replicas"] = json!(replicas);
            retention(tally, json!({"whenScaled": policy}));
        }
    };
    scene.create("t", scale(1, "Retain")).await;
    scene.condition("t", "Ready", "True").await;
    assert_eq!(scene.names("PersistentVolumeClaim").await.len(), 3);
    scene.create("t", scale(3, "Delete")).await;
    scene.condition("t", "Ready", "True").await;
    scene.create("t", scale(1, "Delete")).await;
    wait::until(SOON, "one claim is left", async || {
        let claims = scene.names("PersistentVolumeClaim").await;
        (claims == ["data-t-store-0"]).then_some(())
    })
    .await
    .unwrap();
    let deletes = |write: &String| write.starts_with("Delete");
    assert!(!scene.all_writes().iter().any(deletes));
}

// DR-8: claims outlive the resource, unless it says that they shall go with it.
#[tokio::test]
async fn claims_go_with_the_resource_only_where_it_says_so() {
    let (scene, _operator) = installed("deleted-claims", archive).await;
    let go = async || {
        let params = DeleteParams::default();
        scene.api("Tally").delete("t", &params).await.unwrap();
        // The garbage collector looks for new kinds every thirty seconds.
        wait::until(Duration::from_secs(120), "workloads are gone", async || {
            let sets = scene.names("StatefulSet").await;
            let deployments = scene.names("Deployment").await;
            (sets.is_empty() && deployments.is_empty()).then_some(())
        })
        .await
        .unwrap();
    };
    let claims = uids(&scene, "PersistentVolumeClaim").await;
    assert_eq!(claims.len(), 4, "{claims:?}");
    go().await;
    assert_eq!(uids(&scene, "PersistentVolumeClaim").await, claims);

    scene
        .create("t", |tally| {
            archive(tally);
            retention(tally, json!({"whenDeleted": "Delete"}));
        })
        .await;
    scene.condition("t", "Ready", "True").await;
    assert_eq!(uids(&scene, "PersistentVolumeClaim").await, claims);
    wait::until(SOON, "each claim has an owner", async || {
        let claims = objects(&scene, "PersistentVolumeClaim").await;
        let owned = |claim: &Value| claim["metadata"]["ownerReferences"].is_array();
        claims.iter().all(owned).then_some(())
    })
    .await
    .unwrap();
    go().await;
    wait::until(SOON, "no claim is left", async || {
        let claims = scene.names("PersistentVolumeClaim").await;
        claims.is_empty().then_some(())
    })
    .await
    .unwrap();
    let deletes = |write: &String| write.starts_with("Delete persistentvolumeclaims");
    assert!(!scene.all_writes().iter().any(deletes));
}

// DR-12, PA-2: a claim that stands alone belongs to its node, grows, and stays.
#[tokio::test]
async fn a_claim_that_stands_alone_grows_and_changes_hands_as_asked() {
    let (scene, _operator) = installed("alone", archive).await;
    let claim = async || scene.get("PersistentVolumeClaim", "t-arch-data").await;
    let before = claim().await.unwrap();
    assert!(before["metadata"]["ownerReferences"].is_null());
    let until = async |what: &str, is: &dyn Fn(&Value) -> bool| {
        wait::until(SOON, what, async || claim().await.filter(is))
            .await
            .unwrap()
    };
    let want = |storage: &'static str, policy: &'static str| {
        move |tally: &mut Value| {
            archive(tally);
            size(tally, storage);
            retention(tally, json!({"whenDeleted": policy}));
        }
    };
    scene.create("t", want("2Gi", "Retain")).await;
    let grown = until("it has grown", &|claim| asks(&claim["spec"]) == "2Gi").await;
    assert_eq!(grown["metadata"]["uid"], before["metadata"]["uid"]);
    let owner = |claim: &Value| claim["metadata"]["ownerReferences"][0]["uid"].clone();
    let uid = scene.get("Tally", "t").await.unwrap()["metadata"]["uid"].clone();
    scene.create("t", want("2Gi", "Delete")).await;
    until("it has an owner", &|claim| owner(claim) == uid).await;
    // Somebody takes the owner away: it is back.
    let none = json!({"metadata": {"ownerReferences": null}});
    scene
        .patch("PersistentVolumeClaim", "t-arch-data", &none)
        .await;
    until("it has its owner again", &|claim| owner(claim) == uid).await;
    scene.create("t", want("2Gi", "Retain")).await;
    until("it has no owner", &|claim| owner(claim).is_null()).await;
    scene.condition("t", "Ready", "True").await;
    // The node goes, and its claim stays.
    scene.create("t", |tally| size(tally, "2Gi")).await;
    wait::until(SOON, "the node is gone", async || {
        let deployments = scene.names("Deployment").await;
        (deployments == ["t-gate"]).then_some(())
    })
    .await
    .unwrap();
    scene.settled().await;
    assert_eq!(
        claim().await.unwrap()["metadata"]["uid"],
        before["metadata"]["uid"]
    );
}
