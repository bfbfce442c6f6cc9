//! What an operator may do: all that it does, and nothing else.

use std::collections::BTreeSet;

use dsoi_runtime::testing::{Logged, Verb, wait};
use serde_json::{Value, json};

use crate::{
    crs::{self, entry, with_image, without},
    foreign::{is_ours, take_the_names},
    golden::Golden,
    install::{Right, rights},
    objects::{self, CHILDREN, id, name, text},
    outside,
    scene::{CONVERGE, Scene, Setup, lines},
};

/// How to make one operator use every right that it has.
struct Script {
    golden: &'static Golden,
    cr: Value,
    /// How the API spells the list of k8s config groups.
    k8s: &'static str,
    /// Nodes that together have every kind of child that is ever removed.
    nodes: [&'static str; 2],
}

#[tokio::test]
async fn the_tally_operator_uses_every_right_that_it_has_and_needs_no_other() {
    let script = Script {
        golden: Golden::quickstart(),
        cr: crs::tally(),
        k8s: "k8sConfigGroup",
        nodes: ["ledger", "front"],
    };
    uses_every_right(&script).await;
}

#[tokio::test]
async fn the_pinot_operator_uses_every_right_that_it_has_and_needs_no_other() {
    let script = Script {
        golden: Golden::pinot(),
        cr: crs::pinot(),
        k8s: "k8sConfig",
        nodes: ["orders-server-a", "orders-minion"],
    };
    uses_every_right(&script).await;
}

#[tokio::test]
async fn the_parseable_operator_uses_every_right_that_it_has_and_needs_no_other() {
    let script = Script {
        golden: Golden::parseable(),
        cr: crs::parseable(),
        k8s: "k8sConfig",
        nodes: ["edge", "store"],
    };
    uses_every_right(&script).await;
}

async fn uses_every_right(script: &Script) {
    let setup = Setup::new(script.golden)
        .elected()
        .env("RECONCILE_WAIT", "3s");
    let scene = setup.start().await;
    let resource = scene.create(&script.cr).await;
    let resource = name(&resource).to_owned();

    // Drift, twice: the second event about it is the first one again. A claim is known by its
    // labels alone.
    for _ in 0..2 {
        for child in scene
            .objects
            .children()
            .await
            .iter()
            .filter(|child| is_ours(child))
        {
            let kind = child["kind"].as_str().unwrap();
            if kind == "PersistentVolumeClaim" {
                continue;
            }
            let patch = json!({ "metadata": { "labels": { "dsoi.dev/kind": "x" } } });
            scene.objects.merge(kind, name(child), &patch).await;
        }
        scene.ready(&resource).await;
    }
    // An older view of the resource than some child has seen (D2).
    let children = scene.objects.children().await;
    let child = children.iter().find(|child| is_ours(child)).unwrap();
    let applied = text(child, "/metadata/annotations/dsoi.dev~1applied");
    let (hash, _) = applied.split_once(';').unwrap();
    let patch =
        json!({ "metadata": { "annotations": { "dsoi.dev/applied": format!("{hash};99") } } });
    scene
        .objects
        .merge(child["kind"].as_str().unwrap(), name(child), &patch)
        .await;
    scene.settle().await;

    // Edits: of a template, of a claim's size, of what the cluster consists of.
    scene
        .apply(&with_image(
            script.cr.clone(),
            script.k8s,
            "example/image:2",
        ))
        .await;
    scene.ready(&resource).await;
    scene.apply(&grown(script)).await;
    scene.settle().await;
    for node in script.nodes {
        scene.apply(&without(grown(script), "nodes", node)).await;
        scene.ready(&resource).await;
        scene.apply(&grown(script)).await;
        scene.ready(&resource).await;
    }
    // Scale, pause, resume.
    let mut scaled = grown(script);
    scaled["spec"]["nodes"][0]["replicas"] = json!(2);
    scene.apply(&scaled).await;
    scene.ready(&resource).await;

    // Every name is taken.
    take_the_names(&scene, &resource, |_| true).await;
    // Without pods, which would hold on to claims.
    let mut idle = grown(script);
    for node in idle["spec"]["nodes"].as_array_mut().unwrap() {
        node["replicas"] = json!(0);
    }
    scene.apply(&idle).await;
    conflict(&scene, &resource).await;
    names_come_free(&scene).await;
    scene.ready(&resource).await;

    let log = scene.proxy.log();
    let refused: Vec<_> = log
        .iter()
        .filter(|request| matches!(request.status, Some(401 | 403)))
        .cloned()
        .collect();
    assert!(refused.is_empty(), "not allowed:\n{}", lines(&refused));
    let used = used(&log, &scene.installed.rights);
    let mut unused: Vec<_> = scene.installed.rights.difference(&used).collect();
    // Rollbacks are tested where pods crash, kinds outside of Kubernetes where their server is.
    unused.retain(|right| {
        let resource = right.resource.as_str();
        if outside::needs(right) {
            return false;
        }
        resource != "controllerrevisions" && (resource, right.verb.as_str()) != ("pods", "delete")
    });
    assert!(unused.is_empty(), "rights that nothing used: {unused:#?}");
    println!(
        "{}: {} rights, all used, none missing",
        script.golden.operator,
        used.len()
    );
}

/// Frees the names kind by kind, once the operator has looked whose the objects are: what is
/// written later may wait for what is written earlier.
async fn names_come_free(scene: &Scene) {
    for kind in CHILDREN {
        let plural = objects::kind(kind).plural;
        let mut theirs = scene.objects.list(kind).await;
        theirs.retain(|object| !is_ours(object) && name(object) != "kube-root-ca.crt");
        if theirs.is_empty() {
            continue;
        }
        let what = format!("the operator has looked at the {plural} in its way");
        wait::until(CONVERGE, &what, async || {
            let log = scene.proxy.log();
            let mut looks = log
                .iter()
                .filter(|r| r.verb == Verb::Get && r.resource == plural);
            looks.any(|look| look.status == Some(200)).then_some(())
        })
        .await
        .unwrap();
        for object in theirs {
            scene.objects.delete(kind, name(&object)).await;
        }
    }
}

/// With claims that ask for more.
fn grown(script: &Script) -> Value {
    let mut cr = script.cr.clone();
    if script.golden.resource.kind == "ParseableTenant" {
        let storage = &mut entry(&mut cr, "k8sConfig", "durable")["storageConfig"];
        storage[1]["spec"]["resources"]["requests"]["storage"] = json!("4Gi");
        return cr;
    }
    for group in cr["spec"][script.k8s].as_array_mut().unwrap() {
        let storage = group.get_mut("storageConfig");
        for storage in storage.and_then(Value::as_array_mut).into_iter().flatten() {
            storage["spec"]["resources"]["requests"]["storage"] = json!("64Gi");
        }
    }
    cr
}

pub(crate) async fn conflict(scene: &Scene, resource: &str) {
    scene
        .until(resource, "NameConflict", |cr| {
            cr["status"]["conditions"]
                .to_string()
                .contains("NameConflict")
        })
        .await;
}

/// The rights that these requests took.
pub(crate) fn used(log: &[Logged], all: &BTreeSet<Right>) -> BTreeSet<Right> {
    let takes = |request: &Logged, right: &Right| {
        let verb = match request.verb {
            Verb::Get => "get",
            Verb::List => "list",
            Verb::Watch => "watch",
            Verb::Create => "create",
            Verb::Update => "update",
            Verb::Patch => "patch",
            Verb::Delete => "delete",
            Verb::DeleteCollection => "deletecollection",
        };
        let resource = match &request.subresource {
            Some(subresource) => format!("{}/{subresource}", request.resource),
            None => request.resource.clone(),
        };
        right.verb == verb
            && right.group == request.group
            && right.resource == resource
            && (right.name.is_none() || right.name == request.name)
    };
    let was_used = |right: &&Right| log.iter().any(|request| takes(request, right));
    all.iter().filter(was_used).cloned().collect()
}

/// SE-1, SE-3, SE-4, SE-20.
#[test]
fn no_generated_role_holds_more_than_names() {
    const NEVER: [&str; 4] = ["*", "escalate", "bind", "impersonate"];
    const NOT_OURS: [&str; 9] = [
        "pods/exec",
        "pods/attach",
        "pods/portforward",
        "serviceaccounts/token",
        "nodes/proxy",
        "persistentvolumes",
        "validatingwebhookconfigurations",
        "mutatingwebhookconfigurations",
        "customresourcedefinitions",
    ];
    for golden in Golden::all() {
        let mut roles = 0;
        for (path, documents) in golden.config() {
            for role in documents
                .iter()
                .filter(|d| text(d, "/kind").ends_with("Role"))
            {
                roles += 1;
                let what = format!("{} in {}", id(role), path.display());
                for rule in role["rules"].as_array().unwrap() {
                    if let Some(paths) = rule.get("nonResourceURLs") {
                        // Nobody's but who is bound to it: the metrics.
                        assert!(name(role).ends_with("-metrics-reader"), "{what}");
                        assert_eq!(paths, &json!(["/metrics"]), "{what}");
                        assert_eq!(rule["verbs"], json!(["get"]), "{what}");
                        continue;
                    }
                    for key in rule.as_object().unwrap().keys() {
                        let known = ["apiGroups", "resources", "resourceNames", "verbs"];
                        assert!(known.contains(&key.as_str()), "{what}: {key}");
                    }
                }
                for right in rights(role) {
                    for never in NEVER {
                        let words = [&right.verb, &right.group, &right.resource];
                        assert!(words.iter().all(|word| *word != never), "{what}: {right:?}");
                    }
                    assert!(
                        !NOT_OURS.contains(&right.resource.as_str()),
                        "{what}: {right:?}"
                    );
                    // Requests to Pinot prove themselves by one.
                    assert!(
                        right.resource != "secrets" || outside::needs(&right),
                        "{what}: {right:?}"
                    );
                    let pods = right.resource == "pods";
                    assert!(!(pods && right.verb == "create"), "{what}: {right:?}");
                    if right.resource == "leases" {
                        assert!(right.name.is_some(), "{what}: {right:?}");
                        assert_ne!(
                            right.verb, "create",
                            "{what}: it cannot be limited to a name"
                        );
                    }
                }
            }
        }
        assert!(roles >= 4, "{}: {roles} roles", golden.operator);
    }
}

/// The rights in one namespace are those in the cluster.
#[test]
fn the_role_of_the_namespaced_mode_is_the_cluster_role() {
    for golden in Golden::all() {
        let config = golden.config();
        let rules = |file: &str| {
            let found = config.iter().find(|(path, _)| path.ends_with(file));
            let (_, documents) = found.unwrap_or_else(|| panic!("no {file}"));
            documents[0]["rules"].clone()
        };
        assert_eq!(
            rules("components/namespaced/role.yaml"),
            rules("rbac/role.yaml")
        );
    }
}

/// SE-2.
#[tokio::test]
async fn in_namespaced_mode_an_operator_has_no_right_anywhere_else() {
    let scene = Setup::new(Golden::quickstart())
        .apart()
        .elected()
        .start()
        .await;
    scene.create(&crs::tally()).await;
    let elsewhere = scene
        .namespace
        .plane()
        .namespace("elsewhere", &[])
        .await
        .unwrap();
    elsewhere
        .apply_yaml(&crs::tally().to_string())
        .await
        .unwrap();
    let home = &scene.home;
    let plane = scene.namespace.plane();
    let token = plane
        .service_account_token(home, &scene.installed.account)
        .await
        .unwrap();
    let client = plane.client(&token).unwrap();
    for namespace in [elsewhere.name(), "default", "kube-system"] {
        let review = json!({
            "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview",
            "spec": { "namespace": namespace },
        });
        let request = http::Request::post("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews")
            .header("content-type", "application/json")
            .body(review.to_string().into_bytes())
            .unwrap();
        let answer: Value = client.request(request).await.unwrap();
        let rules = answer["status"]["resourceRules"].as_array().unwrap();
        // What every account may do: ask about itself.
        let ours: Vec<_> = rules
            .iter()
            .filter(|rule| {
                let groups = rule["apiGroups"].as_array().unwrap();
                let about_itself = ["authorization.k8s.io", "authentication.k8s.io"];
                !groups
                    .iter()
                    .all(|group| about_itself.iter().any(|known| group == known))
            })
            .collect();
        assert!(ours.is_empty(), "in {namespace}: {ours:#?}");
    }
    scene.settle().await;
    let api = elsewhere
        .api::<k8s_openapi::api::core::v1::ConfigMap>()
        .unwrap();
    assert!(api.get_opt("books-ledger-config").await.unwrap().is_none());
    // The rest of the log: no request about another namespace, and none refused.
    for request in scene.proxy.log() {
        let namespace = request.namespace.as_deref();
        let known = [Some(scene.namespace.name()), Some(home.as_str())];
        assert!(
            request.resource.is_empty() || known.contains(&namespace),
            "{} {:?}",
            request.path,
            request.status
        );
        assert!(
            !matches!(request.status, Some(401 | 403)),
            "{}",
            request.path
        );
    }
}
