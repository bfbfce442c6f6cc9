//! A node type gets another name, one comes, and one goes, while a cluster runs: what `dsoi` and
//! `preview` name happens, and nothing else.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use dsoi_runtime::testing::ControlPlane;
use serde_json::{Value, json};

use crate::{
    crs,
    golden::{Golden, cargo, generate, goldens, run, workspace},
    objects::id,
    scene::{Scene, Setup, lines},
};

/// A project whose manifest is changed, and its operators so far.
struct Project {
    folder: PathBuf,
    built: usize,
}

impl Project {
    fn pinot() -> Self {
        let manifest = workspace().join("testdata/manifests/pinot.yaml");
        let folder = generate("pinot-changing", &manifest).unwrap();
        // The program of the golden project has the operator's name, in the same target folder.
        let path = folder.join("Cargo.toml");
        let text = fs::read_to_string(&path).unwrap();
        let own =
            "autobins = false\n\n[[bin]]\nname = \"pinot-changing\"\npath = \"src/main.rs\"\n";
        let (package, rest) = text.split_once("\n\n").unwrap();
        fs::write(path, format!("{package}\n{own}\n{rest}")).unwrap();
        Self { folder, built: 0 }
    }

    /// Runs a verb of `dsoi` about node types. Out: what it says to programs.
    fn nodetype(&self, verb: &str, args: &[&str]) -> Value {
        let mut command = cargo(&workspace());
        command
            .args(["run", "--quiet", "--package", "dsoi", "--", "-C"])
            .arg(&self.folder)
            .args([verb, "nodetype"])
            .args(args)
            .args(["--allow-dirty", "--output", "json"]);
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{verb} {args:?}: {said}{stderr}");
        let envelope: Value = serde_json::from_str(&said).unwrap();
        envelope["data"].clone()
    }

    /// Its definition and its operator as they are now.
    fn build(&mut self) -> (String, PathBuf) {
        let mut build = cargo(&self.folder);
        build.args(["build", "--quiet", "--bins"]);
        run(build, "build the changed operator").unwrap();
        self.built += 1;
        let binary = self.folder.join(format!("operator-{}", self.built));
        fs::copy(goldens().join("debug/pinot-changing"), &binary).unwrap();
        let crd = fs::read_to_string(self.folder.join("config/crd/pinots.yaml")).unwrap();
        (crd, binary)
    }
}

/// What an operator says beforehand of a change of a resource.
fn preview(binary: &Path, old: &Value, new: &Value) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, cr: &Value| {
        let path = folder.path().join(name);
        fs::write(&path, cr.to_string()).unwrap();
        path
    };
    let output = Command::new(binary)
        .arg("preview")
        .arg("--file")
        .arg(file("new", new))
        .arg("--from")
        .arg(file("old", old))
        .arg("--output=json")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let found: Value = serde_json::from_str(&said)
        .unwrap_or_else(|_| panic!("{said}{}", String::from_utf8_lossy(&output.stderr)));
    found["resources"][0].clone()
}

/// What there is: its uid, and what our operator wrote last of its content.
type There = BTreeMap<String, (String, String)>;

/// Every child, and every pod.
async fn there(scene: &Scene) -> There {
    let mut all = scene.objects.children().await;
    all.extend(scene.objects.list("Pod").await);
    let word = |object: &Value, key: &str| object[key].as_str().unwrap_or_default().to_owned();
    let one = |object: &Value| {
        let metadata = &object["metadata"];
        let applied = word(&metadata["annotations"], "dsoi.dev/applied");
        let hash = applied.split(';').next().unwrap_or_default().to_owned();
        (id(object), (word(metadata, "uid"), hash))
    };
    all.iter().map(one).collect()
}

/// `create Kind name`, `change Kind name` and so on: what a preview names.
fn foretold(preview: &Value) -> BTreeSet<String> {
    let objects = preview["objects"].as_array().unwrap().iter();
    let named = objects.filter(|object| object["action"] != "keep");
    named
        .map(|object| {
            let part = |key: &str| object[key].as_str().unwrap();
            format!("{} {} {}", part("action"), part("kind"), part("name"))
        })
        .collect()
}

fn restarts(preview: &Value) -> u64 {
    let turns = preview["turns"].as_array().unwrap().iter();
    let workloads = turns.flat_map(|turn| turn["workloads"].as_array().unwrap());
    workloads.map(|one| one["restarts"].as_u64().unwrap()).sum()
}

/// What became of children, as a preview says it.
fn happened(before: &There, after: &There) -> BTreeSet<String> {
    let ids: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let act = |id: &&String| {
        let act = match (before.get(*id), after.get(*id)) {
            (None, _) => "create",
            (_, None) => "delete",
            (Some(old), Some(new)) if old.0 != new.0 => "recreate",
            (Some(old), Some(new)) if old.1 != new.1 => "change",
            _ => return None,
        };
        (!id.starts_with("Pod ")).then(|| format!("{act} {id}"))
    };
    ids.iter().filter_map(act).collect()
}

/// Pods that were there and are not any more.
fn gone(before: &There, after: &There) -> Vec<String> {
    let now: BTreeSet<&String> = after.values().map(|(uid, _)| uid).collect();
    let pods = before.iter().filter(|(id, _)| id.starts_with("Pod "));
    let gone = pods.filter(|(_, (uid, _))| !now.contains(uid));
    gone.map(|(id, _)| id.clone()).collect()
}

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

/// PN-9: UIDs and data stay, nothing restarts, appears or goes that was not named.
#[tokio::test(flavor = "multi_thread")]
async fn node_types_change_their_names_come_and_go_under_a_running_cluster() {
    // Other tests need the definition as it is.
    let plane: &'static ControlPlane = Box::leak(Box::new(ControlPlane::start().await.unwrap()));
    let mut project = Project::pinot();
    let mut scene = Setup::new(Golden::pinot()).on(plane).start().await;
    let old = crs::pinot();
    scene.create(&old).await;

    let said = project.nodetype("rename", &["server", "storage"]);
    assert_eq!(said["summary"], "no pod restarts", "{said:#}");
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

    let said = project.nodetype(
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
        "k8sConfig": "broker", "pinotNodeConfig": "broker",
    });
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

    // As the removal advises: first the resource, while the operator of before runs.
    let old = new;
    let mut new = crs::without(old.clone(), "nodes", "orders-minion");
    let order = new["spec"]["deploymentOrder"].as_array_mut().unwrap();
    order.retain(|name| name != "minion");
    let gone = comes_to_pass(&scene, &added, &old, &new).await;
    assert!(
        !gone.is_empty() && gone.iter().all(|pod| pod.contains("minion")),
        "{gone:?}"
    );
    let said = project.nodetype("remove", &["minion"]);
    assert_eq!(said["removed"]["nodeType"], "minion");
    let (crd, removed) = project.build();
    takes_over(&mut scene, &crd, &removed).await;
}
