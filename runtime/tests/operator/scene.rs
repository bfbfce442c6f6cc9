//! A namespace, a proxy, an operator, and a custom resource to change.

use std::path::PathBuf;
use std::time::Duration;

use dsoi_runtime::testing::process::{Launch, Operator};
use dsoi_runtime::testing::{ControlPlane, Logged, Namespace, Proxy, wait};
use kube::api::{ApiResource, DeleteParams, DynamicObject, ListParams, Patch, PatchParams};
use kube::core::GroupVersionKind;
use kube::{Api, Client};
use serde_json::{Value, json};

use crate::tally;

pub(crate) const OPERATOR: &str = "tally-operator";
/// Set in the environment of the process that is the operator.
pub(crate) const SWITCH: &str = "TALLY_OPERATOR";
/// Its arguments, a line each.
pub(crate) const ARGUMENTS: &str = "TALLY_ARGUMENTS";
pub(crate) const SOON: Duration = Duration::from_secs(120);
/// After which nothing more is expected to happen.
const QUIET: Duration = Duration::from_millis(700);

/// A definition that takes everything; [`definition`] gives it names.
const CRD: &str = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: PLURAL.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: PLURAL, singular: SINGULAR, kind: KIND}
  versions:
  - name: v1alpha1
    served: true
    storage: true
    subresources: {status: {}}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: {type: object, x-kubernetes-preserve-unknown-fields: true}
          status:
            type: object
            x-kubernetes-preserve-unknown-fields: true
            properties:
              conditions:
                type: array
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [type]
                items:
                  type: object
                  required: [type]
                  properties: {type: {type: string}}
                  x-kubernetes-preserve-unknown-fields: true
";

/// The definition of a kind whose spec and status may be anything.
pub(crate) fn definition(kind: &str, plural: &str) -> String {
    CRD.replace("PLURAL", plural)
        .replace("SINGULAR", &kind.to_lowercase())
        .replace("KIND", kind)
}

/// What an operator may do in its namespace.
const RIGHTS: &str = "
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: operator}
rules:
- apiGroups: [example.com]
  resources: [tallies]
  verbs: [get, list, watch]
- apiGroups: [example.com]
  resources: [tallies/status]
  verbs: [patch]
- apiGroups: ['']
  resources: [configmaps, services]
  verbs: [create, delete, get, list, patch, watch]
- apiGroups: ['']
  resources: [persistentvolumeclaims]
  verbs: [create, get, list, patch, watch]
- apiGroups: ['']
  resources: [pods]
  verbs: [delete, list, watch]
- apiGroups: [apps]
  resources: [controllerrevisions, statefulsets, deployments]
  verbs: [create, delete, get, list, patch, watch]
- apiGroups: [networking.k8s.io]
  resources: [networkpolicies, ingresses]
  verbs: [create, delete, get, list, patch, watch]
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [create, delete, get, list, patch, watch]
- apiGroups: [autoscaling]
  resources: [horizontalpodautoscalers]
  verbs: [create, delete, get, list, patch, watch]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [get, update]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: operator}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: operator}
subjects: [{kind: ServiceAccount, name: operator, namespace: HOME}]
";

/// The command line of the process that is the operator.
pub(crate) fn arguments() -> Vec<String> {
    let arguments = std::env::var(ARGUMENTS).unwrap_or_default();
    let arguments = arguments.lines().map(str::to_owned);
    std::iter::once(OPERATOR.to_owned())
        .chain(arguments)
        .collect()
}

/// One test's part of the world.
pub(crate) struct Scene {
    pub(crate) namespace: Namespace<'static>,
    pub(crate) proxy: Proxy,
    pub(crate) admin: Client,
    /// The namespace of the operator's account.
    home: String,
    kubeconfig: PathBuf,
}

impl Scene {
    pub(crate) async fn new(name: &str) -> Self {
        let plane = ControlPlane::shared().await.unwrap();
        let namespace = plane.namespace(name, &[]).await.unwrap();
        Self::with(namespace.clone(), &namespace).await
    }

    /// With the operator's account in another namespace, and rights in all of them: what it may do
    /// does not end with the namespace that it looks after.
    pub(crate) async fn apart(name: &str) -> Self {
        let plane = ControlPlane::shared().await.unwrap();
        let namespace = plane.namespace(name, &[]).await.unwrap();
        let home = plane.namespace("home", &[]).await.unwrap();
        Self::with(namespace, &home).await
    }

