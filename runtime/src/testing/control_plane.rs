//! A control plane: started, equipped, and at a test's service.

use std::{
    iter::once,
    path::{Path, PathBuf},
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use k8s_openapi::api::core::v1::Node;
use kube::{Api, Client, api::DynamicObject};
use serde_json::json;
use tempfile::TempDir;

use super::{
    Error, Namespace, apply,
    binaries::{Binaries, Lookup},
    child::{Child, Janitor},
    components::Layout,
    kubeconfig::{Server, User},
    namespace, stages, wait,
};

/// How long the processes may take to become ready. A loaded machine with two cores needs 30 s.
const START: Duration = Duration::from_secs(120);

/// Starts that fail because a port was taken meanwhile, or a process died, are tried again.
const ATTEMPTS: usize = 3;

/// A running etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kwok.
///
/// The programs are taken from the folder that `DSOI_CONTROL_PLANE` names, from
/// `KUBEBUILDER_ASSETS`, from what setup-envtest has fetched, or from a cache folder of our own,
/// into which Go 1.26 or later builds those that are nowhere: once, in some minutes.
///
/// # Guarantees
/// - Everything listens on 127.0.0.1, on ports that the system gave.
/// - One node takes every pod; pods of an image tagged `crash` crash-loop, all others become ready.
/// - Claims of the classes `standard` (the default) and `kwok-volume` are bound.
/// - Role-based access control and pod security admission are on.
/// - The processes end with this value, or with the test process, however that ends.
/// - It holds nothing of an async runtime: tests with a runtime each may share it.
#[derive(Debug)]
pub struct ControlPlane {
    server: Server,
    admin: User,
    namespaces: AtomicU64,
    kubeconfigs: AtomicU64,
    // The order matters: processes end before their folder goes, and the janitor is dismissed last.
    processes: Mutex<Vec<Child>>,
    folder: TempDir,
    _janitor: Janitor,
}

impl ControlPlane {
    /// The one control plane of this test process, started by the first caller.
    ///
    /// # Errors
    /// What [`ControlPlane::start`] returned to the first caller: it is not tried again.
    pub async fn shared() -> Result<&'static Self, &'static Error> {
        static SHARED: OnceLock<Result<ControlPlane, Error>> = OnceLock::new();
        let start = || SHARED.get_or_init(start_blocking).as_ref();
        // Starting blocks for seconds, and every other test of the process waits for it.
        match tokio::task::spawn_blocking(start).await {
            Ok(result) => result,
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        }
    }

    /// Starts a control plane of one's own; most tests want [`ControlPlane::shared`].
    ///
    /// # Errors
    /// When the programs are not there and cannot be built, or do not become ready.
    pub async fn start() -> Result<Self, Error> {
        match tokio::task::spawn_blocking(start_blocking).await {
            Ok(result) => result,
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        }
    }

    /// A fresh client with every right. It belongs to the runtime that calls this.
    pub fn admin(&self) -> Result<Client, Error> {
        self.server.client(&self.admin)
    }

    /// A fresh client that signs in with a token.
    pub fn client(&self, token: &str) -> Result<Client, Error> {
        self.server.client(&User::token(token))
    }

    /// Writes a kubeconfig with which another process signs in with `token`.
    pub fn kubeconfig(&self, token: &str) -> Result<PathBuf, Error> {
        let number = self.kubeconfigs.fetch_add(1, Ordering::Relaxed);
        let path = self.folder().join(format!("client-{number}.kubeconfig"));
        self.server.kubeconfig(&User::token(token), &path)?;
        Ok(path)
    }

    /// The API server's address, without a path.
    pub fn url(&self) -> &http::Uri {
        &self.server.url
    }

    /// Creates a namespace of which this is the first use: `prefix-` and a number.
    ///
    /// Labels such as `pod-security.kubernetes.io/enforce` switch pod security admission on.
    pub async fn namespace(
        &self,
        prefix: &str,
        labels: &[(&str, &str)],
    ) -> Result<Namespace<'_>, Error> {
        let number = self.namespaces.fetch_add(1, Ordering::Relaxed);
        Namespace::create(self, format!("{prefix}-{number}"), labels).await
    }

    /// A token, good for a day, of a service account, which is created if absent.
    pub async fn service_account_token(
        &self,
        namespace: &str,
        name: &str,
    ) -> Result<String, Error> {
        namespace::token(&self.admin()?, namespace, name).await
    }

    /// Applies every document of `text` (server-side, forced, strict about unknown and duplicate
    /// fields), in order, and returns what the server made of them. After a
    /// `CustomResourceDefinition` it waits until objects of that kind can be created.
    ///
    /// # Errors
    /// The first refusal; [`Error::status`] gives the server's words.
    pub async fn apply_yaml(&self, text: &str) -> Result<Vec<DynamicObject>, Error> {
        apply::apply(&self.admin()?, "default", text).await
    }

    /// The process ids: etcd, API server, controller manager, scheduler, kwok.
    pub fn pids(&self) -> Vec<u32> {
        // A panic elsewhere while the list was locked leaves the list whole.
        let processes = self
            .processes
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        processes.iter().map(Child::pid).collect()
    }

    pub(super) fn server(&self) -> &Server {
        &self.server
    }

    /// Where files of this plane's lifetime go.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts the processes and waits until pods could run.
    async fn launch(binaries: Binaries) -> Result<Self, Error> {
        let folder = tempfile::Builder::new()
            .prefix("dsoi-control-plane-")
            .tempdir()
            .map_err(Error::io("create a folder in", &std::env::temp_dir()))?;
        let janitor = Janitor::watch(folder.path())?;
        let layout = Layout::new(binaries, folder.path())?;
        let mut plane = Self {
            server: layout.server()?,
            admin: User::admin(&layout.certs),
            namespaces: AtomicU64::new(0),
            kubeconfigs: AtomicU64::new(0),
            processes: Mutex::new(layout.start_store()?),
            folder,
            _janitor: janitor,
        };
        let client = plane.admin()?;
        plane
            .ready("the API server is ready", async || {
                let request = http::Request::get("/readyz").body(Vec::new()).ok()?;
                client.request_text(request).await.ok()
            })
            .await?;
        plane.all().extend(layout.start_actors()?);
        plane.apply_yaml(&equipment()).await?;
        let nodes: Api<Node> = Api::all(client);
        plane
            .ready("the node is ready", async || {
                let node = nodes.get_opt(NODE).await.ok().flatten()?;
                let conditions = node.status?.conditions.unwrap_or_default();
                conditions
                    .iter()
                    .any(|c| c.type_ == "Ready" && c.status == "True")
                    .then_some(())
            })
            .await?;
        plane.namespace("ready", &[]).await?;
        Ok(plane)
    }

    /// Waits like [`wait::until`], but fails at once when a process has ended.
    async fn ready<T>(
        &mut self,
        what: &str,
        mut probe: impl AsyncFnMut() -> Option<T>,
    ) -> Result<T, Error> {
        let processes = self.all();
        wait::until(START, what, async || {
            for child in processes.iter_mut() {
                if let Err(error) = child.must_run() {
                    return Some(Err(error));
                }
            }
            probe().await.map(Ok)
        })
        .await?
    }

    fn all(&mut self) -> &mut Vec<Child> {
        self.processes
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name of the only node.
const NODE: &str = "node-0";

/// The node and the storage classes.
fn equipment() -> String {
    let node = json!({
        "apiVersion": "v1", "kind": "Node",
        "metadata": { "name": NODE, "labels": {
            "kubernetes.io/hostname": NODE, "kubernetes.io/os": "linux",
        }},
    });
    let classes = stages::CLASSES.iter().enumerate().map(|(index, class)| {
        let default = if index == 0 { "true" } else { "false" };
        json!({
            "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass",
            "metadata": { "name": class, "annotations": {
                "storageclass.kubernetes.io/is-default-class": default,
            }},
            "provisioner": "kwok.x-k8s.io/volume",
            "reclaimPolicy": "Delete",
            "volumeBindingMode": "Immediate",
            "allowVolumeExpansion": true,
        })
    });
    let documents: Vec<_> = once(node).chain(classes).map(|d| d.to_string()).collect();
    // JSON is YAML.
    documents.join("\n---\n")
}

/// Finds the programs and starts them, on a runtime that is gone afterwards.
fn start_blocking() -> Result<ControlPlane, Error> {
    let binaries = Lookup::from_env().find()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|source| Error::Io {
            act: "start an async runtime".to_owned(),
            source,
        })?;
    let mut attempt = 1;
    loop {
        match runtime.block_on(ControlPlane::launch(binaries.clone())) {
            Err(Error::Exited {
                program, status, ..
            }) if attempt < ATTEMPTS => {
                tracing::warn!("{program} ended ({status}) while starting, trying again");
                attempt += 1;
            }
            result => return result,
        }
    }
}
