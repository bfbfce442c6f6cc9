//! What every test of an external kind begins with: an operator, an application, parents.

use std::time::Duration;

use dsoi_runtime::testing::process::{Launch, Operator};
use dsoi_runtime::testing::{FakeServer, wait};
use kube::api::{DeleteParams, Patch, PatchParams};
use serde_json::{Value, json};

use crate::scene::{SOON, Scene, definition};

/// Set in the environment of the process that is the operator.
pub(crate) const SWITCH: &str = "EXTERNAL_OPERATOR";

/// What an operator of external kinds may do, beside what one of a cluster may.
const RIGHTS: &str = "
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: external}
rules:
- apiGroups: [example.com]
  resources: [tables, settings, archives, shards]
  verbs: [get, list, watch, patch]
- apiGroups: [example.com]
  resources: [tables/status, settings/status, archives/status, shards/status]
  verbs: [patch]
- apiGroups: ['']
  resources: [services]
  verbs: [list]
- apiGroups: ['']
  resources: [secrets]
  verbs: [get]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: external}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: external}
subjects: [{kind: ServiceAccount, name: operator}]
";

/// One test's part of the world.
pub(crate) struct World {
    pub(crate) scene: Scene,
    pub(crate) app: FakeServer,
}

impl World {
    /// With a ready Tally `t`, and an application that keeps tables.
    pub(crate) async fn new(name: &str) -> Self {
        Self::with(name, FakeServer::start().await.unwrap()).await
    }

    pub(crate) async fn with(name: &str, app: FakeServer) -> Self {
        let scene = Scene::new(name).await;
        let plane = scene.namespace.plane();
        for (plural, kind) in [
            ("tables", "Table"),
            ("settings", "Setting"),
            ("archives", "Archive"),
            ("shards", "Shard"),
        ] {
            plane.apply_yaml(&definition(kind, plural)).await.unwrap();
        }
        scene.namespace.apply_yaml(RIGHTS).await.unwrap();
        app.store("/tables", "/tableName");
        app.store("/archives", "/name");
        app.store("/shards", "/name");
        let world = Self { scene, app };
        world.parent("t", true).await;
        world
    }

    /// A Tally, and whether it is ready.
    pub(crate) async fn parent(&self, name: &str, ready: bool) {
        if self.scene.get("Tally", name).await.is_none() {
            self.scene.create(name, |_| {}).await;
        }
        let status = if ready { "True" } else { "False" };
        let condition = json!({
            "type": "Ready", "status": status, "reason": "Test", "message": "",
            "lastTransitionTime": "2020-01-01T00:00:00Z",
        });
        let patch = json!({"status": {"conditions": [condition]}});
        self.scene
            .api("Tally")
            .patch_status(name, &PatchParams::default(), &Patch::Merge(&patch))
            .await
            .unwrap();
    }

    /// How the operator is started: it looks at everything once a second.
    pub(crate) fn launch(&self) -> Launch {
        let url = self.app.url();
        Launch::new(std::env::current_exe().unwrap())
            .arg("external::external_process")
            .arg("--exact")
            .arg("--nocapture")
            .env(SWITCH, "1")
            .env("WATCH_NAMESPACE", self.scene.namespace.name())
            .env("HEALTH_ADDRESS", "127.0.0.1:0")
            .env("METRICS_ADDRESS", "127.0.0.1:0")
            .env("SERVERS", format!("store={url},router={url}"))
            .env("LOG_FORMAT", "text")
            .env("RUST_LOG", "info,dsoi_runtime=debug")
    }

    /// With a resync that no test reaches.
    pub(crate) fn start(&self) -> Operator {
        self.start_with("10m")
    }

    pub(crate) fn start_with(&self, resync: &str) -> Operator {
        let launch = self.launch().env("RECONCILE_WAIT", resync);
        self.scene.start_with(&launch)
    }

    pub(crate) async fn table(&self, name: &str, body: &Value) {
        self.table_with(name, body, |_| {}).await;
    }

    pub(crate) async fn table_with(
        &self,
        name: &str,
        body: &Value,
        change: impl FnOnce(&mut Value),
    ) {
        let mut table = json!({
            "apiVersion": "example.com/v1alpha1",
            "kind": "Table",
            "metadata": {"name": name, "namespace": self.scene.namespace.name()},
            "spec": {"tally": "t", "table.json": body.to_string()},
        });
        change(&mut table);
        self.scene.apply(&table).await;
    }

