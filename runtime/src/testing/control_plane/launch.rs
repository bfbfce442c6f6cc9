//! Starts a control plane: finds the programs, runs them, and equips the cluster.

use std::{
    iter::once,
    sync::{Mutex, PoisonError, atomic::AtomicU64},
    time::Duration,
};

use k8s_openapi::api::core::v1::Node;
use kube::Api;
use serde_json::json;

use super::ControlPlane;
use crate::testing::{
    Error,
    binaries::{Binaries, Lookup},
    child::{Child, Janitor},
    components::Layout,
    kubeconfig::User,
    stages, wait,
};

/// How long the processes may take to become ready. A loaded machine with two cores needs 30 s.
const START: Duration = Duration::from_secs(120);

/// Starts that fail because a port was taken meanwhile, or a process died, are tried again.
const ATTEMPTS: usize = 3;

/// The name of the only node.
const NODE: &str = "node-0";

/// Finds the programs and starts them, on a runtime that is gone afterwards.
pub(super) fn launch() -> Result<ControlPlane, Error> {
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
        match runtime.block_on(ControlPlane::attempt(binaries.clone())) {
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

impl ControlPlane {
    /// Starts the processes and waits until pods could run.
    async fn attempt(binaries: Binaries) -> Result<Self, Error> {
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
            "allowVolumeExpansion": *class != stages::FIXED,
        })
    });
    let documents: Vec<_> = once(node).chain(classes).map(|d| d.to_string()).collect();
    // JSON is YAML.
    documents.join("\n---\n")
}
