//! A real control plane, a failing and counting proxy, and waiting helpers, for tests.
//!
//! Tests of an operator run against etcd, kube-apiserver, kube-controller-manager, kube-scheduler
//! and kwok, started as plain processes on loopback: no container engine, no mock of ours. Between
//! the operator and the API server stands a [`Proxy`], which numbers every request and injects
//! faults. Nothing here belongs in a shipped operator; it asserts nothing and skips nothing: what
//! it cannot do is an [`Error`], and a test that meets one fails.
//!
//! ```no_run
//! # async fn test() -> Result<(), Box<dyn std::error::Error>> {
//! use dsoi_runtime::testing::{ControlPlane, Proxy};
//!
//! let plane = ControlPlane::shared().await?;
//! let namespace = plane.namespace("create", &[]).await?;
//! namespace.apply_yaml("{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}}").await?;
//!
//! let proxy = Proxy::start(plane).await?;
//! let token = namespace.service_account_token("default").await?;
//! let client = proxy.client(&token)?;
//! # Ok(())
//! # }
//! ```

mod apply;
mod binaries;
mod build;
mod certs;
mod child;
mod components;
mod control_plane;
mod error;
mod fake_server;
mod kubeconfig;
mod leaves;
mod namespace;
pub mod process;
mod proxy;
mod stages;
pub mod wait;

pub use control_plane::ControlPlane;
pub use error::Error;
pub use fake_server::{Asked, FakeServer, Reply};
pub use leaves::lost_fields;
pub use namespace::Namespace;
pub use proxy::{Action, Fault, Freeze, Injected, Logged, Mark, Proxy, Verb};