    pub(crate) async fn setting(&self, name: &str, values: &Value) {
        let setting = json!({
            "apiVersion": "example.com/v1alpha1",
            "kind": "Setting",
            "metadata": {"name": name, "namespace": self.scene.namespace.name()},
            "spec": {"values": values},
        });
        self.scene.apply(&setting).await;
    }

    /// An Archive or a Shard of the Tally `t`.
    pub(crate) async fn named(&self, kind: &str, name: &str) {
        self.named_with(kind, name, |_| {}).await;
    }

    pub(crate) async fn named_with(&self, kind: &str, name: &str, change: impl FnOnce(&mut Value)) {
        let mut resource = json!({
            "apiVersion": "example.com/v1alpha1",
            "kind": kind,
            "metadata": {"name": name, "namespace": self.scene.namespace.name()},
            "spec": {"tally": "t"},
        });
        change(&mut resource);
        self.scene.apply(&resource).await;
    }

    pub(crate) async fn delete(&self, kind: &str, name: &str) {
        let api = self.scene.api(kind);
        api.delete(name, &DeleteParams::default()).await.unwrap();
    }

    /// Waits until a resource's condition has this status and reason, for its present generation.
    pub(crate) async fn is(&self, kind: &str, name: &str, status: &str, reason: &str) -> Value {
        let what = format!("{kind} {name} is Ready={status} because of {reason}");
        let found = wait::until(SOON, &what, async || {
            let resource = self.scene.get(kind, name).await?;
            let generation = &resource["metadata"]["generation"];
            resource["status"]["conditions"]
                .as_array()?
                .iter()
                .find(|condition| {
                    condition["type"] == "Ready"
                        && condition["status"] == status
                        && condition["reason"] == reason
                        && condition["observedGeneration"] == *generation
                })
                .cloned()
        })
        .await;
        match found {
            Ok(condition) => condition,
            Err(error) => {
                let now = self.scene.get(kind, name).await.unwrap_or_default();
                panic!("{error}: {}\n{:?}", now["status"], self.app.lines())
            }
        }
    }

    pub(crate) async fn ready(&self, name: &str) -> Value {
        self.is("Table", name, "True", "InSync").await
    }

    pub(crate) async fn gone(&self, kind: &str, name: &str) {
        let what = format!("{kind} {name} is gone");
        wait::until(SOON, &what, async || {
            self.scene.get(kind, name).await.is_none().then_some(())
        })
        .await
        .unwrap();
    }

    /// Waits until the application was asked this so often.
    pub(crate) async fn asked(&self, line: &str, times: usize) {
        let what = format!("`{line}` was asked {times} times");
        let asked = wait::until(SOON, &what, async || {
            (self.count(line) >= times).then_some(())
        })
        .await;
        assert!(asked.is_ok(), "{what}: {:?}", self.app.lines());
    }

    pub(crate) fn count(&self, line: &str) -> usize {
        let lines = self.app.lines();
        lines.iter().filter(|known| known.starts_with(line)).count()
    }

    /// What was asked that changes something.
    pub(crate) fn told(&self) -> Vec<String> {
        let mut lines = self.app.lines();
        lines.retain(|line| !line.starts_with("GET"));
        lines
    }

    /// The reasons of all events, and their notes.
    pub(crate) async fn events(&self) -> Vec<(String, String)> {
        let text = |event: &Value, name: &str| event[name].as_str().unwrap_or_default().to_owned();
        let events = self.scene.list("Event").await;
        events
            .iter()
            .map(|event| (text(event, "reason"), text(event, "note")))
            .collect()
    }

    /// Waits for an event.
    pub(crate) async fn event(&self, reason: &str) -> String {
        let what = format!("an event {reason}");
        let found = wait::until(SOON, &what, async || {
            let events = self.events().await;
            events.into_iter().find(|(known, _)| known == reason)
        })
        .await;
        found.unwrap().1
    }
}

/// For as long as something that must not happen could.
pub(crate) async fn a_while() {
    tokio::time::sleep(Duration::from_millis(1500)).await;
}

pub(crate) fn body(name: &str, partitions: u32) -> Value {
    json!({"tableName": name, "config": {"partitions": partitions}})
}