    async fn with(namespace: Namespace<'static>, home: &Namespace<'static>) -> Self {
        let plane = namespace.plane();
        plane
            .apply_yaml(&definition("Tally", "tallies"))
            .await
            .unwrap();
        let token = home.service_account_token("operator").await.unwrap();
        let proxy = Proxy::start(plane).await.unwrap();
        let kubeconfig = proxy.kubeconfig(&token).unwrap();
        let scene = Self {
            admin: plane.admin().unwrap(),
            namespace,
            proxy,
            home: home.name().to_owned(),
            kubeconfig,
        };
        scene.grant().await;
        scene
    }

    async fn grant(&self) {
        let mut rights = RIGHTS.replace("HOME", &self.home);
        if self.home != self.namespace.name() {
            let name = format!("operator-{}", self.home);
            for (local, wide) in [
                ("kind: Role\n", "kind: ClusterRole\n"),
                ("kind: RoleBinding\n", "kind: ClusterRoleBinding\n"),
                (
                    "kind: Role, name: operator",
                    &format!("kind: ClusterRole, name: {name}"),
                ),
                (
                    "metadata: {name: operator}",
                    &format!("metadata: {{name: {name}}}"),
                ),
            ] {
                rights = rights.replace(local, wide);
            }
        }
        self.namespace.apply_yaml(&rights).await.unwrap();
    }

    /// How the operator is started.
    pub(crate) fn launch(&self) -> Launch {
        Launch::new(std::env::current_exe().unwrap())
            .arg("operator_process")
            .arg("--exact")
            .arg("--nocapture")
            .env(SWITCH, "1")
            .env("WATCH_NAMESPACE", self.namespace.name())
            .env("HEALTH_ADDRESS", "127.0.0.1:0")
            .env("METRICS_ADDRESS", "127.0.0.1:0")
            // Nobody here waits for half a minute to know what is good.
            .env("GOOD_AFTER", "50ms")
            .env("LOG_FORMAT", "text")
            .env("RUST_LOG", "info,dsoi_runtime=debug")
    }

    pub(crate) fn start(&self) -> Operator {
        self.launch().start(&self.kubeconfig).unwrap()
    }

    pub(crate) fn start_with(&self, launch: &Launch) -> Operator {
        launch.start(&self.kubeconfig).unwrap()
    }

    /// The sample resource under this name, changed by `change`.
    pub(crate) async fn create(&self, name: &str, change: impl FnOnce(&mut Value)) {
        let mut tally = tally::sample();
        tally["metadata"] = json!({"name": name, "namespace": self.namespace.name()});
        change(&mut tally);
        self.apply(&tally).await;
    }

    pub(crate) async fn apply(&self, object: &Value) {
        self.namespace
            .apply_yaml(&object.to_string())
            .await
            .unwrap();
    }

    /// What the operator may do in the namespace.
    pub(crate) async fn role(&self) -> Value {
        let mut role = self.get("Role", "operator").await.unwrap();
        role["metadata"] = json!({"name": "operator"});
        role["apiVersion"] = json!("rbac.authorization.k8s.io/v1");
        role["kind"] = json!("Role");
        role
    }

    /// Objects of a kind in the namespace.
    pub(crate) fn api(&self, kind: &str) -> Api<DynamicObject> {
        let (group, version) = match kind {
            "Tally" | "Table" | "Setting" | "Archive" | "Shard" => ("example.com", "v1alpha1"),
            "StatefulSet" | "Deployment" | "ControllerRevision" => ("apps", "v1"),
            "NetworkPolicy" | "Ingress" => ("networking.k8s.io", "v1"),
            "PodDisruptionBudget" => ("policy", "v1"),
            "HorizontalPodAutoscaler" => ("autoscaling", "v2"),
            "Event" => ("events.k8s.io", "v1"),
            "Lease" => ("coordination.k8s.io", "v1"),
            "Role" => ("rbac.authorization.k8s.io", "v1"),
            _ => ("", "v1"),
        };
        let mut resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
        if kind == "Tally" {
            "tallies".clone_into(&mut resource.plural);
        }
        Api::namespaced_with(self.admin.clone(), self.namespace.name(), &resource)
    }

