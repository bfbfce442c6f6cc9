//! A control plane at a test's service.

mod launch;

use std::{
    path::{Path, PathBuf},
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use kube::{Client, api::DynamicObject};
use tempfile::TempDir;

use super::{
    Error, Namespace, apply,
    child::{Child, Janitor},
    kubeconfig::{Server, User},
    namespace,
};

/// A running etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kwok.
///
/// The programs are taken from the folder that `DSOI_CONTROL_PLANE` names, from
/// `KUBEBUILDER_ASSETS`, from what setup-envtest has fetched, or from a cache folder of our own,
/// into which Go 1.26 or later builds those that are nowhere: once, in some minutes.
///
/// # Guarantees
/// - Everything listens on 127.0.0.1, on ports that the system gave.
/// - One node takes every pod; pods of an image tagged `crash` crash-loop, all others become ready.
/// - Claims of the classes `standard` (the default), `kwok-volume` and `fixed` are bound; all but those
///   of `fixed` can grow.
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
        let start = || SHARED.get_or_init(launch::launch).as_ref();
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
        match tokio::task::spawn_blocking(launch::launch).await {
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
}