    pub(crate) async fn get(&self, kind: &str, name: &str) -> Option<Value> {
        let found = self.api(kind).get_opt(name).await.unwrap();
        found.map(|object| serde_json::to_value(object).unwrap())
    }

    pub(crate) async fn list(&self, kind: &str) -> Vec<Value> {
        let list = self.api(kind).list(&ListParams::default()).await.unwrap();
        list.items
            .into_iter()
            .map(|object| serde_json::to_value(object).unwrap())
            .collect()
    }

    /// Deletes an object that is in no namespace.
    pub(crate) async fn delete_cluster_wide(&self, object: &Value) {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let (group, version) = text(&object["apiVersion"])
            .split_once('/')
            .map(|(group, version)| (group.to_owned(), version.to_owned()))
            .unwrap();
        let kind = GroupVersionKind::gvk(&group, &version, &text(&object["kind"]));
        let api: Api<DynamicObject> =
            Api::all_with(self.admin.clone(), &ApiResource::from_gvk(&kind));
        let name = text(&object["metadata"]["name"]);
        api.delete(&name, &DeleteParams::default()).await.unwrap();
    }

    /// Somebody else's merge patch.
    pub(crate) async fn patch(&self, kind: &str, name: &str, patch: &Value) {
        let params = PatchParams::apply("somebody").force();
        let params = PatchParams {
            force: false,
            ..params
        };
        self.api(kind)
            .patch(name, &params, &Patch::Merge(patch))
            .await
            .unwrap();
    }

    pub(crate) async fn names(&self, kind: &str) -> Vec<String> {
        let list = self.api(kind).list(&ListParams::default()).await.unwrap();
        list.items
            .into_iter()
            .filter_map(|object| object.metadata.name)
            .collect()
    }

    /// Waits until a condition of a resource has this status, for its present generation.
    pub(crate) async fn condition(&self, name: &str, type_: &str, status: &str) -> Value {
        let what = format!("{name} is {type_}={status}");
        let found = wait::until(SOON, &what, async || {
            let tally = self.get("Tally", name).await?;
            let generation = &tally["metadata"]["generation"];
            tally["status"]["conditions"]
                .as_array()?
                .iter()
                .find(|condition| {
                    condition["type"] == type_
                        && condition["status"] == status
                        && condition["observedGeneration"] == *generation
                })
                .cloned()
        })
        .await;
        match found {
            Ok(condition) => condition,
            Err(error) => panic!(
                "{error}: {}",
                self.get("Tally", name).await.unwrap_or_default()["status"]
            ),
        }
    }

    /// Every write so far.
    pub(crate) fn all_writes(&self) -> Vec<String> {
        let mut log = self.proxy.log();
        log.retain(|request| request.is_write() && !request.is_background());
        shown(&log)
    }

    /// Waits until nothing is sent any more.
    pub(crate) async fn settled(&self) {
        self.proxy.settled(QUIET, SOON).await.unwrap();
    }
}

/// Where a process answers about its health.
pub(crate) struct Probe(std::net::SocketAddr);

impl Probe {
    /// At an address that nobody uses.
    pub(crate) fn new() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        Self(listener.local_addr().unwrap())
    }

    pub(crate) fn address(&self) -> String {
        self.0.to_string()
    }

    /// The status of the answer; none where nobody answers yet.
    pub(crate) async fn ask(&self, path: &str) -> Option<u16> {
        let config = kube::Config::new(format!("http://{}", self.0).parse().unwrap());
        let client = Client::try_from(config).unwrap();
        let request = http::Request::get(path).body(kube::client::Body::empty());
        let answer = client.send(request.unwrap()).await.ok()?;
        Some(answer.status().as_u16())
    }
}

/// A short form of requests, for messages.
pub(crate) fn shown(requests: &[Logged]) -> Vec<String> {
    requests
        .iter()
        .map(|request| {
            format!(
                "{:?} {} {}{}",
                request.verb,
                request.resource,
                request.name.as_deref().unwrap_or_default(),
                if request.dry_run { " (dry run)" } else { "" }
            )
        })
        .collect()
}
